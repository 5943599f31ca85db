/** The background half of imports: merging, and taking care of those whose process has died. */
import type { JobHandler, Jobs, PeriodicJob } from "../kit/jobs.ts";
import { repeat } from "../kit/repeat.ts";
import { dropStaging } from "./import-staging.ts";
import * as store from "./import-store.ts";
import { type MergeServices, mergeImport } from "./merge-import.ts";
import { importJob } from "./receive-import.ts";

export interface ImportJobServices extends MergeServices {
  jobs: Jobs;
}

interface ImportJob {
  workspace_id: string;
  import_id: string;
}

export const sweepImportsJob = "imports:sweep";
export const importPeriodicJobs: PeriodicJob[] = [{ name: sweepImportsJob, pattern: "* * * * *" }];

const beat = 2_000; // milliseconds
/** Nobody is at work on an import that was not heard of for so many seconds. */
const silence = 15;

export function importJobs(services: ImportJobServices): Record<string, JobHandler> {
  return {
    [importJob]: (job: ImportJob, signal) => mergeWithHeartbeat(services, job, signal),
    [sweepImportsJob]: () => sweepImports(services),
  };
}

async function mergeWithHeartbeat(services: ImportJobServices, job: ImportJob, signal: AbortSignal): Promise<void> {
  // One at a time: it waits for the row that a chunk holds, and beats that piled up would take all connections there are.
  const touch = () =>
    services.db.inWorkspace(job.workspace_id, (tx) => store.touchImport(tx, job.workspace_id, job.import_id));
  // A missed beat costs nothing: an import that is merged twice is merged once.
  const heartbeat = repeat(beat, touch, () => {});
  try {
    await mergeImport(services, job, signal);
  } finally {
    await heartbeat.stop();
  }
}

/**
 * Goes on with imports whose process was killed while merging, and gives up those whose file was still coming. Run at
 * every start and once a minute; where somebody may still be at work it looks again soon.
 */
export async function sweepImports(services: ImportJobServices, silentFor: number = silence): Promise<void> {
  const { db, jobs, clock, news } = services;
  const underWay = await db.asSystem((tx) => store.selectUnderWay(tx, silentFor));
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
    const runAt = new Date(Date.now() + (silentFor * 1000) / 2);
    await db.asSystem((tx) => jobs.add(tx, sweepImportsJob, {}, { key: sweepImportsJob, runAt }));
  }
}

const interrupted = {
  code: "interrupted" as const,
  message: "The server stopped while the file was coming, so nothing of it was imported. Send it again.",
};
