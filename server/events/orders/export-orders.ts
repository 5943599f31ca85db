/** A person's orders and tickets, for the export of the person. */
import type { Tx } from "../../kit/db.ts";
import { completeOrders } from "./complete-orders.ts";
import { type HistoryRow, selectHistory } from "./history-store.ts";
import { everyOrder, listOrders } from "./list-store.ts";
import { hasHolder, holderNames, type Order } from "./order.ts";

type After = { at: Date; id: string } | null;

/** One page of the orders that a contact made or holds tickets of, newest first, and where the next one begins. */
export async function exportOrders(
  tx: Tx,
  workspaceId: string,
  contactId: string,
  after: After,
  limit: number,
): Promise<{ items: unknown[]; next: After }> {
  const rows = await listOrders(tx, workspaceId, { ...everyOrder, contact_id: contactId }, { after, limit });
  const items = [];
  for (const order of await completeOrders(tx, workspaceId, rows))
    items.push(present(order, contactId, await selectHistory(tx, workspaceId, order.id)));
  const last = rows.at(-1);
  return { items, next: last && rows.length === limit ? { at: last.created_at, id: last.id } : null };
}

/** Without other holders. What was bought, and what was answered, is the buyer's. */
function present(order: Order, contactId: string, history: readonly HistoryRow[]) {
  const isBuyer = order.buyer_id === contactId;
  return {
    id: order.id,
    event: order.event.name,
    reference: order.reference,
    is_buyer: isBuyer,
    tickets: order.lines.flatMap((line) =>
      line.tickets
        .filter((ticket) => ticket.contact_id === contactId || (isBuyer && !hasHolder(ticket)))
        .map((ticket) => ({
          ticket_type: line.name,
          ...(ticket.contact_id === contactId && { held_as: holderNames(ticket) }),
          state: ticket.state,
          valid: ticket.valid,
          checked_in_at: ticket.checked_in_at?.toISOString() ?? null,
        })),
    ),
    ...(isBuyer && {
      lines: order.lines.map(({ name, quantity, price, currency, state }) => ({
        name,
        quantity,
        price,
        currency,
        state,
      })),
      consents: order.consents,
      locale: order.locale,
    }),
    status: order.status,
    complimentary: order.complimentary,
    test: order.test,
    source: order.source,
    external_id: order.external_id,
    created_at: order.created_at.toISOString(),
    history: history.map((entry) => presentEntry(entry, isBuyer)),
  };
}

/** What was changed and when; whom the order had before, and who holds tickets, are other people. */
function presentEntry({ at, what, change, reason }: HistoryRow, isBuyer: boolean) {
  const isOfOthers = what === "buyer" || what === "holders" || (!isBuyer && what === "lines");
  return {
    at: at.toISOString(),
    what,
    ...(!isOfOthers && { from: change.from ?? null, to: change.to ?? null }),
    ...(isBuyer && { reason }),
  };
}
