/**
 * The first half of an import: the body is read as it comes, each row is checked, and goes to the staging table. Nothing
 * of it is a contact yet, so a file that is cut off or turns out to be no CSV changes nothing.
 *
 * At most one batch is being written while the next is being read: that is all the memory a file takes, however long.
 */
import type { Readable } from "node:stream";
import type { RejectionReason } from "../../contract/contacts.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db } from "../kit/db.ts";
import { Problem } from "../kit/errors.ts";
import { whileBeating } from "../kit/heartbeat.ts";
import { newId } from "../kit/id.ts";
import type { Jobs } from "../kit/jobs.ts";
import type { Logger } from "../kit/log.ts";
import type { News } from "../kit/news.ts";
import { recordAuditEvent } from "../workspaces/audit-events.ts";
import { ImportFailure } from "./import-failure.ts";
import { chunksOf, type FileRow, type ImportFile, type RowKind } from "./import-file.ts";
import { requireNumberColumn } from "./import-mapping.ts";
import { type ImportRequest, readImportOptions, type SettledOptions } from "./import-options.ts";
import { createRowReader, type RowContext } from "./import-row.ts";
import { copyIntoStaging, createStaging, dropStaging, stagedRow } from "./import-staging.ts";
import * as store from "./import-store.ts";
import { openImportFile } from "./open-import-file.ts";

export interface ReceiveServices {
  db: Db;
  clock: Clock;
  jobs: Jobs;
  news: Pick<News, "tell">;
  log: Pick<Logger, "warn" | "error">;
}

/** The job that merges what was received. */
export const importJob = "import";

const batchCharacters = 2 ** 21;
const batchRows = 20_000;

/**
 * Takes in a file and has it merged in the background. Options that cannot be throw 422 and leave nothing; a file that
 * cannot be is an import that failed and says why.
 */
export async function receiveImport(
  services: ReceiveServices,
  call: { workspaceId: string; createdBy: string; request: ImportRequest; stream: Readable },
): Promise<{ id: string }> {
  const { db, clock, news } = services;
  const { workspaceId, stream } = call;
  const at = clock.now();
  const settled = await db.inWorkspace(workspaceId, (tx) => readImportOptions(tx, workspaceId, call.request, at));
  const id = newId(at);
  await db.inWorkspace(workspaceId, async (tx) => {
    await createStaging(tx, id);
    await store.insertImport(tx, workspaceId, {
      id,
      file_name: call.request.file_name?.replaceAll("\0", "") ?? null,
      created_by: call.createdBy,
      at,
    });
    // Without the file's name, which may be a person's.
    await recordAuditEvent(tx, { workspaceId, at, action: "import.started", target: { type: "import", id } });
  });
  try {
    // A client may be slow; that the process is alive is said on its own. In the import's row too, where processes of 0.2.0 look
    // for it during an upgrade: nobody holds that row while the file comes in.
    const { received, file } = await whileBeating(
      services,
      { workspaceId, id },
      () => stageRows(services, call, id, settled, at),
      { alsoTell: (tx) => store.touchReceiving(tx, workspaceId, id) },
    );
    const { fields, names } = file.columns;
    const options = {
      ...settled.options,
      consent_column: fields.includes("consent"),
      columns: names,
      delimiter: file.delimiter,
    };
    await db.inWorkspace(workspaceId, async (tx) => {
      if (!(await store.startRunning(tx, workspaceId, id, { ...received, options }))) throw givenUp();
      await services.jobs.add(tx, importJob, { workspace_id: workspaceId, import_id: id }, { key: `import ${id}` });
    });
  } catch (error) {
    // The rest of the body is let go by, so that the client gets round to reading the answer.
    stream.on("error", () => {}).resume();
    await giveUp(services, workspaceId, id, error);
  } finally {
    news.tell(workspaceId, "import", id);
  }
  return { id };
}

/** Reads the whole body into the staging table. */
async function stageRows(
  services: ReceiveServices,
  { workspaceId, stream }: { workspaceId: string; stream: Readable },
  id: string,
  settled: SettledOptions,
  now: Date,
): Promise<{ received: store.Received; file: ImportFile }> {
  const { mapping, context } = settled;
  const file = await openImportFile(unlessCutOff(chunksOf(stream)), { mapping, country: context.country });
  try {
    requireNumberColumn(file.columns);
    settled.check(file.columns);
    return { received: await stageFile(services, workspaceId, id, file, { ...context, now }), file };
  } finally {
    await file.close();
  }
}

async function stageFile(
  { db, news }: ReceiveServices,
  workspaceId: string,
  id: string,
  file: ImportFile,
  context: RowContext,
): Promise<store.Received> {
  const readRow = createRowReader(file.columns.fields, context);
  const received = { rows: 0, data_rows: 0 };
  let batch = "";
  let inBatch = 0;
  const onRow = ({ row, cells, fault }: FileRow, kind: RowKind) => {
    if (kind !== "data") return;
    received.rows = row;
    received.data_rows++;
    inBatch++;
    const read = fault
      ? { reason: fault satisfies RejectionReason, value: (cells[0] ?? "").slice(0, 200) }
      : readRow(cells);
    batch += stagedRow(row, read, cells);
  };

  let writing: Promise<void> = Promise.resolve();
  const write = async (lines: string, soFar: store.Received) => {
    await copyIntoStaging(db, id, lines);
    const alive = await db.inWorkspace(workspaceId, (tx) => store.updateReceived(tx, workspaceId, id, soFar));
    if (!alive) throw givenUp();
    news.tell(workspaceId, "import", id);
  };
  const flush = async (all: boolean) => {
    if (batch === "" || (!all && batch.length < batchCharacters && inBatch < batchRows)) return;
    await writing;
    writing = write(batch, { ...received });
    writing.catch(() => {}); // awaited before the next batch and at the end
    batch = "";
    inBatch = 0;
  };
  await file.read(onRow, () => flush(false));
  await flush(true);
  await writing;
  return received;
}

/** What the body's stream throws means that the client is gone. */
function unlessCutOff(chunks: AsyncIterator<Buffer>): AsyncIterator<Buffer> {
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

const givenUp = () => new ImportFailure("interrupted", "The import was given up while its file was still coming.");

/** Drops what was staged. A wrong request leaves no import behind; a wrong file leaves one that says why. */
async function giveUp(services: ReceiveServices, workspaceId: string, id: string, error: unknown): Promise<void> {
  const { db, clock } = services;
  const failure =
    error instanceof ImportFailure
      ? { code: error.code, message: error.message }
      : { code: "server_fault" as const, message: "The server could not store the file. Nothing of it was imported." };
  await db.inWorkspace(workspaceId, async (tx) => {
    await dropStaging(tx, id);
    if (error instanceof Problem) await store.deleteImport(tx, workspaceId, id);
    else await store.failImport(tx, workspaceId, id, "receiving", failure, clock.now());
  });
  if (error instanceof ImportFailure) return;
  throw error;
}
