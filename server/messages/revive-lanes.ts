/**
 * Looks for lanes that nobody would ever serve again: those of workers that died, and those whose mark is wrong for whatever
 * reason. The road itself leaves none of the second kind behind, see docs/self-hosting/crash-safety.md; a fault in it, a
 * database that was restored or a hand in the tables must not keep texts for ever all the same.
 *
 * It reads over all workspaces without a lock, and what it finds is written in a transaction of one workspace each. A lane whose
 * row somebody has locked is left to a later round: none waits for another.
 */
import { sql } from "kysely";
import { isDatabaseAway } from "../kit/database-away.ts";
import type { Db } from "../kit/db.ts";
import type { Logger } from "../kit/log.ts";
import { findAbandonedLanes, findStrandedLanes, type LaneKey, reviveLane } from "./lanes-store.ts";

/** Milliseconds that one lane's row is waited for. */
const aMoment = 100;
const lockNotAvailable = "55P03";

export const strandedNotice = "texts waited in a lane that nobody would have served; it is served now";

/** Looks once; a walk over the queue that goes on where the last look ended. */
export function createReviver({ db, log }: { db: Db; log: Pick<Logger, "warn"> }): () => Promise<void> {
  let at: LaneKey | null = null;

  /** Answers whether the lane had to be marked. */
  async function revive(lane: LaneKey): Promise<boolean> {
    try {
      return await db.inWorkspace(lane.workspace_id, async (tx) => {
        await sql`set local lock_timeout = ${sql.lit(aMoment)}`.execute(tx);
        return reviveLane(tx, lane);
      });
    } catch (error) {
      if ((error as { code?: string }).code === lockNotAvailable) return false;
      if (isDatabaseAway(error)) throw error;
      log.warn({ err: error, workspace: lane.workspace_id, sender: lane.sender_id }, "could not mark a lane");
      return false;
    }
  }

  return async () => {
    const abandoned = await db.asSystem(findAbandonedLanes);
    const { stranded, next } = await db.asSystem((tx) => findStrandedLanes(tx, at));
    at = next;
    for (const lane of abandoned) await revive(lane);
    for (const lane of stranded)
      if (await revive(lane)) log.warn({ workspace: lane.workspace_id, sender: lane.sender_id }, strandedNotice);
  };
}
