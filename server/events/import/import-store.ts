/** The SQL of rows of orders that wait to be imported. */
import { sql } from "kysely";
import type { Tx } from "../../kit/db.ts";
import type { WaitingRow } from "./order-file.ts";

/** The event, and what the caller chose. */
export interface ImportOptions {
  event_id: string;
  create_missing: boolean;
}

export async function insertRows(
  tx: Tx,
  workspaceId: string,
  importId: string,
  rows: readonly WaitingRow[],
): Promise<void> {
  await sql`
    insert into order_import_rows (workspace_id, import_id, of_row, row, repeats, said, fault)
    select w.workspace_id, ${importId}::uuid, r.of_row, r.row, r.repeats, r.said, r.fault
    from workspaces w, jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as r (of_row bigint, row bigint, repeats integer, said jsonb, fault text)
    where w.workspace_id = ${workspaceId}`.execute(tx);
}

/**
 * The rows of the next orders, locked: an erasure that deletes one of them waits, or they are gone. Of as many orders as `most` rows hold,
 * and all of their rows.
 */
export async function lockNextRows(tx: Tx, workspaceId: string, importId: string, most: number): Promise<WaitingRow[]> {
  const first = await sql<WaitingRow>`
    select of_row, row, repeats, said, fault from order_import_rows
    where workspace_id = ${workspaceId} and import_id = ${importId}
    order by of_row, row limit ${most} for update`.execute(tx);
  const last = first.rows.at(-1);
  if (!last || first.rows.length < most) return first.rows;
  const rest = await sql<WaitingRow>`
    select of_row, row, repeats, said, fault from order_import_rows
    where workspace_id = ${workspaceId} and import_id = ${importId} and of_row = ${last.of_row} and row > ${last.row}
    order by row for update`.execute(tx);
  return [...first.rows, ...rest.rows];
}

export async function deleteWaiting(
  tx: Tx,
  workspaceId: string,
  importId: string,
  rows: readonly WaitingRow[],
): Promise<void> {
  await sql`
    delete from order_import_rows
    where workspace_id = ${workspaceId} and import_id = ${importId}
      and of_row = any(${`{${rows.map(({ of_row }) => of_row).join(",")}}`}::bigint[])
      and row = any(${`{${rows.map(({ row }) => row).join(",")}}`}::bigint[])`.execute(tx);
}

/**
 * Whether imports have made more than `repeats` orders of the item for a buyer of whom nothing but this name is known: such a buyer cannot
 * be found again.
 */
export async function hasOrderOfName(
  tx: Tx,
  workspaceId: string,
  name: { first_name: string | null; last_name: string | null },
  order: { event_id: string; item_id: string; origin: string },
  repeats: number,
): Promise<boolean> {
  const { rows } = await sql`
    select 1 from orders o,
      -- Looked up for each order, not the other way round.
      lateral (select mobile, email, first_name, last_name from contacts
        where workspace_id = ${workspaceId} and id = o.buyer_id offset 0) c,
      lateral (select 1 from order_lines
        where workspace_id = ${workspaceId} and order_id = o.id and item_id = ${order.item_id} limit 1) l
    where o.workspace_id = ${workspaceId} and o.event_id = ${order.event_id} and o.origin = ${order.origin}
      and c.mobile is null and c.email is null
      and c.first_name is not distinct from ${name.first_name} and c.last_name is not distinct from ${name.last_name}
    offset ${repeats} limit 1`.execute(tx);
  return rows.length > 0;
}
