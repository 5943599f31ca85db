/** The mail road of tests: mails are queued as in the product, and submitted to the sandbox mailbox, or where a test says. */
import { setTimeout as delay } from "node:timers/promises";
import { sql } from "kysely";
import { recipientOf } from "../server/accounts/recipients.ts";
import { sandboxTransport } from "../server/carriers/sandbox/keep-mails.ts";
import type { Mail, Mailer, MailTransport } from "../server/kit/mail.ts";
import type { Services } from "../server/kit/services.ts";
import { submitServices } from "../server/mail/module.ts";
import { createMailer } from "../server/mail/queue-system-mail.ts";
import { type SubmitOptions, submitDueMails } from "../server/mail/submit-mails.ts";
import { newId } from "./new-id.ts";
import { testSeal, testSecretKey } from "./seal.ts";
import { until } from "./until.ts";

type MailServices = Pick<Services, "db" | "clock" | "log"> & {
  liveUpdates: Pick<Services["liveUpdates"], "publish">;
  config?: Pick<Services["config"], "public_url" | "secret_key" | "mail_domain">;
};

export const mailConfig = {
  public_url: "http://localhost:3000",
  secret_key: testSecretKey,
  mail_domain: "sms.localhost",
};

/** Submits what is due now: to the sandbox mailbox unless `transport` is given. */
export function submitMails(services: MailServices, transport?: MailTransport, options?: SubmitOptions): Promise<void> {
  const to = transport ?? sandboxTransport({ ...services, ownerOf: recipientOf });
  const all = { ...services, seal: testSeal, config: services.config ?? mailConfig };
  return submitDueMails({ ...submitServices(all as unknown as Services), transport: to }, options);
}

/** Submits until no mail that is due waits, whoever else submits meanwhile. */
export async function untilSubmitted(services: MailServices): Promise<void> {
  await until(async () => {
    await submitMails(services);
    const { rows } = await services.db.asSystem((tx) => sql`select 1 from mail_queue`.execute(tx));
    if (rows.length > 0) throw new Error(`${rows.length} mails wait`);
  });
}

/** Rounds of submission after a mail was queued: the first may be too early for its transaction. */
const rounds = 50;

/** A mailer whose mails are submitted, to the sandbox mailbox, soon after their transaction has committed. */
export function promptMailer(services: MailServices): Mailer {
  const mailer = createMailer({ seal: testSeal });
  let left = 0;
  let running: Promise<void> | null = null;
  async function submitSoon(): Promise<void> {
    for (; left > 0; left--) {
      await delay(10);
      await submitMails(services);
    }
  }
  return {
    async queue(tx, mail) {
      await mailer.queue(tx, mail);
      left = rounds;
      running ??= submitSoon()
        .catch(() => {}) // the test has ended, and its database is closed
        .finally(() => (running = null));
    },
  };
}

/** Queues a mail about an account, as a password reset does, and submits it to the sandbox mailbox. */
export async function sendAccountMail(services: MailServices & { mailer: Mailer }, mail: Mail): Promise<void> {
  const at = services.clock.now();
  const source = { type: "account", id: null } as const;
  await services.db.asSystem((tx) =>
    services.mailer.queue(tx, { ...mail, workspace_id: null, source, key: newId(), confidential: true, at }),
  );
  await untilSubmitted(services);
}
