/** An import whose rows are commands, as the API shows it. */
import type { Tx } from "../../kit/db.ts";
import { notFound } from "../../kit/errors.ts";
import { type ImportKind, type ImportRow, selectImport, selectRejections } from "./imports-store.ts";
import { keptRejections } from "./run-file.ts";

/** 404 without such an import, or where `isMeant` says that it is another's. */
export async function presentImport(
  tx: Tx,
  workspaceId: string,
  kind: ImportKind,
  id: string,
  isMeant: (row: ImportRow) => boolean = () => true,
) {
  const row = await selectImport(tx, workspaceId, kind, id);
  if (!row || !isMeant(row)) throw notFound("import", id);
  const { status, created_at, finished_at, options: _, ...shown } = row;
  return {
    ...shown,
    status: status === "receiving" ? ("running" as const) : status,
    rejected_count: row.rejected,
    rejected: await selectRejections(tx, workspaceId, kind, id, keptRejections),
    created_at: created_at.toISOString(),
    finished_at: finished_at?.toISOString() ?? null,
  };
}
