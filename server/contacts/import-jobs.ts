/** The background half of imports: merging, and taking care of those whose process has died. */
import { heardWithin, silentAfter, whileBeating } from "../kit/heartbeat.ts";
import type { JobHandler, Jobs, PeriodicJob } from "../kit/jobs.ts";
import type { Logger } from "../kit/log.ts";
import { dropStaging } from "./import-staging.ts";
import * as store from "./import-store.ts";
import { type MergeServices, mergeImport } from "./merge-import.ts";
import { importJob } from "./receive-import.ts";

export interface ImportJobServices extends MergeServices {
  jobs: Jobs;
  log: Pick<Logger, "info" | "warn">;
}

interface ImportJob {
  workspace_id: string;
  import_id: string;
}

export const sweepImportsJob = "imports:sweep";
export const importPeriodicJobs: PeriodicJob[] = [{ name: sweepImportsJob, pattern: "* * * * *" }];

export function importJobs(services: ImportJobServices): Record<string, JobHandler> {
  return {
    [importJob]: (job: ImportJob, signal) =>
      whileBeating(services, { workspaceId: job.workspace_id, id: job.import_id }, () =>
        mergeImport(services, job, signal),
      ),
    [sweepImportsJob]: () => sweepImports(services),
  };
}

/**
 * Goes on with imports whose process was killed while merging, and gives up those whose file was still coming. Run at
 * every start and once a minute; where somebody may still be at work it looks again soon.
 */
export async function sweepImports(services: ImportJobServices, silentFor: number = silentAfter): Promise<void> {
  const { db, jobs, clock, news } = services;
  const underWay = await db.asSystem(async (tx) => {
    const all = await store.selectUnderWay(tx, silentFor);
    const heard = all.length > 0 ? await heardWithin(tx, silentFor) : new Set();
    return all.map((each) => ({ ...each, silent: each.silent && !heard.has(each.id) }));
  });
  for (const { workspace_id, id, status } of underWay.filter((each) => each.silent)) {
    await db.inWorkspace(workspace_id, async (tx) => {
      if (status === "running") {
        await store.touchImport(tx, workspace_id, id);
        await jobs.add(tx, importJob, { workspace_id, import_id: id }, { key: `import ${id}` });
      } else if (await store.failImport(tx, workspace_id, id, "receiving", interrupted, clock.now())) {
        await dropStaging(tx, id);
      }
    });
    news.tell(workspace_id, "import", id);
  }
  if (underWay.some((each) => !each.silent)) {
    const runAt = new Date(clock.now().getTime() + (silentFor * 1000) / 2);
    await db.asSystem((tx) => jobs.add(tx, sweepImportsJob, {}, { key: sweepImportsJob, runAt }));
  }
}

const interrupted = {
  code: "interrupted" as const,
  message: "The server stopped while the file was coming, so nothing of it was imported. Send it again.",
};
