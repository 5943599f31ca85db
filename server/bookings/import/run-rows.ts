/**
 * Runs rows as commands within one transaction. Their statements are pipelined: rows of different people do not wait for each other's
 * answers. Most rows that are refused are so before anything of them is written; else all is undone, and done again without them.
 */
import { sql } from "kysely";
import { dateOrderOf } from "../../../rules/booking-cells.ts";
import type { RejectedRow } from "../../contacts/command-import/imports-store.ts";
import { faultyRow } from "../../contacts/command-import/said-rows.ts";
import { lockKnown } from "../../contacts/lock-people.ts";
import type { Tx } from "../../kit/db.ts";
import { Problem } from "../../kit/errors.ts";
import { chainsOf, sideBySide } from "../../kit/shared-statements.ts";
import { getWorkspace } from "../../workspaces/workspace.ts";
import { readStatuses, standsFor } from "../booking-statuses.ts";
import { lockBookingsCalled } from "../lock-order.ts";
import type { ManageLinks } from "../manage-links.ts";
import { type ImportedRow, importRow } from "./import-row.ts";
import type { WaitingRow } from "./import-store.ts";
import { createPlaceFinder } from "./places-of-row.ts";
import { readRow, type RowContext, type Said } from "./read-row.ts";
import { keysOf } from "./waiting-rows.ts";

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
  const refused = new Map<number, RejectedRow>();
  for (const { row, fault } of rows) if (fault !== null) refused.set(row, faultyRow(row, fault));

  const called = rows.flatMap(({ said }) => said.external_id ?? []);
  await lockBookingsCalled(tx, workspaceId, "", called);
  await lockKnown(tx, workspaceId, peopleOf(rows, reading));
  await sql`savepoint import_rows`.execute(tx);
  for (;;) {
    const imported = new Map<number, ImportedRow>();
    const places = createPlaceFinder(tx, workspaceId, createMissing);
    let isHalf = false;
    const runRow = async ({ row, repeats, said }: WaitingRow) => {
      const context = { by: "employee" as const, name: by, notify, depth: 0, at: nextMoment() };
      const progress = { wrote: false };
      try {
        const read = readRow(said, reading);
        imported.set(row, await importRow(tx, { workspace, links, context, places, progress }, read, repeats));
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        refused.set(row, rejectionOf(row, said, error));
        isHalf ||= progress.wrote;
      }
    };
    const left = rows.filter(({ row }) => !refused.has(row));
    // Where rows make what is missing, each must see what any before it has made.
    const chains = createMissing ? [left] : chainsOf(left, ({ said }) => keysOf(said));
    await sideBySide(
      tx,
      chains.map((chain) => async () => {
        for (const row of chain) await runRow(row);
      }),
    );
    if (!isHalf)
      return rows.map(({ row }) => {
        const rejected = refused.get(row);
        return rejected ? { row, rejected } : { row, imported: imported.get(row) as ImportedRow };
      });
    await sql`rollback to savepoint import_rows`.execute(tx);
  }
}

/** The customers that rows describe. What cannot be read is refused in its turn. */
function peopleOf(rows: readonly WaitingRow[], reading: RowContext): { mobiles: string[]; emails: string[] } {
  const people = rows.flatMap(({ said }) => {
    try {
      return readRow(said, reading).customer ?? [];
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return [];
    }
  });
  return {
    mobiles: people.flatMap(({ mobile }) => mobile ?? []),
    emails: people.flatMap(({ email }) => email ?? []),
  };
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
