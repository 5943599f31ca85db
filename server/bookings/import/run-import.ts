/**
 * The second half of an import of bookings: rows become bookings, in chunks of one transaction each, which deletes them from those that
 * wait. So a process that is killed anywhere leaves whole chunks, and the next goes on after them.
 *
 * Two lanes are imported at a time. Chunks of one lane wait for each other, also across imports and processes: two files with the same
 * people would otherwise make two contacts and two bookings of one.
 */
import { sql } from "kysely";
import pg from "pg";
import type { Clock } from "../../kit/clock.ts";
import { isDatabaseAway } from "../../kit/database-away.ts";
import { type Db, type Tx, workspaceScope } from "../../kit/db.ts";
import type { LiveUpdates } from "../../kit/live-updates.ts";
import type { Logger } from "../../kit/log.ts";
import { preparedTransaction } from "../../kit/prepared.ts";
import type { ManageLinks } from "../manage-links.ts";
import * as store from "./import-store.ts";
import { type RowsCall, runRows } from "./run-rows.ts";
import { lanes } from "./waiting-rows.ts";

export interface RunServices {
  db: Db;
  clock: Clock;
  links: ManageLinks;
  liveUpdates: Pick<LiveUpdates, "publish">;
  log: Pick<Logger, "info" | "error">;
}

/** Rows a transaction: enough to be quick, few enough that nobody waits long for its locks. */
const chunkRows = 100;
/** Rejected rows that are kept. */
export const keptRejections = 1_000;

/** Imports what waits. May be called again after any interruption. Throws when `signal` is aborted, between two chunks. */
export async function runImport(
  services: RunServices,
  { workspace_id: workspaceId, import_id: id }: { workspace_id: string; import_id: string },
  signal: AbortSignal,
): Promise<void> {
  const { db, clock, links, liveUpdates, log } = services;
  const row = await db.inWorkspace(workspaceId, (tx) => store.selectImport(tx, workspaceId, id));
  if (row?.status !== "running") return;
  const { notify, create_missing: createMissing } = row.options;
  const call = { workspaceId, links, notify, createMissing, by: row.created_by, nextMoment: moments(clock) };
  const runLane = async (lane: number) => {
    const chunk: Chunk = { call, id, lane, kept: 0, signal };
    for (;;) {
      signal.throwIfAborted();
      const done = await runChunk(services, chunk, chunkRows);
      if (done === 0) return;
      liveUpdates.publish(workspaceId, "import", id);
      liveUpdates.publish(workspaceId, "booking", null);
    }
  };
  const all = Array.from({ length: lanes }, (_, lane) => lane);
  // Two lanes that make what is missing would wait for each other's names.
  if (createMissing) for (const lane of all) await runLane(lane);
  else for (const end of await Promise.allSettled(all.map(runLane))) if (end.status === "rejected") throw end.reason;
  const finished = await db.inWorkspace(workspaceId, (tx) => store.finishImport(tx, workspaceId, id, clock.now()));
  if (finished) log.info({ workspace: workspaceId, import: id }, "import of bookings done");
  liveUpdates.publish(workspaceId, "import", id);
}

interface Chunk {
  call: RowsCall;
  id: string;
  lane: number;
  /** Rejected rows that this run has kept. */
  kept: number;
  signal: AbortSignal;
}

/**
 * Imports the next rows of a lane; 0: there are none. Where the database refuses something the rows are imported one by one, and the one
 * that it refuses is rejected.
 */
async function runChunk(services: RunServices, chunk: Chunk, most: number): Promise<number> {
  const { db, log } = services;
  const { workspaceId } = chunk.call;
  const inTransaction = (work: (tx: Tx) => Promise<number>) =>
    preparedTransaction(db.workspacePool, workspaceScope(workspaceId), work);
  try {
    return await inTransaction((tx) => importNext(tx, chunk, most));
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || isDatabaseAway(error)) throw error;
    log.error({ err: error, import: chunk.id }, "a row of an import of bookings was refused by the database");
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

async function importNext(tx: Tx, chunk: Chunk, most: number, rejection?: typeof refused): Promise<number> {
  const { call, id, lane } = chunk;
  const { workspaceId } = call;
  await sql`select pg_advisory_xact_lock(hashtextextended(${`bookings import ${workspaceId} ${lane}`}, 0))`.execute(tx);
  const rows = await store.lockNextRows(tx, workspaceId, id, lane, most);
  if (rows.length === 0) return 0;
  const results = rejection
    ? rows.map(({ row }) => ({ row, rejected: { row, ...rejection } }))
    : await runRows(tx, call, rows);
  const rejected = results.flatMap((each) => ("rejected" in each ? [each.rejected] : []));
  const kept = rejected.slice(0, Math.max(keptRejections - chunk.kept, 0));
  const counts = { created: 0, updated: 0, unchanged: 0, rejected: rejected.length };
  for (const each of results) if ("imported" in each) counts[each.imported.outcome]++;
  await store.insertRejections(tx, workspaceId, id, kept);
  await store.deleteLaneRows(
    tx,
    workspaceId,
    id,
    lane,
    rows.map(({ row }) => row),
  );
  // Last: the other lane waits for the import's row until the commit.
  await store.addCounts(tx, workspaceId, id, counts);
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
