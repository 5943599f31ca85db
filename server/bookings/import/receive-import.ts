/**
 * The first half of an import of bookings: the body is read as it comes, and its rows go to `booking_import_rows`. Nothing of it is a
 * booking yet, so a file that is cut off changes nothing.
 */
import type { Readable } from "node:stream";
import { recordAuditEvent } from "../../accounts/audit-events.ts";
import { ImportFailure } from "../../contacts/import/file-row.ts";
import { chunksOf, discardRest, unlessCutOff } from "../../contacts/import/import-file.ts";
import { tidy } from "../../contacts/import/import-row.ts";
import { openImportFile } from "../../contacts/import/open-import-file.ts";
import { readInBatches } from "../../contacts/import/read-in-batches.ts";
import type { Clock } from "../../kit/clock.ts";
import type { Db } from "../../kit/db.ts";
import { Problem } from "../../kit/errors.ts";
import { withHeartbeat } from "../../kit/heartbeat.ts";
import { newId } from "../../kit/id.ts";
import type { Jobs } from "../../kit/jobs.ts";
import type { LiveUpdates } from "../../kit/live-updates.ts";
import type { Logger } from "../../kit/log.ts";
import { getWorkspace } from "../../workspaces/workspace.ts";
import { bookingColumns, parseBookingMapping, requireStart } from "./booking-columns.ts";
import * as store from "./import-store.ts";
import { createRowTaker, newBatch } from "./waiting-rows.ts";

export interface ReceiveServices {
  db: Db;
  clock: Clock;
  jobs: Jobs;
  liveUpdates: Pick<LiveUpdates, "publish">;
  log: Pick<Logger, "warn">;
}

export interface ImportRequest {
  file_name?: string | undefined;
  mapping?: string | undefined;
  notify?: "true" | "false";
  create_missing?: "true" | "false";
}

/** The job that makes bookings of what was received. */
export const importJob = "bookings.import";

/**
 * Receives a file and has it imported in the background. 422 for options or columns that cannot be imported, which leaves nothing; a file
 * that cannot be read leaves an import that failed and says why.
 */
export async function receiveImport(
  services: ReceiveServices,
  call: { workspaceId: string; createdBy: string; request: ImportRequest; stream: Readable },
): Promise<{ id: string }> {
  const { db, clock, jobs, liveUpdates } = services;
  const { workspaceId, createdBy, request, stream } = call;
  const mapping = parseBookingMapping(request.mapping);
  const chunks = chunksOf(stream);
  const at = clock.now();
  const id = newId(at);
  await db.inWorkspace(workspaceId, async (tx) => {
    await store.insertImport(tx, workspaceId, {
      id,
      file_name: tidy(request.file_name ?? "").trim() || null,
      options: { notify: request.notify !== "false", create_missing: request.create_missing === "true" },
      created_by: createdBy,
      at,
    });
    // Without the file's name, which may name a person.
    const target = { type: "booking_import", id };
    await recordAuditEvent(tx, { workspaceId, at, action: "booking_import.started", target });
  });
  try {
    const rows = await withHeartbeat(services, { workspaceId, id }, () =>
      storeRows(services, { workspaceId, id, mapping, chunks }),
    );
    await db.inWorkspace(workspaceId, async (tx) => {
      if (!(await store.updateReceived(tx, workspaceId, id, { rows, status: "running" }))) throw givenUp();
      await jobs.add(tx, importJob, { workspace_id: workspaceId, import_id: id }, { key: `${importJob} ${id}` });
    });
  } catch (error) {
    await discardRest(stream, chunks);
    await giveUp(services, workspaceId, id, error);
  } finally {
    liveUpdates.publish(workspaceId, "import", id);
  }
  return { id };
}

/** Reads the whole body and answers how many rows of data it has. */
async function storeRows(
  { db, liveUpdates }: ReceiveServices,
  given: {
    workspaceId: string;
    id: string;
    mapping: Record<string, string> | null;
    chunks: AsyncIterator<Buffer>;
  },
): Promise<number> {
  const { workspaceId, id, mapping, chunks } = given;
  const { country } = await db.inWorkspace(workspaceId, (tx) => getWorkspace(tx, workspaceId));
  const columns = bookingColumns(mapping, country);
  const file = await openImportFile(unlessCutOff(chunks), { columns, cardCountry: null });
  try {
    requireStart(file.columns);
    const take = createRowTaker(file.columns.fields);
    const received = await readInBatches(file, newBatch, {
      add: (batch, row) => batch.add(take(row)),
      async write({ list }, { data_rows: rows }) {
        await db.inWorkspace(workspaceId, async (tx) => {
          await store.insertRows(tx, workspaceId, id, list);
          if (!(await store.updateReceived(tx, workspaceId, id, { rows, status: "receiving" }))) throw givenUp();
        });
        liveUpdates.publish(workspaceId, "import", id);
      },
    });
    return received.data_rows;
  } finally {
    await file.close();
  }
}

const givenUp = () => new ImportFailure("interrupted", "The import was given up while its file was still coming.");

/** Deletes what was stored. A wrong request leaves no import behind; a wrong file leaves one that says why. */
async function giveUp({ db, clock }: ReceiveServices, workspaceId: string, id: string, error: unknown): Promise<void> {
  const failure =
    error instanceof ImportFailure
      ? { code: error.code, message: error.message }
      : { code: "server_fault", message: "The server could not store the file. Nothing of it was imported." };
  await db.inWorkspace(workspaceId, async (tx) => {
    if (error instanceof Problem) {
      await store.deleteRows(tx, workspaceId, id);
      await store.deleteImport(tx, workspaceId, id);
    } else await store.failImport(tx, workspaceId, id, failure, clock.now());
  });
  if (error instanceof ImportFailure) return;
  throw error;
}
