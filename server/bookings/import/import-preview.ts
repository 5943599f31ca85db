/** How a file of bookings would be read. */
import type { Readable } from "node:stream";
import type { bookings } from "../../../contract/bookings.ts";
import type { Answer } from "../../../contract/endpoint.ts";
import { previewFile } from "../../contacts/command-import/preview-file.ts";
import { fullName } from "../../contacts/person.ts";
import type { Db } from "../../kit/db.ts";
import type { Said } from "./read-row.ts";
import { readingOf } from "./receive-import.ts";
import { type RowResult, type RowsCall, runRows } from "./run-rows.ts";

type Preview = Answer<(typeof bookings)["previewImport"]>;

/** The columns and the first rows of a file, as they would be imported. 422 for a file that could not be imported at all. */
export async function previewImport(
  db: Db,
  call: Omit<RowsCall, "notify">,
  stream: Readable,
  mapping: string | undefined,
): Promise<Preview> {
  const { workspaceId } = call;
  const of = { ...readingOf(mapping), isMapped: Boolean(mapping?.trim()) };
  const { columns, rows } = await previewFile(db, of, { workspaceId, stream }, (tx, taken) =>
    runRows(tx, { ...call, notify: false }, taken),
  );
  return { columns, rows: rows.map(({ taken, result }) => present(result, taken.said)) };
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
