/** How a file whose rows are commands would be read. */
import type { Readable } from "node:stream";
import type { Db, Tx } from "../../kit/db.ts";
import { Problem } from "../../kit/errors.ts";
import { getWorkspace } from "../../workspaces/workspace.ts";
import type { Columns } from "../import/file-columns.ts";
import { ImportFailure } from "../import/file-row.ts";
import { chunksOf, discardRest, type ImportFile } from "../import/import-file.ts";
import { openImportFile } from "../import/open-import-file.ts";
import type { FileOf } from "./receive-file.ts";
import type { SaidRow } from "./said-rows.ts";

const previewedRows = 20;
const samples = 3;
const longestSample = 200;

/**
 * The columns and the first rows of a file, from its first megabyte (a workbook from all of it). `run` imports the rows in a transaction that
 * is rolled back, so that they show what an import would do. 422 for a file that could not be imported at all.
 */
export async function previewFile<Row extends SaidRow, Result>(
  db: Db,
  of: Pick<FileOf<Row>, "columns" | "requireColumns" | "taker"> & { isMapped: boolean },
  { workspaceId, stream }: { workspaceId: string; stream: Readable },
  run: (tx: Tx, rows: readonly Row[]) => Promise<Result[]>,
): Promise<{ columns: ReturnType<typeof presentColumns>; rows: { taken: Row; result: Result }[] }> {
  const { country } = await db.inWorkspace(workspaceId, (tx) => getWorkspace(tx, workspaceId));
  const chunks = chunksOf(stream);
  let file: ImportFile | null = null;
  try {
    file = await openImportFile(chunks, { columns: of.columns(country), cardCountry: null });
    const { columns, sample } = file;
    // A file whose columns nobody has mapped yet shows them all the same.
    if (of.isMapped) of.requireColumns(columns);
    const rows = sample.slice(0, previewedRows).map(of.taker(columns.fields));
    const results = await rolledBack(db, workspaceId, (tx) => run(tx, rows));
    return {
      columns: presentColumns(columns, sample),
      rows: rows.map((taken, at) => ({ taken, result: results[at] as Result })),
    };
  } catch (error) {
    if (!(error instanceof ImportFailure)) throw error;
    throw new Problem(422, error.code, error.message, { field: "body", cause: error });
  } finally {
    await file?.close();
    await discardRest(stream, chunks);
  }
}

const presentColumns = ({ names, fields }: Columns, sample: readonly { cells: readonly string[] }[]) =>
  names.map((name, index) => ({
    name,
    field: fields[index] as string,
    samples: sample
      .map(({ cells }) => cells[index]?.trim() ?? "")
      .filter((cell) => cell !== "")
      .slice(0, samples)
      .map((cell) => cell.slice(0, longestSample)),
  }));

class RolledBack<T> extends Error {
  readonly result: T;
  constructor(result: T) {
    super("rolled back");
    this.result = result;
  }
}

async function rolledBack<T>(db: Db, workspaceId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  try {
    return await db.inWorkspace(workspaceId, async (tx) => {
      throw new RolledBack(await work(tx));
    });
  } catch (error) {
    if (error instanceof RolledBack) return error.result;
    throw error;
  }
}
