/**
 * The first half of an import whose rows are commands: the body is read as it comes, and its rows wait in a table. Nothing of it is a
 * booking or an order yet, so a file that is cut off changes nothing.
 */
import type { Readable } from "node:stream";
import type { AuditAction } from "../../../contract/audit.ts";
import { recordAuditEvent } from "../../accounts/audit-events.ts";
import type { Clock } from "../../kit/clock.ts";
import type { Db, Tx } from "../../kit/db.ts";
import { Problem } from "../../kit/errors.ts";
import { withHeartbeat } from "../../kit/heartbeat.ts";
import { newId } from "../../kit/id.ts";
import type { Jobs } from "../../kit/jobs.ts";
import type { LiveUpdates } from "../../kit/live-updates.ts";
import type { Logger } from "../../kit/log.ts";
import { getWorkspace } from "../../workspaces/workspace.ts";
import type { ColumnRules, Columns } from "../import/file-columns.ts";
import { type FileRow, ImportFailure } from "../import/file-row.ts";
import { chunksOf, discardRest, unlessCutOff } from "../import/import-file.ts";
import { tidy } from "../import/import-row.ts";
import { openImportFile } from "../import/open-import-file.ts";
import { readInBatches } from "../import/read-in-batches.ts";
import * as store from "./imports-store.ts";
import { newBatch, type SaidRow } from "./said-rows.ts";

export interface ReceiveServices {
  db: Db;
  clock: Clock;
  jobs: Jobs;
  liveUpdates: Pick<LiveUpdates, "publish">;
  log: Pick<Logger, "warn">;
}

/** What a file's rows are about. */
export interface FileOf<Row extends SaidRow> {
  kind: store.ImportKind;
  /** The job that makes commands of what was received. */
  job: string;
  action: AuditAction;
  /** What it is imported into, for the audit log; not the file's name, which may name a person. */
  target: string | null;
  /** What the second half needs to know. */
  options: object;
  /** How its columns are understood in a country. */
  columns(country: string): ColumnRules;
  /** 422 where the columns cannot be those of such a file. */
  requireColumns(columns: Columns): void;
  /** Makes the reader of rows, which come in their order. */
  taker(fields: readonly string[]): (row: FileRow) => Row;
  insertRows(tx: Tx, workspaceId: string, importId: string, rows: readonly Row[]): Promise<void>;
}

/**
 * Receives a file and has it imported in the background. 422 for options or columns that cannot be imported, which leaves nothing; a file
 * that cannot be read leaves an import that failed and says why.
 */
export async function receiveFile<Row extends SaidRow>(
  services: ReceiveServices,
  of: FileOf<Row>,
  call: { workspaceId: string; createdBy: string; fileName: string | undefined; stream: Readable },
): Promise<{ id: string }> {
  const { db, clock, jobs, liveUpdates } = services;
  const { kind, job, action, options } = of;
  const { workspaceId, createdBy, fileName = "", stream } = call;
  const chunks = chunksOf(stream);
  const at = clock.now();
  const id = newId(at);
  await db.inWorkspace(workspaceId, async (tx) => {
    const file_name = tidy(fileName).trim() || null;
    await store.insertImport(tx, workspaceId, kind, { id, file_name, options, created_by: createdBy, at });
    const target = { type: `${kind}_import`, id, ...(of.target !== null && { name: of.target }) };
    await recordAuditEvent(tx, { workspaceId, at, action, target });
  });
  try {
    const rows = await withHeartbeat(services, { workspaceId, id }, () =>
      storeRows(services, of, { workspaceId, id, chunks }),
    );
    await db.inWorkspace(workspaceId, async (tx) => {
      if (!(await store.updateReceived(tx, workspaceId, kind, id, { rows, status: "running" }))) throw givenUp();
      await jobs.add(tx, job, { workspace_id: workspaceId, import_id: id }, { key: `${job} ${id}` });
    });
  } catch (error) {
    await discardRest(stream, chunks);
    await giveUp(services, { workspaceId, kind, id }, error);
  } finally {
    liveUpdates.publish(workspaceId, "import", id);
  }
  return { id };
}

/** Reads the whole body and answers how many rows of data it has. */
async function storeRows<Row extends SaidRow>(
  { db, liveUpdates }: ReceiveServices,
  of: FileOf<Row>,
  { workspaceId, id, chunks }: { workspaceId: string; id: string; chunks: AsyncIterator<Buffer> },
): Promise<number> {
  const { country } = await db.inWorkspace(workspaceId, (tx) => getWorkspace(tx, workspaceId));
  const file = await openImportFile(unlessCutOff(chunks), { columns: of.columns(country), cardCountry: null });
  try {
    of.requireColumns(file.columns);
    const take = of.taker(file.columns.fields);
    const received = await readInBatches(file, () => newBatch<Row>(), {
      add: (batch, row) => batch.add(take(row)),
      async write({ list }, { data_rows: rows }) {
        await db.inWorkspace(workspaceId, async (tx) => {
          await of.insertRows(tx, workspaceId, id, list);
          const isOpen = await store.updateReceived(tx, workspaceId, of.kind, id, { rows, status: "receiving" });
          if (!isOpen) throw givenUp();
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
async function giveUp(
  { db, clock }: ReceiveServices,
  { workspaceId, kind, id }: { workspaceId: string; kind: store.ImportKind; id: string },
  error: unknown,
): Promise<void> {
  const failure =
    error instanceof ImportFailure
      ? { code: error.code, message: error.message }
      : { code: "server_fault", message: "The server could not store the file. Nothing of it was imported." };
  await db.inWorkspace(workspaceId, async (tx) => {
    if (error instanceof Problem) {
      await store.deleteRows(tx, workspaceId, kind, id);
      await store.deleteImport(tx, workspaceId, kind, id);
    } else await store.failImport(tx, workspaceId, kind, id, failure, clock.now());
  });
  if (error instanceof ImportFailure) return;
  throw error;
}
