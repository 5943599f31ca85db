/** The SQL of imports and their rejected rows. */
import { sql } from "kysely";
import type { ImportFault, RejectionReason } from "../../contract/contacts.ts";
import type { Tx } from "../kit/db.ts";

/** What the merge needs to know, settled before the first row is read. */
export interface ImportOptions {
  /** Id of a list, or the name of one to make. */
  list: string | null;
  subscription_type_id: string | null;
  /** The type's place in contacts.sms_consents. */
  consent_bit: number | null;
  consent_source: string | null;
  /** ISO instant. */
  consent_date: string | null;
  /** Whether a column says who consents; without one every row does. */
  consent_column: boolean;
  /** The file's columns, for the head of its rejected rows. */
  columns: string[];
  /** What separates the file's cells, for its rejected rows; null where it was no CSV, absent where nobody wrote it down yet. */
  delimiter?: string | null;
}

export interface ImportRow {
  id: string;
  status: "receiving" | "running" | "done" | "failed";
  file_name: string | null;
  options: ImportOptions;
  /** The number of the last row in the file. */
  rows: number;
  /** How many rows of people there are; null where `rows` says it, for imports of earlier versions. */
  data_rows: number | null;
  created: number;
  updated: number;
  unchanged: number;
  rejected: number;
  merged_to: number;
  prepared: boolean;
  error: { code: ImportFault; message: string } | null;
  created_by: string;
  created_at: Date;
  finished_at: Date | null;
}

export interface RejectedRow {
  row: number;
  reason: RejectionReason;
  value: string | null;
}

const columns =
  sql.raw(`id, status, file_name, options, rows, data_rows, created, updated, unchanged, rejected, merged_to, prepared,
  error, created_by, created_at, finished_at`);

export async function insertImport(
  tx: Tx,
  workspaceId: string,
  row: { id: string; file_name: string | null; created_by: string; at: Date },
): Promise<void> {
  await sql`
    insert into imports (workspace_id, id, status, file_name, options, created_by, created_at, heard_at)
    values (${workspaceId}, ${row.id}, 'receiving', ${row.file_name}, '{}', ${row.created_by}, ${row.at}, now())`.execute(
    tx,
  );
}

export async function selectImport(tx: Tx, workspaceId: string, id: string): Promise<ImportRow | undefined> {
  const { rows } = await sql<ImportRow>`
    select ${columns} from imports where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
  return rows[0];
}

/** The row, held: two processes that merge the same import take turns. */
export async function lockImport(tx: Tx, workspaceId: string, id: string): Promise<ImportRow | undefined> {
  const { rows } = await sql<ImportRow>`
    select ${columns} from imports where workspace_id = ${workspaceId} and id = ${id} for no key update`.execute(tx);
  return rows[0];
}

/** Newest first; `before` is the last of the page before. */
export async function selectImports(
  tx: Tx,
  workspaceId: string,
  page: { before: string | null; limit: number },
): Promise<ImportRow[]> {
  const { rows } = await sql<ImportRow>`
    select ${columns} from imports
    where workspace_id = ${workspaceId} and (${page.before}::uuid is null or id < ${page.before}::uuid)
    order by id desc limit ${page.limit}`.execute(tx);
  return rows;
}

export async function deleteImport(tx: Tx, workspaceId: string, id: string): Promise<void> {
  await sql`delete from imports where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
}

/** Says that somebody is at work on it. */
export async function touchImport(tx: Tx, workspaceId: string, id: string): Promise<void> {
  await sql`update imports set heard_at = now() where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
}

/** Says that its file is still being received. */
export async function touchReceiving(tx: Tx, workspaceId: string, id: string): Promise<void> {
  await sql`
    update imports set heard_at = now()
    where workspace_id = ${workspaceId} and id = ${id} and status = 'receiving'`.execute(tx);
}

/** What has come of a file. */
export interface Received {
  /** The number of the last row. */
  rows: number;
  data_rows: number;
}

/** How many rows have come so far; false when the import was given up meanwhile. */
export async function updateReceived(tx: Tx, workspaceId: string, id: string, received: Received): Promise<boolean> {
  const updated = await sql`
    update imports set rows = ${received.rows}, data_rows = ${received.data_rows}, heard_at = now()
    where workspace_id = ${workspaceId} and id = ${id} and status = 'receiving' returning id`.execute(tx);
  return updated.rows.length > 0;
}

/** From receiving to running; false when the import was given up meanwhile. */
export async function startRunning(
  tx: Tx,
  workspaceId: string,
  id: string,
  received: Received & { options: ImportOptions },
): Promise<boolean> {
  const { rows } = await sql`
    update imports set status = 'running', rows = ${received.rows}, data_rows = ${received.data_rows}, options = ${JSON.stringify(received.options)}::jsonb,
      heard_at = now()
    where workspace_id = ${workspaceId} and id = ${id} and status = 'receiving' returning id`.execute(tx);
  return rows.length > 0;
}

export interface MergeCounts {
  created: number;
  updated: number;
  unchanged: number;
  rejected: number;
}

export async function updateMerged(
  tx: Tx,
  workspaceId: string,
  id: string,
  mergedTo: number,
  counts: MergeCounts,
): Promise<void> {
  await sql`
    update imports set merged_to = ${mergedTo}, created = created + ${counts.created}, updated = updated + ${counts.updated},
      unchanged = unchanged + ${counts.unchanged}, rejected = rejected + ${counts.rejected}, heard_at = now()
    where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
}

export async function updateOptions(tx: Tx, workspaceId: string, id: string, options: ImportOptions): Promise<void> {
  await sql`
    update imports set options = ${JSON.stringify(options)}::jsonb, prepared = true
    where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
}

export async function finishImport(tx: Tx, workspaceId: string, id: string, at: Date): Promise<void> {
  await sql`
    update imports set status = 'done', finished_at = ${at} where workspace_id = ${workspaceId} and id = ${id}`.execute(
    tx,
  );
}

/** Gives up an import in `status`; false when it has gone on or ended meanwhile. */
export async function failImport(
  tx: Tx,
  workspaceId: string,
  id: string,
  status: "receiving" | "running",
  error: { code: ImportFault; message: string },
  at: Date,
): Promise<boolean> {
  const { rows } = await sql`
    update imports set status = 'failed', error = ${JSON.stringify(error)}::jsonb, finished_at = ${at}
    where workspace_id = ${workspaceId} and id = ${id} and status = ${status} returning id`.execute(tx);
  return rows.length > 0;
}

/** Imports under way, in every workspace; `silent`: nothing of them was written for `seconds`. */
export async function selectUnderWay(
  tx: Tx,
  seconds: number,
): Promise<{ workspace_id: string; id: string; status: "receiving" | "running"; silent: boolean }[]> {
  const { rows } = await sql<{ workspace_id: string; id: string; status: "receiving" | "running"; silent: boolean }>`
    select workspace_id, id, status, heard_at <= now() - make_interval(secs => ${seconds}) as silent
    from imports where status in ('receiving', 'running')`.execute(tx);
  return rows;
}

/** Characters of a rejected row that are shown, to recognise it by. */
const shownText = 200;

/** Rejected rows after row `after`, in the order of the file. */
export async function selectRejections(
  tx: Tx,
  workspaceId: string,
  id: string,
  page: { after: number; limit: number },
): Promise<(RejectedRow & { text: string })[]> {
  const { rows } = await sql<RejectedRow & { text: string }>`
    select row, reason, value, left(array_to_string(array_remove(line, ''), ' · '), ${shownText}) as text
    from import_rejections
    where workspace_id = ${workspaceId} and import_id = ${id} and row > ${page.after} order by row limit ${page.limit}`.execute(
    tx,
  );
  return rows;
}

export async function selectRejectedLines(
  tx: Tx,
  workspaceId: string,
  id: string,
  page: { after: number; limit: number },
): Promise<(RejectedRow & { line: string[] })[]> {
  const { rows } = await sql<RejectedRow & { line: string[] }>`
    select row, reason, value, line from import_rejections
    where workspace_id = ${workspaceId} and import_id = ${id} and row > ${page.after} order by row limit ${page.limit}`.execute(
    tx,
  );
  return rows;
}
