import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";
import { sql } from "kysely";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { newId } from "../../testing/new-id.ts";
import { until } from "../../testing/until.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";
import { accountJobs } from "../accounts/account-jobs.ts";
import { mailInvitationJob } from "../accounts/invitations.ts";
import { systemClock } from "./clock.ts";
import { relayMailer, sandboxMailer } from "./mail.ts";

const { db } = await testDatabase();
const from = "Varsla <no-reply@sms.localhost>";

/** A minimal SMTP server (RFC 5321) that accepts or refuses mails. */
async function relay(answerToData: string): Promise<{ url: string; mails: string[]; stop(): void }> {
  const mails: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let data = false;
    let mail = "";
    socket.write("220 relay\r\n");
    socket.on("data", (chunk) => {
      for (const line of chunk.toString("utf8").split(/(?<=\r\n)/)) {
        if (data && line !== ".\r\n") mail += line;
        else if (data) {
          data = false;
          mails.push(mail);
          socket.write(answerToData);
        } else if (/^DATA/i.test(line)) {
          data = true;
          socket.write("354 go on\r\n");
        } else socket.write(/^QUIT/i.test(line) ? "221 bye\r\n" : "250 ok\r\n");
      }
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  const stop = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { url: `smtp://127.0.0.1:${port}`, mails, stop };
}

test("a relay gets the mail, marked as auto-generated", async () => {
  const { url, mails, stop } = await relay("250 taken\r\n");
  await relayMailer({ url, from }).send({
    to: "ola@example.com",
    subject: "Nytt passord",
    text: "På en lenke:\nhttp://x",
  });
  stop();
  expect(mails[0]).toMatch(/^From: Varsla <no-reply@sms\.localhost>/m);
  expect(mails[0]).toMatch(/^To: ola@example\.com/m);
  expect(mails[0]).toMatch(/^Auto-Submitted: auto-generated/m);
});

test("a mail that the relay refuses is an error, so that its job is retried", async () => {
  const { url, stop } = await relay("451 later\r\n");
  const mail = { to: "ola@example.com", subject: "x", text: "x" };
  await expect(relayMailer({ url, from }).send(mail)).rejects.toThrow(/451/);
  stop();
  await expect(relayMailer({ url, from }).send(mail)).rejects.toThrow(/ECONNREFUSED/);
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
  return { url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`, open: () => sockets.size };
}

const brief = { connect: 100, greet: 100, answer: 100, mail: 400 };
const mail = { to: "ola@example.com", subject: "x", text: "x" };

for (const pooled of ["", "?pool=true"]) {
  for (const trickle of [false, true]) {
    test.each(stages)(
      `a relay that ${trickle ? "trickles" : "hangs"} at %s times out, and its connection is closed${pooled && ", pooled too"}`,
      async (stage) => {
        const { url, open } = await hangingRelay(stage, trickle);
        const error = await relayMailer({ url: url + pooled, from }, brief)
          .send(mail)
          .catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(Error);
        await until(() => expect(open()).toBe(0));
      },
    );
  }
}

test("while a relay hangs, no transaction is open", async () => {
  const { url, open } = await hangingRelay("RCPT", false);
  const { id: workspace_id } = await createTestWorkspace(db);
  const invitation_id = newId();
  await db.inWorkspace(workspace_id, (tx) =>
    sql`insert into invitations (workspace_id, id, email, role, sms_setup, invited_by, created_at, expires_at)
      values (${workspace_id}, ${invitation_id}, 'ola@example.com', 'viewer', false, 'Kari', now(), now() + interval '1 day')`.execute(
      tx,
    ),
  );
  const services = {
    db,
    clock: systemClock,
    log: pino({ enabled: false }),
    config: { public_url: "http://localhost", secret_key: "a test's key of at least thirty-two characters" },
    mailer: relayMailer({ url, from }, { ...brief, answer: 2_000, mail: 2_000 }),
  };
  const job = accountJobs(services)[mailInvitationJob]?.(
    { workspace_id, invitation_id } as never,
    new AbortController().signal,
  );
  const failed = job?.then(
    () => null,
    (error: unknown) => error,
  );
  await until(() => expect(open()).toBe(1));
  const { rows } = await db.pool.query(
    "select 1 from pg_stat_activity where datname = current_database() and xact_start is not null and pid <> pg_backend_pid()",
  );
  expect(rows).toEqual([]);
  expect(await failed).toBeInstanceOf(Error);
});

test("a subject cannot inject headers or recipients", async () => {
  const { url, mails, stop } = await relay("250 taken\r\n");
  await relayMailer({ url, from }).send({ to: "ola@example.com", subject: "Hei\r\nBcc: eve@example.com", text: "x" });
  stop();
  expect(mails[0]).not.toMatch(/^Bcc:/m);
});

test.each([
  ["a workspace's name", "Du er invitert til Salong\r\nBcc: eve@example.com\r\n\r\n<h1>Hei</h1>"],
  ["other line breaks", "Salong\u2028Bcc: eve@example.com\u0085X: y\vZ: w\f\n.\r\n"],
  ["control characters and a very long word", `\u0000\u001b[31m${"x".repeat(5_000)}`],
])("a subject made of %s stays one header", async (_, subject) => {
  const { url, mails, stop } = await relay("250 taken\r\n");
  await relayMailer({ url, from }).send({ to: "ola@example.com", subject, text: "x" });
  stop();
  const [head = ""] = (mails[0] ?? "").split("\r\n\r\n");
  const names = head.split(/\r\n(?![ \t])/).map((header) => header.slice(0, header.indexOf(":")).toLowerCase());
  expect(names.filter((name) => ["bcc", "x", "z"].includes(name))).toEqual([]);
  expect(names.filter((name) => name === "subject")).toHaveLength(1);
  // oxlint-disable-next-line no-control-regex -- checks that there are none
  expect(head.replaceAll("\r\n", "")).not.toMatch(/[\u0000-\u0008\u000a-\u001f\u007f]/);
  expect(mails[0]?.trimEnd().split("\r\n").at(-1)).toBe("x");
});

test("a text with several addresses is refused before the relay is contacted", async () => {
  const { url, mails, stop } = await relay("250 taken\r\n");
  for (const to of ["ola@example.com, eve@example.com", "ola@example.com\r\nBcc: eve@example.com", "eve@x <ola@y>"]) {
    await expect(relayMailer({ url, from }).send({ to, subject: "x", text: "x" }), to).rejects.toThrow(/address/);
  }
  stop();
  expect(mails).toEqual([]);
});

test("without a relay mails are stored for the sandbox mailbox", async () => {
  const at = new Date("2026-03-01T12:00:00Z");
  const owner = { user_id: newId(at), workspace_ids: [newId(at)] };
  const published: unknown[] = [];
  const liveUpdates = { publish: (...item: unknown[]) => void published.push(item) };
  const mailer = sandboxMailer({ db, from, clock: { now: () => at }, liveUpdates, ownerOf: async () => owner });
  await mailer.send({ to: "Ola@example.com", subject: "Hei", text: "En lenke" });
  const kept = await db.asSystem((tx) =>
    sql`select sender, recipient, subject, text, at, user_id, workspace_ids from sandbox_mails`.execute(tx),
  );
  expect(kept.rows).toEqual([
    { sender: from, recipient: "Ola@example.com", subject: "Hei", text: "En lenke", at, ...owner },
  ]);
  expect(published).toEqual([[owner.workspace_ids[0], "sandbox", null]]);
});
