/** What happened in a workspace, and reading on from there. */
import type { Clock } from "../kit/clock.ts";
import type { Db } from "../kit/db.ts";
import { firstIdAt } from "../kit/id.ts";
import type { JobHandler, PeriodicJob } from "../kit/jobs.ts";
import { purgeActivity, purgeOrphans } from "./activity-store.ts";

const purgeJob = "activity.purge";
const nightly: PeriodicJob = { name: purgeJob, pattern: "53 3 * * *" };
/** Before the id of any workspace. */
const beforeAll = "00000000-0000-0000-0000-000000000000";
const day = 86_400_000;
/** How long activity stays that everybody has read, and that somebody has not. */
const keepRead = 7 * day;
const keepUnread = 30 * day;

export const activityModule = {
  jobs: ({ db, clock }: { db: Db; clock: Clock }): Record<string, JobHandler> => ({
    [purgeJob]: async (_payload, signal) => {
      const before = (ms: number) => firstIdAt(new Date(clock.now().getTime() - ms));
      const bounds = { read: before(keepRead), all: before(keepUnread) };
      for (let after: string | null = beforeAll; after !== null;) {
        signal.throwIfAborted();
        const from: string = after;
        after = await db.asSystem((tx) => purgeActivity(tx, bounds, from));
      }
      await db.asSystem(purgeOrphans);
    },
  }),
  kinds: { [purgeJob]: "upkeep" } as const,
  periodic: [nightly],
};
