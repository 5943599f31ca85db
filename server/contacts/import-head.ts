/** Everything about a file that its first megabyte tells: how to read its bytes, its cells and its columns. */
import type { Readable } from "node:stream";
import { type CsvDecoder, createCsvDecoder, headBytes } from "./csv-decoder.ts";
import { type Delimiter, declaredDelimiter, isBlank, sniffDelimiter, splitRows } from "./csv-format.ts";
import { ImportFailure } from "./import-failure.ts";
import { type ColumnField, type Columns, readColumns } from "./import-mapping.ts";

export interface ImportHead {
  decoder: CsvDecoder;
  delimiter: Delimiter;
  columns: Columns;
  /** The text of the head, without Excel's "sep=" line; lines that are not complete yet come with the next push. */
  text: string;
  /** The first rows, the header among them. */
  rows: string[][];
}

const sampleRows = 100;

/** Reads on until there is a megabyte, or the end. `iterator` goes on behind it. */
export async function takeHead(iterator: AsyncIterator<Buffer>): Promise<{ head: Buffer; ended: boolean }> {
  const chunks: Buffer[] = [];
  let length = 0;
  while (length < headBytes) {
    const next = await iterator.next();
    if (next.done) return { head: Buffer.concat(chunks), ended: true };
    chunks.push(next.value);
    length += next.value.length;
  }
  return { head: Buffer.concat(chunks), ended: false };
}

/** The chunks of a request's body. Stopping early leaves the stream open, so that the answer still gets out. */
export const chunksOf = (stream: Readable): AsyncIterator<Buffer> =>
  stream.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;

/** Throws an ImportFailure for what is no CSV, 422 for a mapping that does not fit the file. */
export function readHead(head: Buffer, ended: boolean, mapping: Record<string, ColumnField> | null): ImportHead {
  const decoder = createCsvDecoder(head);
  let text = decoder.push(head) + (ended ? decoder.end() : "");
  const declared = declaredDelimiter(text);
  if (declared) text = text.slice(declared.length);
  const delimiter = declared?.delimiter ?? sniffDelimiter(text, !ended);
  const rows = splitRows(text, delimiter, sampleRows, !ended).filter((row) => !isBlank(row));
  if (rows.length === 0) {
    throw new ImportFailure(
      ended ? "empty_file" : "binary_file",
      ended ? "The file is empty." : "The file has no row within its first megabyte.",
    );
  }
  return { decoder, delimiter, columns: readColumns(rows, mapping), text, rows };
}
