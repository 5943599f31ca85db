/**
 * The door of mails, beside `sendMessages` for texts: suppress → render → ledger and queue, in the caller's transaction. A mail exists
 * at most once for each source, address and occurrence, by its derived id.
 */
import { hash } from "node:crypto";
import type { MailSkipReason } from "../../contract/mails.ts";
import type { MessageClass } from "../../contract/messages.ts";
import type { Language } from "../../contract/shapes.ts";
import type { TemplateValues } from "../../rules/placeholders.ts";
import { maskSecrets, type Secret } from "../../rules/secrets.ts";
import type { Tx } from "../kit/db.ts";
import { namedId } from "../kit/id.ts";
import { type MailAttachment, oneLine, readAddress } from "../kit/mail.ts";
import type { Seal } from "../kit/seal.ts";
import { findMailSource } from "./mail-sources.ts";
import { contactsOfMails, insertMails, type MailFile, type NewMail } from "./mails-store.ts";
import { insertQueue, keepFile } from "./queue-store.ts";
import { type MailTemplate, renderMail, type RenderedTexts } from "./render-mail.ts";
import { sealMail } from "./sealed-mail.ts";
import { suppressMails } from "./suppress-mails.ts";

/** A person to mail. */
export interface MailRecipient {
  contact_id: string | null;
  /** As stored; null where there is none. */
  email: string | null;
  values: TemplateValues;
  /** Distinguishes mails that one source sends one address on purpose, such as the instant of an event. */
  key?: string;
  /** The moment of that, the time within the mail's id, in place of the source's. Must never change for a key. */
  at?: Date;
  /** In addition to the batch's. */
  attachments?: readonly MailAttachment[];
  /**
   * What of the values only the recipient may read: it is sent, and everything else that has the mail, the ledger first, has what is
   * shown in its place.
   */
  secrets?: readonly Secret[];
}

export interface MailBatch {
  workspace: { workspace_id: string; name: string; language: Language };
  /** `at` must never change once anything was sent: the time within the ids of its mails, unless their people have their own. */
  source: { type: string; id: string | null; at: Date };
  class: MessageClass;
  /** Marketing needs one; consent to it by e-mail is required where it `needs_consent`. */
  subscription_type: { id: string; needs_consent: boolean } | null;
  template: MailTemplate;
  /** Of the From header; by default the workspace's name and no-reply@MAIL_DOMAIN. */
  from?: { name: string; address?: string };
  reply_to?: string;
  attachments?: readonly MailAttachment[];
  people: readonly MailRecipient[];
  /** Seals the mails of people with secrets; without any it is not needed. */
  seal?: Pick<Seal, "close">;
  /** Not submitted before this; by default at once. */
  not_before?: Date;
  /** Not submitted after this; by default two days after it is due. */
  expires_at?: Date;
  now: Date;
}

/** The outcome of one recipient. */
export interface SentMail {
  id: string;
  /** `known`: it was queued or skipped by an earlier call. */
  status: "queued" | "skipped" | "known";
  reason: MailSkipReason | null;
}

export interface SendMailsResult {
  queued: number;
  skipped: Partial<Record<MailSkipReason, number>>;
  /** One for each of the people, in their order. */
  mails: SentMail[];
}

/** How long a mail is retried. */
export const mailValidity = 48 * 3_600_000;

/** Sends a batch. */
export async function sendMails(tx: Tx, batch: MailBatch): Promise<SendMailsResult> {
  const { workspace, source, now } = batch;
  const { workspace_id: workspaceId } = workspace;
  if (!findMailSource(source.type))
    throw new Error(`${source.type} is no source of mails: register it with registerMailSource`);
  const typeId = neededType(batch);
  const dueAt = batch.not_before && batch.not_before > now ? batch.not_before : now;
  const expires_at = batch.expires_at ?? new Date(dueAt.getTime() + mailValidity);

  const addresses = batch.people.map(({ email }) =>
    email === null || email.trim() === "" ? null : readAddress(email),
  );
  const checked = batch.people.flatMap(({ contact_id }, i) => {
    const address = addresses[i];
    return address ? [{ i, address, contact_id, subscription_type_id: typeId }] : [];
  });
  const reasons = await suppressMails(tx, workspaceId, checked);
  const suppressed = new Map(checked.map(({ i }, n) => [i, reasons[n] ?? null]));
  const files = await storeFiles(tx, batch, expires_at);

  const seen = new Map<string, string | null>();
  const sealed = new Map<string, Buffer>();
  const planned = batch.people.map((person, i): NewMail => {
    const address = addresses[i] ?? null;
    const common = commonOf(batch, typeId, person);
    const skip = (reason: MailSkipReason): NewMail => ({
      ...common,
      id: skipId(batch, person, i),
      status: "skipped",
      reason,
      recipient: address ?? person.email,
      subject: "",
      text: "",
      html: null,
      files: [],
    });
    if (address === null)
      return skip(person.email === null || person.email.trim() === "" ? "no_address" : "invalid_address");
    const reason = suppressed.get(i) ?? null;
    if (reason) return skip(reason);
    const id = mailId(batch, address, person);
    if (seen.has(id)) return skip("duplicate");
    const unsubscribe = typeId === null ? null : workspace.language;
    const rendered = renderMail(batch.template, person.values, unsubscribe);
    if (!rendered.ok) return skip(rendered.reason);
    const masked = person.secrets?.length
      ? renderMail(batch.template, maskSecrets(person.values, person.secrets), unsubscribe)
      : rendered;
    if (!masked.ok) return skip(masked.reason);
    seen.set(id, person.contact_id);
    const { ok: _, ...texts } = masked;
    if (masked !== rendered) sealed.set(id, sealRendered(batch, id, rendered));
    return {
      ...common,
      ...texts,
      id,
      status: "queued",
      reason: null,
      recipient: address,
      files: [...(files[i] ?? [])],
    };
  });

  const fresh = await insertMails(tx, workspaceId, planned, now);
  const known = planned.flatMap((mail, i) =>
    mail.status === "queued" && !fresh.has(mail.id) ? [{ mail, occasion: batch.people[i] ?? {} }] : [],
  );
  const duplicates = known.length > 0 ? await skipOthers(tx, batch, known) : new Set<string>();
  const queued = planned.filter(({ id, status }) => status === "queued" && fresh.has(id));
  const rows = queued.map(({ id, files: own }) => ({
    mail_id: id,
    expires_at,
    sealed: sealed.get(id) ?? null,
    files: own.map((file) => file.id),
  }));
  await insertQueue(tx, workspaceId, rows, dueAt);

  const result: SendMailsResult = { queued: queued.length, skipped: {}, mails: [] };
  for (const { id, status, reason } of planned) {
    const isFresh = fresh.has(id) || duplicates.has(id);
    const why = duplicates.has(id) ? "duplicate" : (reason as MailSkipReason | null);
    if (isFresh && why) result.skipped[why] = (result.skipped[why] ?? 0) + 1;
    result.mails.push({ id, status: !isFresh ? "known" : why ? "skipped" : (status as "queued"), reason: why });
  }
  return result;
}

function sealRendered({ seal, workspace }: MailBatch, id: string, texts: RenderedTexts): Buffer {
  if (!seal) throw new Error("a mail with secrets needs a seal");
  const { subject, text, html } = texts;
  return sealMail(seal, workspace.workspace_id, id, { subject, text, html });
}

/** The type whose consent is required. Marketing always requires consent, whatever the type's setting. */
function neededType({ class: mailClass, subscription_type: type }: MailBatch): string | null {
  if (mailClass === "marketing" && !type) throw new Error("marketing needs a subscription type");
  return type && (type.needs_consent || mailClass === "marketing") ? type.id : null;
}

type Occasion = Pick<MailRecipient, "key" | "at">;

const mailId = ({ workspace, source }: MailBatch, address: string, { key = "", at = source.at }: Occasion): string =>
  namedId(at, ["mail", workspace.workspace_id, source.type, source.id, address.toLowerCase(), key].join("\n"));

/** The id of a skip is derived from the person: the address may belong to another's mail, or be missing. */
const skipId = (
  { workspace, source }: MailBatch,
  { contact_id, email, key = "", at = source.at }: Pick<MailRecipient, "contact_id" | "email"> & Occasion,
  i: number,
): string =>
  namedId(at, ["skip", workspace.workspace_id, source.type, source.id, contact_id ?? email ?? `${i}`, key].join("\n"));

function commonOf(batch: MailBatch, typeId: string | null, { contact_id }: MailRecipient) {
  const { workspace, source, from } = batch;
  return {
    source_type: source.type,
    source_id: source.id,
    class: batch.class,
    subscription_type_id: typeId,
    contact_id,
    sender_name: oneLine(from?.name ?? workspace.name),
    sender_address: from?.address === undefined ? null : checkAddress(from.address, "from"),
    reply_to: batch.reply_to === undefined ? null : checkAddress(batch.reply_to, "reply_to"),
    confidential: false,
  };
}

function checkAddress(text: string, what: string): string {
  const address = readAddress(text);
  if (address === null) throw new Error(`${what} is ${JSON.stringify(text)}, which is not one e-mail address`);
  return address;
}

/** Stores the attachments, and returns those of each person. */
async function storeFiles(tx: Tx, batch: MailBatch, until: Date): Promise<MailFile[][]> {
  const ids = new Map<MailAttachment, MailFile>();
  const store = async (attachment: MailAttachment): Promise<MailFile> => {
    let file = ids.get(attachment);
    if (!file) {
      const { name, type, content } = attachment;
      const id = namedId(new Date(0), hash("sha256", content, "base64url"));
      file = { id, name: oneLine(name), type: oneLine(type), size: content.length };
      await keepFile(tx, batch.workspace.workspace_id, id, content, until);
      ids.set(attachment, file);
    }
    return file;
  };
  const perPerson: MailFile[][] = [];
  for (const { attachments = [] } of batch.people) {
    const own: MailFile[] = [];
    for (const attachment of [...(batch.attachments ?? []), ...attachments]) own.push(await store(attachment));
    perPerson.push(own);
  }
  return perPerson;
}

/** Of mails that exist already, records a skip for those people whom the earlier mail was not for. Returns the ids of these. */
async function skipOthers(
  tx: Tx,
  batch: MailBatch,
  known: readonly { mail: NewMail; occasion: Occasion }[],
): Promise<Set<string>> {
  const { workspace_id: workspaceId } = batch.workspace;
  const owners = await contactsOfMails(
    tx,
    workspaceId,
    known.map(({ mail }) => mail.id),
  );
  const others = known.filter(({ mail }) => owners.get(mail.id) !== mail.contact_id);
  const skips = others.map(({ mail, occasion: { key, at } }, i): NewMail => ({
    ...mail,
    id: skipId(
      batch,
      { contact_id: mail.contact_id, email: mail.recipient, ...(key !== undefined && { key }), ...(at && { at }) },
      i,
    ),
    status: "skipped",
    reason: "duplicate",
    subject: "",
    text: "",
    html: null,
    files: [],
  }));
  const fresh = await insertMails(tx, workspaceId, skips, batch.now);
  return new Set(others.filter((_, i) => fresh.has(skips[i]?.id ?? "")).map(({ mail }) => mail.id));
}
