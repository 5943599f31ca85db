/** The background job of bulk changes, and what brings it back. */
import { type DueWork, dueInWorkspaces } from "../../kit/due.ts";
import type { JobHandler, Jobs } from "../../kit/jobs.ts";
import type { Logger } from "../../kit/log.ts";
import { selectAbandoned, touchAbandoned } from "./bulk-store.ts";
import { type BulkServices, runBulk } from "./run-bulk.ts";
import { addBulkJob, type BulkJob, bulkJob } from "./start-bulk.ts";

export const bulkJobs = (services: BulkServices): Record<string, JobHandler> => ({
  [bulkJob]: (job: BulkJob, signal) => runBulk(services, job, signal),
});

/** Milliseconds without a chunk after which a change gets its job again. A chunk takes a second or so; a second job does no harm. */
const abandonedAfter = 60_000;

/**
 * Adds the job of changes that go on no longer. A job that waits behind others is replaced by it; one that was lost, because a server
 * of several crashed between storing the change and storing its job, comes back.
 */
export function dueBulkChanges(services: BulkServices & { jobs: Jobs; log: Pick<Logger, "warn"> }): DueWork {
  const { jobs, log } = services;
  const since = (now: Date) => new Date(now.getTime() - abandonedAfter);
  return dueInWorkspaces(services, {
    name: "contacts.resume-bulk",
    every_ms: abandonedAfter / 4,
    find: (tx, look) => selectAbandoned(tx, since(look.now), look),
    async claim(tx, workspaceId, found, now) {
      let resumed = 0;
      for (const { id } of found) {
        if (!(await touchAbandoned(tx, workspaceId, id, since(now), now))) continue;
        log.warn({ workspace: workspaceId, bulk: id }, "a bulk change had stopped and goes on");
        await addBulkJob(jobs, tx, { workspace_id: workspaceId, id });
        resumed++;
      }
      return resumed;
    },
    silent: true,
  });
}
