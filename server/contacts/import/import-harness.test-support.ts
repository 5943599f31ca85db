/** Receives and merges imports in tests, the way routes and jobs do, without HTTP and without a job queue. */
import { Readable } from "node:stream";
import { sql } from "kysely";
import pino from "pino";
import type { Import } from "../../../contract/contacts.ts";
import type { TestWorkspace } from "../../../testing/workspace.ts";
import { systemClock } from "../../kit/clock.ts";
import type { Db } from "../../kit/db.ts";
import type { Call } from "../../kit/http.ts";
import { jobs } from "../../kit/jobs.ts";
import { checkImport } from "./check-import.ts";
import type { ImportRequest } from "./import-options.ts";
import { importRoutes } from "./import-routes.ts";
import { mergeImport } from "./merge-import.ts";
import { receiveImport } from "./receive-import.ts";

type Content = string | Buffer | Readable;

export function importHarness(db: Db) {
  const log = pino({ enabled: false });
  const services = { db, clock: systemClock, jobs, log, liveUpdates: { publish: () => {} } };
  const routes = importRoutes(services);

  const receive = (workspace: TestWorkspace, content: Content, request: ImportRequest) =>
    receiveImport(services, { workspaceId: workspace.id, createdBy: "Kari", request, stream: streamOf(content) });

  const run = (
    workspace: TestWorkspace,
    id: string,
    {
      signal = new AbortController().signal,
      onUpdate,
      ...options
    }: { chunkRows?: number; lockTimeout?: number; signal?: AbortSignal; onUpdate?: () => void } = {},
  ) =>
    mergeImport(
      { ...services, liveUpdates: { publish: () => onUpdate?.() } },
      { workspace_id: workspace.id, import_id: id },
      signal,
      options,
    );

  const result = (workspace: TestWorkspace, id: string): Promise<Import> =>
    routes.getImport({ actor: { workspaceId: workspace.id }, params: { id } } as Call<never>);

  return {
    services,
    routes,
    receive,
    run,
    result,
    /** Receives, merges, and returns the result. */
    async importCsv(workspace: TestWorkspace, content: Content, request: ImportRequest = {}): Promise<Import> {
      const { id } = await receive(workspace, content, request);
      await run(workspace, id);
      return result(workspace, id);
    },
    /** Receives and counts, and returns what the import would do. */
    async holdCsv(workspace: TestWorkspace, content: Content, request: ImportRequest = {}): Promise<Import> {
      const { id } = await receive(workspace, content, { ...request, hold: "true" });
      await checkImport(services, { workspace_id: workspace.id, import_id: id });
      return result(workspace, id);
    },
    /** The rows of a query within one workspace. */
    async table(workspaceId: string, query: string): Promise<Record<string, unknown>[]> {
      const { rows } = await db.inWorkspace(workspaceId, (tx) =>
        sql<Record<string, unknown>>`${sql.raw(query)}`.execute(tx),
      );
      return rows;
    },
  };
}

export const streamOf = (content: Content) =>
  content instanceof Readable ? content : Readable.from([Buffer.from(content)], { objectMode: false });
