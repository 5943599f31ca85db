/** Receives and runs imports of bookings in tests, the way routes and jobs do, without HTTP and without a job queue. */
import type { Readable } from "node:stream";
import { sql } from "kysely";
import pino from "pino";
import { bookings as endpoints } from "../../../contract/bookings.ts";
import type { Answer } from "../../../contract/endpoint.ts";
import type { TestWorkspace } from "../../../testing/workspace.ts";
import { streamOf } from "../../contacts/import/import-harness.test-support.ts";
import { systemClock } from "../../kit/clock.ts";
import type { Db } from "../../kit/db.ts";
import type { Call } from "../../kit/http.ts";
import { jobs } from "../../kit/jobs.ts";
import { createManageLinks } from "../manage-links.ts";
import type { PlaceKind } from "../place.ts";
import { createPlace } from "../places.ts";
import { bookingImportRoutes } from "./import-routes.ts";
import type { ImportRequest } from "./receive-import.ts";
import { runImport } from "./run-import.ts";

type Content = string | Buffer | Readable;
export type Import = Answer<(typeof endpoints)["getImport"]>;

export function bookingImportHarness(db: Db) {
  const log = pino({ enabled: false });
  const links = createManageLinks({
    public_url: "https://varsla.example.no",
    link_domain: "varsla.example.no",
    secret_key: "k".repeat(32),
  });
  const services = { db, clock: systemClock, jobs, log, links, liveUpdates: { publish: () => {} } };
  const routes = bookingImportRoutes(services);
  const call = (workspace: TestWorkspace, rest: object) =>
    ({ actor: { workspaceId: workspace.id, name: "Kari" }, ...rest }) as unknown as Call<never>;

  const receive = async (workspace: TestWorkspace, content: Content, query: ImportRequest = {}): Promise<string> =>
    (await routes.startImport(call(workspace, { query, stream: streamOf(content) }))).id;

  const run = (
    workspace: TestWorkspace,
    id: string,
    { signal = new AbortController().signal, onUpdate }: { signal?: AbortSignal; onUpdate?: () => void } = {},
  ) =>
    runImport(
      { ...services, liveUpdates: { publish: () => onUpdate?.() } },
      { workspace_id: workspace.id, import_id: id },
      signal,
    );

  const result = async (workspace: TestWorkspace, id: string): Promise<Import> =>
    endpoints.getImport.answer.parse(await routes.getImport(call(workspace, { params: { id } })));

  return {
    services,
    receive,
    run,
    result,
    /** Receives, runs, and returns the result. */
    async importFile(workspace: TestWorkspace, content: Content, query: ImportRequest = {}): Promise<Import> {
      const id = await receive(workspace, content, query);
      await run(workspace, id);
      return result(workspace, id);
    },
    async preview(workspace: TestWorkspace, content: Content, query: object = {}) {
      return endpoints.previewImport.answer.parse(
        await routes.previewImport(call(workspace, { query, stream: streamOf(content) })),
      );
    },
    async place(workspace: TestWorkspace, kind: PlaceKind, name: string, fields: object = {}): Promise<string> {
      const made = await db.inWorkspace(workspace.id, (tx) =>
        createPlace(tx, workspace.id, kind, { name, ...fields }, new Date()),
      );
      return made.id;
    },
    /** The rows of a query within one workspace. */
    async table(workspace: TestWorkspace, query: string): Promise<Record<string, unknown>[]> {
      const { rows } = await db.inWorkspace(workspace.id, (tx) =>
        sql<Record<string, unknown>>`${sql.raw(query)}`.execute(tx),
      );
      return rows;
    },
  };
}

/** Bookings as rows of a table, by start. */
export const bookingsTable = `
  select c.first_name, c.last_name, c.mobile, b.start_at, b.end_at, s.name as service, b.status, b.payment, b.external_id
  from bookings b left join contacts c on c.id = b.customer_id left join services s on s.id = b.service_id
  order by b.start_at, c.first_name, b.id`;
