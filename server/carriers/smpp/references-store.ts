/** smpp_references and smpp_early_receipts: which texts the provider's ids belong to, and receipts for ids that are unknown so far. */
import { type RawBuilder, sql } from "kysely";
import { receiptsAwaited } from "../../../rules/campaign-validity.ts";
import type { Db, Tx } from "../../kit/db.ts";
import { inEachWorkspace } from "../../kit/in-each-workspace.ts";
import { atCommit } from "../../kit/prepared.ts";
import type { PartReceipt } from "./receipt.ts";

/** A text and the keys of its parts. */
export interface ReferenceRow {
  message_id: string;
  keys: string[];
}

export interface Owner {
  id: string;
  message_id: string;
  ids: string[] | null;
}

/** Stores rows in bulk, with the commit; one text's rows together. */
export async function insertReferences(
  tx: Tx,
  workspaceId: string,
  carrierId: string,
  rows: readonly ReferenceRow[],
): Promise<void> {
  const single = rows.filter(({ keys }) => keys.length === 1);
  const several = rows.filter(({ keys }) => keys.length > 1);
  if (single.length > 0) {
    const ids = arrayOf(single.map(({ keys }) => keys[0] as string));
    const messages = `{${single.map(({ message_id }) => message_id).join(",")}}`;
    const insert = sql`
      insert into smpp_references (workspace_id, carrier_id, id, message_id)
      select w.workspace_id, ${carrierId}::uuid, u.id, u.message_id
      from workspaces w, unnest(${ids}::text[], ${messages}::uuid[]) as u (id, message_id)
      where w.workspace_id = ${workspaceId}::uuid
      on conflict do nothing`;
    await atCommit(tx, () => insert.execute(tx));
  }
  if (several.length > 0) {
    const insert = sql`
      insert into smpp_references (workspace_id, carrier_id, id, message_id, ids)
      select w.workspace_id, ${carrierId}::uuid, k.id, u.message_id, u.keys
      from workspaces w, jsonb_to_recordset(${JSON.stringify(several)}::jsonb) as u (message_id uuid, keys text[]),
        unnest(u.keys) as k (id)
      where w.workspace_id = ${workspaceId}::uuid
      on conflict do nothing`;
    await atCommit(tx, () => insert.execute(tx));
  }
}

/** An array as PostgreSQL reads it: pg's own writing of long ones is slow. */
function arrayOf(texts: readonly string[]): string {
  return `{${texts.map((text) => (/^[\w.-]+$/.test(text) && text !== "null" ? text : `"${text.replaceAll(/["\\]/g, "\\$&")}"`)).join(",")}}`;
}

/** The texts of these ids; of an id that was given twice, the later. */
export async function findOwners(
  tx: Tx,
  workspaceId: string,
  carrierId: string,
  ids: readonly string[],
): Promise<Map<string, Owner>> {
  const { rows } = await sql<Owner>`
    select id, message_id, ids from smpp_references
    where workspace_id = ${workspaceId}::uuid and carrier_id = ${carrierId}::uuid and id = any(${arrayOf(ids)}::text[])
    order by at`.execute(tx);
  return new Map(rows.map((row) => [row.id, row]));
}

/** A part of a text, with its outcome. */
export interface PartState {
  id: string;
  message_id: string;
  /** The ids of all parts that were submitted with it. */
  ids: string[];
  status: PartReceipt["status"] | null;
  code: string | null;
  reason: PartReceipt["reason"];
}

/** Parts of texts by their ids, each locked for this transaction. */
export async function lockParts(
  tx: Tx,
  workspaceId: string,
  carrierId: string,
  ids: readonly string[],
): Promise<PartState[]> {
  const { rows } = await sql<PartState>`
    select id, message_id, ids, status, code, reason from smpp_references
    where workspace_id = ${workspaceId}::uuid and carrier_id = ${carrierId}::uuid and id = any(${arrayOf(ids)}::text[])
      and ids is not null
    order by message_id, id for update`.execute(tx);
  return rows;
}

/** Stores the outcomes of parts. */
export async function updateParts(
  tx: Tx,
  workspaceId: string,
  carrierId: string,
  parts: readonly PartState[],
): Promise<void> {
  await sql`
    update smpp_references r set status = u.status, code = u.code, reason = u.reason
    from jsonb_to_recordset(${JSON.stringify(parts)}::jsonb) as u (id text, message_id uuid, status text, code text, reason text)
    where r.workspace_id = ${workspaceId}::uuid and r.carrier_id = ${carrierId}::uuid and r.id = u.id
      and r.message_id = u.message_id`.execute(tx);
}

/** Ids by message, of those submitted since. */
export async function findSubmitted(
  tx: Tx,
  workspaceId: string,
  carrierId: string,
  messageIds: readonly string[],
  since: Date,
): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; message_id: string }>`
    select id, message_id from smpp_references
    where at >= ${since} and workspace_id = ${workspaceId}::uuid and carrier_id = ${carrierId}::uuid
      and message_id = any(${`{${messageIds.join(",")}}`}::uuid[])`.execute(tx);
  return new Map(rows.map((row) => [row.message_id, row.id]));
}

/** Stores receipts for ids that are unknown so far; the first of each id stays. */
export async function keepEarly(
  tx: Tx,
  workspaceId: string,
  carrierId: string,
  receipts: readonly PartReceipt[],
): Promise<void> {
  const ordered = receipts.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  await sql`
    insert into smpp_early_receipts (workspace_id, carrier_id, id, others, status, code, reason)
    select w.workspace_id, ${carrierId}::uuid, u.key, u.others, u.status, u.code, u.reason
    from workspaces w,
      jsonb_to_recordset(${JSON.stringify(ordered)}::jsonb) as u (key text, others text[], status text, code text, reason text)
    where w.workspace_id = ${workspaceId}::uuid
    on conflict do nothing`.execute(tx);
}

/**
 * Early receipts whose id is known by now. Other readings of an id count only some seconds after the receipt arrived: until then
 * the id of the likely reading may not be stored yet, and another reading could match another text's id.
 *
 * Each id is looked up by itself, never joined: a plan made while the week's table was small would scan all of it for each.
 */
export async function findMatched(
  tx: Tx,
  workspaceId: string,
  carrierId: string,
  most: number,
): Promise<PartReceipt[]> {
  const isKnown = (id: RawBuilder<unknown>) => sql`coalesce((
    select true from smpp_references r
    where r.workspace_id = ${workspaceId}::uuid and r.carrier_id = ${carrierId}::uuid and r.id = ${id} limit 1), false)`;
  const { rows } = await sql<PartReceipt>`
    select e.id as key, e.others, e.status, e.code, e.reason from smpp_early_receipts e
    where e.workspace_id = ${workspaceId}::uuid and e.carrier_id = ${carrierId}::uuid and e.at > now() - interval '15 minutes'
      and (${isKnown(sql`e.id`)} or e.at < now() - interval '3 seconds'
        and (select bool_or(${isKnown(sql`o.id`)}) from unnest(e.others) as o (id)))
    limit ${most}`.execute(tx);
  return rows;
}

export async function deleteEarly(
  tx: Tx,
  workspaceId: string,
  carrierId: string,
  keys: readonly string[],
): Promise<void> {
  await sql`
    delete from smpp_early_receipts
    where workspace_id = ${workspaceId}::uuid and carrier_id = ${carrierId}::uuid and id = any(${arrayOf(keys)}::text[])`.execute(
    tx,
  );
}

/**
 * Deletes the early receipts of a connection that is removed, which no process would match. Its references, which may be
 * millions of ids, are dropped with their weekly partitions.
 */
export async function deleteAllEarly(tx: Tx, workspaceId: string, carrierId: string): Promise<void> {
  await sql`
    delete from smpp_early_receipts
    where workspace_id = ${workspaceId}::uuid and carrier_id = ${carrierId}::uuid`.execute(tx);
}

/** As long as a receipt is awaited, and a day for clocks. It counts from the submission. */
const keepDays = Math.ceil(receiptsAwaited / 86_400) + 1;

/**
 * Makes the partitions of this week and the next ones, drops those that are too old, and deletes early receipts after a day. For
 * all workspaces: an id of a week without its partition could not be stored. Answers how many partitions could not be made or
 * dropped because of locks; the next call tries again.
 */
export async function turnReferences(db: Db): Promise<{ missing: number; kept: number }> {
  // A transaction of its own: dropping a partition locks the table until the commit.
  const { rows } = await db.asSystem((tx) =>
    sql<{ missing: number; kept: number }>`
      call turn_smpp_references(make_interval(days => ${sql.lit(keepDays)}))`.execute(tx),
  );
  await db.asSystem(deleteOldEarly);
  return rows[0] ?? { missing: 0, kept: 0 };
}

async function deleteOldEarly(tx: Tx): Promise<void> {
  const { rows } = await sql<{ workspace_id: string }>`
    select distinct workspace_id from smpp_early_receipts where at < now() - interval '1 day'`.execute(tx);
  await inEachWorkspace(rows, (workspaceId) =>
    sql`
      delete from smpp_early_receipts
      where workspace_id = ${workspaceId} and at < now() - interval '1 day'`.execute(tx),
  );
}
