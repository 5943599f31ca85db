/** The mail door: ledger, queue, submission, and what comes back. */
import { type Certificate, type Config, readCertificate } from "../kit/config.ts";
import type { MailTransport } from "../kit/mail.ts";
import { repeat } from "../kit/repeat.ts";
import type { DueServices, Running, Services, StartServices } from "../kit/services.ts";
import { createIntakeCounts } from "./count-intake.ts";
import { createMailTokens } from "./mail-token.ts";
import { mailsRoutes } from "./mails-routes.ts";
import { messageIdOf } from "./outgoing-mail.ts";
import { complaintsMailbox, returnsMailbox } from "./returns-mailbox.ts";
import { type RunningSmtpServer, startSmtpServer } from "./smtp/smtp-server.ts";
import { mailSubmission, type SubmitServices } from "./submit-mails.ts";

export interface MailServices extends StartServices {
  config: StartServices["config"] & Pick<Config, "host" | "smtp_port" | "smtp_certificate">;
  /** The way out: only wire.ts knows the kinds. */
  createMailTransport(): MailTransport;
}

/** What submission needs beside the transport. */
export function submitServices(services: Services): Omit<SubmitServices, "transport"> {
  const { mail_domain, public_url, secret_key } = services.config;
  const tokens = createMailTokens(secret_key);
  return { ...services, tokens, mail_domain, public_url, messageIdOf: messageIdOf({ tokens, mail_domain }) };
}

/** How often a port that is taken is tried again, in milliseconds. */
const listenAgain = 5_000;

export const mailModule = {
  routes: (services: Services) => {
    const { secret_key, mail_domain } = services.config;
    return { mails: mailsRoutes({ ...services, tokens: createMailTokens(secret_key), mail_domain }) };
  },
  due: (services: DueServices & Pick<MailServices, "createMailTransport">) => [
    mailSubmission(submitServices(services), services.createMailTransport),
  ],
  async start(services: MailServices): Promise<Running | undefined> {
    const { roles } = services.config;
    return roles.has("mail") ? receiveMails(services) : undefined;
  },
};

/** Starts the SMTP server. While its port is taken the rest of the process works, and the port is tried again. */
async function receiveMails({ db, clock, config, log }: MailServices): Promise<Running> {
  const { mail_domain, host, smtp_port: port, smtp_certificate: files } = config;
  const counts = createIntakeCounts(db, (error) => log.warn({ err: error }, "could not count received mails"));
  const services = { db, clock, tokens: createMailTokens(config.secret_key), mail_domain, count: counts.add };
  const mailboxes = [returnsMailbox(services), complaintsMailbox(services)];
  let server: RunningSmtpServer | null = null;
  let complained = false;
  let certificate: Certificate | null = null;
  /** Reads a renewed certificate; while it is being written the one before stays. */
  const readAgain = () => {
    if (!files) return;
    const read = readCertificate(files);
    if (read.cert === certificate?.cert && read.key === certificate.key) return;
    certificate = read;
    server?.renew(read);
  };
  const listen = async () => {
    if (server) return readAgain();
    try {
      readAgain();
      server = await startSmtpServer({
        host,
        port,
        mail_domain,
        mailboxes,
        certificate,
        log,
        onRefused: () => counts.add("refused"),
      });
      log.info({ host, port: server.port, mail_domain }, "receiving mails");
    } catch (error) {
      if (!complained)
        log.error({ err: error, host, port }, "SMTP_PORT cannot be had; it is tried again every few seconds");
      complained = true;
    }
  };
  await listen();
  const listening = repeat(listenAgain, listen, (error) =>
    log.warn({ err: error }, "could not listen for mails, or read SMTP_CERT_FILE"),
  );
  return {
    async stop() {
      await listening.stop();
      await server?.stop();
      await counts.stop();
    },
  };
}
