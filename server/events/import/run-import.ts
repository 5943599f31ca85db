/** Rows of files become orders: receiving, running, and the sweep of imports whose process has died. */
import type { Readable } from "node:stream";
import { dueFiles, fileJobs, type FileJobServices, sweepFiles } from "../../contacts/command-import/file-jobs.ts";
import { selectImport } from "../../contacts/command-import/imports-store.ts";
import { receiveFile, type ReceiveServices } from "../../contacts/command-import/receive-file.ts";
import { moments, runFile, type RunServices } from "../../contacts/command-import/run-file.ts";
import type { DueWork } from "../../kit/due.ts";
import type { JobHandler } from "../../kit/jobs.ts";
import type { EventRow } from "../event.ts";
import { deleteWaiting, type ImportOptions, insertRows, lockNextRows } from "./import-store.ts";
import { orderFiles, readingOf } from "./order-file.ts";
import { runGroups } from "./run-groups.ts";

export interface ImportRequest {
  file_name?: string | undefined;
  mapping?: string | undefined;
  create_missing?: "true" | "false";
}

/** Receives a file of orders of an event and has it imported in the background. */
export async function receiveImport(
  services: ReceiveServices,
  call: {
    workspaceId: string;
    event: Pick<EventRow, "id" | "name">;
    createdBy: string;
    request: ImportRequest;
    stream: Readable;
  },
): Promise<{ id: string }> {
  const { event, request, ...rest } = call;
  const options: ImportOptions = { event_id: event.id, create_missing: request.create_missing === "true" };
  const of = {
    ...orderFiles,
    ...readingOf(request.mapping),
    action: "order_import.started" as const,
    target: event.name,
    options,
    insertRows,
  };
  return receiveFile(services, of, { ...rest, fileName: request.file_name });
}

/** Imports what waits. May be called again after any interruption. Throws when `signal` is aborted, between two chunks. */
export async function runImport(
  services: RunServices,
  { workspace_id: workspaceId, import_id: id }: { workspace_id: string; import_id: string },
  signal: AbortSignal,
): Promise<void> {
  const { db, clock, liveUpdates } = services;
  const row = await db.inWorkspace(workspaceId, (tx) => selectImport(tx, workspaceId, "order", id));
  if (row?.status !== "running") return;
  const { event_id: eventId, create_missing: createMissing } = row.options as ImportOptions;
  const call = { workspaceId, eventId, createMissing, by: row.created_by, nextMoment: moments(clock) };
  await runFile(
    services,
    {
      kind: "order",
      // An order has several people, who may be those of any other.
      lanes: 1,
      inTurn: true,
      lockNext: (tx, _lane, most) => lockNextRows(tx, workspaceId, id, most),
      deleteRows: (tx, _lane, rows) => deleteWaiting(tx, workspaceId, id, rows),
      runRows: (tx, rows) => runGroups(tx, call, rows),
      tell: () => liveUpdates.publish(workspaceId, "event", eventId),
    },
    { workspaceId, id },
    signal,
  );
}

export const importJobs = (services: FileJobServices): Record<string, JobHandler> =>
  fileJobs(services, orderFiles, (job, signal) => runImport(services, job, signal));

/** Resumes imports whose process was killed, and gives up those whose file was still coming. Run at every start too. */
export const sweepImports = (services: FileJobServices): Promise<void> => sweepFiles(services, orderFiles);

export const dueImports = (services: FileJobServices): DueWork => dueFiles(services, orderFiles);
