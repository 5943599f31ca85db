import type { Readable } from "node:stream";
import type { ContactInput, contacts } from "../../contract/contacts.ts";
import type { Answer } from "../../contract/endpoint.ts";
import { Problem } from "../kit/errors.ts";
import { ImportFailure } from "./import-failure.ts";
import { chunksOf, readHead, takeHead } from "./import-head.ts";
import { parseMapping } from "./import-mapping.ts";
import { createRowReader, type ImportedContact, readingsOf, type RowContext } from "./import-row.ts";

type Preview = Answer<(typeof contacts)["previewImport"]>;

const previewedRows = 20;
const samples = 3;
const longestSample = 200;

/** How a file would be read, from its first megabyte; 422 for one that could not be imported at all. */
export async function previewImport(
  stream: Readable,
  mappingJson: string | undefined,
  context: RowContext,
): Promise<Preview> {
  const mapping = parseMapping(mappingJson);
  try {
    const { head, ended } = await takeHead(chunksOf(stream));
    const { decoder, delimiter, columns, rows } = readHead(head, ended, mapping);
    const data = columns.header ? rows.slice(1) : rows;
    const readRow = createRowReader(columns.fields, context);
    return {
      encoding: decoder.encoding,
      delimiter,
      columns: columns.names.map((name, index) => ({
        name,
        field: columns.fields[index] as string,
        samples: data
          .map((row) => row[index]?.trim() ?? "")
          .filter((cell) => cell !== "")
          .slice(0, samples)
          .map((cell) => cell.slice(0, longestSample)),
      })),
      rows: data.slice(0, previewedRows).map((values, index) => {
        const read = readRow(values);
        const rejected = "reason" in read;
        return {
          row: index + 1,
          values: values.map((value) => value.slice(0, 1000)),
          contact: rejected ? null : presentImported(read),
          reason: rejected ? read.reason : null,
          ...(rejected ? readingsOf(read, context.country) : {}),
        };
      }),
    };
  } catch (error) {
    if (!(error instanceof ImportFailure)) throw error;
    throw new Problem(422, error.code, error.message, { field: "body", cause: error });
  } finally {
    stream.on("error", () => {}).resume();
  }
}

function presentImported(read: ImportedContact): ContactInput {
  const { mobile, phone, email, first_name, last_name, locale, time_zone, properties } = read;
  return { mobile, phone, email, first_name, last_name, locale, time_zone, properties: properties ?? {} };
}
