import type { ActivityData } from "../../../contract/activity.ts";
import type { Import } from "../../../contract/contacts.ts";
import type { Present } from "../../activity/subscriber.ts";
import { type ImportRow, selectImport } from "./import-store.ts";

/** An import as lists of imports show it, without its rows. */
export function presentImport(row: ImportRow): Omit<Import, "rejected" | "warnings"> {
  return {
    id: row.id,
    status: row.status,
    file_name: row.file_name,
    rows: row.data_rows ?? row.rows,
    created: row.created,
    updated: row.updated,
    unchanged: row.unchanged,
    rejected_count: row.rejected,
    warning_count: row.warnings,
    consents_recorded: row.consents,
    totals: row.totals,
    error: row.error,
    created_at: row.created_at.toISOString(),
    finished_at: row.finished_at?.toISOString() ?? null,
  };
}

/** An import that is done, as webhooks get it. */
export const presentDone: Present<ActivityData<"import.done">> = async (tx, workspaceId, { subjects }) => {
  const rows = await Promise.all(subjects.map((id) => selectImport(tx, workspaceId, id)));
  return new Map(rows.flatMap((row) => (row ? [[row.id, { data: presentImport(row), contact_id: null }]] : [])));
};
