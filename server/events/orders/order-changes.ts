/** What the history and the audit log say of a change of an order. */
import type { OrderHistoryEntry, OrderStatus } from "../../../contract/orders.ts";
import { recordAuditEvent } from "../../accounts/audit-events.ts";
import { fullName } from "../../contacts/person.ts";
import type { Tx } from "../../kit/db.ts";
import { orderedIds } from "../../kit/id.ts";
import type { HistoryRow } from "./history-store.ts";
import { hasHolder, holderNames, type Order, type OrderContext, type OrderRow, ticketsOf } from "./order.ts";

const nextHistoryId = orderedIds();

export const historyEntry = (
  { at, by }: OrderContext,
  what: OrderHistoryEntry["what"],
  change: HistoryRow["change"],
  reason: string | null = null,
): HistoryRow => ({ id: nextHistoryId(at), at, what, change, by, reason });

/** What the history says of an order, by what was changed. */
const told = {
  reference: ({ reference }) => reference,
  buyer: ({ buyer }) => (buyer === null ? null : (fullName(buyer) ?? buyer.mobile ?? buyer.email)),
  lines: ({ lines }) =>
    lines.map(({ quantity, name, state }) => `${quantity} × ${name}${state === "active" ? "" : ` (${state})`}`),
  holders: (order) =>
    ticketsOf(order)
      .filter(hasHolder)
      .map((ticket) => fullName(holderNames(ticket)) ?? ticket.contact?.mobile ?? ticket.contact?.email ?? null),
  tickets: (order) => ticketsOf(order).map(({ state }) => state),
  status: ({ status }) => status,
  complimentary: ({ complimentary }) => complimentary,
  locale: ({ locale }) => locale,
  test: ({ test }) => test,
} as const satisfies Partial<Record<OrderHistoryEntry["what"], (order: Order) => unknown>>;

type Told = keyof typeof told;

/** What decides whether something was changed, where that is not what is told: two people may have one name. */
const compared: Partial<Record<Told, (order: Order, other: Order) => unknown>> = {
  buyer: ({ buyer_id }) => buyer_id,
  lines: ({ lines }) => lines.map(({ tickets: _tickets, valid: _valid, name: _name, ...line }) => line),
  holders: (order) =>
    ticketsOf(order)
      .filter(hasHolder)
      .map(({ id, contact_id, first_name, last_name }) => [id, contact_id, first_name, last_name]),
  // Of tickets that came or went the lines tell.
  tickets(order, other) {
    const ids = new Set(ticketsOf(other).map(({ id }) => id));
    return ticketsOf(order)
      .filter(({ id }) => ids.has(id))
      .map(({ id, state }) => [id, state]);
  },
};

/** What was changed, as the history says it; empty where nothing was. */
export function changesOf(before: Order, after: Order, context: OrderContext, reason: string | null): HistoryRow[] {
  return (Object.keys(told) as Told[]).flatMap((what) => {
    const seen = compared[what] ?? told[what];
    if (JSON.stringify(seen(before, after)) === JSON.stringify(seen(after, before))) return [];
    return [historyEntry(context, what, { from: told[what](before), to: told[what](after) }, reason)];
  });
}

export const targetOf = ({ id, reference }: OrderRow) => ({ type: "order", id, name: reference });

const off: readonly OrderStatus[] = ["cancelled", "refunded", "expired"];

/** Whether a change took an order back. */
export const isCancelling = (before: OrderRow, after: OrderRow): boolean =>
  off.includes(after.status) && !off.includes(before.status);

/** Of what says something about a person only that it was changed. */
const personal: readonly OrderHistoryEntry["what"][] = ["buyer", "holders"];

/** Records a change in the audit log. */
export async function recordChanged(
  tx: Tx,
  before: Order,
  after: Order,
  history: readonly HistoryRow[],
  at: Date,
): Promise<void> {
  const shown = (side: "from" | "to") =>
    Object.fromEntries(
      history.map(({ what, change }) => [what, personal.includes(what) ? "…" : (change[side] ?? null)]),
    );
  await recordAuditEvent(tx, {
    workspaceId: after.workspace_id,
    at,
    action: isCancelling(before, after) ? "order.cancelled" : "order.updated",
    target: targetOf(after),
    before: shown("from"),
    after: shown("to"),
  });
}
