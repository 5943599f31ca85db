/** The background job of imports of bookings, and the sweep of those whose process has died. */
import type { DueWork } from "../../kit/due.ts";
import { aliveWithin, silentAfter, withHeartbeat } from "../../kit/heartbeat.ts";
import type { JobHandler, Jobs } from "../../kit/jobs.ts";
import type { Logger } from "../../kit/log.ts";
import * as store from "./import-store.ts";
import { importJob } from "./receive-import.ts";
import { runImport, type RunServices } from "./run-import.ts";

export interface ImportJobServices extends RunServices {
  jobs: Jobs;
  log: Pick<Logger, "info" | "warn" | "error">;
}

export const importJobs = (services: ImportJobServices): Record<string, JobHandler> => ({
  [importJob]: (job: { workspace_id: string; import_id: string }, signal) =>
    withHeartbeat(services, { workspaceId: job.workspace_id, id: job.import_id }, () =>
      runImport(services, job, signal),
    ),
});

/** Resumes imports whose process was killed, and gives up those whose file was still coming. Run at every start too. */
export async function sweepImports(services: ImportJobServices, silentFor: number = silentAfter): Promise<void> {
  const { db, jobs, clock, liveUpdates } = services;
  const silent = await db.asSystem(async (tx) => {
    const all = (await store.selectUnderWay(tx, silentFor)).filter((each) => each.silent);
    const heard = all.length > 0 ? await aliveWithin(tx, silentFor) : new Set();
    return all.filter(({ id }) => !heard.has(id));
  });
  for (const { workspace_id, id, status } of silent) {
    await db.inWorkspace(workspace_id, async (tx) => {
      if (status === "receiving") await store.failImport(tx, workspace_id, id, interrupted, clock.now());
      else {
        await store.touchImport(tx, workspace_id, id);
        await jobs.add(tx, importJob, { workspace_id, import_id: id }, { key: `${importJob} ${id}` });
      }
    });
    liveUpdates.publish(workspace_id, "import", id);
  }
}

const interrupted = {
  code: "interrupted",
  message: "The server stopped while the file was coming, so nothing of it was imported. Send it again.",
};

/** The sweep as work by the clock: twice in the time after which an import counts as abandoned. */
export const dueImports = (services: ImportJobServices): DueWork => ({
  name: "booking_imports.sweep",
  every_ms: (silentAfter * 1_000) / 2,
  async run() {
    await sweepImports(services);
    return { done: 1, oldest: null, more: false, errors: [] };
  },
});
