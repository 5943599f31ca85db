import type { Mail } from "../../contract/mails.ts";
import type { MailRow } from "./mails-store.ts";
import { usualSender } from "./outgoing-mail.ts";

/** A mail as the API shows it. */
export function presentMail(row: MailRow, mailDomain: string): Mail {
  const address = row.sender_address ?? usualSender(mailDomain);
  return {
    id: row.id,
    status: row.status,
    reason: row.reason,
    source: { type: row.source_type, id: row.source_id },
    class: row.class,
    contact: row.contact_id,
    from: row.sender_name === "" ? address : `${row.sender_name} <${address}>`,
    to: row.recipient,
    reply_to: row.reply_to,
    subject: row.subject,
    text: row.confidential ? null : row.text,
    html: row.confidential ? null : row.html,
    attachments: row.files.map(({ name, type, size }) => ({ name, type, size })),
    attempts: row.attempts,
    answer: row.answer,
    at: row.created_at.toISOString(),
    sent_at: row.sent_at?.toISOString() ?? null,
    ended_at: row.ended_at?.toISOString() ?? null,
  };
}
