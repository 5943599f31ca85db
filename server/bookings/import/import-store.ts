/** The SQL of imports of bookings, their rows that wait, and their rejected rows. */
import { sql } from "kysely";
import type { Tx } from "../../kit/db.ts";
import type { Said } from "./read-row.ts";

export interface ImportOptions {
  /** Of the caller's choice, and who that is. */
  notify: boolean;
  create_missing: boolean;
}

export interface ImportRow {
  id: string;
  status: "receiving" | "running" | "done" | "failed";
  file_name: string | null;
  options: ImportOptions;
  rows: number;
  created: number;
  updated: number;
  unchanged: number;
  rejected: number;
  error: { code: string; message: string } | null;
  created_by: string;
  created_at: Date;
  finished_at: Date | null;
}

export async function insertImport(
  tx: Tx,
  workspaceId: string,
  row: { id: string; file_name: string | null; options: ImportOptions; created_by: string; at: Date },
): Promise<void> {
  await sql`
    insert into booking_imports (workspace_id, id, status, file_name, options, created_by, created_at, heard_at)
    values (${workspaceId}, ${row.id}, 'receiving', ${row.file_name}, ${JSON.stringify(row.options)}::jsonb, ${row.created_by},
      ${row.at}, now())`.execute(tx);
}

export async function selectImport(tx: Tx, workspaceId: string, id: string): Promise<ImportRow | undefined> {
  const { rows } = await sql<ImportRow>`
    select id, status, file_name, options, rows, created, updated, unchanged, rejected, error, created_by, created_at, finished_at
    from booking_imports where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
  return rows[0];
}

export async function deleteImport(tx: Tx, workspaceId: string, id: string): Promise<void> {
  await sql`delete from booking_imports where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
}

/** Stores how many rows have come so far, or that all have; false when the import was given up meanwhile. */
export async function updateReceived(
  tx: Tx,
  workspaceId: string,
  id: string,
  { rows: received, status }: { rows: number; status: "receiving" | "running" },
): Promise<boolean> {
  const { rows } = await sql`
    update booking_imports set rows = ${received}, status = ${status}, heard_at = now()
    where workspace_id = ${workspaceId} and id = ${id} and status = 'receiving' returning id`.execute(tx);
  return rows.length > 0;
}

export async function touchImport(tx: Tx, workspaceId: string, id: string): Promise<void> {
  await sql`
    update booking_imports set heard_at = now() where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
}

export interface Counts {
  created: number;
  updated: number;
  unchanged: number;
  rejected: number;
}

export async function addCounts(tx: Tx, workspaceId: string, id: string, counts: Counts): Promise<void> {
  await sql`
    update booking_imports set created = created + ${counts.created}, updated = updated + ${counts.updated},
      unchanged = unchanged + ${counts.unchanged}, rejected = rejected + ${counts.rejected}, heard_at = now()
    where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
}

/** From running to done where no row waits any more; false otherwise. */
export async function finishImport(tx: Tx, workspaceId: string, id: string, at: Date): Promise<boolean> {
  const waiting = await sql`
    select 1 from booking_import_rows where workspace_id = ${workspaceId} and import_id = ${id} limit 1`.execute(tx);
  if (waiting.rows.length > 0) return false;
  const { rows } = await sql`
    update booking_imports set status = 'done', finished_at = ${at}
    where workspace_id = ${workspaceId} and id = ${id} and status = 'running' returning id`.execute(tx);
  return rows.length > 0;
}

/** Gives up an import whose file was still coming, with its rows; false when it has gone on or ended meanwhile. */
export async function failImport(
  tx: Tx,
  workspaceId: string,
  id: string,
  error: { code: string; message: string },
  at: Date,
): Promise<boolean> {
  const { rows } = await sql`
    update booking_imports set status = 'failed', error = ${JSON.stringify(error)}::jsonb, finished_at = ${at}
    where workspace_id = ${workspaceId} and id = ${id} and status = 'receiving' returning id`.execute(tx);
  if (rows.length > 0) await deleteRows(tx, workspaceId, id);
  return rows.length > 0;
}

export interface UnderWay {
  workspace_id: string;
  id: string;
  status: "receiving" | "running";
  /** Nothing was written of it for so many seconds as were asked for. */
  silent: boolean;
}

/** Imports under way in all workspaces. */
export async function selectUnderWay(tx: Tx, seconds: number): Promise<UnderWay[]> {
  const { rows } = await sql<UnderWay>`
    select workspace_id, id, status, heard_at <= now() - make_interval(secs => ${seconds}) as silent
    from booking_imports where status in ('receiving', 'running')`.execute(tx);
  return rows;
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

export async function deleteRows(tx: Tx, workspaceId: string, importId: string): Promise<void> {
  await sql`
    delete from booking_import_rows where workspace_id = ${workspaceId} and import_id = ${importId}`.execute(tx);
}

export interface RejectedRow {
  row: number;
  reason: string;
  field: string | null;
  value: string | null;
  message: string;
}

export async function insertRejections(
  tx: Tx,
  workspaceId: string,
  importId: string,
  rows: readonly RejectedRow[],
): Promise<void> {
  if (rows.length === 0) return;
  await sql`
    insert into booking_import_rejections (workspace_id, import_id, row, reason, field, value, message)
    select w.workspace_id, ${importId}::uuid, r.row, r.reason, r.field, r.value, r.message
    from workspaces w, jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as r (row bigint, reason text, field text, value text, message text)
    where w.workspace_id = ${workspaceId}`.execute(tx);
}

export async function selectRejections(
  tx: Tx,
  workspaceId: string,
  importId: string,
  limit: number,
): Promise<RejectedRow[]> {
  const { rows } = await sql<RejectedRow>`
    select row, reason, field, value, message from booking_import_rejections
    where workspace_id = ${workspaceId} and import_id = ${importId} order by row limit ${limit}`.execute(tx);
  return rows;
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
