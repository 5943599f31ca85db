/**
 * Finds out whether a transaction was committed whose commit got no answer. Such a transaction holds an advisory lock of its batch
 * until it ends, and the ids of its messages are made before it. So after taking that lock, whether one of the messages exists is
 * final.
 */
import { setTimeout as delay } from "node:timers/promises";
import { sql } from "kysely";
import { isDatabaseAway } from "../../kit/database-away.ts";
import type { Db, Tx } from "../../kit/db.ts";

export type CommitOutcome = "committed" | "undone" | "unknown";

const lockNotAvailable = "55P03";
const betweenTries = 200; // milliseconds

/** Takes the lock of a batch until the transaction ends. It must have been granted before the commit is sent. */
export async function lockBatch(tx: Tx, batch: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${batch}, 0))`.execute(tx);
}

/** Whether the batch's transaction was committed; `unknown` when the database did not answer within `timeout_ms`. */
export async function findCommitOutcome(
  db: Db,
  { workspaceId, batch, messageId }: { workspaceId: string; batch: string; messageId: string },
  timeout_ms: number,
): Promise<CommitOutcome> {
  const until = performance.now() + timeout_ms;
  const look = () =>
    db.inWorkspace(workspaceId, async (tx) => {
      const left = Math.max(1, Math.ceil(until - performance.now()));
      await sql`select set_config('lock_timeout', ${String(left)}, true)`.execute(tx);
      await lockBatch(tx, batch);
      const { rows } = await sql`
        select 1 from messages where workspace_id = ${workspaceId} and id = ${messageId}`.execute(tx);
      return rows.length > 0 ? "committed" : "undone";
    });
  const ask = async (): Promise<CommitOutcome> => {
    while (performance.now() < until) {
      try {
        return await look();
      } catch (error) {
        const later = isDatabaseAway(error) || (error as { code?: string }).code === lockNotAvailable;
        if (!later) throw error;
        await delay(betweenTries);
      }
    }
    return "unknown";
  };
  // Connecting to a host that is switched off takes minutes to fail.
  const enough = new AbortController();
  const over = delay(timeout_ms, "unknown" as const, { signal: enough.signal }).catch(() => "unknown" as const);
  try {
    return await Promise.race([ask(), over]);
  } finally {
    enough.abort();
  }
}
