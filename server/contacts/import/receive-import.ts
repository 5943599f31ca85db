/**
 * The first half of an import: the body is read as it comes, each row is checked, and goes to `import_rows`. Nothing
 * of it is a contact yet, so a file that is cut off or turns out to be no CSV changes nothing.
 */
import type { Readable } from "node:stream";
import type { RejectionReason } from "../../../contract/contacts.ts";
import { recordAuditEvent } from "../../accounts/audit-events.ts";
import type { Clock } from "../../kit/clock.ts";
import type { Db } from "../../kit/db.ts";
import { Problem } from "../../kit/errors.ts";
import { withHeartbeat } from "../../kit/heartbeat.ts";
import { newId } from "../../kit/id.ts";
import type { Jobs } from "../../kit/jobs.ts";
import type { LiveUpdates } from "../../kit/live-updates.ts";
import type { Logger } from "../../kit/log.ts";
import { notePropertyKeys, propertyKeysOf } from "../properties.ts";
import { ImportFailure } from "./file-row.ts";
import { chunksOf, type ImportFile, discardRest, unlessCutOff } from "./import-file.ts";
import { contactColumns, requireNumberColumn } from "./import-mapping.ts";
import { type ImportRequest, readImportOptions, type CheckedOptions } from "./import-options.ts";
import { createRowReader, type RowContext, tidy } from "./import-row.ts";
import { deleteRows } from "./import-rows.ts";
import * as store from "./import-store.ts";
import { openImportFile } from "./open-import-file.ts";
import { type Received, readInBatches } from "./read-in-batches.ts";
import { createStaging } from "./staged-rows.ts";

export interface ReceiveServices {
  db: Db;
  clock: Clock;
  jobs: Jobs;
  liveUpdates: Pick<LiveUpdates, "publish">;
  log: Pick<Logger, "warn" | "error">;
}

/** The job that merges what was received … */
export const importJob = "import";
/** … and the one that counts what that would do. */
export const checkJob = "import:check";

/**
 * Receives a file and has it merged in the background, or held. Invalid options throw 422 and leave nothing; a file that
 * cannot be read leaves an import that failed and says why.
 */
export async function receiveImport(
  services: ReceiveServices,
  call: { workspaceId: string; createdBy: string; request: ImportRequest; stream: Readable },
): Promise<{ id: string }> {
  const { db, clock, liveUpdates } = services;
  const { workspaceId, stream } = call;
  const chunks = chunksOf(stream);
  const at = clock.now();
  const held = call.request.hold === "true";
  const checked = await db.inWorkspace(workspaceId, (tx) => readImportOptions(tx, workspaceId, call.request, at));
  const id = newId(at);
  await db.inWorkspace(workspaceId, async (tx) => {
    await store.insertImport(tx, workspaceId, {
      id,
      file_name: tidy(call.request.file_name ?? "").trim() || null,
      created_by: call.createdBy,
      at,
    });
    // Without the file's name, which may name a person.
    const action = held ? "import.held" : "import.started";
    await recordAuditEvent(tx, { workspaceId, at, action, target: { type: "import", id } });
  });
  try {
    // A client may be slow, so the heartbeat goes on by itself. It is written to the import's row too, where processes of 0.2.0 look
    // for it during an upgrade: no transaction holds that row for long while the file comes in.
    const { received, file } = await withHeartbeat(
      services,
      { workspaceId, id },
      () => stageRows(services, { workspaceId, chunks }, id, checked, at),
      { alsoUpdate: (tx) => store.touchReceiving(tx, workspaceId, id) },
    );
    const { fields, names } = file.columns;
    const options = {
      ...checked.options,
      consent_column: fields.includes("consent"),
      columns: names,
      fields,
      delimiter: file.delimiter,
    };
    await db.inWorkspace(workspaceId, async (tx) => {
      const next = held ? "checking" : "running";
      if (!(await store.finishReceiving(tx, workspaceId, id, next, { ...received, options }))) throw givenUp();
      // No contact has the properties of a held import before it is started.
      if (!held) await notePropertyKeys(tx, workspaceId, propertyKeysOf(fields), at);
      const job = held ? checkJob : importJob;
      await services.jobs.add(tx, job, { workspace_id: workspaceId, import_id: id }, { key: `import ${id}` });
    });
  } catch (error) {
    await discardRest(stream, chunks);
    await giveUp(services, workspaceId, id, error);
  } finally {
    liveUpdates.publish(workspaceId, "import", id);
  }
  return { id };
}

/** Reads the whole body into `import_rows`. */
async function stageRows(
  services: ReceiveServices,
  { workspaceId, chunks }: { workspaceId: string; chunks: AsyncIterator<Buffer> },
  id: string,
  checked: CheckedOptions,
  now: Date,
): Promise<{ received: Received; file: ImportFile }> {
  const { mapping, context } = checked;
  const file = await openImportFile(unlessCutOff(chunks), {
    columns: contactColumns(mapping, context.country),
    cardCountry: context.country,
  });
  try {
    requireNumberColumn(file.columns);
    return { received: await stageFile(services, workspaceId, id, file, { ...context, now }), file };
  } finally {
    await file.close();
  }
}

async function stageFile(
  { db, liveUpdates }: ReceiveServices,
  workspaceId: string,
  id: string,
  file: ImportFile,
  context: RowContext,
): Promise<Received> {
  const readRow = createRowReader(file.columns.fields, context);
  return readInBatches(file, createStaging(id), {
    add(batch, { row, cells, fault }) {
      const read = fault
        ? { reason: fault satisfies RejectionReason, value: (cells[0] ?? "").slice(0, 200) }
        : readRow(cells);
      batch.add(row, read, cells);
    },
    async write(batch, soFar) {
      await db.inWorkspace(workspaceId, async (tx) => {
        await batch.insert(tx, workspaceId);
        // Last, so that the heartbeat, which writes the import too, is not held up.
        if (!(await store.updateReceived(tx, workspaceId, id, soFar))) throw givenUp();
      });
      liveUpdates.publish(workspaceId, "import", id);
    },
  });
}

const givenUp = () => new ImportFailure("interrupted", "The import was given up while its file was still coming.");

/** Deletes what was staged. A wrong request leaves no import behind; a wrong file leaves one that says why. */
async function giveUp(services: ReceiveServices, workspaceId: string, id: string, error: unknown): Promise<void> {
  const { db, clock } = services;
  const failure =
    error instanceof ImportFailure
      ? { code: error.code, message: error.message }
      : { code: "server_fault" as const, message: "The server could not store the file. Nothing of it was imported." };
  await db.inWorkspace(workspaceId, async (tx) => {
    await deleteRows(tx, workspaceId, id);
    if (error instanceof Problem) await store.deleteImport(tx, workspaceId, id);
    else await store.failImport(tx, workspaceId, id, "receiving", failure, clock.now());
  });
  if (error instanceof ImportFailure) return;
  throw error;
}
