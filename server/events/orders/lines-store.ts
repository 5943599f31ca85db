/** The SQL of the lines of orders and their tickets. */
import { sql } from "kysely";
import type { Tx } from "../../kit/db.ts";
import { jsonRows } from "../../kit/json-rows.ts";
import { sharedStatement } from "../../kit/shared-statements.ts";
import { uuidSet } from "../../kit/uuid-set.ts";
import type { LineRow, Order, TicketRow } from "./order.ts";

type OrderLines = Pick<Order, "id" | "event_id" | "lines">;

/** The lines of orders, in their order. */
export async function selectLines(
  tx: Tx,
  workspaceId: string,
  orders: readonly string[],
): Promise<(LineRow & { order_id: string })[]> {
  const { rows } = await sql<LineRow & { order_id: string }>`
    select order_id, id, item_id, kind, date_id, quantity, price::float8 as price, currency, state, valid from order_lines
    where workspace_id = ${workspaceId} and order_id = any(${uuidSet(orders)}::uuid[])
    order by order_id, position`.execute(tx);
  return rows;
}

/** The tickets of orders, each line's in their order. */
export async function selectTickets(
  tx: Tx,
  workspaceId: string,
  orders: readonly string[],
): Promise<(TicketRow & { line_id: string })[]> {
  const { rows } = await sql<TicketRow & { line_id: string }>`
    select line_id, id, contact_id, first_name, last_name, state, valid, checked_in_at, created_at from tickets
    where workspace_id = ${workspaceId} and order_id = any(${uuidSet(orders)}::uuid[])
    order by order_id, line_id, position`.execute(tx);
  return rows;
}

/** The order that a ticket is of. */
export async function selectOrderOfTicket(tx: Tx, workspaceId: string, id: string): Promise<string | undefined> {
  const { rows } = await sql<{ order_id: string }>`
    select order_id from tickets where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
  return rows[0]?.order_id;
}

/** Adds the lines and tickets of orders that have none yet. */
export const insertLines = sharedStatement(async (tx, workspaceId, orders: readonly OrderLines[]) => {
  const lines = orders.flatMap(({ id: order_id, event_id, lines: own }) =>
    own.map(({ name: _name, tickets: _tickets, ...line }, position) => ({ ...line, order_id, event_id, position })),
  );
  if (lines.length === 0) return [];
  await sql`
    insert into order_lines (workspace_id, order_id, id, event_id, position, item_id, kind, date_id, quantity, price, currency,
      state, valid)
    select w.workspace_id, l.order_id, l.id, l.event_id, l.position, l.item_id, l.kind, l.date_id, l.quantity, l.price, l.currency,
      l.state, l.valid
    from workspaces w, jsonb_to_recordset(${jsonRows(lines)}::jsonb)
      as l (order_id uuid, id uuid, event_id uuid, position integer, item_id uuid, kind text, date_id uuid, quantity integer,
        price numeric, currency text, state text, valid boolean)
    where w.workspace_id = ${workspaceId}`.execute(tx);
  const tickets = orders.flatMap(({ id: order_id, event_id, lines: own }) =>
    own.flatMap(({ id: line_id, item_id, date_id, tickets: all }) =>
      all.map(({ contact: _contact, ...ticket }, position) => ({
        ...ticket,
        order_id,
        event_id,
        line_id,
        item_id,
        date_id,
        position,
      })),
    ),
  );
  if (tickets.length === 0) return [];
  await sql`
    insert into tickets (workspace_id, order_id, id, event_id, line_id, item_id, date_id, position, contact_id, first_name,
      last_name, state, valid, checked_in_at, created_at)
    select w.workspace_id, t.order_id, t.id, t.event_id, t.line_id, t.item_id, t.date_id, t.position, t.contact_id, t.first_name,
      t.last_name, t.state, t.valid, t.checked_in_at, t.created_at
    from workspaces w, jsonb_to_recordset(${jsonRows(tickets)}::jsonb)
      as t (order_id uuid, id uuid, event_id uuid, line_id uuid, item_id uuid, date_id uuid, position integer, contact_id uuid,
        first_name text, last_name text, state text, valid boolean, checked_in_at timestamptz, created_at timestamptz)
    where w.workspace_id = ${workspaceId}`.execute(tx);
  return [];
});

/** Replaces the lines and tickets of an order; those that stay keep their ids. */
export async function replaceLines(tx: Tx, workspaceId: string, order: OrderLines): Promise<void> {
  await sql`delete from tickets where workspace_id = ${workspaceId} and order_id = ${order.id}`.execute(tx);
  await sql`delete from order_lines where workspace_id = ${workspaceId} and order_id = ${order.id}`.execute(tx);
  await insertLines(tx, workspaceId, order);
}

/** When a ticket was checked in; null: it is not. */
export async function updateCheckIn(tx: Tx, workspaceId: string, id: string, at: Date | null): Promise<void> {
  await sql`update tickets set checked_in_at = ${at} where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
}
