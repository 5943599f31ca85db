/** The SQL of imports and their rejected rows. */
import { sql } from "kysely";
import type { Import, ImportFault, ImportTotals, RejectionReason } from "../../../contract/contacts.ts";
import { appendOne } from "../../activity/activity.ts";
import type { Tx } from "../../kit/db.ts";
import type { Received } from "./read-in-batches.ts";

/** What the merge needs to know, decided before the first row is read. */
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
  /** What each of them becomes; absent in imports of earlier versions. */
  fields?: string[];
  /** What separates the file's cells, for its rejected rows; null where it was no CSV, absent in imports of earlier versions. */
  delimiter?: string | null;
}

export interface ImportRow {
  id: string;
  status: Import["status"];
  file_name: string | null;
  options: ImportOptions;
  /** The number of the last row in the file. */
  rows: number;
  /** How many rows of people there are; null in imports of earlier versions, where it is `rows`. */
  data_rows: number | null;
  created: number;
  updated: number;
  unchanged: number;
  rejected: number;
  /** Rows that were taken with a warning. */
  warnings: number;
  /** Consents that were recorded. */
  consents: number;
  merged_to: number;
  prepared: boolean;
  /** For how many passes it is decided which contacts their rows are by another key. */
  settled: number;
  /** What was counted while it was held. */
  totals: ImportTotals | null;
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
  sql.raw(`id, status, file_name, options, rows, data_rows, created, updated, unchanged, rejected, warnings, consents, merged_to, prepared, settled, totals,
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

/** The row, locked: two processes that merge the same import take turns. */
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

/** Notes that a process is working on it. */
export async function touchImport(tx: Tx, workspaceId: string, id: string): Promise<void> {
  await sql`update imports set heard_at = now() where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
}

/** Notes that its file is still being received. */
export async function touchReceiving(tx: Tx, workspaceId: string, id: string): Promise<void> {
  await sql`
    update imports set heard_at = now()
    where workspace_id = ${workspaceId} and id = ${id} and status = 'receiving'`.execute(tx);
}

/** Stores how many rows have come so far; false when the import was given up meanwhile. */
export async function updateReceived(tx: Tx, workspaceId: string, id: string, received: Received): Promise<boolean> {
  const updated = await sql`
    update imports set rows = ${received.rows}, data_rows = ${received.data_rows}, heard_at = now()
    where workspace_id = ${workspaceId} and id = ${id} and status = 'receiving' returning id`.execute(tx);
  return updated.rows.length > 0;
}

/** From receiving to what follows; false when the import was given up meanwhile. */
export async function finishReceiving(
  tx: Tx,
  workspaceId: string,
  id: string,
  next: "running" | "checking",
  received: Received & { options: ImportOptions },
): Promise<boolean> {
  const { rows } = await sql`
    update imports set status = ${next}, rows = ${received.rows}, data_rows = ${received.data_rows}, options = ${JSON.stringify(received.options)}::jsonb,
      heard_at = now()
    where workspace_id = ${workspaceId} and id = ${id} and status = 'receiving' returning id`.execute(tx);
  return rows.length > 0;
}

/** From checking to held, with what was found; false when the import was given up meanwhile. */
export async function hold(tx: Tx, workspaceId: string, id: string, totals: ImportTotals): Promise<boolean> {
  const { rows } = await sql`
    update imports set status = 'held', totals = ${JSON.stringify(totals)}::jsonb, heard_at = now()
    where workspace_id = ${workspaceId} and id = ${id} and status = 'checking' returning id`.execute(tx);
  return rows.length > 0;
}

/** How many are held, or being counted for that. */
export async function countHeld(tx: Tx, workspaceId: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from imports where workspace_id = ${workspaceId} and status in ('checking', 'held')`.execute(
    tx,
  );
  return rows[0]?.n ?? 0;
}

/** From held to running. */
export async function startHeld(tx: Tx, workspaceId: string, id: string): Promise<void> {
  await sql`
    update imports set status = 'running', heard_at = now() where workspace_id = ${workspaceId} and id = ${id}`.execute(
    tx,
  );
}

/** Has those of `ids`, as PostgreSQL spells an array, that are held counted once more: answers which. Their findings are deleted. */
export async function countAgain(tx: Tx, workspaceId: string, ids: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    update imports set status = 'checking', totals = null, heard_at = now()
    where workspace_id = ${workspaceId} and id = any(${ids}::uuid[]) and status = 'held' returning id`.execute(tx);
  await sql`
    delete from import_findings
    where workspace_id = ${workspaceId} and import_id = any(${rows.map(({ id }) => id)}::uuid[])`.execute(tx);
  return rows.map(({ id }) => id);
}

/** Deletes what an import lists of its rows: rejections and warnings. */
export async function deleteRejections(tx: Tx, workspaceId: string, id: string): Promise<void> {
  await sql`delete from import_rejections where workspace_id = ${workspaceId} and import_id = ${id}`.execute(tx);
}

export interface MergeCounts {
  created: number;
  updated: number;
  unchanged: number;
  rejected: number;
  consents: number;
  warnings: number;
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
      unchanged = unchanged + ${counts.unchanged}, rejected = rejected + ${counts.rejected},
      consents = consents + ${counts.consents}, warnings = warnings + ${counts.warnings}, heard_at = now()
    where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
}

/** False when there is no such import any more. */
export async function finishFolding(tx: Tx, workspaceId: string, id: string, warnings: number): Promise<boolean> {
  const { rows } = await sql`
    update imports set warnings = ${warnings}, prepared = true
    where workspace_id = ${workspaceId} and id = ${id} returning id`.execute(tx);
  return rows.length > 0;
}

export async function storeMatchedPasses(tx: Tx, workspaceId: string, id: string, passes: number): Promise<void> {
  await sql`
    update imports set settled = ${passes} where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
}

/** Stores the id of the list that all contacts go on, in place of its name. */
export async function storeList(tx: Tx, workspaceId: string, id: string, list: string): Promise<void> {
  await sql`
    update imports set options = jsonb_set(options, '{list}', to_jsonb(${list}::text))
    where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
}

export async function finishImport(tx: Tx, workspaceId: string, id: string, at: Date): Promise<void> {
  await sql`
    update imports set status = 'done', finished_at = ${at} where workspace_id = ${workspaceId} and id = ${id}`.execute(
    tx,
  );
  await appendOne(tx, workspaceId, at, "import.done", id);
}

/** Gives up an import in `status`; false when it has gone on or ended meanwhile. */
export async function failImport(
  tx: Tx,
  workspaceId: string,
  id: string,
  status: UnderWay["status"],
  error: { code: ImportFault; message: string },
  at: Date,
): Promise<boolean> {
  const { rows } = await sql`
    update imports set status = 'failed', error = ${JSON.stringify(error)}::jsonb, finished_at = ${at}
    where workspace_id = ${workspaceId} and id = ${id} and status = ${status} returning id`.execute(tx);
  return rows.length > 0;
}

/** An import that has not ended. */
export interface UnderWay {
  workspace_id: string;
  id: string;
  status: "receiving" | "checking" | "held" | "running";
  silent: boolean;
}

/**
 * Imports under way, in every workspace; `silent`: nothing of them was written for `seconds`. Of those that are held only the ones
 * that were not started for `heldSeconds`.
 */
export async function selectUnderWay(tx: Tx, seconds: number, heldSeconds: number): Promise<UnderWay[]> {
  const { rows } = await sql<UnderWay>`
    select workspace_id, id, status, heard_at <= now() - make_interval(secs => ${seconds}) as silent
    from imports
    where status in ('receiving', 'checking', 'running')
      or (status = 'held' and heard_at <= now() - make_interval(secs => ${heldSeconds}))`.execute(tx);
  return rows;
}

/** The statuses of those of `ids` that are imports, of any workspace. */
export async function selectStatuses(
  tx: Tx,
  ids: string[],
): Promise<Map<string, { workspace_id: string; status: Import["status"] }>> {
  const { rows } = await sql<{ id: string; workspace_id: string; status: Import["status"] }>`
    select id, workspace_id, status from imports where id = any(${ids}::uuid[])`.execute(tx);
  return new Map(rows.map(({ id, ...each }) => [id, each]));
}

/** Characters of a rejected row that are shown, to recognise it by. */
const shownText = 200;

/** Rejected rows after row `after`, in the order of the file; `taken`: those that were taken with a warning. */
export async function selectRejections(
  tx: Tx,
  workspaceId: string,
  id: string,
  page: { after: number; limit: number; taken: boolean },
): Promise<(RejectedRow & { text: string })[]> {
  const { rows } = await sql<RejectedRow & { text: string }>`
    select row, reason, value, left(array_to_string(array_remove(line, ''), ' · '), ${shownText}) as text
    from import_rejections
    where workspace_id = ${workspaceId} and import_id = ${id} and taken = ${page.taken} and row > ${page.after}
    order by row limit ${page.limit}`.execute(tx);
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
    where workspace_id = ${workspaceId} and import_id = ${id} and not taken and row > ${page.after}
    order by row limit ${page.limit}`.execute(tx);
  return rows;
}
