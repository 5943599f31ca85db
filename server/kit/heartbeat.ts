/**
 * Heartbeats of long work: while they are recent, no other worker starts the same work and no alert reports it. There is one
 * beat at a time, over its own connection, and it needs no row that the work locks: so slow work does not delay beats, and
 * beats take no connections from the shared pool.
 */
import { sql } from "kysely";
import type { Db, Tx } from "./db.ts";
import type { Logger } from "./log.ts";
import { repeat } from "./repeat.ts";

const beatEvery = 2_000; // milliseconds
/**
 * Work without a beat for so many seconds counts as abandoned. A running process misses beats for 19 seconds at most, when its
 * connection hangs: the 2 seconds between beats, 6 until kit/connection.ts closes that connection (`briefWork`), 1 until the
 * next attempt, and 10 for connecting and beating, which may take 5 each.
 */
export const silentAfter = 20;

/** The thing that is worked on. */
export interface Worked {
  workspaceId: string;
  id: string;
}

/**
 * Does the work with a heartbeat. `alsoUpdate` runs with each beat, in its own transaction: it may lock only rows that the work
 * never locks for long.
 */
export async function withHeartbeat<T>(
  { db, log }: { db: Db; log: Pick<Logger, "warn"> },
  worked: Worked,
  work: () => Promise<T>,
  { every_ms = beatEvery, alsoUpdate }: { every_ms?: number; alsoUpdate?: (tx: Tx) => Promise<void> } = {},
): Promise<T> {
  const missed = (error: unknown) => log.warn({ err: error, work: worked.id }, "a heartbeat was missed");
  const update = async () => {
    await beat(db, worked);
    if (alsoUpdate) await db.apart.inWorkspace(worked.workspaceId, alsoUpdate);
  };
  // Awaited, so that there is a beat before the work begins.
  await update().catch(missed);
  const beats = repeat(every_ms, update, missed);
  try {
    return await work();
  } finally {
    await beats.stop();
    await end(db, worked).catch(missed); // a remaining beat expires after `silentAfter`
  }
}

/** The ids of all work, in all workspaces, with a heartbeat within `seconds`. */
export async function aliveWithin(tx: Tx, seconds: number): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select id from heartbeats where heard_at > now() - make_interval(secs => ${seconds})`.execute(tx);
  return new Set(rows.map((row) => row.id));
}

async function beat(db: Db, { workspaceId, id }: Worked): Promise<void> {
  await db.apart.inWorkspace(workspaceId, async (tx) => {
    await sql`
      insert into heartbeats (workspace_id, id, heard_at) values (${workspaceId}, ${id}, now())
      on conflict (workspace_id, id) do update set heard_at = excluded.heard_at`.execute(tx);
  });
}

/** Deletes the heartbeat, and old ones that killed processes left. */
async function end(db: Db, { workspaceId, id }: Worked): Promise<void> {
  await db.apart.inWorkspace(workspaceId, async (tx) => {
    // Read before: on a Citus cluster a condition of a write must be a constant.
    const { rows } = await sql<{ yesterday: Date }>`select now() - interval '1 day' as yesterday`.execute(tx);
    await sql`
      delete from heartbeats
      where workspace_id = ${workspaceId} and (id = ${id} or heard_at < ${rows[0]?.yesterday}::timestamptz)`.execute(
      tx,
    );
  });
}
