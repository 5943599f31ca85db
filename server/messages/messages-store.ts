/** Inserting into ledger and queue: whole batches by unnest, with constant columns as scalars. */
import { type RawBuilder, sql } from "kysely";
import type { MessageClass, SkipReason } from "../../contract/messages.ts";
import { longestValidity } from "../../rules/campaign-validity.ts";
import type { Encoding } from "../../rules/gsm-segments.ts";
import type { Tx } from "../kit/db.ts";
import { firstIdAt } from "../kit/id.ts";
import { laneMark, wokenLane } from "./dispatch/lanes-store.ts";

/** A text for the ledger and the queue. */
export interface NewMessage {
  id: string;
  contact_id: string | null;
  number: string;
  text: string;
  encoding: Encoding;
  segments: number;
  expires_at: Date;
  /** In place of the batch's. */
  sender_id?: string;
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

/** Columns of an unnest. Carrying a constant in an array costs PostgreSQL 1.7 times the whole insert, so it becomes a scalar. */
function columnsOf<Row>(rows: readonly Row[]) {
  const arrays: RawBuilder<unknown>[] = [];
  const names: string[] = [];
  return {
    /** The column's expression in the select. */
    column(name: string, type: string, value: (row: Row) => unknown): RawBuilder<unknown> {
      const values = rows.map(value);
      const first = values[0];
      if (values.every((each) => each === first)) return sql`${first}::${sql.raw(type)}`;
      arrays.push(sql`${values}::${sql.raw(`${type}[]`)}`);
      names.push(name);
      return sql.ref(`u.${name}`);
    },
    /** The key: always an array, and there is always one. */
    key(name: string, type: string, value: (row: Row) => string): RawBuilder<unknown> {
      // Ids hold nothing that needs quoting, so the array literal is a join.
      arrays.push(sql`${`{${rows.map(value).join(",")}}`}::${sql.raw(`${type}[]`)}`);
      names.push(name);
      return sql.ref(`u.${name}`);
    },
    from: () => sql`unnest(${sql.join(arrays)}) as u (${sql.join(names.map((name) => sql.ref(name)))})`,
  };
}

/**
 * Inserts messages into ledger and queue, by one statement. Answers the ids that existed already: those are not sent a second
 * time. Messages without a source (the API's) have new ids; an existing one would fail.
 */
export async function insertMessages(tx: Tx, batch: BatchColumns, messages: readonly NewMessage[]): Promise<string[]> {
  if (messages.length === 0) return [];
  const { workspace_id, sender_id } = batch;
  const { key, column, from } = columnsOf(messages);
  const id = key("id", "uuid", (m) => m.id);
  const contact = column("contact_id", "uuid", (m) => m.contact_id);
  const number = column("number", "text", (m) => m.number);
  const text = column("text", "text", (m) => m.text);
  const encoding = column("encoding", '"char"', (m) => encodingCode[m.encoding]);
  const segments = column("segments", "smallint", (m) => m.segments);
  const earliest = Math.min(...messages.map((m) => m.expires_at.getTime()));
  const sameExpiry = messages.every((m) => m.expires_at.getTime() === earliest);
  const expiry = sameExpiry
    ? sql`${new Date(earliest)}::timestamptz`
    : sql`to_timestamp((${Object.fromEntries(messages.map((m) => [m.id, m.expires_at.getTime() / 1000]))}::jsonb ->> new.id::text)::float8)`;
  const { rows } = await sql<{ known: string[] | null }>`
    with lane as materialized (${laneMark(workspace_id, sender_id)}), woken as (${wokenLane(workspace_id, sender_id)}), new as (
      insert into messages as m (workspace_id, id, status, class, encoding, segments, source_type, source_id, contact_id,
        sender_id, number, text)
      select w.workspace_id, ${id}, 'queued', ${batch.class}::message_class, ${encoding}, ${segments},
        ${batch.source_type}, ${batch.source_id}::uuid, ${contact}, ${batch.sender_id}::uuid, ${number}, ${text}
      from workspaces w, ${from()} where w.workspace_id = ${workspace_id}::uuid
      ${batch.source_id === null ? sql`` : sql`on conflict do nothing`}
      returning m.id
    ), queued as (
      insert into message_queue (workspace_id, sender_id, priority, message_id, period_start, expires_at, consent_bit)
      select ${batch.workspace_id}::uuid, ${batch.sender_id}::uuid, ${priorityOf[batch.class]}, new.id,
        ${batch.period_start}::timestamptz, ${expiry}, ${batch.consent_bit}::smallint
      from new
      returning 1
    )
    select (select array_agg(given.id) from unnest(${`{${messages.map((m) => m.id).join(",")}}`}::uuid[]) as given (id)
       where not exists (select from new where new.id = given.id)) as known`.execute(tx);
  return rows[0]?.known ?? [];
}

/** Inserts skips into the ledger. Answers the ids that existed already. */
export async function insertSkips(
  tx: Tx,
  batch: Omit<BatchColumns, "consent_bit" | "period_start">,
  skips: readonly NewSkip[],
): Promise<string[]> {
  if (skips.length === 0) return [];
  const { key, column, from } = columnsOf(skips);
  const id = key("id", "uuid", (m) => m.id);
  const contact = column("contact_id", "uuid", (m) => m.contact_id);
  const number = column("number", "text", (m) => m.number);
  const reason = column("reason", "text", (m) => m.reason);
  const { rows } = await sql<{ id: string }>`
    with new as (
      insert into messages as m (workspace_id, id, status, class, encoding, segments, source_type, source_id, contact_id,
        sender_id, number, text, reason)
      select w.workspace_id, ${id}, 'skipped', ${batch.class}::message_class, '7', 0,
        ${batch.source_type}, ${batch.source_id}::uuid, ${contact}, ${batch.sender_id}::uuid, ${number}, '', ${reason}
      from workspaces w, ${from()} where w.workspace_id = ${batch.workspace_id}::uuid
      on conflict do nothing
      returning m.id
    )
    select given.id from unnest(${`{${skips.map((m) => m.id).join(",")}}`}::uuid[]) as given (id)
    where not exists (select from new where new.id = given.id)`.execute(tx);
  return rows.map((row) => row.id);
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
