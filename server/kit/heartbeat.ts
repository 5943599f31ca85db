/**
 * Long work says that somebody is at it, so that nobody else takes it up or reports it as stuck. A beat is never begun while
 * the one before is under way, goes over a connection of its own, and waits for no row that the work holds: slow work can
 * neither hold its beats up nor have them pile up in the pool that everybody shares.
 */
import { sql } from "kysely";
import type { Db, Tx } from "./db.ts";
import type { Logger } from "./log.ts";
import { repeat } from "./repeat.ts";

const beatEvery = 2_000; // milliseconds
/**
 * Seconds without a beat after which nobody is at the work any more. Longer than the worst that one who lives lets pass when a
 * connection falls silent: a pause, the six seconds after which kit/connection.ts gives it up (`briefWork`), half a pause, and
 * another connection and beat that take the five seconds that they may, 19 together.
 */
export const silentAfter = 20;

/** What is worked on. */
export interface Worked {
  workspaceId: string;
  id: string;
}

/**
 * Does the work, and beats from its first moment to its last. `alsoTell` is said with each beat, in a transaction of its own: it may
 * touch only what the work never holds for long.
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
  // The first is waited for: whoever looks as soon as the work has begun sees it.
  await tell().catch(missed);
  const beats = repeat(every_ms, tell, missed);
  try {
    return await work();
  } finally {
    await beats.stop();
    await end(db, worked).catch(missed); // it is not believed for long
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
