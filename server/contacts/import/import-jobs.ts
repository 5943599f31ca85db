/** The background jobs of imports: counting, merging, and the sweep of those whose process has died or that are never started. */
import { sql } from "kysely";
import type { Tx } from "../../kit/db.ts";
import type { DueWork } from "../../kit/due.ts";
import { aliveWithin, silentAfter, withHeartbeat } from "../../kit/heartbeat.ts";
import type { JobHandler, Jobs } from "../../kit/jobs.ts";
import type { Logger } from "../../kit/log.ts";
import { resumeIndexingContacts } from "../index-contacts.ts";
import { checkImport } from "./check-import.ts";
import { adoptRows, deleteRows, dropTableOfImport, selectStaged, selectTablesOfImports } from "./import-rows.ts";
import * as store from "./import-store.ts";
import { lockNotAvailable, type MergeServices, mergeImport } from "./merge-import.ts";
import { checkJob, importJob } from "./receive-import.ts";

export interface ImportJobServices extends MergeServices {
  jobs: Jobs;
  log: Pick<Logger, "info" | "warn">;
}

interface ImportJob {
  workspace_id: string;
  import_id: string;
}

export function importJobs(services: ImportJobServices): Record<string, JobHandler> {
  return {
    [importJob]: async (job: ImportJob, signal) => {
      await withHeartbeat(services, { workspaceId: job.workspace_id, id: job.import_id }, () =>
        mergeImport(services, job, signal),
      );
      await resumeIndexingContacts(services);
    },
    [checkJob]: (job: ImportJob) =>
      withHeartbeat(services, { workspaceId: job.workspace_id, id: job.import_id }, () => checkImport(services, job)),
  };
}

/** Seconds that an import is held for a user to start it. */
const heldFor = 86_400;

/**
 * Resumes imports whose process was killed while counting or merging, gives up those whose file was still coming, and those
 * that were not started for a day. Run at every start too.
 */
export async function sweepImports(services: ImportJobServices, silentFor: number = silentAfter): Promise<void> {
  const { db, jobs, clock, liveUpdates } = services;
  const underWay = await db.asSystem(async (tx) => {
    const all = await store.selectUnderWay(tx, silentFor, heldFor);
    const heard = all.length > 0 ? await aliveWithin(tx, silentFor) : new Set();
    return all.map((each) => ({ ...each, silent: each.silent && !heard.has(each.id) }));
  });
  for (const { workspace_id, id, status } of underWay.filter((each) => each.silent)) {
    await db.inWorkspace(workspace_id, async (tx) => {
      if (status === "checking" || status === "running") {
        await store.touchImport(tx, workspace_id, id);
        await jobs.add(
          tx,
          status === "checking" ? checkJob : importJob,
          { workspace_id, import_id: id },
          { key: `import ${id}` },
        );
      } else if (await store.failImport(tx, workspace_id, id, status, givenUp[status], clock.now())) {
        await deleteRows(tx, workspace_id, id);
        await store.deleteRejections(tx, workspace_id, id);
      }
    });
    liveUpdates.publish(workspace_id, "import", id);
  }
  await sweepRows(services);
}

/** The sweep as work by the clock: twice in the time after which an import counts as abandoned. */
export const dueImports = (services: ImportJobServices): DueWork => ({
  name: "imports.sweep",
  every_ms: (silentAfter * 1_000) / 2,
  async run() {
    await sweepImports(services);
    return { done: 1, oldest: null, more: false, errors: [] };
  },
});

/**
 * Deletes rows of imports that were given up while they were counted, and of those that a process of an earlier version gave up. Takes over
 * the rows of held imports that such a process received, which are looked at before anything is merged.
 */
async function sweepRows(services: ImportJobServices): Promise<void> {
  const { db } = services;
  // In this order: a new import is stored before it has rows.
  const staged = await db.asSystem(selectStaged);
  const tables = await db.asSystem(selectTablesOfImports);
  if (staged.length + tables.length === 0) return;
  const ids = [...staged.map(({ import_id }) => import_id), ...tables];
  const imports = await db.asSystem((tx) => store.selectStatuses(tx, ids));
  const isUnderWay = (id: string) => !["done", "failed", undefined].includes(imports.get(id)?.status);
  for (const { workspace_id, import_id } of staged.filter((each) => !isUnderWay(each.import_id)))
    await unlessInUse(services, import_id, () =>
      db.inWorkspace(workspace_id, async (tx) => {
        await waitOnlyBriefly(tx);
        await deleteRows(tx, workspace_id, import_id);
      }),
    );
  for (const id of tables) {
    const { workspace_id, status } = imports.get(id) ?? {};
    await unlessInUse(services, id, async () => {
      if (status === "held" && workspace_id)
        await db.inWorkspace(workspace_id, async (tx) => {
          await waitOnlyBriefly(tx);
          await adoptRows(tx, id);
        });
      else if (!isUnderWay(id))
        await db.asSystem(async (tx) => {
          await waitOnlyBriefly(tx);
          await dropTableOfImport(tx, id);
        });
    });
  }
}

const waitOnlyBriefly = (tx: Tx) => sql`set local lock_timeout = '1s'`.execute(tx);

/** A process that still counts the rows deletes them at the end; otherwise the next sweep does. */
async function unlessInUse({ log }: ImportJobServices, id: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if ((error as { code?: string }).code !== lockNotAvailable) throw error;
    log.info({ import: id }, "the rows of an import that was given up are still in use");
  }
}

/** The error of imports that can only be given up, by their status. */
const givenUp = {
  receiving: {
    code: "interrupted" as const,
    message: "The server stopped while the file was coming, so nothing of it was imported. Send it again.",
  },
  held: {
    code: "not_started" as const,
    message: "Nobody started the import for a day, so the file was deleted and nothing of it was imported.",
  },
};
