/** How a file of bookings would be read. */
import type { Readable } from "node:stream";
import type { bookings } from "../../../contract/bookings.ts";
import type { Answer } from "../../../contract/endpoint.ts";
import { ImportFailure } from "../../contacts/import/file-row.ts";
import { chunksOf, discardRest, type ImportFile } from "../../contacts/import/import-file.ts";
import { openImportFile } from "../../contacts/import/open-import-file.ts";
import { fullName } from "../../contacts/person.ts";
import type { Db } from "../../kit/db.ts";
import { Problem } from "../../kit/errors.ts";
import { getWorkspace } from "../../workspaces/workspace.ts";
import { bookingColumns, parseBookingMapping, requireStart } from "./booking-columns.ts";
import type { Said } from "./read-row.ts";
import { type RowResult, type RowsCall, runRows } from "./run-rows.ts";
import { createRowTaker } from "./waiting-rows.ts";

type Preview = Answer<(typeof bookings)["previewImport"]>;

const previewedRows = 20;
const samples = 3;
const longestSample = 200;

/**
 * The columns and the first rows of a file, from its first megabyte (a workbook from all of it). The rows are imported in a transaction
 * that is rolled back, so that they show what an import would do. 422 for a file that could not be imported at all.
 */
export async function previewImport(
  db: Db,
  call: Omit<RowsCall, "notify">,
  stream: Readable,
  mappingJson: string | undefined,
): Promise<Preview> {
  const mapping = parseBookingMapping(mappingJson);
  const { country } = await db.inWorkspace(call.workspaceId, (tx) => getWorkspace(tx, call.workspaceId));
  const chunks = chunksOf(stream);
  let file: ImportFile | null = null;
  try {
    file = await openImportFile(chunks, { columns: bookingColumns(mapping, country), cardCountry: null });
    const { columns, sample } = file;
    // A file whose columns nobody has mapped yet shows them all the same.
    if (mapping) requireStart(columns);
    const take = createRowTaker(columns.fields);
    const rows = sample.slice(0, previewedRows).map(take);
    const results = await rolledBack(db, call.workspaceId, (tx) => runRows(tx, { ...call, notify: false }, rows));
    return {
      columns: columns.names.map((name, index) => ({
        name,
        field: columns.fields[index] as string,
        samples: sample
          .map(({ cells }) => cells[index]?.trim() ?? "")
          .filter((cell) => cell !== "")
          .slice(0, samples)
          .map((cell) => cell.slice(0, longestSample)),
      })),
      rows: results.map((result, at) => present(result, rows[at]?.said ?? {})),
    };
  } catch (error) {
    if (!(error instanceof ImportFailure)) throw error;
    throw new Problem(422, error.code, error.message, { field: "body", cause: error });
  } finally {
    await file?.close();
    await discardRest(stream, chunks);
  }
}

class RolledBack<T> extends Error {
  readonly result: T;
  constructor(result: T) {
    super("rolled back");
    this.result = result;
  }
}

async function rolledBack<T>(db: Db, workspaceId: string, work: Parameters<typeof db.inWorkspace<T>>[1]): Promise<T> {
  try {
    return await db.inWorkspace(workspaceId, async (tx) => {
      throw new RolledBack(await work(tx));
    });
  } catch (error) {
    if (error instanceof RolledBack) return error.result;
    throw error;
  }
}

function present(result: RowResult, said: Said): Preview["rows"][number] {
  const name = said.full_name ?? ([said.first_name, said.last_name].filter(Boolean).join(" ") || null);
  const shown = {
    row: result.row,
    customer: name ?? said.mobile ?? said.phone ?? said.email ?? null,
    start: said.start ?? ([said.date, said.time].filter(Boolean).join(" ") || null),
    end: said.end ?? null,
    service: said.service ?? null,
  };
  if ("rejected" in result) {
    const { reason, field, value } = result.rejected;
    return { ...shown, reason, field, value };
  }
  const { booking } = result.imported;
  const none = { reason: null, field: null, value: null };
  if (!booking) return { ...shown, ...none };
  return {
    ...shown,
    customer: fullName(booking.customer) ?? shown.customer,
    start: booking.start_at.toISOString(),
    end: booking.end_at.toISOString(),
    service: booking.service?.name ?? null,
    ...none,
  };
}
