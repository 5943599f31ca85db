import type { bookings } from "../../../contract/bookings.ts";
import { notFound } from "../../kit/errors.ts";
import type { Handlers } from "../../kit/http.ts";
import type { ManageLinks } from "../manage-links.ts";
import { previewImport } from "./import-preview.ts";
import * as store from "./import-store.ts";
import { type ReceiveServices, receiveImport } from "./receive-import.ts";
import { keptRejections, moments } from "./run-import.ts";

/** The endpoints of imports of bookings. */
export function bookingImportRoutes(
  services: ReceiveServices & { links: ManageLinks },
): Pick<Handlers<typeof bookings>, "startImport" | "previewImport" | "getImport"> {
  const { db, clock, links } = services;
  return {
    async startImport({ actor, query, stream }) {
      const { workspaceId, name: createdBy } = actor;
      return receiveImport(services, { workspaceId, createdBy, request: query, stream });
    },
    async previewImport({ actor, query, stream }) {
      const { workspaceId, name: by } = actor;
      const createMissing = query.create_missing === "true";
      const call = { workspaceId, links, createMissing, by, nextMoment: moments(clock) };
      return previewImport(db, call, stream, query.mapping);
    },
    async getImport({ actor: { workspaceId }, params: { id } }) {
      return db.inWorkspace(workspaceId, async (tx) => {
        const row = await store.selectImport(tx, workspaceId, id);
        if (!row) throw notFound("import", id);
        const rejected = await store.selectRejections(tx, workspaceId, id, keptRejections);
        const { status, created_at, finished_at, options: _, ...shown } = row;
        return {
          ...shown,
          status: status === "receiving" ? "running" : status,
          rejected_count: row.rejected,
          rejected,
          created_at: created_at.toISOString(),
          finished_at: finished_at?.toISOString() ?? null,
        };
      });
    },
  };
}
