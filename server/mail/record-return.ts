/** What a bounce, a complaint or an unsubscription changes. Each may come twice, late, or for a mail that is gone. */
import { sql } from "kysely";
import { recordConsent } from "../consent/record-consent.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db, Tx } from "../kit/db.ts";
import { installationId } from "../kit/mail.ts";
import { addressOutOfUse } from "./address-out-of-use.ts";
import { inWorkspaceOf } from "./in-workspace-of.ts";
import type { MailKey } from "./mail-token.ts";
import { findMail, type MailRow } from "./mails-store.ts";
import { saysNoSuchAddress } from "./no-such-address.ts";
import type { Returned } from "./read-return.ts";
import { everyType, insertStop, selectMailConsents } from "./stops-store.ts";

/** What became of a received mail. */
export type IntakeOutcome = "bounced" | "bounced_softly" | "complained" | "unknown_mail" | "news" | "other";

interface Services {
  db: Db;
  clock: Clock;
}

/** Records a report about a mail; nothing changes for one that is not in the ledger. */
export async function recordReturned(
  { db, clock }: Services,
  key: MailKey,
  returned: Returned,
): Promise<IntakeOutcome> {
  if (returned.kind === "news" || returned.kind === "other") return returned.kind;
  const at = clock.now();
  return inWorkspaceOf(db, key.workspace_id, async (tx) => {
    const mail = await findMail(tx, key.workspace_id, key.mail_id);
    if (!mail) return "unknown_mail";
    if (returned.kind === "complaint") {
      await endMail(tx, mail, { status: "complained", reason: null, answer: mail.answer }, at);
      await recordComplaint(tx, mail, at);
      return "complained";
    }
    const { status, answer } = returned;
    await endMail(tx, mail, { status: "bounced", reason: status, answer }, at);
    if (!saysNoSuchAddress(status)) return "bounced_softly";
    await addressOutOfUse(tx, mail, at);
    return "bounced";
  });
}

/** Its status only moves forward: a complaint may follow a bounce, but not the other way round. */
async function endMail(
  tx: Tx,
  { workspace_id, id }: MailRow,
  { status, reason, answer }: { status: "bounced" | "complained"; reason: string | null; answer: string | null },
  at: Date,
): Promise<void> {
  const before = status === "bounced" ? ["queued", "sent"] : ["queued", "sent", "bounced"];
  await sql`
    update mails set status = ${status}::mail_status, reason = ${reason}, answer = ${answer}, ended_at = ${at}
    where workspace_id = ${workspace_id} and id = ${id} and status = any(${before}::mail_status[])`.execute(tx);
  // It has left: the relay's answer may have been lost.
  await sql`delete from mail_queue where workspace_id = ${workspace_id} and mail_id = ${id}`.execute(tx);
}

/** A complaint withdraws all consents to mails. */
async function recordComplaint(tx: Tx, mail: MailRow, at: Date): Promise<void> {
  const { workspace_id: workspaceId, recipient, contact_id } = mail;
  if (recipient === null || workspaceId === installationId) return;
  const stop = { address: recipient, kind: "complained", subscription_type_id: everyType, at } as const;
  await insertStop(tx, workspaceId, { ...stop, mail_id: mail.id });
  if (contact_id === null) return;
  for (const consent of await selectMailConsents(tx, workspaceId, [contact_id]))
    if (consent.granted) await withdraw(tx, mail, consent.subscription_type_id, "complaint", at);
}

/** Unsubscribes the recipient of a mail from the mail's type; nothing changes where it needs no consent. */
export async function recordUnsubscribe(tx: Tx, mail: MailRow, at: Date): Promise<void> {
  const { workspace_id: workspaceId, recipient, contact_id, subscription_type_id } = mail;
  if (recipient === null || subscription_type_id === null) return;
  const stop = { address: recipient, kind: "unsubscribed", subscription_type_id, at } as const;
  const isNew = await insertStop(tx, workspaceId, { ...stop, mail_id: mail.id });
  if (contact_id === null) return;
  const consents = await selectMailConsents(tx, workspaceId, [contact_id]);
  const consent = consents.find((each) => each.subscription_type_id === subscription_type_id);
  if (consent ? consent.granted : isNew) await withdraw(tx, mail, subscription_type_id, "unsubscribe link", at);
}

async function withdraw(tx: Tx, mail: MailRow, typeId: string, source: string, at: Date): Promise<void> {
  const contacts = await sql`
    select 1 from contacts where workspace_id = ${mail.workspace_id} and id = ${mail.contact_id}`.execute(tx);
  if (contacts.rows.length === 0) return; // deleted meanwhile: the address stays stopped
  await recordConsent(tx, {
    workspaceId: mail.workspace_id,
    input: {
      contact_id: mail.contact_id as string,
      subscription_type: typeId,
      channel: "email",
      action: "withdraw",
      source,
      evidence: `mail ${mail.id}`,
    },
    recordedBy: source,
    now: at,
  });
}
