/** Rows of files become bookings. */
import { selectImport } from "../../contacts/command-import/imports-store.ts";
import { moments, runFile, type RunServices as Running } from "../../contacts/command-import/run-file.ts";
import type { ManageLinks } from "../manage-links.ts";
import { deleteLaneRows, type ImportOptions, lockNextRows } from "./import-store.ts";
import { runRows } from "./run-rows.ts";
import { lanes } from "./waiting-rows.ts";

export interface RunServices extends Running {
  links: ManageLinks;
}

/** Imports what waits. May be called again after any interruption. Throws when `signal` is aborted, between two chunks. */
export async function runImport(
  services: RunServices,
  { workspace_id: workspaceId, import_id: id }: { workspace_id: string; import_id: string },
  signal: AbortSignal,
): Promise<void> {
  const { db, clock, links, liveUpdates } = services;
  const row = await db.inWorkspace(workspaceId, (tx) => selectImport(tx, workspaceId, "booking", id));
  if (row?.status !== "running") return;
  const { notify, create_missing: createMissing } = row.options as ImportOptions;
  const call = { workspaceId, links, notify, createMissing, by: row.created_by, nextMoment: moments(clock) };
  await runFile(
    services,
    {
      kind: "booking",
      lanes,
      inTurn: createMissing,
      lockNext: (tx, lane, most) => lockNextRows(tx, workspaceId, id, lane, most),
      deleteRows: (tx, lane, rows) =>
        deleteLaneRows(
          tx,
          workspaceId,
          id,
          lane,
          rows.map((each) => each.row),
        ),
      runRows: (tx, rows) => runRows(tx, call, rows),
      tell: () => liveUpdates.publish(workspaceId, "booking", null),
    },
    { workspaceId, id },
    signal,
  );
}
