/** Runs rows as commands within one transaction, each in a savepoint: a row that is refused leaves nothing behind. */
import { sql } from "kysely";
import { dateOrderOf } from "../../../rules/booking-cells.ts";
import type { Tx } from "../../kit/db.ts";
import { Problem } from "../../kit/errors.ts";
import { getWorkspace } from "../../workspaces/workspace.ts";
import { readStatuses, standsFor } from "../booking-statuses.ts";
import type { ManageLinks } from "../manage-links.ts";
import { type ImportedRow, importRow } from "./import-row.ts";
import type { RejectedRow, WaitingRow } from "./import-store.ts";
import { readRow, type RowContext, type Said } from "./read-row.ts";

export interface RowsCall {
  workspaceId: string;
  links: ManageLinks;
  notify: boolean;
  createMissing: boolean;
  /** Who sent the file. */
  by: string;
  /** A moment for a row, later than that of the row before: it tells what the row changed. */
  nextMoment(): Date;
}

export type RowResult = { row: number } & ({ imported: ImportedRow } | { rejected: RejectedRow });

/** In the order of the rows. Throws, with nothing done, what is not the rows' fault. */
export async function runRows(tx: Tx, call: RowsCall, rows: readonly WaitingRow[]): Promise<RowResult[]> {
  const { workspaceId, links, notify, createMissing, by, nextMoment } = call;
  const workspace = await getWorkspace(tx, workspaceId);
  const own = await readStatuses(tx, workspaceId);
  const reading: RowContext = {
    country: workspace.country,
    order: dateOrderOf(workspace.country),
    isOwnStatus: (name) => standsFor(name, own) !== undefined,
  };
  const results: RowResult[] = [];
  for (const { row, repeats, said, fault } of rows) {
    if (fault !== null) {
      results.push({ row, rejected: { row, reason: fault, field: null, value: null, message: messageOf(fault) } });
      continue;
    }
    const context = { by: "employee" as const, name: by, notify, depth: 0, at: nextMoment() };
    await sql`savepoint import_row`.execute(tx);
    try {
      const read = readRow(said, reading);
      const imported = await importRow(tx, { workspace, links, context, createMissing }, read, repeats);
      await sql`release savepoint import_row`.execute(tx);
      results.push({ row, imported });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      await sql`rollback to savepoint import_row`.execute(tx);
      results.push({ row, rejected: rejectionOf(row, said, error) });
    }
  }
  return results;
}

const longestValue = 200;

/** A row that was refused, as the file's owner reads it: the column's field and the cell. */
function rejectionOf(row: number, said: Said, { code, message, field: path, value }: Problem): RejectedRow {
  const field = path?.replace(/^customer\./, "") ?? null;
  return { row, reason: code, field, value: cellOf(said, field, value)?.slice(0, longestValue) ?? null, message };
}

function cellOf(said: Said, field: string | null, value: unknown): string | null {
  const cell = said[field as keyof Said];
  if (cell !== undefined) return cell;
  if (field === "start" && said.date !== undefined) return [said.date, said.time].filter(Boolean).join(" ");
  return typeof value === "string" ? value : null;
}

const messages: Record<string, string> = {
  too_many_cells: "The row has more cells than the file has columns.",
  row_too_long: "The row is too long.",
  quote_not_closed: "A quotation mark in the row is not closed.",
  quotes_over_rows: "Quotation marks reach over several rows.",
};
const messageOf = (fault: string) => messages[fault] ?? fault;
