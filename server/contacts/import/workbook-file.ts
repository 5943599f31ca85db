/** A workbook as an import reads it: the first visible sheet that has what its rows are to be about. */
import type { FileHandle } from "node:fs/promises";
import { spool } from "../../kit/spool.ts";
import { isBlank } from "./csv-format.ts";
import { type Columns, ownCells, readColumns } from "./file-columns.ts";
import { type FileRow, ImportFailure } from "./file-row.ts";
import { allOf, type ImportFile, type Incoming, longestRow, type ReadingOptions, sampleRows } from "./import-file.ts";
import { tooLarge } from "./workbook-parts.ts";
import { openWorkbook, type Sheet } from "./workbook.ts";

/** Twice what a million people with ten columns take. */
const mostBytes = 64 * 2 ** 20;
/** How many sheets are looked at. */
const mostSheets = 20;

/** Throws an ImportFailure for what is no workbook or has no rows, 422 for a mapping that does not fit. */
export async function openWorkbookFile(incoming: Incoming, options: ReadingOptions): Promise<ImportFile> {
  const file = await spool(allOf(incoming), mostBytes);
  if (!file) throw tooLarge();
  try {
    return await openFirstSheet(file, options);
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openFirstSheet(file: FileHandle, { columns: rules }: ReadingOptions): Promise<ImportFile> {
  const sheets = (await openWorkbook(file)).filter(({ hidden }) => !hidden).slice(0, mostSheets);
  let chosen: { sheet: Sheet; rows: FileRow[]; cells: string[][]; guessed: Columns } | null = null;
  for (const sheet of sheets) {
    const rows = await firstRows(sheet);
    if (rows.length === 0) continue;
    const cells = rows.map((row) => row.cells);
    const guessed = readColumns(cells, { ...rules, mapping: null });
    if (chosen && !rules.isMeant(guessed)) continue;
    chosen = { sheet, rows, cells, guessed };
    if (rules.isMeant(guessed)) break;
  }
  if (!chosen) throw new ImportFailure("empty_file", "The workbook has no sheet with anything on it.");
  const { sheet, rows, cells, guessed } = chosen;
  // Only now: sheets that are not read need not have the mapped columns.
  const columns = rules.mapping ? readColumns(cells, rules) : guessed;
  const headerRow = rows[columns.header]?.row ?? null;
  const own = (row: FileRow): FileRow => ({ ...row, cells: ownCells(row.cells, columns) });
  return {
    format: "xlsx",
    encoding: null,
    delimiter: null,
    sheet: sheet.name,
    columns,
    headerRow,
    sample: rows.slice(columns.header + 1).map(own),
    async read(onRow, between) {
      await sheet.read(
        (row, cells) => {
          const kind = row <= (headerRow ?? 0) ? "head" : isBlank(cells) ? "blank" : "data";
          onRow(own(rowOf(row, cells)), kind);
        },
        async () => {
          await between();
          return true;
        },
      );
      await between();
    },
    close: () => file.close(),
  };
}

async function firstRows(sheet: Sheet): Promise<FileRow[]> {
  const rows: FileRow[] = [];
  await sheet.read(
    (row, cells) => {
      if (rows.length < sampleRows && !isBlank(cells)) rows.push(rowOf(row, cells));
    },
    async () => rows.length < sampleRows,
  );
  return rows;
}

/** A row is no longer than one of a CSV may be. */
function rowOf(row: number, cells: string[]): FileRow {
  let length = 0;
  for (const cell of cells) length += cell.length;
  if (length <= longestRow) return { row, cells, fault: null, lines: 1 };
  return { row, cells: [cells.join(" ").slice(0, 200)], fault: "row_too_long", lines: 1 };
}
