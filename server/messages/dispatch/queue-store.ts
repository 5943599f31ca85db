/** All SQL of the queue and the journal: claiming, quarantining, deleting. */
import { sql } from "kysely";
import type { MessageClass, MessageStatus } from "../../../contract/messages.ts";
import { everySender } from "../../consent/every-sender.ts";
import type { Tx } from "../../kit/db.ts";
import { instantOf, newId } from "../../kit/id.ts";
import { answerTypes } from "../../quota/source-types.ts";
import type { LaneKey } from "./lanes-store.ts";

interface QueueRow {
  seq: number;
  priority: number;
  message_id: string;
  period_start: Date;
  expires_at: Date;
  /** How often it was sent again because its outcome was unknown. */
  resent: number;
  /** The text to be sent, if it has secrets that the ledger's has not (messages/sealed-text.ts). */
  sealed: Buffer | null;
  opted_out: boolean;
  no_consent: boolean;
  /** Whether its source was paused or cancelled. */
  hold: "paused" | "cancelled" | null;
  /** Whether the workspace's quiet hours are switched on. */
  quiet_hours: boolean;
}

interface LedgerRow {
  status: MessageStatus;
  class: MessageClass;
  encoding: "7" | "u";
  segments: number;
  source_type: string;
  source_id: string | null;
  contact_id: string | null;
  number: string;
  /** Without secrets. */
  text: string;
  /** `uncertain`: it was sent again, see `resent`. */
  reason: string | null;
}

/** One row of the queue with its message of the ledger. */
export type ClaimedMessage = QueueRow & LedgerRow;

/** One row of the queue with its message of the ledger, or nulls where the message is gone. */
export type Claimed = ClaimedMessage | (QueueRow & { [Column in keyof LedgerRow]: null });

/** Rows up to these are with the carrier or being recorded; claims begin behind them and skip dead rows. */
export interface Cursor {
  transactional: number;
  marketing: number;
}

/** Priority of quarantined rows: journalled, with an unknown outcome. */
export const quarantined = 9;

/** Texts that one journal takes in at most. */
const mostStrays = 1_000;
/** Before every row of a queue. */
const leastSeq = 0;

const claimedColumns = sql`q.seq, q.priority, q.message_id, q.period_start, q.expires_at, q.resent, q.sealed,
  m.status, m.class, m.encoding, m.segments, m.source_type, m.source_id, m.contact_id, m.number, m.text, m.reason`;

/**
 * The ledger's row of a queue row `q`, one index lookup each. OFFSET 0 keeps the planner from turning it into a join: a month
 * without statistics looks so small to it that it would read every row of the workspace.
 */
const ledgerRow = (lane: LaneKey) => sql`lateral (
  select * from messages where workspace_id = ${lane.workspace_id} and id = q.message_id offset 0)`;

/** The next rows in turn, transactional first, each with whether it may still be sent. Call it while holding the submit lock. */
export async function claim(tx: Tx, lane: LaneKey, cursor: Cursor, limit: number): Promise<Claimed[]> {
  const rows = (priority: number, after: number) => sql`(
    select * from message_queue
    where workspace_id = ${lane.workspace_id} and sender_id = ${lane.sender_id} and priority = ${priority} and seq > ${after}
    order by seq limit ${limit})`;
  const claimed = await sql<Claimed>`
    select ${claimedColumns},
      m.source_type not in ${answerTypes()} and exists (select from opt_outs o
        where o.workspace_id = ${lane.workspace_id} and o.number = m.number
          and (m.class = 'marketing' or o.sender_id in (${lane.sender_id}, ${everySender}))) as opted_out,
      q.consent_bit is not null and not exists (select from contacts c
        where c.workspace_id = ${lane.workspace_id} and c.id = m.contact_id
          and c.sms_consents & (1::bigint << q.consent_bit) <> 0
          and (c.marketing or m.class <> 'marketing')) as no_consent,
      (select h.state from source_holds h
        where h.workspace_id = ${lane.workspace_id} and h.source_id = m.source_id
          and h.state in ('paused', 'cancelled')) as hold,
      (select w.quiet_hours from workspaces w where w.workspace_id = ${lane.workspace_id}) as quiet_hours
    from (${rows(0, cursor.transactional)} union all ${rows(1, cursor.marketing)} limit ${limit}) q
    left join ${ledgerRow(lane)} m on true
    order by q.priority, q.seq`.execute(tx);
  return claimed.rows;
}

/** Journals what is about to be submitted, and to which carrier, if the worker holds the lane; answers whether it does. */
export async function writeJournal(
  tx: Tx,
  lane: LaneKey,
  worker: string,
  batches: readonly Pick<OpenJournal, "id" | "carrier_id" | "seqs">[],
): Promise<boolean> {
  const { ids, carriers, seqs } = journalColumns(batches);
  const written = await sql`
    insert into dispatch_journal as d (workspace_id, sender_id, id, carrier_id, seqs)
    select l.workspace_id, l.sender_id, j.id, j.carrier_id, j.seqs::bigint[]
    from lanes l, unnest(${ids}::uuid[], ${carriers}::uuid[], ${seqs}::text[]) as j (id, carrier_id, seqs)
    where l.workspace_id = ${lane.workspace_id} and l.sender_id = ${lane.sender_id}
      and l.leased_by = ${worker} and l.leased_until > now()
    for share of l
    returning 1`.execute(tx);
  return written.rows.length === batches.length;
}

function journalColumns(batches: readonly Pick<OpenJournal, "id" | "carrier_id" | "seqs">[]) {
  return {
    ids: batches.map(({ id }) => id),
    carriers: batches.map(({ carrier_id }) => carrier_id),
    seqs: batches.map(({ seqs }) => `{${seqs.join(",")}}`),
  };
}

/**
 * Deletes a batch from the journal, except rows with an unknown outcome: they stay, and are quarantined. Answers whether the
 * batch was in it.
 */
export async function closeJournal(
  tx: Tx,
  lane: LaneKey,
  id: string,
  unknown: readonly Pick<Claimed, "priority" | "seq">[],
): Promise<boolean> {
  if (unknown.length === 0) {
    const { numAffectedRows } = await sql`
      delete from dispatch_journal
      where workspace_id = ${lane.workspace_id} and sender_id = ${lane.sender_id} and id = ${id}`.execute(tx);
    return numAffectedRows === 1n;
  }
  const { numAffectedRows } = await sql`
    update dispatch_journal set seqs = ${unknown.map((row) => row.seq)}::bigint[]
    where workspace_id = ${lane.workspace_id} and sender_id = ${lane.sender_id} and id = ${id}`.execute(tx);
  await prioritise(tx, lane, unknown, quarantined);
  return numAffectedRows === 1n;
}

/** In place of an unknown connection: no lookup is possible. */
const unknownId = "00000000-0000-0000-0000-000000000000";

/**
 * Journals quarantined rows that are in no journal, which only a fault can leave behind: they are then reconciled like those of a
 * crash. With fallback carriers it is unknown which one had them, so no lookup is made.
 */
export async function journalStrays(tx: Tx, lane: LaneKey): Promise<number> {
  let strays = 0;
  for (let after = leastSeq; ;) {
    const { rows } = await sql<{ seq: number; message_id: string }>`
      select q.seq, q.message_id from message_queue q
      where q.workspace_id = ${lane.workspace_id} and q.sender_id = ${lane.sender_id} and q.priority = ${quarantined} and q.seq > ${after}
        and q.seq not in (select unnest(j.seqs) from dispatch_journal j
          where j.workspace_id = ${lane.workspace_id} and j.sender_id = ${lane.sender_id})
      order by q.seq limit ${mostStrays}`.execute(tx);
    if (rows.length > 0) await journalThese(tx, lane, rows);
    strays += rows.length;
    const last = rows.at(-1);
    if (!last || rows.length < mostStrays) return strays;
    after = last.seq;
  }
}

async function journalThese(
  tx: Tx,
  lane: LaneKey,
  rows: readonly Pick<Claimed, "seq" | "message_id">[],
): Promise<void> {
  // A text is submitted after it was queued: records of the carrier from then on may be its own.
  const oldest = Math.min(...rows.map(({ message_id }) => instantOf(message_id).getTime()));
  await sql`
    insert into dispatch_journal as d (workspace_id, sender_id, id, carrier_id, seqs)
    select s.workspace_id, s.id, ${newId(new Date(oldest))}::uuid,
      case when exists (select 1 from carrier_routes r where r.workspace_id = ${lane.workspace_id})
        then ${unknownId}::uuid else s.carrier_id end,
      ${`{${rows.map(({ seq }) => seq).join(",")}}`}::bigint[]
    from senders s where s.workspace_id = ${lane.workspace_id} and s.id = ${lane.sender_id}
    returning 1`.execute(tx);
}

/** A journalled batch whose outcomes are not recorded. */
export interface OpenJournal {
  id: string;
  /** The connection that it was submitted to; null: the sandbox. */
  carrier_id: string | null;
  seqs: number[];
}

/** The journals that earlier workers left open, oldest first. */
export async function openJournals(tx: Tx, lane: LaneKey): Promise<OpenJournal[]> {
  const { rows } = await sql<{ id: string; carrier_id: string | null; seqs: (number | string)[] }>`
    select id, carrier_id, seqs from dispatch_journal
    where workspace_id = ${lane.workspace_id} and sender_id = ${lane.sender_id} order by id`.execute(tx);
  return rows.map((row) => ({ ...row, seqs: row.seqs.map(Number) }));
}

/** The rows of a journalled batch that are still in the queue. */
export async function journalled(tx: Tx, lane: LaneKey, seqs: readonly number[]): Promise<Claimed[]> {
  const { rows } = await sql<Claimed>`
    select ${claimedColumns}, false as opted_out, false as no_consent, null as hold, false as quiet_hours
    from message_queue q
    left join ${ledgerRow(lane)} m on true
    where q.workspace_id = ${lane.workspace_id} and q.sender_id = ${lane.sender_id}
      and q.seq = any(${`{${seqs.join(",")}}`}::bigint[])
    order by q.seq`.execute(tx);
  return rows;
}

/** Moves rows to another priority: into quarantine, or back into the queue. */
export async function prioritise(
  tx: Tx,
  lane: LaneKey,
  rows: readonly Pick<Claimed, "priority" | "seq">[],
  priority: number,
): Promise<void> {
  for (const [from, seqs] of byPriority(rows)) {
    if (from === priority) continue;
    await sql`
      update message_queue set priority = ${priority}
      where workspace_id = ${lane.workspace_id} and sender_id = ${lane.sender_id} and priority = ${from}
        and seq = any(${seqs}::bigint[])`.execute(tx);
  }
}

/**
 * Notes, in ledger and queue, that these are sent again because the last attempt's outcome is unknown. One that a receipt ended
 * since they were read is not sent again, and keeps its reason.
 */
export async function markUncertain(
  tx: Tx,
  lane: LaneKey,
  rows: readonly Pick<Claimed, "message_id" | "seq">[],
  priority: number,
): Promise<void> {
  await sql`
    update messages set reason = 'uncertain'
    where workspace_id = ${lane.workspace_id} and id = any(${rows.map((row) => row.message_id)}::uuid[])
      and status in ('queued', 'submitted')`.execute(tx);
  await sql`
    update message_queue set resent = resent + 1
    where workspace_id = ${lane.workspace_id} and sender_id = ${lane.sender_id} and priority = ${priority}
      and seq = any(${`{${rows.map((row) => row.seq).join(",")}}`}::bigint[])`.execute(tx);
}

/** Deletes rows with a final outcome and answers how many there were. */
export async function deleteQueued(
  tx: Tx,
  lane: LaneKey,
  rows: readonly Pick<Claimed, "priority" | "seq">[],
): Promise<number> {
  let deleted = 0;
  for (const [priority, seqs] of byPriority(rows)) {
    const result = await sql`
      delete from message_queue
      where workspace_id = ${lane.workspace_id} and sender_id = ${lane.sender_id} and priority = ${priority}
        and seq = any(${seqs}::bigint[])`.execute(tx);
    deleted += Number(result.numAffectedRows ?? 0);
  }
  return deleted;
}

function byPriority(rows: readonly Pick<Claimed, "priority" | "seq">[]): Map<number, string> {
  const groups = Map.groupBy(rows, (row) => row.priority);
  return new Map([...groups].map(([priority, group]) => [priority, `{${group.map((row) => row.seq).join(",")}}`]));
}
