/** A file of vCards as an import reads it: one row for each card. */
import type { IncomingText } from "./csv-file.ts";
import { isBlank } from "./csv-format.ts";
import { type ColumnRules, readColumns } from "./file-columns.ts";
import type { FileRow } from "./file-row.ts";
import { type ImportFile, sampleRows } from "./import-file.ts";
import { cardColumns, createCardReader } from "./vcard.ts";

/** Throws 422 for a mapping that names columns that cards don't have. */
export function openCards(incoming: IncomingText, columns: ColumnRules, country: string): ImportFile {
  const { decoder, text, ended, rest } = incoming;
  const sample: FileRow[] = [];
  const first = cardRows(country, (row) => sample.length < sampleRows && !isBlank(row.cells) && sample.push(row));
  first.push(text);
  if (ended) first.end();
  return {
    format: "vcard",
    encoding: decoder.encoding,
    delimiter: null,
    sheet: null,
    columns: readColumns([cardColumns, ...sample.map(({ cells }) => cells)], columns),
    headerRow: null,
    sample,
    async read(onRow, between) {
      const reader = cardRows(country, (row) => onRow(row, isBlank(row.cells) ? "blank" : "data"));
      reader.push(text);
      await between();
      if (!ended) {
        for (let next = await rest.next(); !next.done; next = await rest.next()) {
          reader.push(decoder.push(next.value));
          await between();
        }
        reader.push(decoder.end());
      }
      reader.end();
      await between();
    },
    close: async () => {},
  };
}

function cardRows(country: string, onRow: (row: FileRow) => void) {
  let row = 0;
  return createCardReader({
    country,
    onCard: (cells, closed) => onRow({ row: ++row, cells, fault: closed ? null : "card_not_closed", lines: 1 }),
  });
}
