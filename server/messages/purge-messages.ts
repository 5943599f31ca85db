/** Purges old messages from the ledger: their texts first, then their rows, and whole partitions where no workspace keeps the month. */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";
import { firstIdAt } from "../kit/id.ts";
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
  await sql`set local lock_timeout = ${sql.lit(lock_ms)}`.execute(tx);
  await sql`drop table ${sql.table(partition)}`.execute(tx);
}

/** Messages older than `before` that are still in the queue: they are kept until they have a final outcome. */
export async function queuedBefore(tx: Tx, workspaceId: string, before: Date): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select message_id as id from message_queue
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
export const deleteOld: PurgeStep = (tx, chunk) =>
  purgeChunk(tx, chunk, sql`delete from messages m where ${inChunk(chunk)}`);

/** Erases the texts of the next rows. Numbers stay until the rows are deleted. */
export const clearOldTexts: PurgeStep = (tx, chunk) =>
  purgeChunk(tx, chunk, sql`update messages m set text = '' where ${inChunk(chunk)} and m.text <> ''`);

const inChunk = ({ workspaceId, kept }: Chunk) => sql`
  m.workspace_id = ${workspaceId} and m.id = any((select ids from chunk)::uuid[])
  and m.status not in ('queued', 'submitted') and not m.id = any(${`{${kept.join(",")}}`}::uuid[])`;

async function purgeChunk(tx: Tx, { workspaceId, before, after, limit }: Chunk, change: ReturnType<typeof sql>) {
  const { rows } = await sql<{ to: string | null; n: number }>`
    with chunk as materialized (
      select array(
        select id from messages
        where workspace_id = ${workspaceId} and id < ${firstIdAt(before)}::uuid
          ${after ? sql`and id > ${after}::uuid` : sql``}
        order by id limit ${limit}) as ids
    ), changed as (${change} returning 1)
    select ids[cardinality(ids)] as to, (select count(*) from changed) as n from chunk`.execute(tx);
  const [row] = rows;
  return row?.to ? { to: row.to, n: row.n } : null;
}

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
  const { numAffectedRows } = await sql`
    delete from inbound_seen where (workspace_id, carrier, carrier_reference) in (
      select workspace_id, carrier, carrier_reference from inbound_seen
      where message_id < ${firstIdAt(before)}::uuid limit ${limit})`.execute(tx);
  return Number(numAffectedRows ?? 0);
}

/** Deletes the figures of messages without a source: only the error rate of the last day needs them. Answers how many were deleted. */
export async function purgeCountsWithoutSource(tx: Tx, before: Date, limit: number): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from message_counts where (workspace_id, source_type, source_id, minute, status, reason) in (
      select workspace_id, source_type, source_id, minute, status, reason from message_counts
      where minute < ${before} and source_id = ${noSource} limit ${limit})`.execute(tx);
  return Number(numAffectedRows ?? 0);
}
