/** smpp_in_doubt: texts from handsets whose acknowledgement the provider may not have read. */
import { sql } from "kysely";
import type { Tx } from "../../kit/db.ts";
import { pipelined } from "../../kit/prepared.ts";
import { doubtLasts_ms } from "./redelivery.ts";

export interface InDoubtRow {
  /** Hexadecimal. */
  digest: string;
  reference: string;
  sequence: number | null;
  session_id: string;
  lost: boolean;
  first_at: Date;
  heard_at: Date;
  /** The database's clock, as for `heard_at`. */
  now: Date;
}

type NewRow = Pick<InDoubtRow, "digest" | "reference" | "sequence" | "session_id" | "first_at">;
type Key = Pick<InDoubtRow, "digest" | "reference">;

/** Rows of these digests that are still in doubt, oldest first. Locks the digests, so that a second process waits for this commit. */
export async function lockDoubted(
  tx: Tx,
  workspaceId: string,
  carrierId: string,
  digests: readonly string[],
): Promise<InDoubtRow[]> {
  const sorted = [...new Set(digests)].sort();
  const lock = () =>
    sql`
      select pg_advisory_xact_lock(hashtextextended('in doubt ' || ${carrierId}::text || k.key, 0))
      from (select key from unnest(${sorted}::text[]) as u (key) order by key collate "C") k`.execute(tx);
  const select = () =>
    sql<InDoubtRow>`
      select encode(digest, 'hex') as digest, reference, sequence, session_id, lost, first_at, heard_at, clock_timestamp() as now
      from smpp_in_doubt
      where workspace_id = ${workspaceId}::uuid and carrier_id = ${carrierId}::uuid and digest = any(${sorted.map(octets)}::bytea[])
        and heard_at > clock_timestamp() - make_interval(secs => ${doubtLasts_ms / 1000})
      order by first_at, reference`.execute(tx);
  const [, { rows }] = await pipelined(tx, lock, select);
  return rows;
}

export async function insertDoubted(
  tx: Tx,
  workspaceId: string,
  carrierId: string,
  rows: readonly NewRow[],
): Promise<void> {
  if (rows.length === 0) return;
  await sql`
    insert into smpp_in_doubt (workspace_id, carrier_id, digest, reference, sequence, session_id, first_at)
    select w.workspace_id, ${carrierId}::uuid, u.digest, u.reference, u.sequence, u.session_id, u.first_at
    from workspaces w, unnest(${rows.map((row) => octets(row.digest))}::bytea[], ${rows.map((row) => row.reference)}::uuid[],
      ${rows.map((row) => row.sequence)}::bigint[], ${rows.map((row) => row.session_id)}::uuid[],
      ${rows.map((row) => row.first_at)}::timestamptz[]) as u (digest, reference, sequence, session_id, first_at)
    where w.workspace_id = ${workspaceId}::uuid`.execute(tx);
}

/** Adds STARTs that were refused `ago_ms` ago by the process's own clock. The provider sends them again under any sequence. */
export async function insertRefused(
  tx: Tx,
  workspaceId: string,
  carrierId: string,
  rows: readonly (Omit<NewRow, "sequence"> & { ago_ms: number })[],
): Promise<void> {
  if (rows.length === 0) return;
  await sql`
    insert into smpp_in_doubt (workspace_id, carrier_id, digest, reference, session_id, first_at, heard_at)
    select w.workspace_id, ${carrierId}::uuid, u.digest, u.reference, u.session_id, u.first_at,
      clock_timestamp() - make_interval(secs => u.ago / 1000)
    from workspaces w, unnest(${rows.map((row) => octets(row.digest))}::bytea[], ${rows.map((row) => row.reference)}::uuid[],
      ${rows.map((row) => row.session_id)}::uuid[], ${rows.map((row) => row.first_at)}::timestamptz[],
      ${rows.map((row) => row.ago_ms)}::double precision[]) as u (digest, reference, session_id, first_at, ago)
    where w.workspace_id = ${workspaceId}::uuid`.execute(tx);
}

export async function deleteDoubted(
  tx: Tx,
  workspaceId: string,
  carrierId: string,
  keys: readonly Key[],
): Promise<void> {
  if (keys.length === 0) return;
  await sql`
    delete from smpp_in_doubt d
    using unnest(${keys.map((key) => octets(key.digest))}::bytea[], ${keys.map((key) => key.reference)}::uuid[])
      as u (digest, reference)
    where d.workspace_id = ${workspaceId}::uuid and d.carrier_id = ${carrierId}::uuid and d.digest = u.digest
      and d.reference = u.reference`.execute(tx);
}

/**
 * Notes that these were refused now: the provider sends them again under any sequence. A row that belongs to another session by now
 * stays as it is: the text has been repeated there.
 */
export async function markRefused(
  tx: Tx,
  workspaceId: string,
  carrierId: string,
  refused: readonly (Key & { session: { id: string } })[],
): Promise<void> {
  if (refused.length === 0) return;
  const now = await databaseTime(tx);
  await sql`
    update smpp_in_doubt d set sequence = null, heard_at = ${now}::timestamptz
    from unnest(${refused.map(({ digest }) => octets(digest))}::bytea[], ${refused.map(({ reference }) => reference)}::uuid[],
      ${refused.map(({ session }) => session.id)}::uuid[]) as u (digest, reference, session_id)
    where d.workspace_id = ${workspaceId}::uuid and d.carrier_id = ${carrierId}::uuid and d.digest = u.digest
      and d.reference = u.reference and d.session_id = u.session_id`.execute(tx);
}

/** Notes that these sessions have ended. */
export async function markLost(tx: Tx, workspaceId: string, carrierId: string, sessions: readonly string[]) {
  if (sessions.length === 0) return;
  await sql`
    update smpp_in_doubt set lost = true
    where workspace_id = ${workspaceId}::uuid and carrier_id = ${carrierId}::uuid and session_id = any(${sessions}::uuid[])
      and not lost`.execute(tx);
}

/** Notes that these sessions are open, which prolongs the doubt of their texts; not of refused ones, which do not depend on a session. */
export async function markHeard(tx: Tx, workspaceId: string, carrierId: string, sessions: readonly string[]) {
  if (sessions.length === 0) return;
  const now = await databaseTime(tx);
  await sql`
    update smpp_in_doubt set heard_at = ${now}::timestamptz
    where workspace_id = ${workspaceId}::uuid and carrier_id = ${carrierId}::uuid and session_id = any(${sessions}::uuid[])
      and sequence is not null`.execute(tx);
}

/** A statement of its own: a sharded database takes no clock of its nodes in an update. */
async function databaseTime(tx: Tx): Promise<Date | undefined> {
  const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(tx);
  return rows[0]?.now;
}

/** Deletes all of a connection that is removed. */
export async function deleteAllDoubted(tx: Tx, workspaceId: string, carrierId: string): Promise<void> {
  await sql`
    delete from smpp_in_doubt where workspace_id = ${workspaceId}::uuid and carrier_id = ${carrierId}::uuid`.execute(
    tx,
  );
}

/** Deletes what is no longer in doubt, of all workspaces. */
export async function deleteOldDoubted(tx: Tx): Promise<void> {
  await sql`
    delete from smpp_in_doubt where heard_at < now() - make_interval(secs => ${doubtLasts_ms / 1000})`.execute(tx);
}

const octets = (hex: string) => Buffer.from(hex, "hex");
