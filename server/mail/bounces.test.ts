import { createHmac } from "node:crypto";
import { connect, type Socket } from "node:net";
import { sql } from "kysely";
import { createTransport } from "nodemailer";
import { pino } from "pino";
import { afterAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { mailBatch, mailLedger, send } from "../../testing/mail-batch.ts";
import { submitMails } from "../../testing/mails.ts";
import { testSecretKey } from "../../testing/seal.ts";
import { selfSigned } from "../../testing/self-signed.ts";
import { smtpSink } from "../../testing/smtp-sink.ts";
import { until } from "../../testing/until.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";
import { getConsent } from "../consent/get-consent.ts";
import { recordConsent } from "../consent/record-consent.ts";
import { findSubscriptionType } from "../consent/subscription-types.ts";
import { createContact } from "../contacts/contacts.ts";
import type { Certificate } from "../kit/config.ts";
import { createIntakeCounts } from "./count-intake.ts";
import { createMailTokens } from "./mail-token.ts";
import { relayTransport } from "./relay.ts";
import { returnAddress } from "./return-address.ts";
import { complaintsMailbox, returnsMailbox } from "./returns-mailbox.ts";
import { type SmtpLimits, startSmtpServer } from "./smtp/smtp-server.ts";

const { db } = await testDatabase();
const clock = { now: () => new Date() };
const log = pino({ enabled: false });
const services = { db, clock, log, liveUpdates: { publish() {} } };
const mail_domain = "sms.localhost";
const tokens = createMailTokens(testSecretKey);
const intake = createIntakeCounts(db, (error) => {
  throw error;
});
afterAll(() => intake.stop());

let workspaceId = "";
beforeEach(async () => {
  await db.asSystem((tx) => sql`delete from mail_queue`.execute(tx));
  ({ id: workspaceId } = await createTestWorkspace(db));
});

async function server(limits: Partial<SmtpLimits> = {}, certificate: Certificate | null = null) {
  const outcomes: string[] = [];
  const count = (outcome: string) => {
    outcomes.push(outcome);
    intake.add(outcome);
  };
  const intakeServices = { db, clock, tokens, mail_domain, count };
  const started = await startSmtpServer({
    host: "127.0.0.1",
    port: 0,
    mail_domain,
    mailboxes: [returnsMailbox(intakeServices), complaintsMailbox(intakeServices)],
    certificate,
    log,
    onRefused: () => count("refused"),
    limits,
  });
  onTestFinished(() => started.stop());
  const client = createTransport({ host: "127.0.0.1", port: started.port, ignoreTLS: true });
  const deliver = (to: string, raw: string, from = "") =>
    client.sendMail({ envelope: { from, to }, raw }) as Promise<{ response: string }>;
  return { ...started, deliver, outcomes };
}

/** Sends mails to a sink; returns their return paths by recipient. */
async function sent(emails: string[], changes: Parameters<typeof mailBatch>[2] = {}) {
  const sink = await smtpSink();
  await send(db, mailBatch(workspaceId, emails, changes));
  const transport = relayTransport({ url: sink.url, mail_domain, dkim: null });
  await submitMails(services, transport);
  transport.close();
  return sink.mails;
}

const report = (kind: string, part: string, fields: string, original = "") =>
  [
    "From: MAILER-DAEMON@mx.example.com",
    "To: b@sms.localhost",
    "Subject: Undelivered",
    "MIME-Version: 1.0",
    `Content-Type: multipart/report; report-type=${kind}; boundary="b1"`,
    "",
    "--b1",
    "Content-Type: text/plain",
    "",
    "Action: failed",
    "Status: 5.9.9",
    "",
    "--b1",
    `Content-Type: message/${part}`,
    "",
    fields,
    "",
    "--b1",
    "Content-Type: message/rfc822",
    "",
    original,
    "--b1--",
    "",
  ].join("\r\n");

const dsn = (action: string, status: string) =>
  report(
    "delivery-status",
    "delivery-status",
    `Reporting-MTA: dns; mx.example.com\r\n\r\nFinal-Recipient: rfc822; ola@example.com\r\nAction: ${action}\r\nStatus: ${status}\r\nDiagnostic-Code: smtp; 550 ${status}\r\n  No such user`,
  );

const arf = (type: string, original: string, extra = "") =>
  report(
    "feedback-report",
    "feedback-report",
    `Feedback-Type: ${type}\r\nUser-Agent: x/1\r\nVersion: 1${extra}`,
    original,
  );

const stateOf = async () => (await mailLedger(db, workspaceId)).map(({ status, reason }) => [status, reason]);
const queuedTo = async (email: string) => (await send(db, mailBatch(workspaceId, [email]))).queued;

test("a hard bounce finds its mail, and its address is mailed no more by this workspace", async () => {
  const { deliver, outcomes } = await server();
  const [mail] = await sent(["ola@example.com"]);
  await deliver(mail?.from.toUpperCase() ?? "", dsn("failed", "5.1.1"));
  expect((await mailLedger(db, workspaceId))[0]).toMatchObject({
    status: "bounced",
    reason: "5.1.1",
    answer: "550 5.1.1 No such user",
    ended_at: expect.any(Date),
    sent_at: expect.any(Date),
  });
  expect(await queuedTo("Ola@Example.com")).toBe(0);
  const other = await createTestWorkspace(db);
  expect((await send(db, mailBatch(other.id, ["ola@example.com"]))).queued).toBe(1);
  await deliver(mail?.from ?? "", dsn("failed", "5.1.1"));
  expect(outcomes).toEqual(["bounced", "bounced"]);
  expect(await stateOf()).toHaveLength(2);
});

test.each([
  ["a soft bounce ends the mail, not the address", dsn("failed", "4.2.2"), ["bounced", "4.2.2"], "bounced_softly"],
  ["a mail taken for spam ends, not the address", dsn("failed", "5.7.1"), ["bounced", "5.7.1"], "bounced_softly"],
  ["a full mailbox ends the mail, not the address", dsn("failed", "5.2.2"), ["bounced", "5.2.2"], "bounced_softly"],
  [
    "of a report that says 5.0.0 to everything the answer counts",
    dsn("failed", "5.0.0").replace("550 5.0.0", "550 5.7.26"),
    ["bounced", "5.7.26"],
    "bounced_softly",
  ],
  ["a delay changes nothing", dsn("delayed", "4.4.1"), ["sent", null], "news"],
  ["a delivery changes nothing", dsn("delivered", "2.0.0"), ["sent", null], "news"],
  [
    "an out-of-office answer changes nothing",
    "Subject: Away\r\n\r\nStatus: 5.1.1\r\nAction: failed",
    ["sent", null],
    "other",
  ],
  ["garbage changes nothing", "\u0000\u0001\r\n--\r\n\r\n", ["sent", null], "other"],
])("%s", async (_, raw, state, outcome) => {
  const { deliver, outcomes } = await server();
  const [mail] = await sent(["ola@example.com"]);
  await deliver(mail?.from ?? "", raw);
  expect(await stateOf()).toEqual([state]);
  expect(outcomes).toEqual([outcome]);
  expect(await queuedTo("ola@example.com")).toBe(1);
});

test.each([
  ["without a reason", dsn("failed", "5.0.0")],
  ["of a host that does not exist", dsn("failed", "5.4.4")],
  [
    "of a mail to an address beyond ASCII",
    dsn("failed", "5.1.1").replace("message/delivery", "message/global-delivery"),
  ],
])("a hard bounce %s stops the address too", async (_, raw) => {
  const { deliver, outcomes } = await server();
  const [mail] = await sent(["ola@example.com"]);
  await deliver(mail?.from ?? "", raw);
  expect(outcomes).toEqual(["bounced"]);
  expect(await queuedTo("ola@example.com")).toBe(0);
});

test("a bounce before the relay's answer was recorded stays, and the mail is not sent again", async () => {
  const { deliver } = await server();
  const { mails } = await send(db, mailBatch(workspaceId, ["ola@example.com"]));
  const key = { workspace_id: workspaceId, mail_id: mails[0]?.id ?? "" };
  const answered = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const submitting = submitMails(services, {
    window: { workspace: 1, all: 1 },
    rate: null,
    longest_ms: 1_000,
    async submit() {
      asked.resolve();
      await answered.promise;
      return { kind: "sent", answer: "250" };
    },
    close() {},
  });
  await asked.promise;
  await deliver(returnAddress(tokens, mail_domain, key), dsn("failed", "5.1.1"));
  answered.resolve();
  await submitting;
  expect(await stateOf()).toEqual([["bounced", "5.1.1"]]);
});

test("forged return paths are refused, and counted", async () => {
  const { deliver, outcomes } = await server();
  const [mail] = await sent(["ola@example.com"]);
  const [local = "", domain = ""] = (mail?.from ?? "").split("@");
  const flipped = local.slice(0, -1) + (local.endsWith("0") ? "1" : "0");
  const otherKey = createMailTokens(createHmac("sha256", "x").digest("hex"));
  const [row] = await mailLedger(db, workspaceId);
  const key = { workspace_id: workspaceId, mail_id: row?.id ?? "" };
  const forged = [
    `${flipped}@${domain}`,
    `${local}@other.example`,
    returnAddress(otherKey, mail_domain, key),
    `b-${tokens.make("unsubscribe", key)}@${mail_domain}`,
    `b-${"0".repeat(62)}@${mail_domain}`,
    `postmaster@${mail_domain}`,
    "someone@else.example",
  ];
  for (const to of forged)
    await expect(deliver(to, dsn("failed", "5.1.1")), to).rejects.toMatchObject({ responseCode: 550 });
  expect(await stateOf()).toEqual([["sent", null]]);
  expect(outcomes).toEqual(forged.map(() => "refused"));
});

test("a bounce for a mail that is gone, or of a workspace that never was, changes nothing, and is counted", async () => {
  const { deliver, outcomes } = await server();
  const gone = { workspace_id: workspaceId, mail_id: "018f0000-0000-7000-8000-000000000002" };
  const nowhere = { workspace_id: "018f0000-0000-7000-8000-000000000003", mail_id: gone.mail_id };
  for (const key of [gone, nowhere]) await deliver(returnAddress(tokens, mail_domain, key), dsn("failed", "5.1.1"));
  expect(outcomes).toEqual(["unknown_mail", "unknown_mail"]);
  await until(async () => {
    const { rows } = await db.asSystem((tx) =>
      sql<{ mails: number }>`select mails from mail_intake where outcome = 'unknown_mail'`.execute(tx),
    );
    expect(rows[0]?.mails).toBeGreaterThanOrEqual(2);
  });
});

test("a mail of one workspace that another's return path is in changes only the mail of the path", async () => {
  const { deliver } = await server();
  const [ours] = await sent(["ola@example.com"]);
  const first = workspaceId;
  ({ id: workspaceId } = await createTestWorkspace(db));
  const [theirs] = await sent(["ola@example.com"]);
  await deliver(ours?.from ?? "", arf("abuse", theirs?.raw ?? "", `\r\nOriginal-Mail-From: <${theirs?.from}>`));
  expect(await stateOf()).toEqual([["sent", null]]);
  workspaceId = first;
  expect(await stateOf()).toEqual([["complained", null]]);
});

async function consenting(email: string) {
  const now = new Date();
  const { id: contact_id } = await db.inWorkspace(workspaceId, (tx) => createContact(tx, workspaceId, { email }, now));
  const grant = (at: Date) =>
    db.inWorkspace(workspaceId, (tx) =>
      recordConsent(tx, {
        workspaceId,
        input: { contact_id, subscription_type: "marketing", channel: "email", action: "grant", source: "form" },
        recordedBy: "Kari",
        now: at,
      }),
    );
  await grant(now);
  const { id } = await db.inWorkspace(workspaceId, (tx) => findSubscriptionType(tx, workspaceId, "marketing"));
  const changes = () =>
    ({
      class: "marketing",
      subscription_type: { id, needs_consent: true },
      people: [{ contact_id, email, values: {} }],
    }) as const;
  return { contact_id, changes, grant };
}

test.each([
  ["at the return path", (mail: { from: string; raw: string }) => ({ to: mail.from, original: "" })],
  [
    "at abuse@, by its Message-ID",
    (mail: { from: string; raw: string }) => ({ to: `abuse@${mail_domain}`, original: mail.raw }),
  ],
])("a complaint %s withdraws consent to mails, and what needs none still leaves", async (_, where) => {
  const { deliver, outcomes } = await server();
  const { contact_id, changes, grant } = await consenting("ola@example.com");
  const [mail] = await sent([], changes());
  const { to, original } = where(mail ?? { from: "", raw: "" });
  await deliver(to, arf("abuse", original), "fbl@provider.example");
  expect(outcomes).toEqual(["complained"]);
  expect(await stateOf()).toEqual([["complained", null]]);
  const { current } = await db.inWorkspace(workspaceId, (tx) => getConsent(tx, workspaceId, contact_id));
  expect(current).toMatchObject([{ channel: "email", granted: false, source: "complaint" }]);
  expect((await send(db, mailBatch(workspaceId, [], changes()))).skipped).toEqual({ complained: 1 });
  expect(await queuedTo("ola@example.com")).toBe(1);
  await grant(new Date(Date.now() + 1_000)).catch(() => {}); // in the future: refused
  await until(async () => {
    await grant(new Date());
    expect((await send(db, mailBatch(workspaceId, [], changes()))).queued).toBe(1);
  });
});

test("abuse@ takes feedback reports alone", async () => {
  const { deliver, outcomes } = await server();
  const to = `abuse@${mail_domain}`;
  await expect(deliver(to, "Subject: Hi\r\n\r\nbuy this")).rejects.toMatchObject({ responseCode: 550 });
  await expect(deliver(to, arf("not-spam", ""))).rejects.toMatchObject({ responseCode: 550 });
  await deliver(to, arf("abuse", "Message-ID: <m-guessed@sms.localhost>"));
  expect(outcomes).toEqual(["other", "other", "unknown_mail"]);
});

/** A connection that says what it is told, and all that it was answered. */
async function rawClient(port: number) {
  let answers = "";
  const socket: Socket = connect(port, "127.0.0.1");
  socket.setEncoding("utf8").on("data", (text: string) => (answers += text));
  socket.on("error", () => {});
  const closed = new Promise<void>((done) => socket.once("close", () => done()));
  onTestFinished(() => void socket.destroy());
  const say = async (text: string, answer: RegExp) => {
    const before = answers.length;
    socket.write(text);
    await until(() => expect(answers.slice(before)).toMatch(answer));
  };
  await until(() => expect(answers).toMatch(/^220 /));
  return { say, closed, answers: () => answers, socket };
}

test("a mail that is too large is refused by 552, announced or not, and the connection goes on", async () => {
  const { port } = await server({ size: 10_000 });
  const [mail] = await sent(["ola@example.com"]);
  const { say } = await rawClient(port);
  await say("EHLO x\r\n", /^250 /m);
  await say(`MAIL FROM:<> SIZE=20000\r\n`, /^552 /m);
  await say("MAIL FROM:<>\r\n", /^250 /m);
  await say(`RCPT TO:<${mail?.from}>\r\n`, /^250 /m);
  await say("DATA\r\n", /^354 /m);
  await say(`${"x".repeat(70)}\r\n`.repeat(300) + ".\r\n", /^552 /m);
  await say("NOOP\r\n", /^250 /m);
  expect(await stateOf()).toEqual([["sent", null]]);
});

test("mails that are being received together take limited memory, and give it back, also where a client goes away", async () => {
  const { port, deliver } = await server({ held: 20_000 });
  const [mail] = await sent(["ola@example.com"]);
  const deliverOne = () => deliver(mail?.from ?? "", `Subject: x\r\n\r\n${`${"x".repeat(70)}\r\n`.repeat(100)}`);
  const large = await rawClient(port);
  await large.say("EHLO x\r\n", /^250 /m);
  const begin = async () => {
    await large.say("MAIL FROM:<>\r\n", /^250 /m);
    await large.say(`RCPT TO:<${mail?.from}>\r\n`, /^250 /m);
    await large.say("DATA\r\n", /^354 /m);
    large.socket.write(`${"x".repeat(70)}\r\n`.repeat(250));
    await until(() => expect(deliverOne()).rejects.toMatchObject({ responseCode: 452 }));
  };
  await begin();
  await large.say("\r\n.\r\n", /^250 /m);
  await deliverOne();
  await begin();
  large.socket.destroy();
  await until(deliverOne);
});

test("with a certificate mails arrive encrypted, and a renewed one is used at once; without one nothing is offered", async () => {
  const [first, second] = [selfSigned(), selfSigned()];
  const { port, renew, outcomes } = await server({}, first);
  const [mail] = await sent(["ola@example.com"]);
  const deliverOver = (ca: string) =>
    createTransport({ host: "127.0.0.1", port, requireTLS: true, tls: { ca, servername: "localhost" } }).sendMail({
      envelope: { from: "", to: mail?.from ?? "" },
      raw: dsn("delayed", "4.4.1"),
    });
  await deliverOver(first.cert);
  await expect(deliverOver(second.cert)).rejects.toThrow(/certificate/);
  renew(second);
  await deliverOver(second.cert);
  expect(outcomes).toEqual(["news", "news"]);
  const { say, answers } = await rawClient((await server()).port);
  await say("EHLO x\r\n", /^250 /m);
  expect(answers()).not.toContain("STARTTLS");
});

test("one line feed and a dot do not end a mail, so that nothing can be smuggled after it", async () => {
  const { port, outcomes } = await server();
  const [first, second] = await sent(["a@example.com", "b@example.com"]);
  const smuggled = `MAIL FROM:<>\r\nRCPT TO:<${second?.from}>\r\nDATA\r\n${dsn("failed", "5.1.1")}`;
  for (const end of ["\n.\n", "\n.\r\n", "\r.\r", "\r\n.\n"]) {
    const { say, socket } = await rawClient(port);
    await say("EHLO x\r\n", /^250 /m);
    await say("MAIL FROM:<>\r\n", /^250 /m);
    await say(`RCPT TO:<${first?.from}>\r\n`, /^250 /m);
    await say("DATA\r\n", /^354 /m);
    await say(`Subject: x\r\n\r\nhi${end}${smuggled}\r\n.\r\n`, /^250 /m);
    socket.destroy();
  }
  expect(outcomes).toEqual(["other", "other", "other", "other"]);
  expect(await stateOf()).toEqual([
    ["sent", null],
    ["sent", null],
  ]);
});

test("endless lines, a thousand wrong commands at once, and slow clients do not hold it up", async () => {
  const { port, deliver, outcomes } = await server({ idle: 300, session: 600, clientsOfAddress: 4 });
  const [mail] = await sent(["ola@example.com"]);
  const endless = await rawClient(port);
  endless.socket.write("x".repeat(200_000));
  const garbage = await rawClient(port);
  garbage.socket.write("\u0000\u00ffnonsense \r\n".repeat(1_000));
  const idle = await rawClient(port);
  await deliver(mail?.from ?? "", dsn("delayed", "4.4.1"));
  expect(outcomes).toEqual(["news"]);
  await Promise.all([endless.closed, garbage.closed, idle.closed]);
  const trickling = await rawClient(port);
  const drip = setInterval(() => trickling.socket.write("NOOP\r\n"), 50);
  onTestFinished(() => clearInterval(drip));
  await trickling.closed;
  expect(trickling.answers()).toMatch(/^421 /m);
});

test("one address cannot take all connections", async () => {
  const { port } = await server({ clientsOfAddress: 2 });
  const clients = [await rawClient(port), await rawClient(port)];
  const third = connect(port, "127.0.0.1").setEncoding("utf8");
  onTestFinished(() => void third.destroy());
  const answer = await new Promise<string>((done) => third.once("data", (text) => done(String(text))));
  expect(answer).toMatch(/^421 /);
  clients[0]?.socket.destroy();
  await until(async () => {
    const next = connect(port, "127.0.0.1").setEncoding("utf8");
    const greeting = await new Promise<string>((done) => next.once("data", (text) => done(String(text))));
    next.destroy();
    expect(greeting).toMatch(/^220 /);
  });
});
