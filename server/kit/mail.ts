/**
 * Mail as the lower rooms see it. They queue a mail in the transaction that causes it (`Mailer`); the mail room submits it through
 * a `MailTransport`: the relay of OUTBOUND_SMTP_URL, or the sandbox mailbox where there is none.
 */
import type { Tx } from "./db.ts";

/** A plain-text mail. */
export interface Mail {
  to: string;
  subject: string;
  text: string;
}

/** The workspace id of the installation's own mails. No workspace has it, so no workspace sees them. */
export const installationId = "00000000-0000-7000-8000-000000000000";

/** A mail from Varsla itself to a person with an account, or one who is invited to have one. */
export interface SystemMail extends Mail {
  /** The workspace whose ledger shows it; null: none, for mails about an account, which may belong to many. */
  workspace_id: string | null;
  source: { type: "account" | "invitation" | "alert"; id: string | null };
  /** Distinguishes mails of one source to one address: a mail with the same source, address and key is sent once. */
  key: string;
  /** Its content is shown to nobody, is encrypted while it waits, and deleted when it has left: it holds a link with a token. */
  confidential: boolean;
  at: Date;
  /** Not sent after this, because its link is not valid any more; by default two days later. */
  expires_at?: Date;
}

export interface Mailer {
  /** Queues the mail: it leaves if and only if the transaction commits. Throws when `to` is not one address. */
  queue(tx: Tx, mail: SystemMail): Promise<void>;
}

export interface MailAttachment {
  name: string;
  /** Its media type, like "text/calendar; method=REQUEST". */
  type: string;
  content: Buffer;
}

/** A mail as it is submitted. */
export interface OutgoingMail {
  workspace_id: string;
  id: string;
  /** Of the Message-ID header, without brackets. */
  message_id: string;
  from: { name: string; address: string };
  /** Of the envelope: bounces return to it. */
  return_path: string;
  to: string;
  reply_to: string | null;
  subject: string;
  text: string;
  html: string | null;
  attachments: readonly MailAttachment[];
  /** Further headers. */
  headers: Readonly<Record<string, string>>;
  /** Whether the workspace sent it, rather than the installation. */
  of_workspace: boolean;
  at: Date;
}

/** What became of an attempt. `answer` is the relay's answer, or why there was none. */
export type Submitted =
  | { kind: "sent"; answer: string }
  /** For good, for a reason of this mail's. `unknown_address`: the recipient does not exist. */
  | { kind: "refused"; reason: "refused" | "unknown_address" | "smtputf8_unsupported"; answer: string }
  /** Not now. `everything`: the relay takes no mails at all, such as when it is down. */
  | { kind: "later"; everything: boolean; answer: string };

/** Takes mails out of the house. */
export interface MailTransport {
  /** Submits one mail. Never throws; `signal` gives it up. */
  submit(mail: OutgoingMail, signal: AbortSignal): Promise<Submitted>;
  /** How many at once it takes, for one workspace and in all. */
  window: { workspace: number; all: number };
  /** The most mails of one workspace in a second; null: no limit. */
  rate: number | null;
  /** The longest time that `submit` takes, in milliseconds. */
  longest_ms: number;
  close(): void;
}

/** Subjects and names contain what people chose: line breaks and control characters become spaces. */
export function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are replaced
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ").trim();
}

/** The address without blanks around it, its domain in lower case; null where it is not exactly one address. */
export function readAddress(text: string): string | null {
  const address = text.trim().normalize("NFC");
  const at = address.lastIndexOf("@");
  // The lengths of RFC 5321, in octets.
  if (Buffer.byteLength(address) > 254 || Buffer.byteLength(address.slice(0, Math.max(at, 0))) > 64) return null;
  // oxlint-disable-next-line no-control-regex -- no control character may reach an envelope
  if (!/^[^\s,;:<>()[\]\\"@\u0000-\u001f\u007f-\u009f]+@[^\s,;:<>()[\]\\"@\u0000-\u001f\u007f-\u009f]+$/.test(address))
    return null;
  if (/^\.|\.\.|\.@|@\.|\.$/.test(address)) return null;
  return address.slice(0, at) + address.slice(at).toLowerCase();
}
