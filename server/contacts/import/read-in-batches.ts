/** Reads the rows of a file in batches: at most one is being written while the next is being read, which bounds the memory. */
import type { FileRow } from "./file-row.ts";
import type { ImportFile } from "./import-file.ts";

export interface Batch {
  readonly rows: number;
  readonly octets: number;
}

/** How much of a file has been read. */
export interface Received {
  /** The number of the last row. */
  rows: number;
  /** How many rows are neither empty nor headings. */
  data_rows: number;
}

const batchOctets = 2 ** 21;
const batchRows = 20_000;

/** Adds the rows of data to batches and writes those one after another, each with how much has been read by then. */
export async function readInBatches<B extends Batch>(
  file: ImportFile,
  newBatch: () => B,
  { add, write }: { add(batch: B, row: FileRow): void; write(batch: B, soFar: Received): Promise<void> },
): Promise<Received> {
  const received: Received = { rows: 0, data_rows: 0 };
  let batch = newBatch();
  let writing: Promise<void> = Promise.resolve();
  const flush = async (all: boolean) => {
    if (batch.rows === 0 || (!all && batch.octets < batchOctets && batch.rows < batchRows)) return;
    await writing;
    writing = write(batch, { ...received });
    writing.catch(() => {}); // awaited before the next batch and at the end
    batch = newBatch();
  };
  await file.read(
    (row, kind) => {
      if (kind !== "data") return;
      received.rows = row.row;
      received.data_rows++;
      add(batch, row);
    },
    () => flush(false),
  );
  await flush(true);
  await writing;
  return received;
}
