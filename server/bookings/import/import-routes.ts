import type { bookings } from "../../../contract/bookings.ts";
import { presentImport } from "../../contacts/command-import/present-import.ts";
import type { ReceiveServices } from "../../contacts/command-import/receive-file.ts";
import { moments } from "../../contacts/command-import/run-file.ts";
import type { Handlers } from "../../kit/http.ts";
import type { ManageLinks } from "../manage-links.ts";
import { previewImport } from "./import-preview.ts";
import { receiveImport } from "./receive-import.ts";

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
      return db.inWorkspace(workspaceId, (tx) => presentImport(tx, workspaceId, "booking", id));
    },
  };
}
