/** Receives files of bookings. */
import type { Readable } from "node:stream";
import { type FileOf, receiveFile, type ReceiveServices } from "../../contacts/command-import/receive-file.ts";
import { bookingColumns, parseBookingMapping, requireStart } from "./booking-columns.ts";
import { type ImportOptions, insertRows } from "./import-store.ts";
import { createRowTaker, type LaneRow } from "./waiting-rows.ts";

export interface ImportRequest {
  file_name?: string | undefined;
  mapping?: string | undefined;
  notify?: "true" | "false";
  create_missing?: "true" | "false";
}

/** Imports of bookings, and the job that makes bookings of what was received. */
export const bookingFiles = { kind: "booking", job: "bookings.import" } as const;

/** How a file of bookings is read; 422 for a mapping that cannot be. */
export const readingOf = (
  mapping: string | undefined,
): Pick<FileOf<LaneRow>, "columns" | "requireColumns" | "taker"> => {
  const fields = parseBookingMapping(mapping);
  return {
    columns: (country) => bookingColumns(fields, country),
    requireColumns: requireStart,
    taker: createRowTaker,
  };
};

/** Receives a file and has it imported in the background. */
export async function receiveImport(
  services: ReceiveServices,
  call: { workspaceId: string; createdBy: string; request: ImportRequest; stream: Readable },
): Promise<{ id: string }> {
  const { request, ...rest } = call;
  const options: ImportOptions = {
    notify: request.notify !== "false",
    create_missing: request.create_missing === "true",
  };
  const of = {
    ...bookingFiles,
    ...readingOf(request.mapping),
    action: "booking_import.started" as const,
    target: null,
    options,
    insertRows,
  };
  return receiveFile(services, of, { ...rest, fileName: request.file_name });
}
