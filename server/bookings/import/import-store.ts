/** The SQL of rows of bookings that wait to be imported. */
import { sql } from "kysely";
import type { Tx } from "../../kit/db.ts";
import type { Said } from "./read-row.ts";

/** What the caller chose. */
export interface ImportOptions {
  notify: boolean;
  create_missing: boolean;
}

/** A row that waits. */
export interface WaitingRow {
  row: number;
  repeats: number;
  said: Said;
  fault: string | null;
}

export async function insertRows(
  tx: Tx,
  workspaceId: string,
  importId: string,
  rows: readonly (WaitingRow & { lane: number })[],
): Promise<void> {
  await sql`
    insert into booking_import_rows (workspace_id, import_id, lane, row, repeats, said, fault)
    select w.workspace_id, ${importId}::uuid, r.lane, r.row, r.repeats, r.said, r.fault
    from workspaces w, jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as r (lane smallint, row bigint, repeats integer, said jsonb, fault text)
    where w.workspace_id = ${workspaceId}`.execute(tx);
}

/** The next rows of a lane, locked: an erasure that deletes one of them waits, or they are gone. */
export async function lockNextRows(
  tx: Tx,
  workspaceId: string,
  importId: string,
  lane: number,
  limit: number,
): Promise<WaitingRow[]> {
  const { rows } = await sql<WaitingRow>`
    select row, repeats, said, fault from booking_import_rows
    where workspace_id = ${workspaceId} and import_id = ${importId} and lane = ${lane}
    order by row limit ${limit} for update`.execute(tx);
  return rows;
}

export async function deleteLaneRows(
  tx: Tx,
  workspaceId: string,
  importId: string,
  lane: number,
  numbers: readonly number[],
): Promise<void> {
  await sql`
    delete from booking_import_rows
    where workspace_id = ${workspaceId} and import_id = ${importId} and lane = ${lane}
      and row = any(${`{${numbers.join(",")}}`}::bigint[])`.execute(tx);
}

/**
 * Whether an import has made a booking at that time, of that service, for a customer of whom nothing but this name is known: such a
 * customer cannot be found again.
 */
export async function hasBookingOfName(
  tx: Tx,
  workspaceId: string,
  name: { first_name: string | null; last_name: string | null },
  booking: { start: Date; service_id: string | null; origin: string },
  repeats: number,
): Promise<boolean> {
  const { rows } = await sql`
    select 1 from bookings b,
      -- Looked up for each booking, not the other way round.
      lateral (select mobile, email, first_name, last_name from contacts
        where workspace_id = ${workspaceId} and id = b.customer_id offset 0) c
    where b.workspace_id = ${workspaceId} and b.start_at = ${booking.start} and b.origin = ${booking.origin}
      and b.service_id is not distinct from ${booking.service_id}
      and c.mobile is null and c.email is null
      and c.first_name is not distinct from ${name.first_name} and c.last_name is not distinct from ${name.last_name}
    offset ${repeats} limit 1`.execute(tx);
  return rows.length > 0;
}
