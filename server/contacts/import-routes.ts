import type { contacts, Import } from "../../contract/contacts.ts";
import type { Db } from "../kit/db.ts";
import { notFound } from "../kit/errors.ts";
import type { Handlers } from "../kit/http.ts";
import { recordAuditEvent } from "../workspaces/audit-events.ts";
import { getWorkspace } from "../workspaces/workspace.ts";
import { cut, readCursor, writeCursor } from "./cursor.ts";
import { previewImport } from "./import-preview.ts";
import { readingsOf } from "./import-row.ts";
import * as store from "./import-store.ts";
import { type ReceiveServices, receiveImport } from "./receive-import.ts";
import { rejectedCsv } from "./rejected-csv.ts";

const shownRejections = 1_000;

/** The calls on imports. */
export function importRoutes(
  services: ReceiveServices,
): Pick<Handlers<typeof contacts>, "startImport" | "previewImport" | "imports" | "getImport" | "rejectedRows"> {
  const { db, clock } = services;
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
        now: clock.now(),
      });
    },
    async imports({ actor, query }) {
      const [before] = query.cursor ? readCursor(query.cursor, "imports", 1) : [];
      const rows = await db.inWorkspace(actor.workspaceId, (tx) =>
        store.selectImports(tx, actor.workspaceId, { before: before ?? null, limit: query.limit + 1 }),
      );
      const page = cut(rows, query.limit, (row) => writeCursor("imports", row.id));
      return { items: page.items.map(present), next_cursor: page.next_cursor };
    },
    async getImport({ actor, params }) {
      return db.inWorkspace(actor.workspaceId, async (tx) => {
        const row = await store.selectImport(tx, actor.workspaceId, params.id);
        if (!row) throw notFound("import", params.id);
        const rejected = await store.selectRejections(tx, actor.workspaceId, params.id, {
          after: 0,
          limit: shownRejections,
        });
        const { country } = await getWorkspace(tx, actor.workspaceId);
        return { ...present(row), rejected: rejected.map((each) => ({ ...each, ...readingsOf(each, country) })) };
      });
    },
    async rejectedRows({ actor, params }) {
      const { options } = await requireImport(db, actor.workspaceId, params.id);
      await db.inWorkspace(actor.workspaceId, (tx) =>
        recordAuditEvent(tx, {
          workspaceId: actor.workspaceId,
          action: "import.rejections_exported",
          target: { type: "import", id: params.id },
        }),
      );
      return rejectedCsv(db, actor.workspaceId, params.id, options.columns ?? []);
    },
  };
}

async function requireImport(db: Db, workspaceId: string, id: string): Promise<store.ImportRow> {
  const row = await db.inWorkspace(workspaceId, (tx) => store.selectImport(tx, workspaceId, id));
  if (!row) throw notFound("import", id);
  return row;
}

function present(row: store.ImportRow): Omit<Import, "rejected"> {
  return {
    id: row.id,
    status: row.status,
    file_name: row.file_name,
    rows: row.rows,
    created: row.created,
    updated: row.updated,
    unchanged: row.unchanged,
    rejected_count: row.rejected,
    error: row.error,
    created_at: row.created_at.toISOString(),
    finished_at: row.finished_at?.toISOString() ?? null,
  };
}
