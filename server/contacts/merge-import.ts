/**
 * The second half of an import: its staging rows become contacts, in chunks of one transaction each. `imports.merged_to`
 * moves in the same transaction, so a process that is killed anywhere leaves whole chunks, and the next goes on behind them.
 *
 * Rows with a mobile are merged first, then those with only an e-mail, then those with only a phone: so a row without a
 * mobile finds the contact that another row of the file makes. merged_to counts through the three: row n of the second
 * stands at rows + n.
 */
import { sql } from "kysely";
import type { Clock } from "../kit/clock.ts";
import type { Db, Tx } from "../kit/db.ts";
import type { Logger } from "../kit/log.ts";
import type { News } from "../kit/news.ts";
import { adoptStaging, dropStaging, prepareStaging, type RowKind, stagingTable } from "./import-staging.ts";
import * as store from "./import-store.ts";
import { findOrCreateList, listNow } from "./lists.ts";
import { mergeRows } from "./merge-chunk.ts";

export interface MergeServices {
  db: Db;
  clock: Clock;
  news: Pick<News, "tell">;
  log: Pick<Logger, "info">;
}

/** Staging rows a transaction: long enough to be quick, short enough that a campaign never waits for its locks. */
const chunkRows = 20_000;
const attempts = 10;
/** From here on PostgreSQL is told what the tables hold now, without waiting for autovacuum. */
const manyRows = 10_000;

const passes: { kinds: RowKind[]; by: "mobile" | "email" | "phone" }[] = [
  { kinds: ["m", "r"], by: "mobile" },
  { kinds: ["e"], by: "email" },
  { kinds: ["p"], by: "phone" },
];

/**
 * Merges what is not merged yet. May be called again after any interruption, and by two processes at once. Throws when
 * `signal` is aborted, between two chunks.
 */
export async function mergeImport(
  services: MergeServices,
  job: { workspace_id: string; import_id: string },
  signal: AbortSignal,
  options: { chunkRows?: number } = {},
): Promise<void> {
  const { db, clock, news } = services;
  const workspaceId = job.workspace_id;
  const id = job.import_id;
  await db.inWorkspace(workspaceId, (tx) => prepare(tx, workspaceId, id, clock.now()));
  for (;;) {
    signal.throwIfAborted();
    const state = await againIfTaken(() =>
      db.inWorkspace(workspaceId, (tx) => mergeChunk(tx, workspaceId, id, options.chunkRows ?? chunkRows, clock.now())),
    );
    news.tell(workspaceId, "import", id);
    if (state === "merging") continue;
    if (state === "done") services.log.info({ workspace: workspaceId, import: id }, "import done");
    break;
  }
  news.tell(workspaceId, "contact", null);
  const row = await db.inWorkspace(workspaceId, (tx) => store.selectImport(tx, workspaceId, id));
  if (row && row.rows >= manyRows) {
    await db.asSystem((tx) => sql`analyze (skip_locked) contacts, list_members, consent_events`.execute(tx));
  }
}

/** Somebody made a contact with one of the chunk's numbers while it was being merged: the next attempt finds it. */
async function againIfTaken<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if ((error as { constraint?: string }).constraint !== "contacts_mobile" || attempt === attempts) throw error;
    }
  }
}

/** Folds the staging rows and settles which list they go on. */
async function prepare(tx: Tx, workspaceId: string, id: string, now: Date): Promise<void> {
  const row = await store.lockImport(tx, workspaceId, id);
  if (row?.status !== "running") return;
  await adoptStaging(tx, id);
  if (row.prepared) return;
  await prepareStaging(tx, id);
  const list = row.options.list === null ? null : (await findOrCreateList(tx, workspaceId, row.options.list, now)).id;
  await store.updateOptions(tx, workspaceId, id, { ...row.options, list });
}

/** One chunk, or the end. */
async function mergeChunk(
  tx: Tx,
  workspaceId: string,
  id: string,
  most: number,
  now: Date,
): Promise<"merging" | "done" | "ended before"> {
  const row = await store.lockImport(tx, workspaceId, id);
  if (row?.status !== "running") return "ended before";
  // Imports of one workspace take turns: two with the same people would deadlock, and an e-mail has no unique key that
  // would keep both from making the same contact.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`imports ${workspaceId}`}, 0))`.execute(tx);
  const next = await nextRange(tx, row, most);
  if (!next) {
    await store.updateMerged(tx, workspaceId, id, passes.length * row.rows, noCounts);
    await store.finishImport(tx, workspaceId, id, now);
    await dropStaging(tx, id);
    return "done";
  }
  const listId = row.options.list && (await listNow(tx, workspaceId, row.options.list)) ? row.options.list : null;
  const chunk = { workspaceId, import: row, from: next.from, to: next.to, listId, now };
  await store.updateMerged(tx, workspaceId, id, next.mergedTo, await mergeRows(tx, chunk, next.by));
  return "merging";
}

const noCounts = { created: 0, updated: 0, unchanged: 0, rejected: 0 };

/** The next rows to merge: those after `from` up to `to`, found by `by`. */
async function nextRange(tx: Tx, row: store.ImportRow, most: number) {
  for (const [index, { kinds, by }] of passes.entries()) {
    const base = index * row.rows;
    if (row.merged_to >= base + row.rows) continue;
    const from = Math.max(row.merged_to - base, 0);
    const { rows } = await sql<{ to: number | null }>`
      select max(row) as to from (
        select row from ${stagingTable(row.id)} where row > ${from} and kind = any(${kinds}::"char"[])
        order by row limit ${most}
      ) next`.execute(tx);
    const to = rows[0]?.to;
    if (to) return { from, to, by, mergedTo: base + to };
  }
  return null;
}
