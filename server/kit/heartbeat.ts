/**
 * Heartbeats of long work: while they come, nobody else starts the same work or reports it as stuck. There is one beat at a
 * time, over a connection of its own, and it needs no row that the work locks: so slow work delays no beat, and beats take no
 * connections from the shared pool.
 */
import { sql } from "kysely";
import type { Db, Tx } from "./db.ts";
import type { Logger } from "./log.ts";
import { repeat } from "./repeat.ts";

const beatEvery = 2_000; // milliseconds
/**
 * Work without a beat for so many seconds is taken for abandoned. A process that runs can be silent for 19 seconds at most, when
 * its connection hangs: the 2 seconds between beats, 6 until kit/connection.ts gives that connection up (`briefWork`), 1 until
 * the next try, and 10 for connecting and beating, which may take 5 each.
 */
export const silentAfter = 20;

/** What is worked on. */
export interface Worked {
  workspaceId: string;
  id: string;
}

/**
 * Does the work, and beats while it lasts. `alsoTell` runs with each beat, in a transaction of its own: it may lock only rows that
 * the work never locks for long.
 */
export async function whileBeating<T>(
  { db, log }: { db: Db; log: Pick<Logger, "warn"> },
  worked: Worked,
  work: () => Promise<T>,
  { every_ms = beatEvery, alsoTell }: { every_ms?: number; alsoTell?: (tx: Tx) => Promise<void> } = {},
): Promise<T> {
  const missed = (error: unknown) => log.warn({ err: error, work: worked.id }, "a heartbeat was missed");
  const tell = async () => {
    await beat(db, worked);
    if (alsoTell) await db.apart.inWorkspace(worked.workspaceId, alsoTell);
  };
  // Waited for, so that whoever looks once the work has begun finds a beat.
  await tell().catch(missed);
  const beats = repeat(every_ms, tell, missed);
  try {
    return await work();
  } finally {
    await beats.stop();
    await end(db, worked).catch(missed); // a beat that stays expires after `silentAfter`
  }
}

/** The ids of what somebody was heard to be at work on within `seconds`, of all workspaces. */
export async function heardWithin(tx: Tx, seconds: number): Promise<Set<string>> {
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

/** With what killed processes left behind. */
async function end(db: Db, { workspaceId, id }: Worked): Promise<void> {
  await db.apart.inWorkspace(workspaceId, async (tx) => {
    // Read before: over several nodes a condition of a write must be a constant.
    const { rows } = await sql<{ yesterday: Date }>`select now() - interval '1 day' as yesterday`.execute(tx);
    await sql`
      delete from heartbeats
      where workspace_id = ${workspaceId} and (id = ${id} or heard_at < ${rows[0]?.yesterday}::timestamptz)`.execute(
      tx,
    );
  });
}
