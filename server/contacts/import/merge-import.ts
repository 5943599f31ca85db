/**
 * The second half of an import: its rows become contacts, in chunks of one transaction each. `imports.merged_to` advances in the
 * same transaction, so a process that is killed anywhere leaves whole chunks, and the next goes on after them.
 *
 * Of a large file two chunks are merged at a time, as long as rows have mobiles, which no two contacts share. The second of them
 * waits for the first before it touches what both write, the list's figure and the import's, so they end in the file's order.
 *
 * Rows with a mobile are merged first, then those with only an e-mail, then those with only a phone (`passes`). merged_to counts
 * through the three: row n of the second is at rows + n.
 */
import { sql } from "kysely";
import type { Clock } from "../../kit/clock.ts";
import type { Db, Tx } from "../../kit/db.ts";
import { isId } from "../../kit/id.ts";
import type { LiveUpdates } from "../../kit/live-updates.ts";
import type { Logger } from "../../kit/log.ts";
import { findOrCreateList, listNow } from "../lists.ts";
import { adoptRows, deleteRows, foldStagedRows, ofImport } from "./import-rows.ts";
import * as store from "./import-store.ts";
import { isAnyKnown, matchOthers, passes } from "./match-rows.ts";
import { FoundChanged, mergeRows } from "./merge-chunk.ts";

export interface MergeServices {
  db: Db;
  clock: Clock;
  liveUpdates: Pick<LiveUpdates, "publish">;
  log: Pick<Logger, "info">;
}

/** Rows a transaction: enough to be quick, few enough that a campaign never waits long for its locks. */
const chunkRows = 20_000;
/** Chunks that an import merges before another of the workspace gets its turn. */
const turnChunks = 12;
const attempts = 10;
/**
 * How long a chunk that is merged at the same time as another waits for a lock. A transaction may hold it that waits for the other chunk,
 * which waits for this one: PostgreSQL cannot detect that deadlock.
 */
const lockTimeout = 5_000; // milliseconds
/** PostgreSQL's SQLSTATE for that. */
export const lockNotAvailable = "55P03";
/** From this many rows on the tables are analyzed at once, without waiting for autovacuum. */
const manyRows = 10_000;

/**
 * Merges what is not merged yet. May be called again after any interruption, and by two processes at once. Throws when
 * `signal` is aborted, between two chunks.
 */
export async function mergeImport(
  services: MergeServices,
  job: { workspace_id: string; import_id: string },
  signal: AbortSignal,
  options: { chunkRows?: number; lockTimeout?: number } = {},
): Promise<void> {
  const { db, clock, liveUpdates } = services;
  const workspaceId = job.workspace_id;
  const id = job.import_id;
  await db.inWorkspace(workspaceId, (tx) => prepare(tx, workspaceId, id, clock.now()));
  const row = await db.inWorkspace(workspaceId, (tx) => store.selectImport(tx, workspaceId, id));
  const analyzeTables = async () => {
    if (row && row.rows >= manyRows)
      await db.asSystem((tx) => sql`analyze (skip_locked) contacts, list_members, consent_events`.execute(tx));
  };
  const most = options.chunkRows ?? chunkRows;
  const timeout = options.lockTimeout ?? lockTimeout;
  const merging: Merging = { workspaceId, id, most, timeout, signal, allNew: false };
  const pairs = row && row.rows > 2 * most ? reservePairs(db) : null;
  try {
    for (let chunks = 0; ; chunks++) {
      signal.throwIfAborted();
      // A planner that expects next to no contacts takes any index: each row would then be compared with all of the others.
      if (chunks === 1 && !merging.allNew) await analyzeTables();
      if (pairs && chunks > 0 && (await repeatAfterConflict(merging, () => mergePairs(services, merging)))) continue;
      const state = await repeatAfterConflict(merging, () =>
        db.inWorkspace(workspaceId, (tx) => mergeNext(tx, merging, clock.now())),
      );
      liveUpdates.publish(workspaceId, "import", id);
      if (state === "merging") continue;
      if (state === "done") services.log.info({ workspace: workspaceId, import: id }, "import done");
      break;
    }
  } finally {
    pairs?.release();
  }
  liveUpdates.publish(workspaceId, "contact", null);
  await analyzeTables();
}

interface Merging {
  workspaceId: string;
  id: string;
  /** Rows that a chunk has at most. */
  most: number;
  /** See lockTimeout. */
  timeout: number;
  signal: AbortSignal;
  /** Whether no contact had the file's mobiles when their merge began: then none is looked for, and one made since violates contacts_mobile. */
  allNew: boolean;
}

/** Connections that the pool must have: three for an import that merges in pairs, one for each of the other jobs. */
const enoughConnections = 6;
let pairsReserved = false;

/** Permission to merge two chunks at a time; null while another import of this process has it. */
function reservePairs(db: Db): { release(): void } | null {
  if (pairsReserved || (db.workspacePool.options.max ?? 0) < enoughConnections) return null;
  pairsReserved = true;
  return { release: () => void (pairsReserved = false) };
}

/** Some of the next chunks, two at a time; false where they have to be merged one by one. */
async function mergePairs({ db, clock, liveUpdates }: MergeServices, merging: Merging): Promise<boolean> {
  const { workspaceId, id, most, timeout, signal } = merging;
  // This transaction only holds the turn.
  return db.inWorkspace(workspaceId, async (turn) => {
    await takeTurn(turn, workspaceId);
    const row = await store.selectImport(turn, workspaceId, id);
    if (row?.status !== "running" || row.settled === 0) return false;
    const ranges = [];
    for (let next = await nextRange(turn, workspaceId, row, most); next?.pass === 1;) {
      ranges.push(next);
      if (ranges.length === turnChunks) break;
      next = await nextRange(turn, workspaceId, { ...row, merged_to: next.mergedTo }, most);
    }
    if (ranges.length === 0) return false;
    const waiting = ranges.values();
    let last: Promise<void> = Promise.resolve();
    const merger = async () => {
      for (const range of waiting) {
        if (signal.aborted) return;
        const before = last;
        const merged = db.inWorkspace(workspaceId, async (tx) => {
          await sql`set local lock_timeout = ${sql.lit(timeout)}`.execute(tx);
          await mergeRange(tx, merging, row, range, { now: clock.now(), before });
        });
        last = merged;
        await merged;
        liveUpdates.publish(workspaceId, "import", id);
      }
    };
    const ends = await Promise.allSettled([merger(), merger()]);
    for (const end of ends) if (end.status === "rejected") throw end.reason;
    return true;
  });
}

/**
 * Repeats the work where another transaction interfered: it made, changed or deleted a contact that one of the chunk's rows means, or
 * erased a row, which the next attempt sees, or held a lock for too long.
 */
async function repeatAfterConflict<T>(merging: Merging, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const { code, constraint } = error as { code?: string; constraint?: string };
      const isChanged = constraint === "contacts_mobile" || error instanceof FoundChanged;
      if ((!isChanged && code !== lockNotAvailable) || attempt === attempts) throw error;
      if (isChanged) merging.allNew = false;
    }
  }
}

/** Folds the rows, unless that was done when they were counted, and finds or makes the list that they go on. */
async function prepare(tx: Tx, workspaceId: string, id: string, now: Date): Promise<void> {
  const row = await store.lockImport(tx, workspaceId, id);
  if (row?.status !== "running") return;
  await foldRows(tx, workspaceId, row);
  const { list } = row.options;
  if (list === null || isId(list)) return;
  await store.storeList(tx, workspaceId, id, (await findOrCreateList(tx, workspaceId, list, now)).id);
}

/** Folds rows once an import. Throws, which rolls it back, where the import is given up meanwhile. */
export async function foldRows(tx: Tx, workspaceId: string, row: store.ImportRow): Promise<void> {
  await adoptRows(tx, row.id);
  if (row.prepared) return;
  const { warnings } = await foldStagedRows(tx, workspaceId, row.id);
  if (!(await store.finishFolding(tx, workspaceId, row.id, warnings))) throw new Error(`import ${row.id} was given up`);
}

/**
 * Imports of one workspace take turns: two with the same people would deadlock, and an e-mail has no unique key that would keep
 * both from making the same contact. Taken before the import's row is locked, which the transactions that have the turn write.
 */
const takeTurn = (tx: Tx, workspaceId: string) =>
  sql`select pg_advisory_xact_lock(hashtextextended(${`imports ${workspaceId}`}, 0))`.execute(tx);

/** One chunk, or the end. */
async function mergeNext(tx: Tx, merging: Merging, now: Date): Promise<"merging" | "done" | "ended before"> {
  const { workspaceId, id, most } = merging;
  await takeTurn(tx, workspaceId);
  const row = await store.lockImport(tx, workspaceId, id);
  if (row?.status !== "running") return "ended before";
  const next = await nextRange(tx, workspaceId, row, most);
  if (!next) {
    await store.updateMerged(tx, workspaceId, id, passes.length * row.rows, noCounts);
    await store.finishImport(tx, workspaceId, id, now);
    await deleteRows(tx, workspaceId, id);
    return "done";
  }
  if (row.settled < next.pass) {
    const all = { workspaceId, import: row, from: 0, to: row.rows };
    const others = await matchOthers(tx, all, next.by);
    await store.storeMatchedPasses(tx, workspaceId, id, next.pass);
    merging.allNew = next.by === "mobile" && others === 0 && !(await isAnyKnown(tx, all, next.by));
  }
  await mergeRange(tx, merging, row, next, { now, before: Promise.resolve() });
  return "merging";
}

type Range = NonNullable<Awaited<ReturnType<typeof nextRange>>>;

async function mergeRange(
  tx: Tx,
  { workspaceId, allNew }: Merging,
  row: store.ImportRow,
  { from, to, by, mergedTo }: Range,
  { now, before }: { now: Date; before: Promise<void> },
): Promise<void> {
  const { list } = row.options;
  const listId = list && (await listNow(tx, workspaceId, list)) ? list : null;
  const counts = await mergeRows(tx, { workspaceId, import: row, from, to, listId, allNew, now, before }, by);
  await store.updateMerged(tx, workspaceId, row.id, mergedTo, counts);
}

const noCounts = { created: 0, updated: 0, unchanged: 0, rejected: 0, consents: 0, warnings: 0 };

/** The next rows to merge: those after `from` up to `to`, found by `by`, in the first, second or third `pass`. */
async function nextRange(tx: Tx, workspaceId: string, row: store.ImportRow, most: number) {
  const all = ofImport({ workspaceId, import: row });
  for (const [index, { kind, by }] of passes.entries()) {
    const base = index * row.rows;
    // Rejected rows are kept in the first pass.
    const kinds = index === 0 ? [kind, "r"] : [kind];
    if (row.merged_to >= base + row.rows) continue;
    const from = Math.max(row.merged_to - base, 0);
    if (index === 0) {
      // Nearly all rows are of these kinds, so their numbers bound the chunk well enough without counting.
      const { rows } = await sql<{ first: number | null }>`
        select s.row as first from import_rows s where ${all} and s.row > ${from} and s.kind = any(${kinds}::"char"[])
        order by s.row limit 1`.execute(tx);
      const first = rows[0]?.first;
      if (!first) continue;
      const to = Math.min(first - 1 + most, row.rows);
      return { from, to, by, pass: 1, mergedTo: to };
    }
    const { rows } = await sql<{ to: number | null }>`
      select max(row) as to from (
        select s.row from import_rows s where ${all} and s.row > ${from} and s.kind = any(${kinds}::"char"[])
        order by s.row limit ${most}
      ) next`.execute(tx);
    const to = rows[0]?.to;
    if (to) return { from, to, by, pass: index + 1, mergedTo: base + to };
  }
  return null;
}
