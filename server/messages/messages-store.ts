/** Inserting into ledger and queue: whole batches by unnest, with constant columns as scalars. */
import { type RawBuilder, sql } from "kysely";
import { type MessageClass, MessageStatus, type SkipReason } from "../../contract/messages.ts";
import { longestValidity } from "../../rules/campaign-validity.ts";
import type { Encoding } from "../../rules/gsm-segments.ts";
import type { Tx } from "../kit/db.ts";
import { firstIdAt } from "../kit/id.ts";
import { pipelined } from "../kit/prepared.ts";
import type { NewShortLink } from "../links/write-links.ts";
import { type LaneKey, type LaneMark, readMark, wakeLane } from "./dispatch/lanes-store.ts";

/** A text for the ledger and the queue. */
export interface NewMessage {
  id: string;
  contact_id: string | null;
  number: string;
  /** As the ledger shows it. */
  text: string;
  /** The text that is sent, if it has secrets that the ledger's has not (sealed-text.ts). */
  sealed?: Buffer;
  /** Of the text that is sent. */
  encoding: Encoding;
  segments: number;
  expires_at: Date;
  /** Not submitted before; parked until then. */
  not_before?: Date | undefined;
  /** Of the recipient's page of preferences, if its link is in the text. */
  preference_code?: string;
  /** The moment that it is for, quiet hours aside; null or absent: as soon as possible. */
  moment?: Date | null;
  /** In place of the batch's. */
  sender_id?: string;
  /** Which of several texts of its source to its recipient it is. */
  occasion?: Occasion;
  /** The short links in its text. */
  links?: readonly NewShortLink[];
}

/** An occurrence: what distinguishes it, and its moment. */
export interface Occasion {
  key?: string | undefined;
  at?: Date | undefined;
}

/** A skipped recipient, for the ledger. */
export interface NewSkip {
  id: string;
  contact_id: string | null;
  number: string;
  reason: SkipReason;
}

/** What all messages of a batch have in common. */
export interface BatchColumns {
  workspace_id: string;
  source_type: string;
  source_id: string | null;
  sender_id: string;
  class: MessageClass;
  consent_bit: number | null;
  period_start: Date;
}

/** The ledger's character for an encoding. */
export const encodingCode = { "GSM-7": "7", "UCS-2": "u" } as const satisfies Record<Encoding, string>;

/** Priority in the queue: an answer or a code must not wait behind a campaign. */
export const priorityOf = { transactional: 0, marketing: 1 } as const satisfies Record<MessageClass, number>;

/** The status of this name, for a write: a cast of a text that depends on the row may not be computed in every place. */
export const statusNamed = (name: RawBuilder<unknown>): RawBuilder<unknown> => {
  const cases = MessageStatus.options.map((each) => sql`when ${sql.lit(each)} then ${sql.lit(each)}::message_status`);
  return sql`case ${name} ${sql.join(cases, sql` `)} end`;
};

/** Columns of an unnest. Carrying a constant in an array costs PostgreSQL 1.7 times the whole insert, so it becomes a scalar. */
function columnsOf<Row>(rows: readonly Row[]) {
  const arrays: RawBuilder<unknown>[] = [];
  const names: string[] = [];
  const column = (name: string, type: string, value: (row: Row) => unknown): RawBuilder<unknown> => {
    const values = rows.map(value);
    const first = values[0];
    if (values.every((each) => each === first)) return sql`${first}::${sql.raw(type)}`;
    arrays.push(sql`${values}::${sql.raw(`${type}[]`)}`);
    names.push(name);
    return sql.ref(`u.${name}`);
  };
  return {
    /** The column's expression in the select. */
    column,
    /** A column of moments: equal ones are not one object. */
    moment(name: string, value: (row: Row) => Date): RawBuilder<unknown> {
      const first = rows[0] && value(rows[0]);
      const alike = rows.every((row) => value(row).getTime() === first?.getTime());
      return column(name, "timestamptz", alike ? () => first : value);
    },
    /** The key: always an array, and there is always one. */
    key(name: string, value: (row: Row) => string): RawBuilder<unknown> {
      arrays.push(uuids(rows.map(value)));
      names.push(name);
      return sql.ref(`u.${name}`);
    },
    /** `n` is the row's number, from 1. */
    from: () =>
      sql`unnest(${sql.join(arrays)}) with ordinality as u (${sql.join([...names, "n"].map((name) => sql.ref(name)))})`,
  };
}

/** Ids hold nothing that needs quoting, so the array literal is a join. */
const uuids = (ids: readonly string[]) => sql`${`{${ids.join(",")}}`}::uuid[]`;

/** Numbers that one insert takes of the queue's: not by an identity column, see migration 0034. */
const block = 1_000;

/** What is read of a lane before messages are put into its queue. */
export interface QueuePlace extends LaneMark {
  /** The first numbers of blocks. */
  blocks: number[];
}

/** Takes numbers for `count` messages, or for those of one insert if that is not known, and reads the lane's mark (`readMark`). */
export async function findPlace(tx: Tx, lane: LaneKey, count: number = block): Promise<QueuePlace> {
  const [blocks, mark] = await pipelined(
    tx,
    () => takeBlocks(tx, Math.ceil(count / block)),
    () => readMark(tx, lane),
  );
  return { ...mark, blocks };
}

async function takeBlocks(tx: Tx, count: number): Promise<number[]> {
  const { rows } = await sql<{ first: number }>`
    select nextval('message_queue_blocks') as first from generate_series(1, ${count}::integer)`.execute(tx);
  return rows.map((row) => row.first);
}

/**
 * Inserts messages into the ledger, and into the queue or, those that must wait, among the parked ones. Answers the ids that existed
 * already: those are not sent a second time. Messages without a source (the API's) have new ids, an existing one would fail; theirs are
 * all sent before the first is answered.
 */
export async function insertMessages(
  tx: Tx,
  batch: BatchColumns,
  messages: readonly NewMessage[],
  place: QueuePlace,
): Promise<string[]> {
  if (messages.length === 0) return [];
  const insert = () => insertIntoLedger(tx, batch, messages);
  const enqueue = (added: readonly NewMessage[]) => {
    const [now, later] = divide(added);
    const rows = now.map((message) => queuedRow(batch, message));
    return [
      ...(rows.length > 0 ? [() => wakeLane(tx, place), () => queueRows(tx, batch, rows, place)] : []),
      ...(later.length > 0 ? [() => insertParked(tx, batch, later)] : []),
    ];
  };
  if (batch.source_id === null) {
    await pipelined(tx, insert, ...enqueue(messages));
    return [];
  }
  const inserted = await insert();
  const known = messages.filter(({ id }) => !inserted.has(id));
  const added = known.length === 0 ? messages : messages.filter(({ id }) => inserted.has(id));
  await pipelined(tx, ...enqueue(added));
  return known.map(({ id }) => id);
}

/** Those for the queue, and those that wait. */
function divide(messages: readonly NewMessage[]): [NewMessage[], ParkedMessage[]] {
  const now: NewMessage[] = [];
  const later: ParkedMessage[] = [];
  for (const message of messages) {
    const { not_before } = message;
    if (not_before) later.push({ ...message, not_before });
    else now.push(message);
  }
  return [now, later];
}

const queuedRow = (batch: BatchColumns, { id, expires_at, sealed }: NewMessage): QueuedRow => ({
  message_id: id,
  priority: priorityOf[batch.class],
  period_start: batch.period_start,
  expires_at,
  consent_bit: batch.consent_bit,
  resent: 0,
  sealed: sealed ?? null,
});

async function insertIntoLedger(tx: Tx, batch: BatchColumns, messages: readonly NewMessage[]): Promise<Set<string>> {
  const { key, column, from } = columnsOf(messages);
  const id = key("id", (m) => m.id);
  const contact = column("contact_id", "uuid", (m) => m.contact_id);
  const number = column("number", "text", (m) => m.number);
  const text = column("text", "text", (m) => m.text);
  const encoding = column("encoding", '"char"', (m) => encodingCode[m.encoding]);
  const segments = column("segments", "smallint", (m) => m.segments);
  const { rows } = await sql<{ id: string }>`
    insert into messages as m (workspace_id, id, status, class, encoding, segments, source_type, source_id, contact_id,
      sender_id, number, text)
    select w.workspace_id, ${id}, 'queued', ${batch.class}::message_class, ${encoding}, ${segments},
      ${batch.source_type}, ${batch.source_id}::uuid, ${contact}, ${batch.sender_id}::uuid, ${number}, ${text}
    from workspaces w, ${from()} where w.workspace_id = ${batch.workspace_id}::uuid
    ${batch.source_id === null ? sql`` : sql`on conflict do nothing`}
    returning m.id`.execute(tx);
  return new Set(rows.map((row) => row.id));
}

/** A row of the queue without its number. */
export interface QueuedRow {
  message_id: string;
  priority: number;
  period_start: Date;
  expires_at: Date;
  consent_bit: number | null;
  resent: number;
  sealed: Buffer | null;
}

/** Puts rows into a sender's queue, in their order. */
export async function queueRows(
  tx: Tx,
  lane: LaneKey,
  rows: readonly QueuedRow[],
  place: Pick<QueuePlace, "blocks">,
): Promise<void> {
  const missing = Math.ceil(rows.length / block) - place.blocks.length;
  const blocks = missing > 0 ? [...place.blocks, ...(await takeBlocks(tx, missing))] : place.blocks;
  const inserts = blocks.map((first, i) => async () => {
    const some = rows.slice(i * block, (i + 1) * block);
    if (some.length === 0) return;
    const { key, column, moment, from } = columnsOf(some);
    const id = key("id", (row) => row.message_id);
    const priority = column("priority", "smallint", (row) => row.priority);
    const period = moment("period_start", (row) => row.period_start);
    const expiry = moment("expires_at", (row) => row.expires_at);
    const consent = column("consent_bit", "smallint", (row) => row.consent_bit);
    const resent = column("resent", "smallint", (row) => row.resent);
    const sealed = column("sealed", "bytea", (row) => row.sealed);
    await sql`
      insert into message_queue as q (workspace_id, sender_id, priority, seq, message_id, period_start, expires_at, consent_bit, resent,
        sealed)
      select w.workspace_id, ${lane.sender_id}::uuid, ${priority}, ${first - 1}::bigint + u.n, ${id}, ${period}, ${expiry}, ${consent}, ${resent},
        ${sealed}
      from workspaces w, ${from()} where w.workspace_id = ${lane.workspace_id}::uuid
      returning 1`.execute(tx);
  });
  await pipelined(tx, ...inserts);
}

/** A text with the moment before which it is not submitted. */
type ParkedMessage = NewMessage & { not_before: Date };

/** Parks messages that are in the ledger. */
async function insertParked(tx: Tx, batch: BatchColumns, messages: readonly ParkedMessage[]): Promise<void> {
  const ids = `{${messages.map(({ id }) => id).join(",")}}`;
  await sql`
    insert into parked_messages as p (workspace_id, message_id, sender_id, priority, source_id, period_start, expires_at,
      consent_bit, sealed, moment, not_before, due_at)
    select w.workspace_id, u.id, ${batch.sender_id}::uuid, ${priorityOf[batch.class]}, ${batch.source_id}::uuid,
      ${batch.period_start}::timestamptz, u.expires_at, ${batch.consent_bit}::smallint, u.sealed, u.moment, u.not_before,
      least(u.not_before, u.expires_at)
    from workspaces w, unnest(${ids}::uuid[], ${messages.map((m) => m.expires_at)}::timestamptz[],
      ${messages.map((m) => m.sealed ?? null)}::bytea[], ${messages.map((m) => m.moment ?? null)}::timestamptz[],
      ${messages.map((m) => m.not_before)}::timestamptz[]) as u (id, expires_at, sealed, moment, not_before)
    where w.workspace_id = ${batch.workspace_id}::uuid`.execute(tx);
}

/** Inserts skips into the ledger. Answers the ids that existed already. */
export async function insertSkips(
  tx: Tx,
  batch: Omit<BatchColumns, "consent_bit" | "period_start">,
  skips: readonly NewSkip[],
): Promise<string[]> {
  if (skips.length === 0) return [];
  const { key, column, from } = columnsOf(skips);
  const id = key("id", (m) => m.id);
  const contact = column("contact_id", "uuid", (m) => m.contact_id);
  const number = column("number", "text", (m) => m.number);
  const reason = column("reason", "text", (m) => m.reason);
  const { rows } = await sql<{ id: string }>`
    insert into messages as m (workspace_id, id, status, class, encoding, segments, source_type, source_id, contact_id,
      sender_id, number, text, reason)
    select w.workspace_id, ${id}, 'skipped', ${batch.class}::message_class, '7', 0,
      ${batch.source_type}, ${batch.source_id}::uuid, ${contact}, ${batch.sender_id}::uuid, ${number}, '', ${reason}
    from workspaces w, ${from()} where w.workspace_id = ${batch.workspace_id}::uuid
    on conflict do nothing
    returning m.id`.execute(tx);
  const inserted = new Set(rows.map((row) => row.id));
  return skips.flatMap((skip) => (inserted.has(skip.id) ? [] : [skip.id]));
}

/** The contacts that these messages were for, by message id. */
export async function contactsOf(
  tx: Tx,
  workspaceId: string,
  ids: readonly string[],
): Promise<Map<string, string | null>> {
  const { rows } = await sql<{ id: string; contact_id: string | null }>`
    select id, contact_id from messages where workspace_id = ${workspaceId} and id = any(${ids}::uuid[])`.execute(tx);
  return new Map(rows.map((row) => [row.id, row.contact_id]));
}

/** The longest time until a message's submission, and a day for clocks and pauses. */
const submittedWithin = (longestValidity + 86_400) * 1000;

/**
 * The messages that these references of a carrier belong to, of those submitted since: ids by reference. References have no
 * index, so this reads the workspace's last days; it is used after a crash only.
 */
export async function findOwners(
  tx: Tx,
  workspaceId: string,
  references: readonly string[],
  since: Date,
): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; carrier_reference: string }>`
    select id, carrier_reference from messages
    where workspace_id = ${workspaceId} and id >= ${firstIdAt(new Date(since.getTime() - submittedWithin))}
      and carrier_reference = any(${references}::text[])`.execute(tx);
  return new Map(rows.map((row) => [row.carrier_reference, row.id]));
}
