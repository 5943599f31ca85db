/** The commands on one ticket: another holder or state, checking in. Each goes by its order, which is locked. */
import type { HolderInput, LineState } from "../../../contract/orders.ts";
import { recordAuditEvent } from "../../accounts/audit-events.ts";
import { appendActivity } from "../../activity/activity.ts";
import type { Tx } from "../../kit/db.ts";
import { conflict, notFound } from "../../kit/errors.ts";
import { getWorkspace } from "../../workspaces/workspace.ts";
import { insertHistory } from "./history-store.ts";
import { selectOrderOfTicket, updateCheckIn } from "./lines-store.ts";
import { historyEntry, targetOf } from "./order-changes.ts";
import type { Order, OrderContext, OrderLine, Ticket } from "./order.ts";
import { withHolder } from "./read-lines.ts";
import { lockWhole, writeChange } from "./write-order.ts";

export interface OneTicket {
  order: Order;
  line: OrderLine;
  ticket: Ticket;
}

/** Gives a ticket another holder (null: the buyer) or state; 404 where there is none. */
export async function changeTicket(
  tx: Tx,
  workspaceId: string,
  id: string,
  { holder, state }: { holder?: HolderInput | null | undefined; state?: LineState | undefined },
  context: OrderContext,
): Promise<OneTicket> {
  const { order, ticket } = await lockTicket(tx, workspaceId, id);
  const { country } = await getWorkspace(tx, workspaceId);
  const scope = { workspaceId, country, at: context.at };
  const held = holder === undefined ? ticket : await withHolder(tx, scope, ticket, holder, "holder");
  const after = withTicket(order, { ...held, state: state ?? held.state });
  return findIn(await writeChange(tx, order, after, context), ticket.id);
}

/** Checks a ticket in, or takes that back; what is so already stays. 409 for a ticket that is not valid. */
export async function setCheckedIn(
  tx: Tx,
  workspaceId: string,
  id: string,
  isIn: boolean,
  { by, at }: OrderContext,
): Promise<OneTicket> {
  const { order, ticket } = await lockTicket(tx, workspaceId, id);
  if ((ticket.checked_in_at !== null) === isIn) return findIn(order, ticket.id);
  if (isIn && !ticket.valid) {
    const states = `Its order is ${order.status}${order.test ? " and a test" : ""}, and the ticket ${ticket.state}`;
    throw conflict("ticket_not_valid", `The ticket is not valid. ${states}.`, { field: "id", value: id });
  }
  const checked_in_at = isIn ? at : null;
  await updateCheckIn(tx, workspaceId, ticket.id, checked_in_at);
  const change = { from: ticket.checked_in_at?.toISOString() ?? null, to: checked_in_at?.toISOString() ?? null };
  const action = isIn ? ("ticket.checked_in" as const) : ("ticket.check_in_undone" as const);
  await insertHistory(tx, workspaceId, {
    orderId: order.id,
    entries: [historyEntry({ by, at }, "checked_in", change)],
  });
  await recordAuditEvent(tx, {
    workspaceId,
    at,
    action,
    target: { ...targetOf(order), type: "ticket", id: ticket.id },
  });
  await appendActivity(tx, workspaceId, at, [{ type: "order.updated", subjects: [order.id] }]);
  return findIn(withTicket(order, { ...ticket, checked_in_at }), ticket.id);
}

async function lockTicket(tx: Tx, workspaceId: string, id: string): Promise<OneTicket> {
  const orderId = await selectOrderOfTicket(tx, workspaceId, id);
  if (orderId === undefined) throw notFound("ticket", id);
  return findIn(await lockWhole(tx, workspaceId, orderId), id.toLowerCase());
}

/** 404 where the order has lost the ticket while it was waited for. */
function findIn(order: Order, id: string): OneTicket {
  for (const line of order.lines) {
    const ticket = line.tickets.find((each) => each.id === id);
    if (ticket) return { order, line, ticket };
  }
  throw notFound("ticket", id);
}

const withTicket = (order: Order, changed: Ticket): Order => ({
  ...order,
  lines: order.lines.map((line) => ({
    ...line,
    tickets: line.tickets.map((ticket) => (ticket.id === changed.id ? changed : ticket)),
  })),
});
