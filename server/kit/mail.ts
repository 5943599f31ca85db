/** Mail out: through the relay of OUTBOUND_SMTP_URL, or into the sandbox mailbox where there is none. */
import { sql } from "kysely";
import { createTransport } from "nodemailer";
import type { Clock } from "./clock.ts";
import type { Db, Tx } from "./db.ts";
import { newId } from "./id.ts";

/** A plain-text mail. */
export interface Mail {
  to: string;
  subject: string;
  text: string;
}

export interface Mailer {
  /** Hands the mail over; throws when it was not taken, so that the job that sends it is tried again. */
  send(mail: Mail): Promise<void>;
}

/** How long a relay may keep us waiting, in milliseconds. A mail is tried again by its job, so patience gains nothing. */
export interface RelayPatience {
  /** For its name, for a connection, and for TLS. */
  connect: number;
  /** For its first words. */
  greet: number;
  /** For each answer, and for taking what is written. */
  answer: number;
  /** For the whole mail: a relay that sends a byte now and then is not silent and never comes to an end. */
  mail: number;
}

const patience: RelayPatience = { connect: 10_000, greet: 10_000, answer: 20_000, mail: 60_000 };

/** Sends over SMTP from `from`; the URL may say `?pool=true`. */
export function relayMailer(
  options: { url: string; from: string },
  { connect, greet, answer, mail: whole }: RelayPatience = patience,
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
        // As one address: a text would be read as a list of them.
        to: { name: "", address: oneAddress(mail.to) },
        subject: oneLine(mail.subject),
        text: mail.text,
        signal: AbortSignal.timeout(whole),
        // RFC 3834: nobody's out-of-office should answer to it.
        headers: { "Auto-Submitted": "auto-generated" },
      });
    },
  };
}

/** Whom a mail is for, as ids: addresses move on. */
export interface MailOwner {
  user_id: string | null;
  workspace_ids: string[];
}

/** Keeps mails in the database, for the sandbox mailbox to show to whom they are for as `ownerOf` says when they are written. */
export function sandboxMailer(options: {
  db: Db;
  from: string;
  clock: Clock;
  ownerOf: (tx: Tx, address: string) => Promise<MailOwner>;
}): Mailer {
  return {
    async send(mail) {
      const at = options.clock.now();
      await options.db.asSystem(async (tx) => {
        const to = oneAddress(mail.to);
        const { user_id, workspace_ids } = await options.ownerOf(tx, to);
        await sql`
          insert into sandbox_mails (id, sender, recipient, subject, text, at, user_id, workspace_ids)
          values (${newId(at)}, ${options.from}, ${to}, ${oneLine(mail.subject)}, ${mail.text}, ${at}, ${user_id}::uuid,
            ${workspace_ids}::uuid[])`.execute(tx);
      });
    },
  };
}

/** Subjects hold names that people chose: whatever breaks lines or is no character becomes a space. */
function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what goes
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ").trim();
}

function oneAddress(text: string): string {
  if (/^[^\s,;:<>()"@]+@[^\s,;:<>()"@]+$/.test(text)) return text;
  throw new Error(`${JSON.stringify(text)} is not one e-mail address`);
}
