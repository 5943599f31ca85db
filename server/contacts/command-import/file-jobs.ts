/** The background job of imports whose rows are commands, and the sweep of those whose process has died. */
import type { Db } from "../../kit/db.ts";
import type { DueWork } from "../../kit/due.ts";
import { aliveWithin, silentAfter, withHeartbeat } from "../../kit/heartbeat.ts";
import type { JobHandler, Jobs } from "../../kit/jobs.ts";
import type { Logger } from "../../kit/log.ts";
import * as store from "./imports-store.ts";
import type { RunServices } from "./run-file.ts";

export interface FileJobServices extends RunServices {
  db: Db;
  jobs: Jobs;
  log: Pick<Logger, "info" | "warn" | "error">;
}

/** Imports of one kind, and the name of their job. */
interface FilesOf {
  kind: store.ImportKind;
  job: string;
}

type Run = (given: { workspace_id: string; import_id: string }, signal: AbortSignal) => Promise<void>;

export const fileJobs = (services: FileJobServices, { job }: FilesOf, run: Run): Record<string, JobHandler> => ({
  [job]: (given: { workspace_id: string; import_id: string }, signal) =>
    withHeartbeat(services, { workspaceId: given.workspace_id, id: given.import_id }, () => run(given, signal)),
});

/** Resumes imports whose process was killed, and gives up those whose file was still coming. Run at every start too. */
export async function sweepFiles(
  services: FileJobServices,
  { kind, job }: FilesOf,
  silentFor: number = silentAfter,
): Promise<void> {
  const { db, jobs, clock, liveUpdates } = services;
  const silent = await db.asSystem(async (tx) => {
    const all = (await store.selectUnderWay(tx, kind, silentFor)).filter((each) => each.silent);
    const heard = all.length > 0 ? await aliveWithin(tx, silentFor) : new Set();
    return all.filter(({ id }) => !heard.has(id));
  });
  for (const { workspace_id, id, status } of silent) {
    await db.inWorkspace(workspace_id, async (tx) => {
      if (status === "receiving") await store.failImport(tx, workspace_id, kind, id, interrupted, clock.now());
      else {
        await store.touchImport(tx, workspace_id, kind, id);
        await jobs.add(tx, job, { workspace_id, import_id: id }, { key: `${job} ${id}` });
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
export const dueFiles = (services: FileJobServices, of: FilesOf): DueWork => ({
  name: `${of.kind}_imports.sweep`,
  every_ms: (silentAfter * 1_000) / 2,
  async run() {
    await sweepFiles(services, of);
    return { done: 1, oldest: null, more: false, errors: [] };
  },
});
