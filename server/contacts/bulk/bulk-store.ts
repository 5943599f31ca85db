/** The SQL of bulk changes. */
import { sql } from "kysely";
import type { BulkChange } from "../../../contract/bulk-changes.ts";
import type { Tx } from "../../kit/db.ts";
import type { Due, Look } from "../../kit/due.ts";

export interface BulkRow {
  id: string;
  status: BulkChange["status"];
  action: BulkChange["action"];
  list_id: string | null;
  list_name: string | null;
  marketing: boolean | null;
  contacts: string[] | null;
  query: string | null;
  in_list: string | null;
  reached: string | null;
  total: number | null;
  done: number;
  changed: number;
  missing: string[];
  error: BulkChange["error"];
  created_by: string;
  created_at: Date;
  finished_at: Date | null;
}

const columns = sql.raw(
  `id, status, action, list_id, list_name, marketing, contacts, query, in_list, reached, total, done, changed, missing, error,
   created_by, created_at, finished_at`,
);

export async function insertBulk(
  tx: Tx,
  workspaceId: string,
  row: Pick<
    BulkRow,
    | "id"
    | "action"
    | "list_id"
    | "list_name"
    | "marketing"
    | "contacts"
    | "query"
    | "in_list"
    | "total"
    | "created_by"
    | "created_at"
  >,
): Promise<void> {
  await sql`
    insert into bulk_changes (workspace_id, id, action, list_id, list_name, marketing, contacts, query, in_list, total,
      created_by, created_at, touched_at)
    values (${workspaceId}, ${row.id}, ${row.action}, ${row.list_id}, ${row.list_name}, ${row.marketing},
      ${row.contacts}::uuid[], ${row.query}, ${row.in_list}, ${row.total}, ${row.created_by}, ${row.created_at},
      ${row.created_at})`.execute(tx);
}

export async function selectBulk(tx: Tx, workspaceId: string, id: string): Promise<BulkRow | undefined> {
  const { rows } = await sql<BulkRow>`
    select ${columns} from bulk_changes where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
  return rows[0];
}

/** The row if it is running, locked: two processes take its chunks in turn. */
export async function lockRunning(tx: Tx, workspaceId: string, id: string): Promise<BulkRow | undefined> {
  const { rows } = await sql<BulkRow>`
    select ${columns} from bulk_changes
    where workspace_id = ${workspaceId} and id = ${id} and status = 'running' for update`.execute(tx);
  return rows[0];
}

/** Newest first, `before` the last one of the previous page. */
export async function selectBulks(
  tx: Tx,
  workspaceId: string,
  { before, limit }: { before: string | null; limit: number },
): Promise<BulkRow[]> {
  const { rows } = await sql<BulkRow>`
    select ${columns} from bulk_changes
    where workspace_id = ${workspaceId} and (${before}::uuid is null or id < ${before}::uuid)
    order by id desc limit ${limit}`.execute(tx);
  return rows;
}

export async function setTotal(tx: Tx, workspaceId: string, id: string, total: number, at: Date): Promise<void> {
  await sql`
    update bulk_changes set total = ${total}, touched_at = ${at}
    where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
}

/** What a chunk did. */
export interface ChunkDone {
  reached: string | null;
  done: number;
  changed: number;
  missing: string[];
}

export async function addChunk(tx: Tx, workspaceId: string, before: BulkRow, chunk: ChunkDone, at: Date) {
  await sql`
    update bulk_changes set reached = ${chunk.reached}, done = ${before.done + chunk.done},
      changed = ${before.changed + chunk.changed}, missing = ${[...before.missing, ...chunk.missing]}::uuid[], touched_at = ${at}
    where workspace_id = ${workspaceId} and id = ${before.id}`.execute(tx);
}

/** Ends a change, and forgets whom it was about. */
export async function finishBulk(
  tx: Tx,
  workspaceId: string,
  id: string,
  { status, error, at }: { status: "done" | "failed"; error: BulkChange["error"]; at: Date },
): Promise<void> {
  await sql`
    update bulk_changes set status = ${status}, error = ${error && JSON.stringify(error)}::jsonb, finished_at = ${at},
      contacts = null, query = null, reached = null
    where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
}

export async function deleteFinishedBefore(tx: Tx, workspaceId: string, before: Date): Promise<void> {
  await sql`delete from bulk_changes where workspace_id = ${workspaceId} and finished_at < ${before}`.execute(tx);
}

export type Abandoned = Due & { id: string };

/** Changes of which no chunk was done since a moment, in all workspaces. */
export async function selectAbandoned(tx: Tx, since: Date, { limit, except }: Look): Promise<Abandoned[]> {
  const { rows } = await sql<Abandoned>`
    select workspace_id, id, touched_at as due_at from bulk_changes
    where status = 'running' and touched_at < ${since} and workspace_id <> all (${except}::uuid[])
    order by touched_at limit ${limit}`.execute(tx);
  return rows;
}

/** Puts off the next look at an abandoned change; false where it has been taken up meanwhile. */
export async function touchAbandoned(tx: Tx, workspaceId: string, id: string, since: Date, at: Date): Promise<boolean> {
  const { rows } = await sql`
    update bulk_changes b set touched_at = ${at}
    where b.workspace_id = ${workspaceId} and b.id = ${id} and b.status = 'running' and b.touched_at < ${since}
    returning b.id`.execute(tx);
  return rows.length > 0;
}

/** Locks these contacts in the order of their ids, as each action needs it, and answers those that there are. */
export async function lockContacts(
  tx: Tx,
  workspaceId: string,
  ids: string[],
  strength: "for update" | "for no key update" | "for share",
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from contacts where workspace_id = ${workspaceId} and id = any(${ids}::uuid[])
    order by id ${sql.raw(strength)}`.execute(tx);
  return rows.map(({ id }) => id);
}

/** Deletes contacts and their list memberships; consent events and opt-outs are kept. */
export async function deleteContacts(tx: Tx, workspaceId: string, ids: string[]): Promise<void> {
  await sql`delete from list_members where workspace_id = ${workspaceId} and contact_id = any(${ids}::uuid[])`.execute(
    tx,
  );
  await sql`delete from contacts where workspace_id = ${workspaceId} and id = any(${ids}::uuid[])`.execute(tx);
}

/** Answers the contacts that had the other value. */
export async function setMarketing(
  tx: Tx,
  workspaceId: string,
  ids: string[],
  marketing: boolean,
  at: Date,
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    update contacts c set marketing = ${marketing}, updated_at = ${at}
    where c.workspace_id = ${workspaceId} and c.id = any(${ids}::uuid[]) and c.marketing <> ${marketing}
    returning c.id`.execute(tx);
  return rows.map(({ id }) => id);
}
