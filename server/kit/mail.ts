/** Outgoing mail: through the relay of OUTBOUND_SMTP_URL, or into the sandbox mailbox when there is none. */
import { sql } from "kysely";
import { createTransport } from "nodemailer";
import type { Clock } from "./clock.ts";
import type { Db, Tx } from "./db.ts";
import { newId } from "./id.ts";
import type { LiveUpdates } from "./live-updates.ts";

/** A plain-text mail. */
export interface Mail {
  to: string;
  subject: string;
  text: string;
}

export interface Mailer {
  /** Submits the mail; throws when it was not accepted, so that its job is retried. */
  send(mail: Mail): Promise<void>;
}

/** Timeouts of a relay, in milliseconds. They are short, since a mail's job is retried. */
export interface RelayTimeouts {
  /** For each of DNS, the connection, and TLS. */
  connect: number;
  /** For its greeting. */
  greet: number;
  /** For each answer, and for accepting written data. */
  answer: number;
  /** For the whole mail: a relay that sends a byte now and then exceeds none of the others. */
  mail: number;
}

const relayTimeouts: RelayTimeouts = { connect: 10_000, greet: 10_000, answer: 20_000, mail: 60_000 };

/** Sends over SMTP from `from`; the URL may say `?pool=true`. */
export function relayMailer(
  options: { url: string; from: string },
  { connect, greet, answer, mail: whole }: RelayTimeouts = relayTimeouts,
): Mailer {
  const transport = createTransport({
    url: options.url,
    dnsTimeout: connect,
    connectionTimeout: connect,
    greetingTimeout: greet,
    socketTimeout: answer,
    socketCloseTimeout: 1_000,
  });
  return {
    async send(mail) {
      await transport.sendMail({
        from: options.from,
        // An object is one address; a text would be parsed as a list.
        to: { name: "", address: oneAddress(mail.to) },
        subject: oneLine(mail.subject),
        text: mail.text,
        signal: AbortSignal.timeout(whole),
        // RFC 3834: keeps out-of-office programs from replying.
        headers: { "Auto-Submitted": "auto-generated" },
      });
    },
  };
}

/** The person and workspaces that a mail is for, as ids, since an address may later belong to another person. */
export interface MailOwner {
  user_id: string | null;
  workspace_ids: string[];
}

/** Stores mails in the database; the sandbox mailbox shows them to the owner that `ownerOf` returns at that time. */
export function sandboxMailer(options: {
  db: Db;
  from: string;
  clock: Clock;
  /** Notified of each mail in the workspaces that may read it, so that an open mailbox shows it. */
  liveUpdates: Pick<LiveUpdates, "publish">;
  ownerOf: (tx: Tx, address: string) => Promise<MailOwner>;
}): Mailer {
  return {
    async send(mail) {
      const at = options.clock.now();
      const readers = await options.db.asSystem(async (tx) => {
        const to = oneAddress(mail.to);
        const { user_id, workspace_ids } = await options.ownerOf(tx, to);
        await sql`
          insert into sandbox_mails (id, sender, recipient, subject, text, at, user_id, workspace_ids)
          values (${newId(at)}, ${options.from}, ${to}, ${oneLine(mail.subject)}, ${mail.text}, ${at}, ${user_id}::uuid,
            ${workspace_ids}::uuid[])`.execute(tx);
        return workspace_ids;
      });
      for (const id of readers) options.liveUpdates.publish(id, "sandbox", null);
    },
  };
}

/** Subjects contain names that people chose: line breaks and control characters become spaces. */
function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are replaced
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ").trim();
}

function oneAddress(text: string): string {
  if (/^[^\s,;:<>()"@]+@[^\s,;:<>()"@]+$/.test(text)) return text;
  throw new Error(`${JSON.stringify(text)} is not one e-mail address`);
}
