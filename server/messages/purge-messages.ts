/** Purges old messages from the ledger: their texts first, then their rows, and whole partitions where no workspace keeps the month. */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";
import { firstIdAt } from "../kit/id.ts";
import { inEachWorkspace } from "../kit/in-each-workspace.ts";
import { setLocal } from "../kit/set-local.ts";
import { noSource } from "./counts.ts";

/** A month of the ledger that has a partition. */
export interface LedgerMonth {
  /** messages_2026_01 */
  partition: string;
  start: Date;
  end: Date;
}

/** Months with a partition that ended at `before` or earlier, oldest first. */
export async function monthsBefore(tx: Tx, before: Date): Promise<LedgerMonth[]> {
  const { rows } = await sql<{ name: string }>`
    select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'messages'::regclass and c.relname ~ '^messages_[0-9]{4}_[0-9]{2}$' order by c.relname`.execute(
    tx,
  );
  return rows
    .map(({ name }) => {
      const [year = 0, month = 0] = name.slice(-7).split("_").map(Number);
      return {
        partition: name,
        start: new Date(Date.UTC(year, month - 1)),
        end: new Date(Date.UTC(year, month)),
      };
    })
    .filter(({ end }) => end <= before);
}

/** Whether a message of the month is still queued, of any workspace. */
export async function isUnderWay(tx: Tx, { start, end }: Pick<LedgerMonth, "start" | "end">): Promise<boolean> {
  const { rows } = await sql`
    select 1 from message_queue
    where message_id >= ${firstIdAt(start)}::uuid and message_id < ${firstIdAt(end)}::uuid
    union all
    select 1 from parked_messages
    where message_id >= ${firstIdAt(start)}::uuid and message_id < ${firstIdAt(end)}::uuid limit 1`.execute(tx);
  return rows.length > 0;
}

/** Whether a workspace that is not among `expired` has a message of the month: one index lookup a workspace. */
export async function isKept(tx: Tx, { partition }: LedgerMonth, expired: readonly string[]): Promise<boolean> {
  const { rows } = await sql`
    select 1 from workspaces w
    where not w.workspace_id = any(${`{${expired.join(",")}}`}::uuid[])
      and exists (select from ${sql.table(partition)} m where m.workspace_id = w.workspace_id)
    limit 1`.execute(tx);
  return rows.length > 0;
}

/**
 * Drops a month. It locks the whole ledger exclusively for the few milliseconds that the catalogue takes (files are removed after
 * the commit), and other transactions queue behind it while it waits for that lock: so it waits for `lock_ms` at most and then
 * fails (SQLSTATE 55P03), to be tried again. DETACH CONCURRENTLY would not block others, but is impossible with a default
 * partition.
 */
export async function dropMonth(tx: Tx, { partition }: LedgerMonth, lock_ms: number): Promise<void> {
  await setLocal(tx, `lock_timeout = ${lock_ms}`);
  await sql`drop table ${sql.table(partition)}`.execute(tx);
}

/** Messages older than `before` that are still in the queue or parked: they are kept until they have a final outcome. */
export async function queuedBefore(tx: Tx, workspaceId: string, before: Date): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select message_id as id from message_queue
    where workspace_id = ${workspaceId} and message_id < ${firstIdAt(before)}::uuid
    union all
    select message_id from parked_messages
    where workspace_id = ${workspaceId} and message_id < ${firstIdAt(before)}::uuid`.execute(tx);
  return rows.map((row) => row.id);
}

export interface Chunk {
  workspaceId: string;
  before: Date;
  /** The last message of the previous chunk. */
  after: string | null;
  limit: number;
  /** Messages that are kept. */
  kept: readonly string[];
}

/** Answers the last message of the chunk and how many were changed; null at the end. */
export type PurgeStep = (tx: Tx, chunk: Chunk) => Promise<{ to: string; n: number } | null>;

/** Deletes the next rows. */
export const deleteOld: PurgeStep = async (tx, chunk) => {
  const to = await endOf(tx, chunk);
  if (!to) return null;
  const deleted = await sql`delete from messages where ${isPurged(chunk, to)}`.execute(tx);
  return { to, n: Number(deleted.numAffectedRows ?? 0) };
};

/** Erases the texts of the next rows. Numbers stay until the rows are deleted. */
export const clearOldTexts: PurgeStep = async (tx, chunk) => {
  const to = await endOf(tx, chunk);
  if (!to) return null;
  const cleared = await sql`update messages set text = '' where ${isPurged(chunk, to)} and text <> ''`.execute(tx);
  return { to, n: Number(cleared.numAffectedRows ?? 0) };
};

/** The last message of the chunk; null where there is none. */
async function endOf(tx: Tx, { workspaceId, before, after, limit }: Chunk): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    select id from (
      select id from messages
      where workspace_id = ${workspaceId} and id < ${firstIdAt(before)}::uuid ${after ? sql`and id > ${after}::uuid` : sql``}
      order by id limit ${limit}) chunk
    order by id desc limit 1`.execute(tx);
  return rows[0]?.id ?? null;
}

const isPurged = ({ workspaceId, after, kept }: Chunk, to: string) => sql`
  workspace_id = ${workspaceId} and id <= ${to}::uuid ${after ? sql`and id > ${after}::uuid` : sql``}
  and status not in ('queued', 'submitted') and not id = any(${`{${kept.join(",")}}`}::uuid[])`;

/** How many messages are older than `before`, and, if only those are wanted, have a text; exact up to `limit`. */
export async function countBefore(
  tx: Tx,
  workspaceId: string,
  { before, after, withText, limit }: { before: Date; after: string | null; withText: boolean; limit: number },
): Promise<{ n: number; months: string[] }> {
  const { rows } = await sql<{ n: number; months: string[] | null }>`
    with old as (
      select id from messages where workspace_id = ${workspaceId} and id < ${firstIdAt(before)}::uuid
        ${after ? sql`and id > ${after}::uuid` : sql``} ${withText ? sql`and text <> ''` : sql``}
      order by id limit ${limit}
    )
    select count(*) as n, array_agg(distinct to_char(
      to_timestamp(('x' || substr(replace(id::text, '-', ''), 1, 12))::bit(48)::bigint / 1000.0) at time zone 'UTC', 'YYYY-MM')) as months
    from old`.execute(tx);
  return { n: rows[0]?.n ?? 0, months: rows[0]?.months?.toSorted() ?? [] };
}

/** Deletes references of inbound texts: no carrier repeats one after so long. Answers how many were deleted. */
export async function purgeSeen(tx: Tx, before: Date, limit: number): Promise<number> {
  const { rows } = await sql<{ workspace_id: string; carrier: string; carrier_reference: string }>`
    select workspace_id, carrier, carrier_reference from inbound_seen
    where message_id < ${firstIdAt(before)}::uuid limit ${limit}`.execute(tx);
  let deleted = 0;
  await inEachWorkspace(rows, async (workspaceId, seen) => {
    const { numAffectedRows } = await sql`
      delete from inbound_seen s
      using unnest(${seen.map((each) => each.carrier)}::text[], ${seen.map((each) => each.carrier_reference)}::text[])
        as u (carrier, carrier_reference)
      where s.workspace_id = ${workspaceId} and s.carrier = u.carrier and s.carrier_reference = u.carrier_reference
        and s.message_id < ${firstIdAt(before)}::uuid`.execute(tx);
    deleted += Number(numAffectedRows ?? 0);
  });
  return deleted;
}

/** Deletes the figures of messages without a source: only the error rate of the last day needs them. Answers how many were deleted. */
export async function purgeCountsWithoutSource(tx: Tx, before: Date, limit: number): Promise<number> {
  const { rows } = await sql<{
    workspace_id: string;
    source_type: string;
    minute: Date;
    status: string;
    reason: string;
  }>`
    select workspace_id, source_type, minute, status, reason from message_counts
    where minute < ${before} and source_id = ${noSource} limit ${limit}`.execute(tx);
  let deleted = 0;
  await inEachWorkspace(rows, async (workspaceId, counts) => {
    const { numAffectedRows } = await sql`
      delete from message_counts c
      using unnest(${counts.map((each) => each.source_type)}::text[], ${counts.map((each) => each.minute)}::timestamptz[],
        ${counts.map((each) => each.status)}::text[], ${counts.map((each) => each.reason)}::text[])
        as u (source_type, minute, status, reason)
      where c.workspace_id = ${workspaceId} and c.source_id = ${noSource} and c.source_type = u.source_type
        and c.minute = u.minute and c.status = u.status and c.reason = u.reason`.execute(tx);
    deleted += Number(numAffectedRows ?? 0);
  });
  return deleted;
}
