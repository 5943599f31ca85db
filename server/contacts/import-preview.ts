import type { Readable } from "node:stream";
import type { ContactInput, contacts } from "../../contract/contacts.ts";
import type { Answer } from "../../contract/endpoint.ts";
import { Problem } from "../kit/errors.ts";
import { ImportFailure } from "./import-failure.ts";
import { chunksOf, type ImportFile } from "./import-file.ts";
import { parseMapping } from "./import-mapping.ts";
import { createRowReader, type ImportedContact, type RowContext } from "./import-row.ts";
import { openImportFile } from "./open-import-file.ts";

type Preview = Answer<(typeof contacts)["previewImport"]>;

const previewedRows = 20;
const samples = 3;
const longestSample = 200;

/** How a file would be read, from its first megabyte (a workbook from all of it); 422 for one that could not be imported at all. */
export async function previewImport(
  stream: Readable,
  mappingJson: string | undefined,
  context: RowContext,
): Promise<Preview> {
  const mapping = parseMapping(mappingJson);
  let file: ImportFile | null = null;
  try {
    file = await openImportFile(chunksOf(stream), { mapping, country: context.country });
    return preview(file, context);
  } catch (error) {
    if (!(error instanceof ImportFailure)) throw error;
    throw new Problem(422, error.code, error.message, { field: "body", cause: error });
  } finally {
    await file?.close();
    stream.on("error", () => {}).resume();
  }
}

function preview(
  { format, encoding, delimiter, sheet, columns, headerRow, sample }: ImportFile,
  context: RowContext,
): Preview {
  const readRow = createRowReader(columns.fields, context);
  return {
    format,
    encoding,
    delimiter,
    sheet,
    header_row: headerRow,
    columns: columns.names.map((name, index) => ({
      name,
      field: columns.fields[index] as string,
      samples: sample
        .map(({ cells }) => cells[index]?.trim() ?? "")
        .filter((cell) => cell !== "")
        .slice(0, samples)
        .map((cell) => cell.slice(0, longestSample)),
    })),
    rows: sample.slice(0, previewedRows).map(({ row, cells, fault }) => {
      const read = fault ? { reason: fault, value: null } : readRow(cells);
      const rejected = "reason" in read;
      return {
        row,
        values: cells.map((value) => value.slice(0, 1000)),
        contact: rejected ? null : presentImported(read),
        reason: rejected ? read.reason : null,
      };
    }),
  };
}

function presentImported(read: ImportedContact): ContactInput {
  const { mobile, phone, email, first_name, last_name, locale, time_zone, properties } = read;
  return { mobile, phone, email, first_name, last_name, locale, time_zone, properties: properties ?? {} };
}
