/** Erasing a person from the ledger of mails, purging what is old, and what an export has. */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";
import { firstIdAt, instantOf, newId } from "../kit/id.ts";
import { inEachWorkspace } from "../kit/in-each-workspace.ts";
import { tellWithdrawn } from "./mail-sources.ts";
import { type MailRow } from "./mails-store.ts";
import { ownSources } from "./outgoing-mail.ts";
import { addressKey, deleteBounceStops } from "./stops-store.ts";

/** A person as the mails know them; `address` is null where another contact has it too. */
export interface MailedPerson {
  contact_id: string;
  address: string | null;
}

/**
 * Erases a contact's mails: the rows stay as figures, with another id and without the person; those that wait are not sent. A bounced
 * address is forgotten, one that was unsubscribed stays stopped. Returns the mails' former ids.
 */
export async function eraseMails(tx: Tx, workspaceId: string, person: MailedPerson, at: Date): Promise<string[]> {
  const mails = await selectMailsOf(tx, workspaceId, person, null, null);
  const ids = mails.map(({ id }) => id);
  if (person.address !== null) await deleteBounceStops(tx, workspaceId, person.address);
  if (ids.length === 0) return [];
  await sql`delete from mail_queue where workspace_id = ${workspaceId} and mail_id = any(${ids}::uuid[])`.execute(tx);
  await eraseFiles(tx, workspaceId, [...new Set(mails.flatMap(({ files }) => files.map(({ id }) => id)))]);
  const queued = mails.filter(({ status }) => status === "queued");
  const withdrawn = queued.map((mail) => ({ ...mail, reason: "erased" as const }));
  await tellWithdrawn(tx, workspaceId, withdrawn, at);
  await sql`
    update mails set status = 'skipped', reason = 'erased', ended_at = ${at}
    where workspace_id = ${workspaceId} and id = any(${queued.map(({ id }) => id)}::uuid[])`.execute(tx);
  // The id is derived from the address, which could be guessed from it.
  await sql`
    update mails m set id = r.next, contact_id = null, recipient = 'erased', subject = '', text = '', html = null, files = '[]',
      message_id = null, answer = null
    from unnest(${ids}::uuid[], ${ids.map((id) => newId(instantOf(id)))}::uuid[]) as r (id, next)
    where m.workspace_id = ${workspaceId} and m.id = any(${ids}::uuid[]) and m.id = r.id`.execute(tx);
  return ids;
}

/** Deletes attachments, except those that a mail which waits for another person needs. */
async function eraseFiles(tx: Tx, workspaceId: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  // Waits for who is queuing a mail with one of them: its row in the queue is seen by the next statement only.
  await sql`
    select 1 from mail_files where workspace_id = ${workspaceId} and id = any(${ids}::uuid[]) order by id for update`.execute(
    tx,
  );
  const { rows } = await sql<{ files: string[] }>`
    select files from mail_queue where workspace_id = ${workspaceId} and files && ${ids}::uuid[]`.execute(tx);
  const needed = new Set(rows.flatMap(({ files }) => files));
  await sql`
    delete from mail_files
    where workspace_id = ${workspaceId} and id = any(${ids.filter((id) => !needed.has(id))}::uuid[])`.execute(tx);
}

/** The mails to a person, oldest first, after the one of id `after`. */
export async function selectMailsOf(
  tx: Tx,
  workspaceId: string,
  { contact_id, address }: MailedPerson,
  after: string | null,
  limit: number | null,
): Promise<MailRow[]> {
  const { rows } = await sql<MailRow>`
    select * from mails
    where workspace_id = ${workspaceId} ${after === null ? sql`` : sql`and id > ${after}::uuid`}
      and (contact_id = ${contact_id}::uuid or (contact_id is null and lower(recipient) = ${address === null ? null : addressKey(address)}
        and not source_type = any(${[...ownSources]}::text[])))
    order by id ${limit === null ? sql`` : sql`limit ${limit}`}`.execute(tx);
  return rows;
}

/** Workspaces whose mails are purged in one transaction. */
const purgedAtOnce = 1_000;

/** Purges up to `limit` mails of each of some workspaces from before `before`; returns how many. */
export async function purgeMails(tx: Tx, before: Date, limit: number): Promise<number> {
  const first = firstIdAt(before);
  const { rows } = await sql<{ workspace_id: string }>`
    select distinct workspace_id from mails where id < ${first}::uuid and status <> 'queued' limit ${purgedAtOnce}`.execute(
    tx,
  );
  let purged = 0;
  await inEachWorkspace(rows, async (workspaceId) => {
    const { numAffectedRows } = await sql`
      delete from mails
      where workspace_id = ${workspaceId} and id = any(array(
        select id from mails
        where workspace_id = ${workspaceId} and id < ${first}::uuid and status <> 'queued' limit ${limit}))`.execute(
      tx,
    );
    purged += Number(numAffectedRows ?? 0);
  });
  return purged;
}

/** Purges attachments that no mail which waits needs any more; returns how many. */
export async function purgeMailFiles(tx: Tx, before: Date): Promise<number> {
  const { rows } = await sql<{ workspace_id: string }>`
    select distinct workspace_id from mail_files where kept_until < ${before} limit ${purgedAtOnce}`.execute(tx);
  let purged = 0;
  await inEachWorkspace(rows, async (workspaceId) => {
    const { numAffectedRows } = await sql`
      delete from mail_files where workspace_id = ${workspaceId} and kept_until < ${before}`.execute(tx);
    purged += Number(numAffectedRows ?? 0);
  });
  return purged;
}
