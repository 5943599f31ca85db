/** Mails of Varsla itself: invitations, passwords, alerts. They need no consent and take the same road as all others. */
import type { Tx } from "../kit/db.ts";
import { namedId } from "../kit/id.ts";
import { installationId, type Mailer, oneLine, readAddress, type SystemMail } from "../kit/mail.ts";
import type { Seal } from "../kit/seal.ts";
import { insertMail } from "./mails-store.ts";
import { insertQueueRow } from "./queue-store.ts";
import { sealMail } from "./sealed-mail.ts";
import { mailValidity } from "./send-mails.ts";

/** The Mailer of a process. */
export function createMailer({ seal }: { seal: Pick<Seal, "close"> }): Mailer {
  return { queue: (tx, mail) => queueSystemMail(tx, seal, mail) };
}

async function queueSystemMail(tx: Tx, seal: Pick<Seal, "close">, mail: SystemMail): Promise<void> {
  const { source, confidential, at } = mail;
  const workspaceId = mail.workspace_id ?? installationId;
  const recipient = readAddress(mail.to);
  if (recipient === null) throw new Error(`${JSON.stringify(mail.to)} is not one e-mail address`);
  const id = namedId(at, ["mail", workspaceId, source.type, source.id, recipient.toLowerCase(), mail.key].join("\n"));
  const row = {
    id,
    status: "queued",
    reason: null,
    source_type: source.type,
    source_id: source.id,
    class: "transactional",
    subscription_type_id: null,
    contact_id: null,
    sender_name: "Varsla",
    sender_address: null,
    reply_to: null,
    recipient,
    subject: oneLine(mail.subject),
    text: confidential ? "" : mail.text,
    html: null,
    confidential,
    files: [],
  } as const;
  if (!(await insertMail(tx, workspaceId, { ...row, files: [] }, at))) return;
  const sealed = confidential ? sealMail(seal, workspaceId, id, { text: mail.text }) : null;
  const expires_at = mail.expires_at ?? new Date(at.getTime() + mailValidity);
  await insertQueueRow(tx, workspaceId, { mail_id: id, expires_at, sealed, files: [] }, at);
}
