/** The SQL of the ledger of mails. */
import { sql } from "kysely";
import type { MailStatus } from "../../contract/mails.ts";
import type { MessageClass } from "../../contract/messages.ts";
import type { Tx } from "../kit/db.ts";

/** An attachment of a mail in the ledger; its content is in mail_files under the id. */
export interface MailFile {
  id: string;
  name: string;
  type: string;
  size: number;
}

/** A row of mails. */
export interface MailRow {
  workspace_id: string;
  id: string;
  status: MailStatus;
  reason: string | null;
  source_type: string;
  source_id: string | null;
  class: MessageClass;
  subscription_type_id: string | null;
  contact_id: string | null;
  sender_name: string;
  sender_address: string | null;
  reply_to: string | null;
  recipient: string | null;
  subject: string;
  text: string;
  html: string | null;
  confidential: boolean;
  files: MailFile[];
  message_id: string | null;
  attempts: number;
  answer: string | null;
  created_at: Date;
  sent_at: Date | null;
  ended_at: Date | null;
}

/** A mail that is written to the ledger, queued or skipped. */
export type NewMail = Omit<
  MailRow,
  "workspace_id" | "message_id" | "attempts" | "answer" | "created_at" | "sent_at" | "ended_at"
>;

const insertedColumns = sql.raw(
  "status, reason, source_type, source_id, class, subscription_type_id, contact_id, sender_name, sender_address, reply_to, recipient, subject, text, html, confidential, files",
);

/** Writes mails to the ledger; returns the ids of those that were not there yet. */
export async function insertMails(
  tx: Tx,
  workspaceId: string,
  mails: readonly NewMail[],
  at: Date,
): Promise<Set<string>> {
  if (mails.length === 0) return new Set();
  const { rows } = await sql<{ id: string }>`
    insert into mails as m (workspace_id, id, ${insertedColumns}, created_at, ended_at)
    select w.workspace_id, r.id, ${insertedColumns}, ${at}, case when r.status = 'skipped' then ${at}::timestamptz end
    from workspaces w, jsonb_to_recordset(${JSON.stringify(mails)}::jsonb) as r (id uuid, status mail_status, reason text,
      source_type text, source_id uuid, class message_class, subscription_type_id uuid, contact_id uuid, sender_name text,
      sender_address text, reply_to text, recipient text, subject text, text text, html text, confidential boolean, files jsonb)
    where w.workspace_id = ${workspaceId}
    on conflict do nothing
    returning m.id`.execute(tx);
  return new Set(rows.map(({ id }) => id));
}

/** Writes one mail, which may be the installation's; returns whether it was not there yet. */
export async function insertMail(tx: Tx, workspaceId: string, mail: NewMail, at: Date): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`
    insert into mails as m (workspace_id, id, ${insertedColumns}, created_at)
    values (${workspaceId}, ${mail.id}, ${mail.status}::mail_status, ${mail.reason}, ${mail.source_type}, ${mail.source_id},
      ${mail.class}::message_class, ${mail.subscription_type_id}, ${mail.contact_id}, ${mail.sender_name}, ${mail.sender_address},
      ${mail.reply_to}, ${mail.recipient}, ${mail.subject}, ${mail.text}, ${mail.html}, ${mail.confidential},
      ${JSON.stringify(mail.files)}::jsonb, ${at})
    on conflict do nothing
    returning m.id`.execute(tx);
  return rows.length > 0;
}

/** The contacts of mails that exist. */
export async function contactsOfMails(
  tx: Tx,
  workspaceId: string,
  ids: readonly string[],
): Promise<Map<string, string | null>> {
  const { rows } = await sql<{ id: string; contact_id: string | null }>`
    select id, contact_id from mails where workspace_id = ${workspaceId} and id = any(${ids}::uuid[])`.execute(tx);
  return new Map(rows.map(({ id, contact_id }) => [id, contact_id]));
}

/** What a list of mails is narrowed to. */
export interface MailFilter {
  to?: string | undefined;
  source_type?: string | undefined;
  source_id?: string | undefined;
  status?: MailStatus | undefined;
}

/** Rows that one page looks through at most, where a status or type narrows it. */
const mostLookedAt = 20_000;

/** Newest first, before the mail of id `before`; `next` is the cursor of the next page. */
export async function listMails(
  tx: Tx,
  workspaceId: string,
  filter: MailFilter,
  { before, limit }: { before: string | null; limit: number },
): Promise<{ rows: MailRow[]; next: string | null }> {
  const own = sql`m.workspace_id = ${workspaceId} ${before ? sql`and m.id < ${before}::uuid` : sql``}
    ${filter.to === undefined ? sql`` : sql`and lower(m.recipient) = ${filter.to.toLowerCase()}`}
    ${filter.source_id === undefined ? sql`` : sql`and m.source_id = ${filter.source_id}::uuid`}`;
  const narrowed = sql`true
    ${filter.source_type === undefined ? sql`` : sql`and f.source_type = ${filter.source_type}`}
    ${filter.status === undefined ? sql`` : sql`and f.status = ${filter.status}::mail_status`}`;
  const { rows } = await sql<MailRow>`
    select f.* from (select m.* from mails m where ${own} order by m.id desc limit ${mostLookedAt}) f
    where ${narrowed} order by f.id desc limit ${limit + 1}`.execute(tx);
  if (rows.length > limit) return { rows: rows.slice(0, limit), next: rows[limit - 1]?.id ?? null };
  // Fewer than asked for: the page goes on where the look ended.
  const ended = await sql<{ id: string }>`
    select m.id from mails m where ${own} order by m.id desc offset ${mostLookedAt - 1} limit 1`.execute(tx);
  return { rows, next: ended.rows[0]?.id ?? null };
}

/** A mail with the time of its next attempt. */
export async function findMail(
  tx: Tx,
  workspaceId: string,
  id: string,
): Promise<(MailRow & { due_at: Date | null }) | undefined> {
  const { rows } = await sql<MailRow & { due_at: Date | null }>`
    select m.*, (select q.due_at from mail_queue q where q.workspace_id = ${workspaceId} and q.mail_id = ${id}) as due_at
    from mails m
    where m.workspace_id = ${workspaceId} and m.id = ${id}`.execute(tx);
  return rows[0];
}
