/** The SQL of erasures. */
import { sql } from "kysely";
import type { Erasure } from "../../contract/erasures.ts";
import type { Tx } from "../kit/db.ts";

/** A row of erasures. */
export interface ErasureRow {
  workspace_id: string;
  id: string;
  contact_id: string;
  requested_at: Date;
  requested_by: string;
  /** The erasing transaction's id: earlier transactions may still see the contact. */
  began_in: number;
  /** Null when done. */
  numbers: string[] | null;
  swept_to: string | null;
  messages: number;
  finished_at: Date | null;
}

const columns = sql.raw(
  "workspace_id, id, contact_id, requested_at, requested_by, began_in, numbers, swept_to, messages, finished_at",
);

export async function insertErasure(
  tx: Tx,
  workspaceId: string,
  row: Pick<ErasureRow, "id" | "contact_id" | "requested_at" | "requested_by"> & {
    number_hashes: string[];
    numbers: string[];
  },
): Promise<void> {
  await sql`
    insert into erasures (workspace_id, id, contact_id, number_hashes, requested_at, requested_by, began_in, numbers)
    values (${workspaceId}, ${row.id}, ${row.contact_id}, ${row.number_hashes}::text[], ${row.requested_at},
      ${row.requested_by}, pg_current_xact_id()::text::bigint, ${row.numbers}::text[])`.execute(tx);
}

export async function selectErasure(tx: Tx, workspaceId: string, id: string): Promise<ErasureRow | undefined> {
  const { rows } = await sql<ErasureRow>`
    select ${columns} from erasures where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
  return rows[0];
}

/** Erasures of all workspaces that were requested before a time and are not done, the oldest first. */
export async function findOpenErasures(
  tx: Tx,
  before: Date,
  limit: number,
): Promise<Pick<ErasureRow, "workspace_id" | "id">[]> {
  const { rows } = await sql<Pick<ErasureRow, "workspace_id" | "id">>`
    select workspace_id, id from erasures where finished_at is null and requested_at < ${before}
    order by requested_at limit ${limit}`.execute(tx);
  return rows;
}

/** Newest first; with `hashes` (pseudonyms of numbers) only those of contacts that had one of the numbers. */
export async function listErasures(
  tx: Tx,
  workspaceId: string,
  { before, hashes, limit }: { before: string | null; hashes: string[] | null; limit: number },
): Promise<ErasureRow[]> {
  const { rows } = await sql<ErasureRow>`
    select ${columns} from erasures
    where workspace_id = ${workspaceId} ${before ? sql`and id < ${before}::uuid` : sql``}
      ${hashes ? sql`and number_hashes && ${hashes}::text[]` : sql``}
    order by id desc limit ${limit}`.execute(tx);
  return rows;
}

/** Whether all transactions that may have seen the contact before it was erased have ended. */
export async function haveEarlierEnded(tx: Tx, { began_in }: Pick<ErasureRow, "began_in">): Promise<boolean> {
  const { rows } = await sql<{ ended: boolean }>`
    select pg_snapshot_xmin(pg_current_snapshot())::text::bigint > ${began_in} as ended`.execute(tx);
  return rows[0]?.ended === true;
}

/** Records the progress of the job. */
export async function recordProgress(
  tx: Tx,
  { workspace_id, id }: Pick<ErasureRow, "workspace_id" | "id">,
  done: { messages?: number; swept_to?: string },
): Promise<void> {
  await sql`
    update erasures set messages = messages + ${done.messages ?? 0}, swept_to = coalesce(${done.swept_to ?? null}, swept_to)
    where workspace_id = ${workspace_id} and id = ${id}`.execute(tx);
}

/** Marks the erasure as done and deletes the numbers that the job needed. */
export async function finishErasure(
  tx: Tx,
  { workspace_id, id }: Pick<ErasureRow, "workspace_id" | "id">,
  at: Date,
): Promise<void> {
  await sql`
    update erasures set numbers = null, swept_to = null, finished_at = ${at}
    where workspace_id = ${workspace_id} and id = ${id}`.execute(tx);
}

/** Deletes Idempotency-Keys whose stored answer contains one of the numbers. They would be purged within a day otherwise. */
export async function eraseAnswers(tx: Tx, workspaceId: string, numbers: readonly string[]): Promise<void> {
  await sql`
    delete from idempotency_keys k
    where k.workspace_id = ${workspaceId} and exists (
      select from unnest(${numbers}::text[]) as n (number) where strpos(k.answer::text, n.number) > 0)`.execute(tx);
}

export function presentErasure(row: ErasureRow): Erasure {
  return {
    id: row.id,
    status: row.finished_at ? "done" : "running",
    requested_at: row.requested_at.toISOString(),
    requested_by: row.requested_by,
    finished_at: row.finished_at?.toISOString() ?? null,
    messages: row.messages,
  };
}
