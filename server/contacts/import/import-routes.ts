import type { contacts } from "../../../contract/contacts.ts";
import { recordAuditEvent } from "../../accounts/audit-events.ts";
import { cut, readCursor, readRowCursor, writeCursor } from "../../kit/cursor.ts";
import type { Db } from "../../kit/db.ts";
import { notFound } from "../../kit/errors.ts";
import type { Handlers } from "../../kit/http.ts";
import { getWorkspace } from "../../workspaces/workspace.ts";
import { giveUpHeldImport, heldRejectedLines, heldRows, startHeldImport } from "./held-imports.ts";
import { previewImport } from "./import-preview.ts";
import { readingsOf } from "./import-row.ts";
import * as store from "./import-store.ts";
import { presentImport } from "./present-import.ts";
import { type ReceiveServices, receiveImport } from "./receive-import.ts";
import { rejectedCsv } from "./rejected-csv.ts";

const shownRejections = 1_000;

/** The endpoints of imports. */
export function importRoutes(
  services: ReceiveServices,
): Pick<
  Handlers<typeof contacts>,
  | "startImport"
  | "previewImport"
  | "imports"
  | "getImport"
  | "startHeldImport"
  | "giveUpImport"
  | "heldRows"
  | "rejectedRows"
> {
  const { db, clock, jobs, liveUpdates } = services;
  return {
    async startImport({ actor, query, stream }) {
      return receiveImport(services, {
        workspaceId: actor.workspaceId,
        createdBy: actor.name,
        request: query,
        stream,
      });
    },
    async previewImport({ actor, query, stream }) {
      const workspace = await db.inWorkspace(actor.workspaceId, (tx) => getWorkspace(tx, actor.workspaceId));
      return previewImport(stream, query.mapping, {
        country: workspace.country,
        timeZone: workspace.time_zone,
        consents: true,
        now: clock.now(),
      });
    },
    async imports({ actor, query }) {
      const [before] = query.cursor ? readCursor(query.cursor, "imports", 1) : [];
      const rows = await db.inWorkspace(actor.workspaceId, (tx) =>
        store.selectImports(tx, actor.workspaceId, { before: before ?? null, limit: query.limit + 1 }),
      );
      const page = cut(rows, query.limit, (row) => writeCursor("imports", row.id));
      return { items: page.items.map(presentImport), next_cursor: page.next_cursor };
    },
    async getImport({ actor, params }) {
      return db.inWorkspace(actor.workspaceId, async (tx) => {
        const row = await store.selectImport(tx, actor.workspaceId, params.id);
        if (!row) throw notFound("import", params.id);
        const rejected = await store.selectRejections(tx, actor.workspaceId, params.id, {
          after: 0,
          limit: shownRejections,
          taken: false,
        });
        const warnings = await store.selectRejections(tx, actor.workspaceId, params.id, {
          after: 0,
          limit: shownRejections,
          taken: true,
        });
        const { country } = await getWorkspace(tx, actor.workspaceId);
        const withReadings = rejected.map((each) => ({ ...each, ...readingsOf(each, country) }));
        return { ...presentImport(row), rejected: withReadings, warnings };
      });
    },
    async startHeldImport({ actor, params: { id } }) {
      await db.inWorkspace(actor.workspaceId, (tx) => startHeldImport(tx, actor.workspaceId, id, jobs, clock.now()));
      liveUpdates.publish(actor.workspaceId, "import", id);
      return { id };
    },
    async giveUpImport({ actor, params: { id } }) {
      await db.inWorkspace(actor.workspaceId, (tx) => giveUpHeldImport(tx, actor.workspaceId, id, jobs, clock.now()));
      liveUpdates.publish(actor.workspaceId, "import", id);
      return undefined;
    },
    async heldRows({ actor, params, query: { kind, cursor, limit } }) {
      const after = cursor ? readRowCursor(cursor, kind) : 0;
      const rows = await db.inWorkspace(actor.workspaceId, (tx) =>
        heldRows(tx, actor.workspaceId, params.id, { kind, after, limit: limit + 1 }),
      );
      return cut(rows, limit, ({ row }) => writeCursor(kind, String(row)));
    },
    async rejectedRows({ actor, params, query }) {
      const { options, status } = await requireImport(db, actor.workspaceId, params.id);
      const { language } = await db.inWorkspace(actor.workspaceId, async (tx) => {
        await recordAuditEvent(tx, {
          workspaceId: actor.workspaceId,
          at: clock.now(),
          action: "import.rejections_exported",
          target: { type: "import", id: params.id },
        });
        return getWorkspace(tx, actor.workspaceId);
      });
      const select = status === "held" ? heldRejectedLines : store.selectRejectedLines;
      const linesAfter = (page: { after: number; limit: number }) =>
        db.inWorkspace(actor.workspaceId, (tx) => select(tx, actor.workspaceId, params.id, page));
      return rejectedCsv(linesAfter, {
        columns: options.columns ?? [],
        delimiter: options.delimiter === undefined ? "," : options.delimiter,
        language: query.language ?? language,
      });
    },
  };
}

async function requireImport(db: Db, workspaceId: string, id: string): Promise<store.ImportRow> {
  const row = await db.inWorkspace(workspaceId, (tx) => store.selectImport(tx, workspaceId, id));
  if (!row) throw notFound("import", id);
  return row;
}
