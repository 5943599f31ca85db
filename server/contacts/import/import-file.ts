/** What an import reads: a file as rows of cells, whatever its format. */
import type { Readable } from "node:stream";
import type { CsvEncoding } from "./csv-decoder.ts";
import type { Delimiter } from "./csv-format.ts";
import type { ColumnRules, Columns } from "./file-columns.ts";
import { type FileRow, ImportFailure, type RowKind } from "./file-row.ts";

export interface ImportFile {
  format: "csv" | "xlsx" | "vcard";
  /** Null for what is no text. */
  encoding: CsvEncoding | null;
  /** Null for what has no lines of cells. */
  delimiter: Delimiter | null;
  /** The sheet of a workbook that is read. */
  sheet: string | null;
  columns: Columns;
  /** The number of the row that names the columns. */
  headerRow: number | null;
  /** The first rows of data. */
  sample: FileRow[];
  /** Calls back with every row of the file, once. Awaits `between` now and then, so that the consumer can keep up. */
  read(onRow: (row: FileRow, kind: RowKind) => void, between: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** How a file is to be read. */
export interface ReadingOptions {
  columns: ColumnRules;
  /** By whose plan the numbers of vCards are read; null: vCards hold no such rows. */
  cardCountry: string | null;
}

/** A file as it comes: what has been read of it so far, and the rest. */
export interface Incoming {
  head: Buffer;
  /** Whether the head is the whole file. */
  ended: boolean;
  rest: AsyncIterator<Buffer>;
}

/** Characters that a row may have. */
export const longestRow = 2 ** 20;
/** Rows that decide about the columns. */
export const sampleRows = 100;

/** The chunks of a body of which an error means that the client is gone. */
export function unlessCutOff(chunks: AsyncIterator<Buffer>): AsyncIterator<Buffer> {
  return {
    async next() {
      try {
        return await chunks.next();
      } catch (cause) {
        throw new ImportFailure(
          "cut_off",
          "The file stopped coming before its end, so nothing of it was imported. Send it again.",
          { cause },
        );
      }
    },
  };
}

/** The chunks of a request's body. Stopping early leaves the stream open, so that the answer still gets out. */
export const chunksOf = (stream: Readable): AsyncIterator<Buffer> =>
  stream.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;

/**
 * Discards the rest of a body, so that the client reads the answer and the connection can take its next request. A stream
 * does not flow as long as it is iterated over.
 */
export async function discardRest(stream: Readable, chunks: AsyncIterator<Buffer>): Promise<void> {
  await chunks.return?.();
  stream.on("error", () => {}).resume(); // its reader has ended
}

/** The whole file from its beginning. */
export async function* allOf({ head, ended, rest }: Incoming): AsyncIterable<Buffer> {
  if (head.length > 0) yield head;
  if (ended) return;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}
