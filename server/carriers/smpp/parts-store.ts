/** smpp_parts: parts of long texts from handsets until they are whole. */
import { sql } from "kysely";
import type { AddressType } from "../../../rules/inbound-address.ts";
import type { Tx } from "../../kit/db.ts";
import { inEachWorkspace } from "../../kit/in-each-workspace.ts";

export interface StoredPart {
  text_key: string;
  /** Identifies the deliver_sm: the same one twice is one part. */
  digest: Buffer;
  number: number;
  total: number;
  sender: string;
  sender_type: AddressType;
  recipient: string;
  recipient_type: AddressType;
  coding: number;
  /** National language tables of its header; 0: none. */
  locking: number;
  single: number;
  octets: Buffer;
  /** The text that it belongs to; null: written by a version that went by text_key alone. */
  text_id: string | null;
  done: boolean;
  at: Date;
  /** When it first arrived, by the clock of the process that took it; null: stored by a version that had `at` alone. */
  first_at: Date | null;
}

const columns = sql.raw(
  "text_key, digest, number, total, sender, sender_type, recipient, recipient_type, coding, locking, single, octets, text_id, done, at, first_at",
);

/** Locks these texts until the transaction ends, after waiting for other transactions that write their parts. */
export async function lockTexts(tx: Tx, carrierId: string, keys: readonly string[]): Promise<void> {
  await sql`
    select pg_advisory_xact_lock(hashtextextended(${carrierId} || k.key, 0))
    from (select key from unnest(${[...new Set(keys)].sort()}::text[]) as u (key) order by key collate "C") k`.execute(
    tx,
  );
}

/** All parts with these keys, including those of texts that were passed on, oldest text first. */
export async function selectParts(
  tx: Tx,
  workspaceId: string,
  carrierId: string,
  keys: readonly string[],
): Promise<StoredPart[]> {
  const { rows } = await sql<StoredPart>`
    select ${columns} from smpp_parts
    where workspace_id = ${workspaceId}::uuid and carrier_id = ${carrierId}::uuid and text_key = any(${keys}::text[])
    order by text_key, text_id nulls first, at, number`.execute(tx);
  return rows;
}

export async function insertParts(
  tx: Tx,
  workspaceId: string,
  carrierId: string,
  parts: readonly Omit<StoredPart, "at" | "done">[],
): Promise<void> {
  if (parts.length === 0) return;
  const rows = parts.map(({ digest, octets, ...rest }) => {
    return { ...rest, digest: digest.toString("hex"), octets: octets.toString("hex") };
  });
  await sql`
    insert into smpp_parts (workspace_id, carrier_id, text_key, digest, number, total, sender, sender_type, recipient,
      recipient_type, coding, locking, single, octets, text_id, first_at)
    select w.workspace_id, ${carrierId}::uuid, u.text_key, decode(u.digest, 'hex'), u.number, u.total, u.sender,
      u.sender_type, u.recipient, u.recipient_type, u.coding, u.locking, u.single, decode(u.octets, 'hex'), u.text_id,
      u.first_at
    from workspaces w, jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as u (text_key text, digest text, number smallint, total smallint,
      sender text, sender_type text, recipient text, recipient_type text, coding smallint, locking smallint, single smallint, octets text, text_id uuid,
      first_at timestamptz)
    where w.workspace_id = ${workspaceId}::uuid
    on conflict do nothing`.execute(tx);
}

/** The number of texts that are looked for at once. */
export const mostDue = 100;

/** Texts that have been whole for a while but were not passed on (the process that completed them died), or that wait in vain. */
export async function findDue(
  tx: Tx,
  workspaceId: string,
  carrierId: string,
  after_ms: { whole: number; incomplete: number },
): Promise<{ text_key: string; text_id: string | null }[]> {
  const { rows } = await sql<{ text_key: string; text_id: string | null }>`
    select text_key, text_id from smpp_parts
    where workspace_id = ${workspaceId}::uuid and carrier_id = ${carrierId}::uuid and not done
    group by text_key, text_id
    having max(at) < now() - make_interval(secs => case when count(distinct number) >= max(total)
      then ${after_ms.whole / 1000}::double precision else ${after_ms.incomplete / 1000}::double precision end)
    limit ${mostDue}`.execute(tx);
  return rows;
}

export async function markDone(
  tx: Tx,
  workspaceId: string,
  carrierId: string,
  parts: readonly Pick<StoredPart, "text_key" | "digest">[],
): Promise<void> {
  await sql`
    update smpp_parts p set done = true
    from unnest(${parts.map((part) => part.text_key)}::text[], ${parts.map((part) => part.digest)}::bytea[]) as u (text_key, digest)
    where p.workspace_id = ${workspaceId}::uuid and p.carrier_id = ${carrierId}::uuid and p.text_key = u.text_key
      and p.digest = u.digest`.execute(tx);
}

/** Deletes parts of texts that were passed on so long ago that none is repeated any more. */
export async function deleteDone(tx: Tx, workspaceId: string, carrierId: string, after_ms: number): Promise<void> {
  await sql`
    delete from smpp_parts
    where workspace_id = ${workspaceId}::uuid and carrier_id = ${carrierId}::uuid and done
      and at < now() - make_interval(secs => ${after_ms / 1000})`.execute(tx);
}

/** Deletes all parts of a connection that is removed: no process would pass them on. */
export async function deleteParts(tx: Tx, workspaceId: string, carrierId: string): Promise<void> {
  await sql`
    delete from smpp_parts where workspace_id = ${workspaceId}::uuid and carrier_id = ${carrierId}::uuid`.execute(tx);
}

/**
 * Deletes what is days old, of all workspaces. Usually parts are deleted within half an hour; no process looks after those of a
 * connection that was switched off, or removed while a worker still wrote.
 */
export async function deleteOldParts(tx: Tx): Promise<void> {
  const { rows } = await sql<{ workspace_id: string }>`
    select distinct workspace_id from smpp_parts where at < now() - interval '3 days'`.execute(tx);
  await inEachWorkspace(rows, (workspaceId) =>
    sql`delete from smpp_parts where workspace_id = ${workspaceId} and at < now() - interval '3 days'`.execute(tx),
  );
}
