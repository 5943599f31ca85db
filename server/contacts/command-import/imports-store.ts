/** The SQL of imports whose rows are commands, and of their rejected rows. Each kind has tables of its own, of the same columns. */
import { sql } from "kysely";
import type { Tx } from "../../kit/db.ts";

export type ImportKind = "booking" | "order";

const importTables = { booking: sql`booking_imports`, order: sql`order_imports` } as const;
const rowTables = { booking: sql`booking_import_rows`, order: sql`order_import_rows` } as const;
const rejectionTables = { booking: sql`booking_import_rejections`, order: sql`order_import_rejections` } as const;

export interface ImportRow {
  id: string;
  status: "receiving" | "running" | "done" | "failed";
  file_name: string | null;
  /** Of the caller's choice, by the kind. */
  options: object;
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
  kind: ImportKind,
  row: { id: string; file_name: string | null; options: object; created_by: string; at: Date },
): Promise<void> {
  await sql`
    insert into ${importTables[kind]} (workspace_id, id, status, file_name, options, created_by, created_at, heard_at)
    values (${workspaceId}, ${row.id}, 'receiving', ${row.file_name}, ${JSON.stringify(row.options)}::jsonb, ${row.created_by},
      ${row.at}, now())`.execute(tx);
}

export async function selectImport(
  tx: Tx,
  workspaceId: string,
  kind: ImportKind,
  id: string,
): Promise<ImportRow | undefined> {
  const { rows } = await sql<ImportRow>`
    select id, status, file_name, options, rows, created, updated, unchanged, rejected, error, created_by, created_at, finished_at
    from ${importTables[kind]} where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
  return rows[0];
}

export async function deleteImport(tx: Tx, workspaceId: string, kind: ImportKind, id: string): Promise<void> {
  await sql`delete from ${importTables[kind]} where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
}

/** Stores how many rows have come so far, or that all have; false when the import was given up meanwhile. */
export async function updateReceived(
  tx: Tx,
  workspaceId: string,
  kind: ImportKind,
  id: string,
  { rows: received, status }: { rows: number; status: "receiving" | "running" },
): Promise<boolean> {
  const { rows } = await sql`
    update ${importTables[kind]} set rows = ${received}, status = ${status}, heard_at = now()
    where workspace_id = ${workspaceId} and id = ${id} and status = 'receiving' returning id`.execute(tx);
  return rows.length > 0;
}

export async function touchImport(tx: Tx, workspaceId: string, kind: ImportKind, id: string): Promise<void> {
  await sql`
    update ${importTables[kind]} set heard_at = now() where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
}

export interface Counts {
  created: number;
  updated: number;
  unchanged: number;
  rejected: number;
}

export async function addCounts(
  tx: Tx,
  workspaceId: string,
  kind: ImportKind,
  id: string,
  counts: Counts,
): Promise<void> {
  await sql`
    update ${importTables[kind]} set created = created + ${counts.created}, updated = updated + ${counts.updated},
      unchanged = unchanged + ${counts.unchanged}, rejected = rejected + ${counts.rejected}, heard_at = now()
    where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
}

/** From running to done where no row waits any more; false otherwise. */
export async function finishImport(
  tx: Tx,
  workspaceId: string,
  kind: ImportKind,
  id: string,
  at: Date,
): Promise<boolean> {
  const waiting = await sql`
    select 1 from ${rowTables[kind]} where workspace_id = ${workspaceId} and import_id = ${id} limit 1`.execute(tx);
  if (waiting.rows.length > 0) return false;
  const { rows } = await sql`
    update ${importTables[kind]} set status = 'done', finished_at = ${at}
    where workspace_id = ${workspaceId} and id = ${id} and status = 'running' returning id`.execute(tx);
  return rows.length > 0;
}

/** Gives up an import whose file was still coming, with its rows; false when it has gone on or ended meanwhile. */
export async function failImport(
  tx: Tx,
  workspaceId: string,
  kind: ImportKind,
  id: string,
  error: { code: string; message: string },
  at: Date,
): Promise<boolean> {
  const { rows } = await sql`
    update ${importTables[kind]} set status = 'failed', error = ${JSON.stringify(error)}::jsonb, finished_at = ${at}
    where workspace_id = ${workspaceId} and id = ${id} and status = 'receiving' returning id`.execute(tx);
  if (rows.length > 0) await deleteRows(tx, workspaceId, kind, id);
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
export async function selectUnderWay(tx: Tx, kind: ImportKind, seconds: number): Promise<UnderWay[]> {
  const { rows } = await sql<UnderWay>`
    select workspace_id, id, status, heard_at <= now() - make_interval(secs => ${seconds}) as silent
    from ${importTables[kind]} where status in ('receiving', 'running')`.execute(tx);
  return rows;
}

export async function deleteRows(tx: Tx, workspaceId: string, kind: ImportKind, importId: string): Promise<void> {
  await sql`
    delete from ${rowTables[kind]} where workspace_id = ${workspaceId} and import_id = ${importId}`.execute(tx);
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
  kind: ImportKind,
  importId: string,
  rows: readonly RejectedRow[],
): Promise<void> {
  if (rows.length === 0) return;
  await sql`
    insert into ${rejectionTables[kind]} (workspace_id, import_id, row, reason, field, value, message)
    select w.workspace_id, ${importId}::uuid, r.row, r.reason, r.field, r.value, r.message
    from workspaces w, jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as r (row bigint, reason text, field text, value text, message text)
    where w.workspace_id = ${workspaceId}`.execute(tx);
}

export async function selectRejections(
  tx: Tx,
  workspaceId: string,
  kind: ImportKind,
  importId: string,
  limit: number,
): Promise<RejectedRow[]> {
  const { rows } = await sql<RejectedRow>`
    select row, reason, field, value, message from ${rejectionTables[kind]}
    where workspace_id = ${workspaceId} and import_id = ${importId} order by row limit ${limit}`.execute(tx);
  return rows;
}
