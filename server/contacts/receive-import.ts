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
import { isBlank } from "./csv-format.ts";
import { createCsvSplitter, type RowFault } from "./csv-splitter.ts";
import { ImportFailure } from "./import-failure.ts";
import { chunksOf, type ImportHead, readHead, takeHead } from "./import-head.ts";
import { requireNumberColumn } from "./import-mapping.ts";
import { type ImportRequest, readImportOptions, type SettledOptions } from "./import-options.ts";
import { createRowReader } from "./import-row.ts";
import { copyIntoStaging, createStaging, dropStaging, stagedRow } from "./import-staging.ts";
import * as store from "./import-store.ts";
import { notePropertyKeys, propertyKeysOf } from "./properties.ts";

export interface ReceiveServices {
  db: Db;
  clock: Clock;
  jobs: Jobs;
  news: Pick<News, "tell">;
  log: Pick<Logger, "warn" | "error">;
}

/** The job that merges what was received. */
export const importJob = "import";

const longestRow = 2 ** 20;
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
    await recordAuditEvent(tx, { workspaceId, action: "import.started", target: { type: "import", id } });
  });
  try {
    // A client may be slow; that the process is alive is said on its own. In the import's row too, where processes of 0.2.0 look
    // for it during an upgrade: nobody holds that row while the file comes in.
    const { rows, head } = await whileBeating(
      services,
      { workspaceId, id },
      () => stageRows(services, call, id, settled, at),
      { alsoTell: (tx) => store.touchReceiving(tx, workspaceId, id) },
    );
    const { fields, names } = head.columns;
    const options = { ...settled.options, consent_column: fields.includes("consent"), columns: names };
    await db.inWorkspace(workspaceId, async (tx) => {
      if (!(await store.startRunning(tx, workspaceId, id, { rows, options }))) throw givenUp();
      await notePropertyKeys(tx, workspaceId, propertyKeysOf(fields), at);
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
  { db, news }: ReceiveServices,
  { workspaceId, stream }: { workspaceId: string; stream: Readable },
  id: string,
  settled: SettledOptions,
  now: Date,
): Promise<{ rows: number; head: ImportHead }> {
  const chunks = chunksOf(stream);
  const { head: bytes, ended } = await unlessCutOff(takeHead(chunks));
  const head = readHead(bytes, ended, settled.mapping);
  requireNumberColumn(head.columns);
  settled.check(head.columns);

  const readRow = createRowReader(head.columns.fields, { ...settled.context, now });
  let beforeFirst = head.columns.header;
  let rows = 0;
  let batch = "";
  let inBatch = 0;
  const onRow = (cells: string[], fault: RowFault | null) => {
    if (isBlank(cells)) return;
    if (beforeFirst) {
      beforeFirst = false;
      return;
    }
    rows++;
    inBatch++;
    const read = fault
      ? { reason: fault satisfies RejectionReason, value: (cells[0] ?? "").slice(0, 200) }
      : readRow(cells);
    batch += stagedRow(rows, read, fault ? [(cells[0] ?? "").slice(0, 200)] : cells);
  };
  const splitter = createCsvSplitter({ delimiter: head.delimiter, longestRow, onRow });

  let writing: Promise<void> = Promise.resolve();
  const write = async (lines: string, rowsSoFar: number) => {
    await copyIntoStaging(db, id, lines);
    const alive = await db.inWorkspace(workspaceId, (tx) => store.updateReceived(tx, workspaceId, id, rowsSoFar));
    if (!alive) throw givenUp();
    news.tell(workspaceId, "import", id);
  };
  const flush = async (all: boolean) => {
    if (batch === "" || (!all && batch.length < batchCharacters && inBatch < batchRows)) return;
    await writing;
    writing = write(batch, rows);
    writing.catch(() => {}); // awaited before the next batch and at the end
    batch = "";
    inBatch = 0;
  };

  // In pieces, so that a megabyte of head is no larger batch than the rest.
  for (let from = 0; from < head.text.length; from += 65_536) {
    splitter.push(head.text.slice(from, from + 65_536));
    await flush(false);
  }
  if (!ended) {
    for (;;) {
      const next = await unlessCutOff(chunks.next());
      if (next.done) break;
      splitter.push(head.decoder.push(next.value));
      await flush(false);
    }
    splitter.push(head.decoder.end());
  }
  splitter.end();
  await flush(true);
  await writing;
  return { rows, head };
}

/** What the body's stream throws means that the client is gone. */
async function unlessCutOff<Value>(reading: Promise<Value>): Promise<Value> {
  try {
    return await reading;
  } catch (cause) {
    throw new ImportFailure(
      "cut_off",
      "The file stopped coming before its end, so nothing of it was imported. Send it again.",
      { cause },
    );
  }
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
