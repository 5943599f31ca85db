/** The relay of OUTBOUND_SMTP_URL, over a pool of connections. */
import { domainToASCII } from "node:url";
import { createTransport, type SentMessageInfo } from "nodemailer";
import SMTPConnection from "nodemailer/lib/smtp-connection/index.js";
import type { DkimKey } from "../kit/config.ts";
import type { MailTransport, OutgoingMail, Submitted } from "../kit/mail.ts";
import { saysNoSuchAddress } from "./no-such-address.ts";

/** Timeouts of a relay, in milliseconds. They are short, since a mail is retried. */
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

/** Connections by default; `?maxConnections=` sets another number. */
const usualConnections = 16;
/** How long it is remembered whether the relay takes addresses beyond ASCII. */
const utf8For = 600_000;

/** What OUTBOUND_SMTP_URL says to Varsla: `rate`, mails a second of one workspace, and `window`, its connections at once. */
function readOptions(text: string): { url: string; rate: number | null; window: number; connections: number } {
  const url = new URL(text);
  const number = (name: string, otherwise: number | null) => {
    const value = Number(url.searchParams.get(name) ?? Number.NaN);
    return Number.isFinite(value) && value > 0 ? value : otherwise;
  };
  const connections = Math.ceil(number("maxConnections", usualConnections) as number);
  const rate = number("rate", null);
  const window = Math.min(connections, Math.ceil(number("window", connections) as number));
  for (const name of ["rate", "window", "maxConnections", "pool"]) url.searchParams.delete(name);
  return { url: url.href, rate, window, connections };
}

/** The relay behind a URL; mails are signed with `dkim` where it is given. */
export function relayTransport(
  options: { url: string; mail_domain: string; dkim: DkimKey | null },
  { connect, greet, answer, mail: whole }: RelayTimeouts = relayTimeouts,
): MailTransport {
  const { url, rate, window, connections } = readOptions(options.url);
  const timeouts = {
    dnsTimeout: connect,
    connectionTimeout: connect,
    greetingTimeout: greet,
    socketTimeout: answer,
    socketCloseTimeout: 1_000,
  };
  const transport = createTransport({
    pool: true,
    url,
    maxConnections: connections,
    maxMessages: 1_000,
    // A connection that the relay closed between two mails; a mail of which something was written is retried by the queue.
    maxRequeues: 2,
    // Content comes from the database alone.
    disableFileAccess: true,
    disableUrlAccess: true,
    ...timeouts,
    ...(options.dkim && {
      dkim: {
        domainName: options.mail_domain,
        keySelector: options.dkim.selector,
        privateKey: options.dkim.key,
        // Mail programs offer one-click unsubscription only where these two are signed (RFC 8058, 4).
        headerFieldNames:
          "From:Reply-To:Subject:Date:Message-ID:To:MIME-Version:Content-Type:Content-Transfer-Encoding:List-Unsubscribe:List-Unsubscribe-Post:Auto-Submitted",
      },
    }),
  } as Parameters<typeof createTransport>[0]);

  let utf8: { asked: number; answer: Promise<boolean> } | null = null;
  function takesUtf8(signal: AbortSignal): Promise<boolean> {
    if (!utf8 || performance.now() - utf8.asked > utf8For) {
      const asking = { asked: performance.now(), answer: askForUtf8(url, timeouts, signal) };
      utf8 = asking;
      asking.answer.catch(() => {
        if (utf8 === asking) utf8 = null;
      });
    }
    return utf8.answer;
  }

  return {
    window: { workspace: window, all: connections },
    rate,
    longest_ms: whole + 1_000,
    async submit(mail, stop) {
      const late = AbortSignal.timeout(whole);
      const signal = AbortSignal.any([late, stop]);
      try {
        // oxlint-disable-next-line no-control-regex -- ASCII
        if (/[^\u0000-\u007f]/.test(localPart(mail.to)) && !(await takesUtf8(signal)))
          return {
            kind: "refused",
            reason: "smtputf8_unsupported",
            answer: "The relay takes no addresses with letters beyond ASCII before the @ (it does not offer SMTPUTF8)",
          };
        const info = (await transport.sendMail({ ...messageOf(mail), signal } as never)) as SentMessageInfo;
        return { kind: "sent", answer: shortened(String(info.response ?? "")) };
      } catch (error) {
        if (late.aborted) return { kind: "later", everything: false, answer: `no answer within ${whole / 1_000} s` };
        return outcomeOf(error as RelayError);
      }
    },
    close: () => transport.close(),
  };
}

const localPart = (address: string) => address.slice(0, address.lastIndexOf("@"));

/** The address with its domain in the form of the DNS. */
function toEnvelope(address: string): string {
  const at = address.lastIndexOf("@");
  return `${address.slice(0, at)}@${domainToASCII(address.slice(at + 1)) || address.slice(at + 1)}`;
}

function messageOf(mail: OutgoingMail) {
  return {
    envelope: { from: mail.return_path, to: toEnvelope(mail.to) },
    // Objects are one address each; a text would be parsed as a list.
    from: mail.from,
    to: { name: "", address: mail.to },
    ...(mail.reply_to !== null && { replyTo: { name: "", address: mail.reply_to } }),
    subject: mail.subject,
    text: mail.text,
    ...(mail.html !== null && { html: mail.html }),
    attachments: mail.attachments.map(({ name, type, content }) => ({ filename: name, contentType: type, content })),
    messageId: `<${mail.message_id}>`,
    date: mail.at,
    headers: mail.headers,
  };
}

interface RelayError extends Error {
  code?: string;
  command?: string;
  response?: string;
  responseCode?: number;
}

/** Nothing was submitted, and another mail would fare the same. */
const notReached = /^(EDNS|ETLS|EAUTH|ENOAUTH|EOAUTH2|EPROXY|ECONFIG)$/;
const refusedConnection = /ECONNREFUSED|EHOSTUNREACH|ENETUNREACH/;

function outcomeOf(error: RelayError): Submitted {
  const { code = "", command = "", responseCode = 0 } = error;
  const answer = shortened(error.response || error.message);
  const permanent = responseCode >= 500 && responseCode < 600;
  if (code === "EENVELOPE" && command === "API") return { kind: "refused", reason: "refused", answer };
  // Many relays check the sender only with the recipient: 5.1.7 and 5.1.8 are about its address.
  const isAboutSender = command.startsWith("MAIL") || /^5\.1\.[78]$/.test(statusOf(answer));
  if (code === "EENVELOPE" && command.startsWith("RCPT") && permanent && !isAboutSender)
    return { kind: "refused", reason: saysNoSuchAddress(statusOf(answer)) ? "unknown_address" : "refused", answer };
  if (code === "EMESSAGE" && (permanent || responseCode === 0)) return { kind: "refused", reason: "refused", answer };
  if (code === "EENVELOPE" && command === "DATA" && permanent) return { kind: "refused", reason: "refused", answer };
  // A refused sender is not for a reason of this mail's: it is about the account at the relay.
  const everything =
    notReached.test(code) || refusedConnection.test(error.message) || responseCode === 421 || isAboutSender;
  return { kind: "later", everything, answer };
}

/** The enhanced status of an answer (RFC 2034); empty where it has none. */
const statusOf = (answer: string) => /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(answer)?.[1] ?? "";

/** The first 500 characters, on one line, as the database can store them. */
const shortened = (text: string) =>
  text
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim()
    .slice(0, 500)
    .toWellFormed();

/** Whether the relay offers SMTPUTF8 (RFC 6531), by its answer to EHLO. Nodemailer would send such an address in any case. */
function askForUtf8(url: string, timeouts: object, signal: AbortSignal): Promise<boolean> {
  const { hostname, port, protocol } = new URL(url);
  const secure = protocol === "smtps:";
  const connection = new SMTPConnection({
    host: hostname.replace(/^\[|\]$/g, ""),
    port: Number(port) || (secure ? 465 : 587),
    secure,
    ...timeouts,
  } as never);
  return new Promise<boolean>((done, fail) => {
    signal.addEventListener("abort", () => fail(signal.reason as Error), { once: true });
    connection.on("error", fail);
    connection.connect((error) => {
      if (error) fail(error);
      else done(/[ -]SMTPUTF8\b/i.test(String(connection.lastServerResponse)));
    });
  }).finally(() => connection.close());
}
