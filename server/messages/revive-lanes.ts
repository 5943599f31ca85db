/**
 * Looks for lanes that nobody would ever serve again: those of workers that died, and those whose mark is wrong for whatever
 * reason. The road itself leaves none of the second kind behind, see docs/self-hosting/crash-safety.md; a fault in it, a
 * database that was restored or a hand in the tables must not keep texts for ever all the same.
 *
 * It reads over all workspaces without a lock, and what it finds is written in a transaction of one workspace each.
 */
import type { Db } from "../kit/db.ts";
import type { Logger } from "../kit/log.ts";
import { findAbandonedLanes, findStrandedLanes, type LaneKey, reviveLane } from "./lanes-store.ts";
import { journalStrays } from "./queue-store.ts";

/** Looks once; a walk over the queue that goes on where the last look ended. */
export function createReviver({ db, log }: { db: Db; log: Pick<Logger, "warn"> }): () => Promise<void> {
  let at: LaneKey | null = null;
  return async () => {
    const abandoned = await db.asSystem(findAbandonedLanes);
    const { stranded, next } = await db.asSystem((tx) => findStrandedLanes(tx, at));
    for (const lane of abandoned) await db.inWorkspace(lane.workspace_id, (tx) => reviveLane(tx, lane));
    for (const lane of stranded) {
      const strays = await db.inWorkspace(lane.workspace_id, async (tx) =>
        (await reviveLane(tx, lane)) ? journalStrays(tx, lane) : null,
      );
      if (strays === null) continue;
      const { workspace_id: workspace, sender_id: sender } = lane;
      log.warn({ workspace, sender, strays }, "texts waited in a lane that nobody would have served; it is served now");
    }
    at = next;
  };
}
