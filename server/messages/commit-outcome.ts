/**
 * Whether a transaction was committed, where the answer to its commit was lost. Such a transaction holds an advisory lock named
 * after its batch until it ends, and the ids of its messages are made before it. So whoever gets that lock afterwards looks for
 * one of the messages, and the answer is final.
 */
import { setTimeout as delay } from "node:timers/promises";
import { sql } from "kysely";
import { isDatabaseAway } from "../kit/database-away.ts";
import type { Db, Tx } from "../kit/db.ts";

export type CommitOutcome = "committed" | "undone" | "unknown";

const lockNotAvailable = "55P03";
const betweenTries = 200; // milliseconds

/** Takes the lock of a batch until the transaction ends. It must be answered before the commit is sent. */
export async function lockBatch(tx: Tx, batch: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${batch}, 0))`.execute(tx);
}

/** Whether the batch's transaction was committed; `unknown` when the database could not say so within `patience` milliseconds. */
export async function findCommitOutcome(
  db: Db,
  { workspaceId, batch, messageId }: { workspaceId: string; batch: string; messageId: string },
  patience: number,
): Promise<CommitOutcome> {
  const until = performance.now() + patience;
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
  // A host that is switched off refuses nothing: connecting to it takes minutes to fail.
  const enough = new AbortController();
  const over = delay(patience, "unknown" as const, { signal: enough.signal }).catch(() => "unknown" as const);
  try {
    return await Promise.race([ask(), over]);
  } finally {
    enough.abort();
  }
}
