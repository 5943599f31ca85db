import type { Readable } from "node:stream";
import type { ContactInput, contacts } from "../../../contract/contacts.ts";
import type { Answer } from "../../../contract/endpoint.ts";
import { Problem } from "../../kit/errors.ts";
import { ImportFailure } from "./file-row.ts";
import { chunksOf, type ImportFile, discardRest } from "./import-file.ts";
import { contactColumns, parseContactMapping } from "./import-mapping.ts";
import {
  createRowReader,
  type ImportedContact,
  isUnreachable,
  knownBy,
  readingsOf,
  type RowContext,
} from "./import-row.ts";
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
  const mapping = parseContactMapping(mappingJson);
  const chunks = chunksOf(stream);
  let file: ImportFile | null = null;
  try {
    file = await openImportFile(chunks, {
      columns: contactColumns(mapping, context.country),
      cardCountry: context.country,
    });
    return preview(file, context);
  } catch (error) {
    if (!(error instanceof ImportFailure)) throw error;
    throw new Problem(422, error.code, error.message, { field: "body", cause: error });
  } finally {
    await file?.close();
    await discardRest(stream, chunks);
  }
}

function preview(
  { format, encoding, delimiter, sheet, columns, headerRow, sample }: ImportFile,
  context: RowContext,
): Preview {
  const readRow = createRowReader(columns.fields, context);
  /** The first row of each person. */
  const firstRows = new Map<string, number>();
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
      const shown = { row, values: cells.map((value) => value.slice(0, 1000)) };
      if ("reason" in read)
        return {
          ...shown,
          contact: null,
          reason: read.reason,
          warning: null,
          landline: false,
          same_as: null,
          ...readingsOf(read, context.country),
        };
      const key = knownBy(read);
      const sameAs = firstRows.get(key) ?? null;
      if (sameAs === null) firstRows.set(key, row);
      return {
        ...shown,
        contact: presentImported(read),
        reason: null,
        warning: read.warning?.reason ?? null,
        landline: isUnreachable(read),
        same_as: sameAs,
      };
    }),
  };
}

function presentImported(read: ImportedContact): ContactInput {
  const { mobile, phone, email, first_name, last_name, locale, time_zone, properties } = read;
  return { mobile, phone, email, first_name, last_name, locale, time_zone, properties: properties ?? {} };
}
