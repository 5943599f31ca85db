/** The SQL of the queue of mails: claim with a lease, record, release. */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";
import type { Due } from "../kit/due.ts";
import { installationId, type MailAttachment } from "../kit/mail.ts";
import type { MailRow } from "./mails-store.ts";

/** A mail of the queue. */
export interface QueuedMail {
  mail_id: string;
  expires_at: Date;
  sealed: Buffer | null;
  files: string[];
}

/** Queues mails of the ledger for submission at `due_at`. */
export async function insertQueue(
  tx: Tx,
  workspaceId: string,
  mails: readonly QueuedMail[],
  due_at: Date,
): Promise<void> {
  if (mails.length === 0) return;
  const rows = mails.map(({ sealed, ...mail }) => ({ ...mail, sealed: sealed && `\\x${sealed.toString("hex")}` }));
  await sql`
    insert into mail_queue (workspace_id, mail_id, due_at, expires_at, files, sealed)
    select w.workspace_id, r.mail_id, ${due_at}, r.expires_at, r.files, r.sealed
    from workspaces w, jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as r (mail_id uuid, expires_at timestamptz, files uuid[], sealed bytea)
    where w.workspace_id = ${workspaceId}`.execute(tx);
}

/** Queues one mail, which may be the installation's. */
export async function insertQueueRow(tx: Tx, workspaceId: string, mail: QueuedMail, dueAt: Date): Promise<void> {
  await sql`
    insert into mail_queue (workspace_id, mail_id, due_at, expires_at, sealed)
    values (${workspaceId}, ${mail.mail_id}, ${dueAt}, ${mail.expires_at}, ${mail.sealed})`.execute(tx);
}

/** Stores the content of an attachment, once, for as long as mails that wait may need it. */
export async function keepFile(tx: Tx, workspaceId: string, id: string, content: Buffer, until: Date): Promise<void> {
  await sql`
    insert into mail_files as f (workspace_id, id, content, kept_until) values (${workspaceId}, ${id}, ${content}, ${until})
    on conflict (workspace_id, id) do update set kept_until = greatest(f.kept_until, excluded.kept_until)`.execute(tx);
}

/** Workspaces with mails that are due, without locks, except these. */
export async function findDue(tx: Tx, at: Date, except: readonly string[], limit: number): Promise<string[]> {
  const { rows } = await sql<{ workspace_id: string }>`
    select distinct q.workspace_id from mail_queue q
    where q.due_at <= ${at} and not q.workspace_id = any(${except}::uuid[]) limit ${limit}`.execute(tx);
  return rows.map(({ workspace_id }) => workspace_id);
}

/** Since when the oldest of the due mails is due. */
export async function findOldestDue(tx: Tx, at: Date): Promise<Date | null> {
  const { rows } = await sql<{ due_at: Date }>`
    select due_at from mail_queue where due_at <= ${at} order by due_at limit 1`.execute(tx);
  return rows[0]?.due_at ?? null;
}

/**
 * Workspaces whose mails have been due since before `before` while none of theirs was being submitted: not those of a mailing that
 * takes its time, nor those that wait for their rate.
 */
export async function findHeldUp(tx: Tx, before: Date): Promise<Due[]> {
  const { rows } = await sql<Due>`
    select q.workspace_id, min(q.due_at) as due_at from mail_queue q
    where q.due_at <= ${before} and q.workspace_id <> ${installationId}
      and not exists (select 1 from mail_queue l
        where l.workspace_id = q.workspace_id and l.lease is not null and l.due_at > ${before})
      and not exists (select 1 from mail_pace p where p.workspace_id = q.workspace_id and p.next_at > ${before})
    group by q.workspace_id`.execute(tx);
  return rows;
}

/** A mail that this process may submit until `lease_until`. */
export interface ClaimedMail extends MailRow {
  expires_at: Date;
  sealed: Buffer | null;
  lease: string;
  lease_until: Date;
  contents: MailAttachment[];
}

/** Claims the mails that are due first, at most `limit`; no other process gets them before `until`. */
export async function claimMails(
  tx: Tx,
  workspaceId: string,
  claim: { at: Date; until: Date; lease: string; limit: number; messageIdOf: (mailId: string) => string },
): Promise<ClaimedMail[]> {
  const { at, until, lease, limit } = claim;
  const due = await sql<QueuedMail>`
    select mail_id, expires_at, sealed, files from mail_queue
    where workspace_id = ${workspaceId} and due_at <= ${at}
    order by due_at, mail_id limit ${limit} for update skip locked`.execute(tx);
  if (due.rows.length === 0) return [];
  const ids = due.rows.map(({ mail_id }) => mail_id);
  await sql`
    update mail_queue set due_at = ${until}, lease = ${lease}, attempts = attempts + 1
    where workspace_id = ${workspaceId} and mail_id = any(${ids}::uuid[])`.execute(tx);
  // The Message-ID is stored before the first attempt, so that it stays when MAIL_DOMAIN or the key changes.
  const { rows } = await sql<MailRow>`
    update mails m set message_id = coalesce(m.message_id, r.message_id), attempts = m.attempts + 1
    from unnest(${ids}::uuid[], ${ids.map(claim.messageIdOf)}::text[]) as r (id, message_id)
    where m.workspace_id = ${workspaceId} and m.id = r.id
    returning m.*`.execute(tx);
  const contents = await contentsOf(tx, workspaceId, [...new Set(due.rows.flatMap(({ files }) => files))]);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return due.rows.flatMap(({ mail_id, expires_at, sealed }) => {
    const mail = byId.get(mail_id);
    if (!mail) return [];
    const files = mail.files.map(({ id, name, type }) => ({
      name,
      type,
      content: contents.get(id) ?? Buffer.alloc(0),
    }));
    return [{ ...mail, expires_at, sealed, lease, lease_until: until, contents: files }];
  });
}

async function contentsOf(tx: Tx, workspaceId: string, ids: readonly string[]): Promise<Map<string, Buffer>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<{ id: string; content: Buffer }>`
    select id, content from mail_files where workspace_id = ${workspaceId} and id = any(${ids}::uuid[])`.execute(tx);
  return new Map(rows.map(({ id, content }) => [id, content]));
}

const second = 1_000;
/** Milliseconds: rounds of submission follow each other at intervals of about a second. */
const mostLate = 300;

/**
 * Takes the next places of a workspace at so many mails a second: how many, at most `wanted` and 0 before their time, and when the
 * next are free. In the transaction of the claim, so that the rate holds over all processes.
 */
export async function takePlaces(
  tx: Tx,
  workspaceId: string,
  rate: number,
  at: Date,
  wanted: number,
): Promise<{ places: number; next: Date }> {
  await sql`
    insert into mail_pace (workspace_id, next_at) values (${workspaceId}, ${at}) on conflict do nothing`.execute(tx);
  const { rows } = await sql<{ next_at: Date }>`
    select next_at from mail_pace where workspace_id = ${workspaceId} for update`.execute(tx);
  const next = rows[0]?.next_at ?? at;
  const wait = next.getTime() - at.getTime();
  // A longer wait than the rate ever sets is of a clock that was set back since.
  if (wait > 0 && wait <= 2 * Math.max(second, second / rate)) return { places: 0, next };
  // A second's worth at once at most. One who comes a little late loses nothing of the rate.
  const places = Math.max(1, Math.min(wanted, Math.floor(rate)));
  const from = wait > 0 ? at.getTime() : Math.max(next.getTime(), at.getTime() - mostLate);
  const until = new Date(from + Math.ceil((places * second) / rate));
  await sql`update mail_pace set next_at = ${until} where workspace_id = ${workspaceId}`.execute(tx);
  return { places, next: until };
}

/** The end of a mail's way through the queue. */
export interface SettledMail {
  id: string;
  status: "sent" | "failed" | "skipped";
  reason: string | null;
  answer: string | null;
}

/** Records mails that are done, and deletes them from the queue, whoever holds them meanwhile: what is sent is not sent again. */
export async function recordMailOutcomes(
  tx: Tx,
  workspaceId: string,
  settled: readonly SettledMail[],
  at: Date,
): Promise<void> {
  const column = <K extends keyof SettledMail>(key: K) => settled.map((each) => each[key]);
  const ids = column("id");
  // A bounce may have come before the relay's answer was recorded: its status stays.
  await sql`
    update mails m set status = r.status, reason = r.reason, answer = r.answer,
      sent_at = case when r.status = 'sent' then ${at}::timestamptz end,
      ended_at = case when r.status <> 'sent' then ${at}::timestamptz end
    from unnest(${ids}::uuid[], ${column("status")}::mail_status[], ${column("reason")}::text[], ${column("answer")}::text[])
      as r (id, status, reason, answer)
    where m.workspace_id = ${workspaceId} and m.id = r.id and m.status = 'queued'`.execute(tx);
  await sql`
    delete from mail_queue where workspace_id = ${workspaceId} and mail_id = any(${ids}::uuid[])`.execute(tx);
}

/** Queues a mail again whose attempt failed, unless its lease has passed to another process. */
export async function retryMail(
  tx: Tx,
  mail: Pick<ClaimedMail, "workspace_id" | "id" | "lease">,
  due: Date,
  answer: string,
): Promise<void> {
  await sql`
    update mail_queue set due_at = ${due}, lease = null
    where workspace_id = ${mail.workspace_id} and mail_id = ${mail.id} and lease = ${mail.lease}`.execute(tx);
  await sql`
    update mails set answer = ${answer} where workspace_id = ${mail.workspace_id} and id = ${mail.id}`.execute(tx);
}

/** Gives claimed mails back that were not tried. */
export async function releaseMails(
  tx: Tx,
  workspaceId: string,
  lease: string,
  ids: readonly string[],
  due: Date,
): Promise<void> {
  await sql`
    update mail_queue set due_at = ${due}, lease = null, attempts = attempts - 1
    where workspace_id = ${workspaceId} and mail_id = any(${ids}::uuid[]) and lease = ${lease}`.execute(tx);
  await sql`
    update mails set attempts = attempts - 1 where workspace_id = ${workspaceId} and id = any(${ids}::uuid[])`.execute(
    tx,
  );
}
