import { createHash, createVerify, generateKeyPairSync } from "node:crypto";
import { createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { smtpSink } from "../../testing/smtp-sink.ts";
import { until } from "../../testing/until.ts";
import type { OutgoingMail } from "../kit/mail.ts";
import { type RelayTimeouts, relayTransport } from "./relay.ts";

const never = new AbortController().signal;

const mail: OutgoingMail = {
  workspace_id: "018f0000-0000-7000-8000-000000000001",
  id: "018f0000-0000-7000-8000-000000000002",
  message_id: "m-1@sms.localhost",
  from: { name: "Salong Saks", address: "no-reply@sms.localhost" },
  return_path: "b-1@sms.localhost",
  to: "ola@example.com",
  reply_to: null,
  subject: "Hei",
  text: "På en lenke:\nhttp://x",
  html: null,
  attachments: [],
  headers: { "Auto-Submitted": "auto-generated" },
  of_workspace: true,
  at: new Date("2026-03-01T12:00:00Z"),
};

function relay(url: string, timeouts?: RelayTimeouts) {
  const transport = relayTransport({ url, mail_domain: "sms.localhost", dkim: null }, timeouts);
  onTestFinished(() => transport.close());
  return (changes: Partial<OutgoingMail> = {}) => transport.submit({ ...mail, ...changes }, never);
}

const headOf = (raw: string) => raw.split("\r\n\r\n")[0] ?? "";

test("a relay gets the mail with its envelope, our Message-ID, and marked as auto-generated", async () => {
  const sink = await smtpSink();
  expect(await relay(sink.url)()).toMatchObject({ kind: "sent", answer: expect.stringContaining("250") });
  const [taken] = sink.mails;
  expect(taken).toMatchObject({ from: "b-1@sms.localhost", to: "ola@example.com" });
  for (const line of [
    "From: Salong Saks <no-reply@sms.localhost>",
    "To: ola@example.com",
    "Message-ID: <m-1@sms.localhost>",
    "Auto-Submitted: auto-generated",
    "Date: Sun, 01 Mar 2026 12:00:00 +0000",
  ])
    expect(headOf(taken?.raw ?? "").split("\r\n")).toContain(line);
});

test("Norwegian letters in names, subjects, texts, file names and domains arrive", async () => {
  const sink = await smtpSink();
  const subject = `Vårsalg på ${"ærlige ".repeat(60)}priser 🎉`;
  await relay(sink.url)({
    to: "ola@blåbærsyltetøy.no",
    from: { name: 'Åse "Saks" & sønn, AS', address: "no-reply@sms.localhost" },
    subject,
    html: "<p>Blåbær</p>",
    attachments: [
      { name: "påminnelse.ics", type: "text/calendar; method=REQUEST", content: Buffer.from("BEGIN:VCALENDAR") },
    ],
  });
  const [taken] = sink.mails;
  expect(taken?.to).toBe("ola@xn--blbrsyltety-y8ao3x.no");
  const parsed = await sink.parse(0);
  expect(parsed.subject).toBe(subject);
  expect(parsed.from?.value).toEqual([{ name: 'Åse "Saks" & sønn, AS', address: "no-reply@sms.localhost" }]);
  expect(parsed.text).toContain("På en lenke");
  expect(parsed.html).toBe("<p>Blåbær</p>");
  expect(parsed.attachments).toMatchObject([{ filename: "påminnelse.ics", contentType: "text/calendar" }]);
  expect(parsed.attachments[0]?.content.toString()).toBe("BEGIN:VCALENDAR");
  for (const line of (taken?.raw ?? "").split("\r\n")) expect(line.length).toBeLessThan(999);
});

test("with a key mails are signed, also their one-click unsubscription", async () => {
  const sink = await smtpSink();
  const { privateKey, publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const dkim = { selector: "varsla", key: privateKey };
  const transport = relayTransport({ url: sink.url, mail_domain: "sms.localhost", dkim });
  onTestFinished(() => transport.close());
  const unsubscribe = { "List-Unsubscribe": "<https://x>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" };
  await transport.submit({ ...mail, headers: { ...mail.headers, ...unsubscribe } }, never);
  const [head = "", body = ""] = sink.mails[0]?.raw.split(/\r\n\r\n([^]*)/) ?? [];
  const fields = head.split(/\r\n(?![ \t])/);
  const tags = Object.fromEntries(
    (fields.find((field) => field.startsWith("DKIM-Signature:")) ?? "")
      .replace(/^DKIM-Signature:/, "")
      .split(";")
      .map((tag) => [tag.slice(0, tag.indexOf("=")).trim(), tag.slice(tag.indexOf("=") + 1).replace(/\s+/g, "")]),
  );
  expect(tags).toMatchObject({ d: "sms.localhost", s: "varsla", a: "rsa-sha256", c: "relaxed/relaxed" });
  const signed = tags.h?.toLowerCase().split(":") ?? [];
  for (const name of ["from", "subject", "message-id", "list-unsubscribe", "list-unsubscribe-post"])
    expect(signed).toContain(name);
  // Verified by the rules of RFC 6376 (3.4.2, 3.4.4), without nodemailer's own code.
  const canonicalBody = `${body
    .replace(/[ \t]+/g, " ")
    .replace(/ (?=\r\n|$)/g, "")
    .replace(/(\r\n)*$/, "")}\r\n`;
  expect(tags.bh).toBe(createHash("sha256").update(canonicalBody).digest("base64"));
  const relaxed = (field: string) => {
    const colon = field.indexOf(":");
    const value = field
      .slice(colon + 1)
      .replace(/\r\n/g, "")
      .replace(/[ \t]+/g, " ")
      .trim();
    return `${field.slice(0, colon).trim().toLowerCase()}:${value}`;
  };
  const of = (name: string) => fields.find((field) => field.toLowerCase().startsWith(`${name}:`));
  const own = relaxed(of("dkim-signature") ?? "").replace(/([;:] ?b=)[^;]*/, "$1");
  const data = [...signed.flatMap((name) => (of(name) ? [relaxed(of(name) as string)] : [])), own].join("\r\n");
  expect(
    createVerify("RSA-SHA256")
      .update(data)
      .verify(publicKey, tags.b ?? "", "base64"),
  ).toBe(true);
});

test("an address beyond ASCII is refused with the reason where the relay cannot take it, and sent where it can", async () => {
  const without = await smtpSink({ utf8: false });
  expect(await relay(without.url)({ to: "bjørn@example.com" })).toMatchObject({
    kind: "refused",
    reason: "smtputf8_unsupported",
    answer: expect.stringContaining("SMTPUTF8"),
  });
  expect(without.mails).toEqual([]);
  const sink = await smtpSink({ utf8: true });
  expect(await relay(sink.url)({ to: "bjørn@example.com" })).toMatchObject({ kind: "sent" });
  expect(sink.mails[0]?.to).toBe("bjørn@example.com");
});

test.each([
  ["RCPT", "550 5.1.1 no such user", { kind: "refused", reason: "unknown_address" }],
  ["RCPT", "550 5.7.1 not from you", { kind: "refused", reason: "refused" }],
  ["RCPT", "550 5.2.1 disabled", { kind: "refused", reason: "unknown_address" }],
  ["RCPT", "552 5.2.2 mailbox full", { kind: "refused", reason: "refused" }],
  ["RCPT", "553 5.1.8 no such sender domain", { kind: "later", everything: true }],
  ["RCPT", "451 4.3.0 later", { kind: "later", everything: false }],
  ["DATA", "554 5.6.0 spam", { kind: "refused", reason: "refused" }],
  ["DATA", "451 later", { kind: "later", everything: false }],
  ["MAIL", "550 5.7.1 who are you", { kind: "later", everything: true }],
  ["MAIL", "421 4.3.2 closing", { kind: "later", everything: true }],
])("%s answered by %s", async (stage, answer, outcome) => {
  const sink = await smtpSink({ answers: { [stage]: answer } });
  expect(await relay(sink.url)()).toMatchObject({ ...outcome, answer: expect.stringContaining(answer) });
});

test("a relay that is down takes nothing at all, one that dies after DATA not this mail", async () => {
  const sink = await smtpSink();
  await sink.stop();
  expect(await relay(sink.url)()).toMatchObject({ kind: "later", everything: true });
  const dying = await smtpSink({ dieAfterData: 1 });
  const submit = relay(dying.url);
  expect(await submit()).toMatchObject({ kind: "later", everything: false });
  expect(await submit()).toMatchObject({ kind: "sent" });
  expect(dying.mails.map(({ raw }) => /^Message-ID: (.*)$/m.exec(raw)?.[1])).toEqual([
    "<m-1@sms.localhost>",
    "<m-1@sms.localhost>",
  ]);
});

const stages = ["connect", "greeting", "EHLO", "MAIL", "RCPT", "DATA", "end of data"] as const;

/** A relay that stops answering at some stage, or then only sends a meaningless byte now and then. */
async function hangingRelay(stage: (typeof stages)[number], trickle: boolean) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let data = false;
    let silent = false;
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    const hang = () => {
      silent = true;
      if (!trickle) return;
      const drip = setInterval(() => socket.write("250-"), 20);
      socket.on("close", () => clearInterval(drip));
    };
    if (stage === "connect") return hang();
    if (stage === "greeting") {
      socket.write("220-not yet\r\n");
      return hang();
    }
    socket.write("220 relay\r\n");
    socket.on("data", (chunk) => {
      for (const line of silent ? [] : chunk.toString("utf8").split(/(?<=\r\n)/)) {
        if (data ? line === ".\r\n" && stage === "end of data" : line.toUpperCase().startsWith(stage)) return hang();
        if (data) continue;
        data = /^DATA/i.test(line);
        socket.write(data ? "354 go on\r\n" : "250 ok\r\n");
      }
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as { port: number };
  return { url: `smtp://127.0.0.1:${port}`, open: () => sockets.size };
}

const brief = { connect: 100, greet: 100, answer: 100, mail: 400 };

for (const trickle of [false, true]) {
  test.each(stages)(
    `a relay that ${trickle ? "trickles" : "hangs"} at %s times out, and its connection is closed`,
    async (stage) => {
      const { url, open } = await hangingRelay(stage, trickle);
      expect(await relay(url, brief)()).toMatchObject({ kind: "later" });
      await until(() => expect(open()).toBe(0));
    },
  );
}

test.each([
  ["a workspace's name", "Du er invitert til Salong\r\nBcc: eve@example.com\r\n\r\n<h1>Hei</h1>"],
  ["other line breaks", "Salong\u2028Bcc: eve@example.com\u0085X: y\vZ: w\f\n.\r\n"],
  ["control characters and a very long word", `\u0000\u001b[31m${"x".repeat(5_000)}`],
])("a subject and a name made of %s stay one header each", async (_, text) => {
  const sink = await smtpSink();
  await relay(sink.url)({ subject: text, from: { name: text, address: "no-reply@sms.localhost" } });
  const head = headOf(sink.mails[0]?.raw ?? "");
  const names = head.split(/\r\n(?![ \t])/).map((header) => header.slice(0, header.indexOf(":")).toLowerCase());
  expect(names.filter((name) => ["bcc", "x", "z"].includes(name))).toEqual([]);
  for (const once of ["subject", "from", "to"]) expect(names.filter((name) => name === once)).toHaveLength(1);
  // oxlint-disable-next-line no-control-regex -- checks that there are none
  expect(head.replaceAll("\r\n", "")).not.toMatch(/[\u0000-\u0008\u000a-\u001f\u007f]/);
  expect(sink.mails[0]?.to).toBe("ola@example.com");
});
