/**
 * The mail role's SMTP server. It takes only mails to addresses of this installation: each kind of address is a mailbox, which
 * says whether an address is its own and what a mail to it means. All others are refused before their content is sent.
 */
import { SMTPServer, type SMTPServerSession } from "smtp-server";
import type { Certificate } from "../../kit/config.ts";
import type { Logger } from "../../kit/log.ts";

/** A kind of address. */
export interface Mailbox {
  /** Whether this address is its own. Must be quick: it is asked for every recipient of every sender. */
  accepts(address: string): boolean;
  /** Takes a mail; throws a MailRefused where it is not taken, anything else where it may be sent again later. */
  receive(mail: ReceivedMail): Promise<void>;
}

export interface ReceivedMail {
  /** One of its recipients, which the mailbox accepts. */
  to: string;
  /** Of the envelope; empty for bounces. */
  from: string;
  content: Buffer;
  /** Of the client. */
  ip: string;
}

/** A mail that is refused for good, with the answer that the client gets. */
export class MailRefused extends Error {
  override name = "MailRefused";
  readonly responseCode: number;
  constructor(message: string, responseCode = 550) {
    super(message);
    this.responseCode = responseCode;
  }
}

/** Limits, which tests make small. */
export interface SmtpLimits {
  /** Octets of a mail. */
  size: number;
  /** Octets of all mails that are being received together, since they are in memory. */
  held: number;
  clients: number;
  clientsOfAddress: number;
  recipients: number;
  /** Milliseconds without a byte. */
  idle: number;
  /** Milliseconds of a whole connection. */
  session: number;
}

const usualLimits: SmtpLimits = {
  size: 10 * 1024 * 1024,
  held: 64 * 1024 * 1024,
  clients: 200,
  clientsOfAddress: 20,
  recipients: 100,
  idle: 60_000,
  session: 600_000,
};

export interface RunningSmtpServer {
  port: number;
  /** Uses another certificate for connections from now on. */
  renew(certificate: Certificate): void;
  /** Lets mails that are being received end, for a moment. */
  stop(): Promise<void>;
}

export interface SmtpOptions {
  host: string;
  port: number;
  mail_domain: string;
  mailboxes: readonly Mailbox[];
  /** For STARTTLS; null: it is not offered. */
  certificate: Certificate | null;
  log: Pick<Logger, "warn" | "debug">;
  /** Called for each recipient that is refused. */
  onRefused(address: string): void;
  limits?: Partial<SmtpLimits>;
}

/** Listens; rejects where the port cannot be had. */
export async function startSmtpServer(options: SmtpOptions): Promise<RunningSmtpServer> {
  const { host, port, mailboxes, certificate, log, onRefused } = options;
  const limits = { ...usualLimits, ...options.limits };
  const byAddress = new Map<string, number>();
  const ends = new Map<string, NodeJS.Timeout>();
  let held = 0;
  const mailboxOf = (address: string) => mailboxes.find((mailbox) => mailbox.accepts(address));

  const server = new SMTPServer({
    name: options.mail_domain,
    banner: "Varsla",
    size: limits.size,
    maxClients: limits.clients,
    maxRecipients: limits.recipients,
    socketTimeout: limits.idle,
    closeTimeout: 2_000,
    maxCommandLength: 2_048,
    maxAllowedUnauthenticatedCommands: false,
    disableReverseLookup: true,
    authOptional: true,
    ...certificate,
    disabledCommands: certificate ? ["AUTH"] : ["AUTH", "STARTTLS"],
    logger: false,
    onConnect(session, done) {
      const open = (byAddress.get(session.remoteAddress) ?? 0) + 1;
      byAddress.set(session.remoteAddress, open);
      if (open > limits.clientsOfAddress) {
        return done(refusal("4.7.0 Too many connections from your address", 421));
      }
      ends.set(
        session.id,
        setTimeout(() => closeSession(session.id), limits.session),
      );
      done();
    },
    onClose(session) {
      clearTimeout(ends.get(session.id));
      ends.delete(session.id);
      const open = (byAddress.get(session.remoteAddress) ?? 1) - 1;
      if (open > 0) byAddress.set(session.remoteAddress, open);
      else byAddress.delete(session.remoteAddress);
    },
    onRcptTo({ address }, _session, done) {
      if (mailboxOf(address)) return done();
      onRefused(address);
      done(refusal("5.1.1 There is no such address here", 550));
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      let size = 0;
      let own = 0;
      let noRoom = false;
      const release = () => {
        held -= own;
        own = 0;
        chunks.length = 0;
      };
      stream.on("data", (chunk: Buffer) => {
        size += chunk.length;
        noRoom ||= held + chunk.length > limits.held;
        // Read to its end, but not kept: the client expects an answer after the last byte.
        if (size > limits.size || noRoom) return release();
        chunks.push(chunk);
        own += chunk.length;
        held += chunk.length;
      });
      stream.on("error", done);
      // Also of a connection that is cut off.
      stream.on("close", () => {
        if (!stream.readableEnded) release();
      });
      stream.on("end", () => {
        if (stream.sizeExceeded || size > limits.size)
          return done(refusal(`5.3.4 A mail has at most ${limits.size} octets`, 552));
        if (noRoom) return done(refusal("4.3.1 Too many mails are being received. Try again later", 452));
        void answer(session, Buffer.concat(chunks), done).finally(release);
      });
    },
  });
  // Of single connections, such as one that is cut off.
  server.on("error", (error: Error) => log.debug({ err: error }, "an SMTP connection failed"));

  function closeSession(id: string): void {
    for (const connection of server.connections)
      if (connection.session.id === id) connection.send(421, "4.4.2 This took too long");
    for (const connection of server.connections) if (connection.session.id === id) connection.close();
  }

  async function answer(
    session: SMTPServerSession,
    content: Buffer,
    done: (error: Error | null, message?: string) => void,
  ): Promise<void> {
    let refused: Error | null = null;
    try {
      await receive(session, content);
    } catch (error) {
      if (error instanceof MailRefused) refused = refusal(error.message, error.responseCode);
      else {
        log.warn({ err: error }, "a received mail could not be recorded; its sender sends it again");
        refused = refusal("4.3.0 Try again later", 451);
      }
    }
    done(refused, "2.0.0 Taken");
  }

  async function receive(session: SMTPServerSession, content: Buffer): Promise<void> {
    const { mailFrom, rcptTo } = session.envelope;
    const from = mailFrom ? mailFrom.address : "";
    for (const { address: to } of rcptTo)
      await mailboxOf(to)?.receive({ to, from, content, ip: session.remoteAddress });
  }

  const listening = await new Promise<number>((done, fail) => {
    const http = server.listen(port, host, () => {
      server.server.off("error", fail);
      const address = http.address();
      done(typeof address === "object" && address ? address.port : port);
    });
    server.server.once("error", fail);
  });
  const renew = (next: Certificate) => server.updateSecureContext({ ...next });
  return { port: listening, renew, stop: () => new Promise((done) => server.close(() => done())) };
}

function refusal(message: string, responseCode: number): Error {
  return Object.assign(new Error(message), { responseCode });
}
