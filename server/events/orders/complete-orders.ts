/** Orders with what they are made of. */
import { selectPeople } from "../../contacts/person.ts";
import type { Tx } from "../../kit/db.ts";
import { notFound } from "../../kit/errors.ts";
import { pipelined } from "../../kit/prepared.ts";
import { selectEventNames } from "../events-store.ts";
import { selectItemNames } from "../items-store.ts";
import { selectLines, selectTickets } from "./lines-store.ts";
import type { Order, OrderLine, OrderRow, Ticket } from "./order.ts";
import { selectOrders } from "./orders-store.ts";

/** Rows with what they are made of. */
export async function completeOrders(tx: Tx, workspaceId: string, rows: readonly OrderRow[]): Promise<Order[]> {
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  const eventIds = [...new Set(rows.map(({ event_id }) => event_id))];
  const [lines, tickets] = await pipelined(
    tx,
    () => selectLines(tx, workspaceId, ids),
    () => selectTickets(tx, workspaceId, ids),
  );
  const contactIds = [...rows.map(({ buyer_id }) => buyer_id), ...tickets.map(({ contact_id }) => contact_id)];
  const [people, names, events] = await pipelined(
    tx,
    () => selectPeople(tx, workspaceId, contactIds),
    () => selectItemNames(tx, workspaceId, { events: eventIds }),
    () => selectEventNames(tx, workspaceId, eventIds),
  );
  const ticketsOfLine = Map.groupBy(tickets, ({ line_id }) => line_id);
  const linesOfOrder = Map.groupBy(lines, ({ order_id }) => order_id);
  const complete = ({ order_id: _order, ...line }: (typeof lines)[number]): OrderLine => ({
    ...line,
    name: names.get(line.item_id) ?? "",
    tickets: (ticketsOfLine.get(line.id) ?? []).map(({ line_id: _line, ...ticket }): Ticket => ({
      ...ticket,
      contact: people.get(ticket.contact_id ?? "") ?? null,
    })),
  });
  return rows.map((row): Order => ({
    ...row,
    event: { id: row.event_id, name: events.get(row.event_id) ?? "" },
    buyer: people.get(row.buyer_id ?? "") ?? null,
    lines: (linesOfOrder.get(row.id) ?? []).map(complete),
  }));
}

/** Orders by their ids, complete; those that there are, in no order. */
export async function loadOrders(tx: Tx, workspaceId: string, ids: readonly string[]): Promise<Order[]> {
  return ids.length === 0 ? [] : completeOrders(tx, workspaceId, await selectOrders(tx, workspaceId, ids));
}

/** One order, complete; 404 where the workspace has none of that id. */
export async function loadOrder(tx: Tx, workspaceId: string, id: string): Promise<Order> {
  const [order] = await loadOrders(tx, workspaceId, [id]);
  if (!order) throw notFound("order", id);
  return order;
}
