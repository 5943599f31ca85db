/**
 * Finds lanes that no worker would serve again: those of workers that died, and those whose mark is wrong. The pipeline leaves none
 * of the second kind behind, see docs/self-hosting/crash-safety.md; but a fault, a restored database or manual changes of the tables
 * must not keep texts forever.
 *
 * It reads over all workspaces without a lock, and marks each lane in a transaction of its workspace. A lane whose row is locked is
 * left to a later round.
 */
import { sql } from "kysely";
import { isDatabaseAway } from "../../kit/database-away.ts";
import type { Db } from "../../kit/db.ts";
import type { DueWork } from "../../kit/due.ts";
import type { Logger } from "../../kit/log.ts";
import { findAbandonedLanes, findStrandedLanes, type LaneKey, reviveLane } from "./lanes-store.ts";

/** Milliseconds. */
const lockTimeout = 100;
const lockNotAvailable = "55P03";

export const strandedNotice = "texts waited in a lane that no worker would have served; it is marked now";

/** The sweep as work by the clock, every second. */
export function dueLanes(services: { db: Db; log: Pick<Logger, "warn"> }): DueWork {
  const revive = createReviver(services);
  return {
    name: "lanes.revive",
    async run() {
      await revive();
      return { done: 1, oldest: null, more: false, errors: [] };
    },
  };
}

/** One sweep; its walk over the queue continues where the last one ended. */
export function createReviver({ db, log }: { db: Db; log: Pick<Logger, "warn"> }): () => Promise<void> {
  let at: LaneKey | null = null;

  /** Answers whether the lane had to be marked. */
  async function revive(lane: LaneKey): Promise<boolean> {
    try {
      return await db.inWorkspace(lane.workspace_id, async (tx) => {
        await sql`set local lock_timeout = ${sql.lit(lockTimeout)}`.execute(tx);
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
