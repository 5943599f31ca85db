/** A CSV, or rows that were copied from a spreadsheet, as an import reads it. */
import type { CsvDecoder } from "./csv-decoder.ts";
import {
  columnsLookedAt,
  type Delimiter,
  declaredDelimiter,
  isBlank,
  isCutBy,
  rowShape,
  sniffDelimiter,
  splitRows,
  usualWidth,
} from "./csv-format.ts";
import { createCsvSplitter, type RowShape } from "./csv-splitter.ts";
import { type Columns, ownCells, readColumns } from "./file-columns.ts";
import { type FileRow, ImportFailure } from "./file-row.ts";
import { type ImportFile, type Incoming, longestRow, type ReadingOptions, sampleRows } from "./import-file.ts";

/** A file whose beginning has been decoded. */
export interface IncomingText extends Incoming {
  decoder: CsvDecoder;
  /** The head's; an incomplete line comes with the next piece. */
  text: string;
}

/** The head is read in pieces of this size, so that it makes no larger batch than the rest. */
const piece = 65_536;

/** Throws an ImportFailure for what has no rows, 422 for a mapping that does not fit. */
export function openCsv(incoming: IncomingText, options: ReadingOptions): ImportFile {
  const { decoder, ended, rest } = incoming;
  const declared = declaredDelimiter(incoming.text);
  const text = declared ? incoming.text.slice(declared.length) : incoming.text;
  // A program may declare a delimiter that it then does not write.
  const delimiter =
    declared && isCutBy(text, declared.delimiter, !ended) ? declared.delimiter : sniffDelimiter(text, !ended);
  const { rows, columns, shape } = readBeginning(text, delimiter, !ended, options);
  const headerRow = rows[columns.header]?.row ?? null;
  return {
    format: "csv",
    encoding: decoder.encoding,
    delimiter,
    sheet: null,
    columns,
    headerRow,
    sample: rows.slice(columns.header + 1).map((row) => ({ ...row, cells: ownCells(row.cells, columns) })),
    async read(onRow, between) {
      let row = 0;
      const splitter = createCsvSplitter({
        delimiter,
        longestRow,
        shape,
        onRow(cells, fault, lines) {
          row++;
          const kind = row <= (headerRow ?? 0) ? "head" : isBlank(cells) ? "blank" : "data";
          onRow({ row, cells: ownCells(cells, columns), fault, lines }, kind);
        },
      });
      for (let from = 0; from < text.length; from += piece) {
        splitter.push(text.slice(from, from + piece));
        await between();
      }
      if (!ended) {
        for (let next = await rest.next(); !next.done; next = await rest.next()) {
          splitter.push(decoder.push(next.value));
          await between();
        }
        splitter.push(decoder.end());
      }
      splitter.end();
      await between();
    },
    close: async () => {},
  };
}

/** The first rows that are not empty, their columns, and what all rows have in common. */
function readBeginning(text: string, delimiter: Delimiter, cut: boolean, { columns: rules }: ReadingOptions) {
  const split = (shape: RowShape | null): FileRow[] =>
    splitRows(text, { delimiter, most: sampleRows, cut, shape, longestRow }).filter(({ cells }) => !isBlank(cells));
  // Twice: what the rows have in common decides which quotes are accepted, and so which rows there are.
  const first = split(null);
  const rows = split(shapeOf(first, delimiter, readColumns(cellsOf(first, cut), rules)));
  const columns = readColumns(cellsOf(rows, cut), rules);
  return { rows, columns, shape: shapeOf(rows, delimiter, columns) };
}

function cellsOf(rows: FileRow[], cut: boolean): string[][] {
  if (rows.length === 0) {
    throw new ImportFailure(
      cut ? "binary_file" : "empty_file",
      cut ? "The file has no row within its first megabyte." : "The file is empty.",
    );
  }
  return rows.map(({ cells }) => cells);
}

function shapeOf(rows: readonly FileRow[], delimiter: Delimiter, { header, added, names, fields }: Columns): RowShape {
  const data = rows.slice(header + 1).map(({ cells }) => cells);
  const usual = usualWidth(data).width;
  const named = fields.flatMap((field, index) => (["mobile", "phone", "email"].includes(field) ? [index + added] : []));
  return rowShape({
    delimiter,
    widths: [names.length + added, ...(usual > 0 ? [usual] : [])],
    keys: named.length > 0 ? named : names.slice(0, columnsLookedAt).map((_, index) => index + added),
  });
}
