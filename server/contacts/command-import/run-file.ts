/**
 * The second half of an import whose rows are commands, in chunks of one transaction each, which deletes them from those that wait. So a
 * process that is killed anywhere leaves whole chunks, and the next goes on after them.
 *
 * Lanes are imported side by side. Chunks of one lane wait for each other, also across imports and processes: two files with the same people
 * would otherwise make two of one.
 */
import { sql } from "kysely";
import pg from "pg";
import type { Clock } from "../../kit/clock.ts";
import { isDatabaseAway } from "../../kit/database-away.ts";
import { type Db, type Tx, workspaceScope } from "../../kit/db.ts";
import type { LiveUpdates } from "../../kit/live-updates.ts";
import type { Logger } from "../../kit/log.ts";
import { preparedTransaction } from "../../kit/prepared.ts";
import * as store from "./imports-store.ts";

export interface RunServices {
  db: Db;
  clock: Clock;
  liveUpdates: Pick<LiveUpdates, "publish">;
  log: Pick<Logger, "info" | "error">;
}

type Outcome = "created" | "updated" | "unchanged";

/** What became of a row; of rows of one thing the first says it. */
export type RowResult = { row: number } & ({ imported: { outcome: Outcome } | null } | { rejected: store.RejectedRow });

/** How the rows of an import become commands. */
export interface RowsOf<Row extends { row: number }> {
  kind: store.ImportKind;
  lanes: number;
  /** Lanes one after the other: those that make what is missing would wait for each other's names. */
  inTurn: boolean;
  /** The next rows that wait in a lane, locked: of at most so many things. */
  lockNext(tx: Tx, lane: number, most: number): Promise<Row[]>;
  deleteRows(tx: Tx, lane: number, rows: readonly Row[]): Promise<void>;
  /** Within one transaction, in the order of the rows. Throws, with nothing done, what is not the rows' fault. */
  runRows(tx: Tx, rows: readonly Row[]): Promise<RowResult[]>;
  /** Tells open pages what a chunk has changed. */
  tell(): void;
}

/** Things a transaction: enough to be quick, few enough that nobody waits long for its locks. */
const chunkSize = 100;
/** Rejected rows that are kept. */
export const keptRejections = 1_000;

/** Imports what waits. May be called again after any interruption. Throws when `signal` is aborted, between two chunks. */
export async function runFile<Row extends { row: number }>(
  services: RunServices,
  of: RowsOf<Row>,
  { workspaceId, id }: { workspaceId: string; id: string },
  signal: AbortSignal,
): Promise<void> {
  const { db, clock, liveUpdates, log } = services;
  const { kind } = of;
  const runLane = async (lane: number) => {
    const chunk: Chunk<Row> = { of, workspaceId, id, lane, kept: 0, signal };
    for (;;) {
      signal.throwIfAborted();
      const done = await runChunk(services, chunk, chunkSize);
      if (done === 0) return;
      liveUpdates.publish(workspaceId, "import", id);
      of.tell();
    }
  };
  const all = Array.from({ length: of.lanes }, (_, lane) => lane);
  if (of.inTurn) for (const lane of all) await runLane(lane);
  else for (const end of await Promise.allSettled(all.map(runLane))) if (end.status === "rejected") throw end.reason;
  const finished = await db.inWorkspace(workspaceId, (tx) =>
    store.finishImport(tx, workspaceId, kind, id, clock.now()),
  );
  if (finished) log.info({ workspace: workspaceId, import: id }, `import of ${kind}s done`);
  liveUpdates.publish(workspaceId, "import", id);
}

interface Chunk<Row extends { row: number }> {
  of: RowsOf<Row>;
  workspaceId: string;
  id: string;
  lane: number;
  /** Rejected rows that this run has kept. */
  kept: number;
  signal: AbortSignal;
}

/**
 * Imports the next rows of a lane; 0: there are none. Where the database refuses something they are imported one by one, and what it refuses
 * is rejected.
 */
async function runChunk<Row extends { row: number }>(
  services: RunServices,
  chunk: Chunk<Row>,
  most: number,
): Promise<number> {
  const { db, log } = services;
  const inTransaction = (work: (tx: Tx) => Promise<number>) =>
    preparedTransaction(db.workspacePool, workspaceScope(chunk.workspaceId), work);
  try {
    return await inTransaction((tx) => importNext(tx, chunk, most));
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || isDatabaseAway(error)) throw error;
    log.error({ err: error, import: chunk.id }, `a row of an import of ${chunk.of.kind}s was refused by the database`);
    if (most === 1) return inTransaction((tx) => importNext(tx, chunk, 1, refused));
    for (let n = 0; n < most && !chunk.signal.aborted; n++) if ((await runChunk(services, chunk, 1)) === 0) break;
    return most;
  }
}

const refused = {
  reason: "server_fault",
  field: null,
  value: null,
  message: "The server could not import the row.",
};

async function importNext<Row extends { row: number }>(
  tx: Tx,
  chunk: Chunk<Row>,
  most: number,
  rejection?: typeof refused,
): Promise<number> {
  const { of, workspaceId, id, lane } = chunk;
  const lock = `${of.kind}s import ${workspaceId} ${lane}`;
  await sql`select pg_advisory_xact_lock(hashtextextended(${lock}, 0))`.execute(tx);
  const rows = await of.lockNext(tx, lane, most);
  if (rows.length === 0) return 0;
  const results: RowResult[] = rejection
    ? rows.map(({ row }) => ({ row, rejected: { row, ...rejection } }))
    : await of.runRows(tx, rows);
  const rejected = results.flatMap((each) => ("rejected" in each ? [each.rejected] : []));
  const kept = rejected.slice(0, Math.max(keptRejections - chunk.kept, 0));
  const counts = { created: 0, updated: 0, unchanged: 0, rejected: rejected.length };
  for (const each of results) if ("imported" in each && each.imported) counts[each.imported.outcome]++;
  await store.insertRejections(tx, workspaceId, of.kind, id, kept);
  await of.deleteRows(tx, lane, rows);
  // Last: another lane waits for the import's row until the commit.
  await store.addCounts(tx, workspaceId, of.kind, id, counts);
  chunk.kept += kept.length;
  return rows.length;
}

/** Moments of which none comes twice, whatever the clock does. */
export function moments(clock: Clock): () => Date {
  let last = 0;
  return () => {
    last = Math.max(clock.now().getTime(), last + 1);
    return new Date(last);
  };
}
