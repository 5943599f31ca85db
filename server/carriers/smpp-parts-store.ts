/** smpp_parts: parts of long texts from handsets until they are whole. */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";

export interface StoredPart {
  text_key: string;
  digest: Buffer;
  number: number;
  total: number;
  sender: string;
  recipient: string;
  coding: number;
  octets: Buffer;
  at: Date;
}

/** Writes parts down, each once, and answers all open parts of their texts. Of two workers at one text one waits. */
export async function insertParts(
  tx: Tx,
  workspaceId: string,
  carrierId: string,
  parts: readonly Omit<StoredPart, "at">[],
): Promise<StoredPart[]> {
  const keys = [...new Set(parts.map((part) => part.text_key))].sort();
  await sql`
    select pg_advisory_xact_lock(hashtextextended(${carrierId} || k.key, 0))
    from (select key from unnest(${keys}::text[]) as u (key) order by key collate "C") k`.execute(tx);
  const rows = parts.map(({ digest, octets, ...rest }) => {
    return { ...rest, digest: digest.toString("hex"), octets: octets.toString("hex") };
  });
  await sql`
    insert into smpp_parts (workspace_id, carrier_id, text_key, digest, number, total, sender, recipient, coding, octets)
    select ${workspaceId}::uuid, ${carrierId}::uuid, u.text_key, decode(u.digest, 'hex'), u.number, u.total, u.sender, u.recipient,
      u.coding, decode(u.octets, 'hex')
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as u (text_key text, digest text, number smallint, total smallint,
      sender text, recipient text, coding smallint, octets text)
    on conflict do nothing`.execute(tx);
  return openParts(tx, workspaceId, carrierId, keys);
}

/** The parts of these texts that have not gone on. */
export async function openParts(
  tx: Tx,
  workspaceId: string,
  carrierId: string,
  keys: readonly string[],
): Promise<StoredPart[]> {
  const { rows } = await sql<StoredPart>`
    select text_key, digest, number, total, sender, recipient, coding, octets, at from smpp_parts
    where workspace_id = ${workspaceId}::uuid and carrier_id = ${carrierId}::uuid and text_key = any(${keys}::text[]) and not done
    order by text_key, at, number`.execute(tx);
  return rows;
}

/** Texts that have been whole for a while and have not gone on (whoever completed them died), or wait in vain for a part. */
export async function findDue(
  tx: Tx,
  workspaceId: string,
  carrierId: string,
  after_ms: { whole: number; incomplete: number },
): Promise<string[]> {
  const { rows } = await sql<{ text_key: string }>`
    select text_key from smpp_parts
    where workspace_id = ${workspaceId}::uuid and carrier_id = ${carrierId}::uuid and not done
    group by text_key
    having max(at) < now() - make_interval(secs => case when count(distinct number) >= max(total)
      then ${after_ms.whole / 1000}::double precision else ${after_ms.incomplete / 1000}::double precision end)
    limit 100`.execute(tx);
  return rows.map((row) => row.text_key);
}

export async function markDone(
  tx: Tx,
  workspaceId: string,
  carrierId: string,
  parts: readonly StoredPart[],
): Promise<void> {
  await sql`
    update smpp_parts p set done = true
    from unnest(${parts.map((part) => part.text_key)}::text[], ${parts.map((part) => part.digest)}::bytea[]) as u (text_key, digest)
    where p.workspace_id = ${workspaceId}::uuid and p.carrier_id = ${carrierId}::uuid and p.text_key = u.text_key
      and p.digest = u.digest`.execute(tx);
}

/** Drops parts of texts that went on so long ago that none of them comes again. */
export async function deleteDone(tx: Tx, workspaceId: string, carrierId: string, after_ms: number): Promise<void> {
  await sql`
    delete from smpp_parts
    where workspace_id = ${workspaceId}::uuid and carrier_id = ${carrierId}::uuid and done
      and at < now() - make_interval(secs => ${after_ms / 1000})`.execute(tx);
}

/** Drops all parts of a connection that is removed: nobody is left who would send them on. */
export async function deleteParts(tx: Tx, workspaceId: string, carrierId: string): Promise<void> {
  await sql`
    delete from smpp_parts where workspace_id = ${workspaceId}::uuid and carrier_id = ${carrierId}::uuid`.execute(tx);
}

/**
 * Drops what is days old, of all workspaces. Usually parts go within half an hour; those of a connection that was switched
 * off, or removed while a worker still wrote, have nobody who looks after them.
 */
export async function deleteOldParts(tx: Tx): Promise<void> {
  await sql`delete from smpp_parts where at < now() - interval '3 days'`.execute(tx);
}

/** When texts with these references came through a connection, by its inbound texts; those that did. */
export async function findSeen(
  tx: Tx,
  workspaceId: string,
  carrierId: string,
  references: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await sql<{ carrier_reference: string; message_id: string }>`
    select carrier_reference, message_id from inbound_seen
    where workspace_id = ${workspaceId}::uuid and carrier = ${carrierId}::text and carrier_reference = any(${references}::text[])`.execute(
    tx,
  );
  return new Map(rows.map((row) => [row.carrier_reference, row.message_id]));
}
