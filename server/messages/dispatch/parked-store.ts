/**
 * All SQL of parked texts: texts of the ledger that wait outside of the queue, for a moment or until their source goes on.
 *
 * parked   queued in the ledger, paid, and in parked_messages instead of message_queue
 * due      its moment has come, or its validity has ended: the mover puts it into the queue, where a claim checks everything again
 * held     its source is paused: due at no time
 */
import { sql } from "kysely";
import type { MessageClass } from "../../../contract/messages.ts";
import type { Tx } from "../../kit/db.ts";
import type { Due, Look } from "../../kit/due.ts";
import { pipelined } from "../../kit/prepared.ts";
import { setLocal } from "../../kit/set-local.ts";
import { findPlace, type QueuedRow, queueRows } from "../messages-store.ts";
import { type LaneKey, wakeLane } from "./lanes-store.ts";
import type { Claimed } from "./queue-store.ts";

/** A claimed text that waits, for its moment or, with none, until its source is resumed. */
export interface Deferred {
  row: Claimed;
  not_before: Date | null;
}

/**
 * Parks claimed texts of paused sources, and those whose quiet hours have begun. Call it in the transaction that claimed them, with the
 * submit lock held: so whoever resumes the source, with that lock taken, finds all of them.
 */
export async function parkClaimed(tx: Tx, lane: LaneKey, rows: readonly Deferred[], now: Date): Promise<void> {
  if (rows.length === 0) return;
  const key = sql`workspace_id = ${lane.workspace_id} and sender_id = ${lane.sender_id}`;
  for (const [priority, some] of Map.groupBy(rows, ({ row }) => row.priority)) {
    const seqs = sql`${`{${some.map(({ row }) => row.seq).join(",")}}`}::bigint[]`;
    await sql`
      insert into parked_messages as p (workspace_id, message_id, sender_id, priority, source_id, period_start, expires_at,
        consent_bit, resent, sealed, not_before, due_at)
      select q.workspace_id, q.message_id, q.sender_id, q.priority, u.source_id, q.period_start, q.expires_at, q.consent_bit,
        q.resent, q.sealed, u.not_before, case when u.due then least(u.not_before, q.expires_at) end
      from message_queue q, unnest(${`{${some.map(({ row }) => row.message_id).join(",")}}`}::uuid[],
        ${some.map(({ row }) => row.source_id)}::uuid[], ${some.map(({ not_before }) => not_before ?? now)}::timestamptz[],
        ${some.map(({ not_before }) => not_before !== null)}::boolean[]) as u (message_id, source_id, not_before, due)
      where q.workspace_id = ${lane.workspace_id} and q.sender_id = ${lane.sender_id} and q.priority = ${priority}
        and q.seq = any(${seqs}) and u.message_id = q.message_id
      on conflict do nothing`.execute(tx);
    await sql`delete from message_queue where ${key} and priority = ${priority} and seq = any(${seqs})`.execute(tx);
  }
}

/** Without statistics, or with those of an emptier table, the planner would read all that is due for each few thousand. */
const byIndex = ["enable_seqscan = off", "enable_bitmapscan = off"];

/** A parked text that is due. */
export interface DueText extends LaneKey, Due {
  message_id: string;
}

/** Of each sender a look finds at least so many, however many of others are due. */
const ofEachSender = 100;
const mostInAll = 50_000;

/**
 * Parked texts that are due, in all workspaces: the longest due first, and some of each sender, so that the many of one keep nobody
 * waiting. At nine in the morning everything that waited for the night is due at one moment. The planner would sort all of it for each
 * few thousand, since it takes what the tenant policy lets through for little: 5,700 pages of 300,000 texts, against 120 from
 * the front of the index.
 */
export async function findDueParked(tx: Tx, { now, limit, except }: Look): Promise<DueText[]> {
  await setLocal(
    tx,
    "enable_sort = off",
    "enable_incremental_sort = off",
    "max_parallel_workers_per_gather = 0",
    ...byIndex,
  );
  const { rows: longest } = await sql<DueText>`
    select workspace_id, sender_id, message_id, due_at from parked_messages
    where due_at <= ${now} and workspace_id <> all(${except}::uuid[])
    order by due_at limit ${limit}`.execute(tx);
  if (longest.length < limit) return longest;
  // In the order of the index by sender: otherwise the planner may read the due ones of all senders for each.
  const { rows: ofEach } = await sql<DueText>`
    select s.workspace_id, s.id as sender_id, p.message_id, p.due_at
    from senders s, lateral (select message_id, due_at from parked_messages
      where workspace_id = s.workspace_id and sender_id = s.id and due_at <= ${now}
      order by due_at, message_id limit ${ofEachSender}) p
    where s.workspace_id <> all(${except}::uuid[])
    limit ${mostInAll}`.execute(tx);
  return [...new Map([...longest, ...ofEach].map((text) => [text.message_id, text])).values()];
}

/** Moves those of a sender's texts that are still parked and due into the queue; answers how many. They are named, so that none is looked for. */
export async function moveDue(tx: Tx, lane: LaneKey, ids: readonly string[], now: Date): Promise<number> {
  await setLocal(tx, ...byIndex);
  // COALESCE rules out the indexes of what is due, which without statistics look as good as the ids.
  const { rows } = await sql<QueuedRow>`
    delete from parked_messages
    where workspace_id = ${lane.workspace_id} and message_id = any(array(
      select message_id from parked_messages
      where workspace_id = ${lane.workspace_id} and message_id = any(${`{${ids.join(",")}}`}::uuid[])
        and sender_id = ${lane.sender_id} and coalesce(due_at, 'infinity') <= ${now}
      order by message_id for update skip locked))
    returning message_id, priority, period_start, expires_at, consent_bit, resent, sealed`.execute(tx);
  if (rows.length === 0) return 0;
  const place = await findPlace(tx, lane, rows.length);
  // Ids begin with their source's moment, and among those of one source any order will do.
  const ordered = rows.toSorted((a, b) => a.priority - b.priority || (a.message_id < b.message_id ? -1 : 1));
  // What is moved because it expires must not be sent by a process whose clock is slow.
  const moved = ordered.map((row) => (row.expires_at <= now ? { ...row, expires_at: longAgo } : row));
  await pipelined(
    tx,
    () => wakeLane(tx, place),
    () => queueRows(tx, lane, moved, place),
  );
  return rows.length;
}

const longAgo = new Date(0);

/** Holds of sources that are to be settled, in all workspaces. */
export async function findSettling(
  tx: Tx,
  { now, limit, except }: Look,
): Promise<(SourceKey & Due & { state: HoldState })[]> {
  const { rows } = await sql<SourceKey & Due & { state: HoldState }>`
    select h.workspace_id, h.source_id, h.state, h.at as due_at from source_holds h
    where h.state in ('resumed', 'cancelled') and h.at <= ${now} and h.workspace_id <> all(${except}::uuid[])
      and (h.state = 'resumed' or exists (select from parked_messages p
        where p.workspace_id = h.workspace_id and p.source_id = h.source_id))
    order by h.at limit ${limit}`.execute(tx);
  return rows;
}

export interface SourceKey {
  workspace_id: string;
  source_id: string;
}

export type HoldState = "paused" | "resumed" | "cancelled";

/** The hold, locked until the transaction ends, so that pausing again waits. */
export async function lockHold(tx: Tx, { workspace_id, source_id }: SourceKey): Promise<HoldState | undefined> {
  const { rows } = await sql<{ state: HoldState }>`
    select state from source_holds where workspace_id = ${workspace_id} and source_id = ${source_id} for update`.execute(
    tx,
  );
  return rows[0]?.state;
}

/** Sets the state of a source. Call it with the submit lock taken. */
export async function setHold(tx: Tx, { workspace_id, source_id }: SourceKey, state: HoldState): Promise<void> {
  await sql`
    insert into source_holds as h (workspace_id, source_id, state, at) values (${workspace_id}, ${source_id}, ${state}, now())
    on conflict (workspace_id, source_id) do update set state = excluded.state, at = excluded.at`.execute(tx);
}

export async function deleteHold(tx: Tx, { workspace_id, source_id }: SourceKey): Promise<void> {
  await sql`delete from source_holds where workspace_id = ${workspace_id} and source_id = ${source_id}`.execute(tx);
}

/** Makes up to `limit` held texts of a source due at their moments again; answers how many. */
export async function unholdParked(tx: Tx, { workspace_id, source_id }: SourceKey, limit: number): Promise<number> {
  const { rows } = await sql`
    update parked_messages set due_at = least(not_before, expires_at)
    where workspace_id = ${workspace_id} and message_id = any(array(
      select message_id from parked_messages
      where workspace_id = ${workspace_id} and source_id = ${source_id} and due_at is null
      order by message_id limit ${limit} for update))
    returning 1`.execute(tx);
  return rows.length;
}

/** A text that was taken out of the parked ones. */
export interface Unparked {
  message_id: string;
  period_start: Date;
}

/**
 * Takes up to `limit` parked texts of a source out. One that may have gone before, and was to be sent again, becomes due instead: the
 * dispatcher ends it as uncertain.
 */
export async function deleteParkedOf(
  tx: Tx,
  { workspace_id, source_id }: SourceKey,
  now: Date,
  limit: number,
): Promise<Unparked[]> {
  const { rows: some } = await sql<{ message_id: string; resent: number }>`
    select message_id, resent from parked_messages where workspace_id = ${workspace_id} and source_id = ${source_id}
    order by message_id limit ${limit} for update skip locked`.execute(tx);
  const [gone, again] = [some.filter(({ resent }) => resent === 0), some.filter(({ resent }) => resent > 0)];
  const named = (texts: typeof some) => sql`
    workspace_id = ${workspace_id} and message_id = any(${`{${texts.map((text) => text.message_id).join(",")}}`}::uuid[])`;
  if (again.length > 0)
    await sql`update parked_messages set due_at = ${now}, source_id = null where ${named(again)}`.execute(tx);
  const { rows } = await sql<Unparked>`
    delete from parked_messages where ${named(gone)} returning message_id, period_start`.execute(tx);
  return rows;
}

/** Takes these texts out, except those that may have gone before. */
export async function deleteParked(tx: Tx, workspaceId: string, ids: readonly string[]): Promise<Unparked[]> {
  const { rows } = await sql<Unparked>`
    delete from parked_messages
    where workspace_id = ${workspaceId} and message_id = any(${`{${ids.join(",")}}`}::uuid[]) and resent = 0
    returning message_id, period_start`.execute(tx);
  return rows;
}

/**
 * How many texts of each source wait for a moment that they live to see, and when the first of these may leave, by the index of sources.
 * Those of paused sources wait for no moment.
 */
export async function countWaitingOf(
  tx: Tx,
  workspaceId: string,
  sourceIds: readonly string[],
): Promise<Map<string, { count: number; until: Date }>> {
  const { rows } = await sql<{ source_id: string; count: number; until: Date }>`
    select source_id, count(*) as count, min(not_before) as until from parked_messages
    where workspace_id = ${workspaceId} and source_id = any(${`{${sourceIds.join(",")}}`}::uuid[])
      and due_at is not null and not_before < expires_at
    group by source_id`.execute(tx);
  return new Map(rows.map(({ source_id, count, until }) => [source_id, { count: Number(count), until }]));
}

/** A parked text with what its quiet hours depend on. */
export interface WaitingText {
  message_id: string;
  moment: Date | null;
  not_before: Date;
  class: MessageClass | null;
  source_type: string;
  number: string;
  contact_id: string | null;
}

/**
 * The next parked texts by id, locked. `to` is the last id that was looked at. Texts that another transaction has locked are left out;
 * `busy` says that some of them may stay parked, as those of a source that is just being resumed.
 */
export async function nextParked(
  tx: Tx,
  workspaceId: string,
  after: string | null,
  { now, limit }: { now: Date; limit: number },
): Promise<{ texts: WaitingText[]; to: string | null; busy: boolean }> {
  const { rows: found } = await sql<{ message_id: string; due_at: Date | null }>`
    select message_id, due_at from parked_messages
    where workspace_id = ${workspaceId} ${after === null ? sql`` : sql`and message_id > ${after}`}
    order by message_id limit ${limit}`.execute(tx);
  const { rows: parked } = await sql<Pick<WaitingText, "message_id" | "moment" | "not_before">>`
    select message_id, moment, not_before from parked_messages
    where workspace_id = ${workspaceId} and message_id = any(${`{${found.map((row) => row.message_id).join(",")}}`}::uuid[])
    order by message_id for update skip locked`.execute(tx);
  const { rows: texts } = await sql<Omit<WaitingText, "moment" | "not_before">>`
    select id as message_id, class, source_type, number, contact_id from messages
    where workspace_id = ${workspaceId} and id = any(${`{${parked.map((row) => row.message_id).join(",")}}`}::uuid[])`.execute(
    tx,
  );
  const known = new Map(texts.map((text) => [text.message_id, text]));
  const locked = new Set(parked.map((row) => row.message_id));
  return {
    texts: parked.flatMap((row) => {
      const text = known.get(row.message_id);
      return text ? [{ ...text, ...row }] : [];
    }),
    to: found.length < limit ? null : (found.at(-1)?.message_id ?? null),
    // Those that are due are being moved into the queue, where the claim looks at their hours.
    busy: found.some(({ message_id, due_at }) => !locked.has(message_id) && (due_at === null || due_at > now)),
  };
}

/** Sets when parked texts may leave; those whose source is paused stay held. */
export async function postpone(
  tx: Tx,
  workspaceId: string,
  texts: readonly Pick<WaitingText, "message_id" | "not_before">[],
): Promise<void> {
  if (texts.length === 0) return;
  await sql`
    update parked_messages p set not_before = u.not_before,
      due_at = case when p.due_at is null then null else least(u.not_before, p.expires_at) end
    from unnest(${`{${texts.map(({ message_id }) => message_id).join(",")}}`}::uuid[],
      ${texts.map(({ not_before }) => not_before)}::timestamptz[]) as u (id, not_before)
    where p.workspace_id = ${workspaceId} and p.message_id = u.id`.execute(tx);
}
