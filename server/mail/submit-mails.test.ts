import { sql } from "kysely";
import { pino } from "pino";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { farDatabase } from "../../testing/far-database.ts";
import { mailBatch, mailLedger, queueLength, send, stoppedSources } from "../../testing/mail-batch.ts";
import { mailConfig, submitMails } from "../../testing/mails.ts";
import { newId } from "../../testing/new-id.ts";
import { testSeal } from "../../testing/seal.ts";
import { type SinkBehaviour, smtpSink } from "../../testing/smtp-sink.ts";
import { until } from "../../testing/until.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";
import type { MailTransport, OutgoingMail } from "../kit/mail.ts";
import type { Services } from "../kit/services.ts";
import { submitServices } from "./module.ts";
import { claimMails, findHeldUp, takePlaces } from "./queue-store.ts";
import { relayTransport } from "./relay.ts";
import { mailSubmission, nextAttempt } from "./submit-mails.ts";

const database = await testDatabase();
const { db } = database;
let at = Date.now();
const clock = { now: () => new Date(at) };
const services = { db, clock, log: pino({ enabled: false }), liveUpdates: { publish() {} } };
let workspaceId = "";
beforeEach(async () => {
  await db.asSystem((tx) => sql`delete from mail_queue`.execute(tx));
  ({ id: workspaceId } = await createTestWorkspace(db));
});

const addresses = (n: number) => Array.from({ length: n }, (_, i) => `p${String(i).padStart(3, "0")}@example.com`);
const statuses = async () => {
  const counts: Record<string, number> = {};
  for (const { status } of await mailLedger(db, workspaceId)) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

async function relayTo(behaviour: SinkBehaviour = {}, query = "") {
  const sink = await smtpSink(behaviour);
  const transport = relayTransport(
    { url: sink.url + query, mail_domain: "sms.localhost", dkim: null },
    { connect: 10_000, greet: 10_000, answer: 10_000, mail: 20_000 },
  );
  onTestFinished(() => transport.close());
  return { sink, transport, submit: (over: MailTransport = transport) => submitMails(services, over) };
}

const messageIdOf = (raw: string) => /^Message-ID:\s*<(.*?)>/m.exec(raw)?.[1];

test("five hundred mails leave, each once and with a return path of its own", async () => {
  const { sink, submit } = await relayTo();
  await send(db, mailBatch(workspaceId, addresses(500), { now: clock.now() }));
  await Promise.all([submit(), submit(), submit()]);
  expect(await statuses()).toEqual({ sent: 500 });
  expect(await queueLength(db)).toBe(0);
  expect(sink.mails.map(({ to }) => to).sort()).toEqual(addresses(500));
  expect(new Set(sink.mails.map(({ from }) => from)).size).toBe(500);
  expect(sink.mails.every(({ from }) => /^b-[0-9a-v]{62}@sms\.localhost$/.test(from))).toBe(true);
  const [row] = await mailLedger(db, workspaceId);
  expect(row).toMatchObject({ attempts: 1, answer: "250 2.0.0 taken", sent_at: clock.now(), ended_at: null });
});

test("one refused recipient of 500 does not hold up the others, and is mailed no more", async () => {
  const refuse = (to: string) => (to === "p250@example.com" ? "550 5.1.1 no such user" : undefined);
  const { sink, submit } = await relayTo({ refuse });
  await send(db, mailBatch(workspaceId, addresses(500), { now: clock.now() }));
  await submit();
  expect(await statuses()).toEqual({ sent: 499, failed: 1 });
  expect((await mailLedger(db, workspaceId))[250]).toMatchObject({
    reason: "unknown_address",
    answer: "550 5.1.1 no such user",
    sent_at: null,
  });
  const again = await send(db, mailBatch(workspaceId, ["P250@example.com", "p001@example.com"], { now: clock.now() }));
  expect(again).toMatchObject({ queued: 1, skipped: { bounced: 1 } });
  expect(sink.mails).toHaveLength(499);
});

test("while the relay is down mails wait, visibly, and leave when it is back", async () => {
  const { sink, submit } = await relayTo();
  await sink.stop();
  await send(db, mailBatch(workspaceId, addresses(30), { now: clock.now() }));
  await submit();
  expect(await statuses()).toEqual({ queued: 30 });
  const tried = (await mailLedger(db, workspaceId)).filter(({ attempts }) => attempts > 0);
  expect(tried.length).toBeGreaterThan(0);
  expect(tried.length).toBeLessThan(30);
  expect(tried[0]?.answer).toMatch(/ECONNREFUSED/);
  await sink.start();
  at += 60_000;
  await submit();
  expect(await statuses()).toEqual({ sent: 30 });
});

test("a mail that cannot be sent in two days has failed", async () => {
  const { submit } = await relayTo({ answers: { RCPT: "451 4.3.0 later" } });
  await send(db, mailBatch(workspaceId, ["p@example.com"], { now: clock.now() }));
  const from = at;
  for (let n = 0; n < 40 && (await queueLength(db)) > 0; n++) {
    await submit();
    at += 2 * 3_600_000 + 600_000;
  }
  const [mail] = await mailLedger(db, workspaceId);
  expect(mail).toMatchObject({ status: "failed", reason: "gave_up", answer: "451 4.3.0 later" });
  expect((mail?.ended_at?.getTime() ?? 0) - from).toBeGreaterThan(40 * 3_600_000);
  expect(mail?.attempts).toBeGreaterThan(15);
});

test("the waits grow, and attempts go on while the mail is valid", () => {
  const now = new Date(0);
  const waits = [1, 2, 3, 4, 5, 6, 7, 8, 30].map((n) => nextAttempt(n, now, 0).getTime() / 1_000);
  expect(waits).toEqual([10, 60, 300, 900, 1_800, 3_600, 7_200, 7_200, 7_200]);
  expect(nextAttempt(1, now, 1).getTime()).toBe(11_000);
});

test("a relay that dies after DATA gets the same mail again, with the same Message-ID", async () => {
  const { sink, submit } = await relayTo({ dieAfterData: 1 });
  await send(db, mailBatch(workspaceId, ["p@example.com"], { now: clock.now() }));
  await submit();
  expect(await statuses()).toEqual({ queued: 1 });
  at += 60_000;
  await submit();
  expect(await statuses()).toEqual({ sent: 1 });
  const ids = sink.mails.map(({ raw }) => messageIdOf(raw));
  expect(ids).toHaveLength(2);
  expect(ids[0]).toBe(ids[1]);
  expect((await mailLedger(db, workspaceId))[0]?.message_id).toBe(ids[0]);
});

test("while the database is away what has left is kept, and recorded when it is back: nothing is submitted twice", async () => {
  const { sink, transport } = await relayTo();
  const { proxy, far } = await farDatabase(database, 5);
  await send(db, mailBatch(workspaceId, addresses(40), { now: clock.now() }));
  let waits = 0;
  sink.set({
    async before() {
      if (sink.mails.length !== 20) return;
      proxy.refuse(true);
      proxy.reset();
    },
  });
  const log = pino({ level: "warn" }, { write: () => void (++waits, proxy.refuse(false)) });
  await submitMails({ ...services, db: far, log }, transport);
  expect(waits).toBeGreaterThan(0);
  const left = sink.mails.length;
  expect(await statuses()).toEqual({ sent: left, ...(left < 40 && { queued: 40 - left }) });
  // What was claimed and not submitted, once the claim is over.
  at += 600_000;
  await submitMails(services, transport);
  expect(await statuses()).toEqual({ sent: 40 });
  expect(sink.mails.map(({ to }) => to).sort()).toEqual(addresses(40));
});

test("killed between claim and record, a mail is submitted again once its lease is over, and never before", async () => {
  const { sink, transport, submit } = await relayTo();
  await send(db, mailBatch(workspaceId, addresses(3), { now: clock.now() }));
  const dead = new Promise<never>(() => {}); // the process that submits is killed: it never answers
  const taken = Promise.withResolvers<void>();
  let n = 0;
  const killed: MailTransport = {
    ...transport,
    async submit(mail, signal) {
      await transport.submit(mail, signal);
      if (++n === 3) taken.resolve();
      return dead;
    },
  };
  void submit(killed);
  await taken.promise;
  await submit();
  expect(sink.mails).toHaveLength(3);
  at += transport.longest_ms * 3 + 1;
  await submit();
  expect(await statuses()).toEqual({ sent: 3 });
  const ids = sink.mails.map(({ raw }) => messageIdOf(raw));
  expect(ids).toHaveLength(6);
  expect(new Set(ids).size).toBe(3);
});

test("a claim that waited too long is given back, not submitted", async () => {
  const { sink, transport } = await relayTo({}, "?window=1");
  await send(db, mailBatch(workspaceId, addresses(3), { now: clock.now() }));
  let n = 0;
  const suspended: MailTransport = {
    ...transport,
    async submit(mail, signal) {
      const done = await transport.submit(mail, signal);
      if (++n === 1) at += transport.longest_ms * 3; // the process was stopped for a while
      return done;
    },
  };
  await submitMails(services, suspended);
  expect(await statuses()).toEqual({ sent: 3 });
  expect(sink.mails).toHaveLength(3);
});

test("no transaction is open while the relay takes its time", async () => {
  const seen: unknown[] = [];
  const before = async () => {
    const { rows } = await db.pool.query(
      "select query from pg_stat_activity where datname = current_database() and xact_start is not null and pid <> pg_backend_pid()",
    );
    seen.push(...rows);
  };
  const { submit } = await relayTo({ before }, "?window=1");
  await send(db, mailBatch(workspaceId, ["p@example.com"], { now: clock.now() }));
  await submit();
  expect(await statuses()).toEqual({ sent: 1 });
  expect(seen).toEqual([]);
});

test("no more than the window's mails of a workspace are under way, and another workspace's go in between", async () => {
  const other = await createTestWorkspace(db);
  let open = 0;
  let most = 0;
  const order: string[] = [];
  const transport: MailTransport = {
    window: { workspace: 2, all: 4 },
    rate: null,
    longest_ms: 1_000,
    async submit(mail: OutgoingMail) {
      if (mail.workspace_id === workspaceId) most = Math.max(most, ++open);
      await new Promise((done) => setImmediate(done));
      order.push(mail.workspace_id);
      if (mail.workspace_id === workspaceId) open--;
      return { kind: "sent", answer: "" };
    },
    close() {},
  };
  await send(db, mailBatch(workspaceId, addresses(200), { now: clock.now() }));
  await send(db, mailBatch(other.id, ["p@example.com"], { now: clock.now() }));
  await submitMails(services, transport);
  expect(most).toBe(2);
  expect(order).toHaveLength(201);
  expect(order.indexOf(other.id)).toBeLessThan(200);
});

test("a rate is kept over all processes", async () => {
  const { sink, submit, transport } = await relayTo({}, "?rate=5");
  expect(transport.rate).toBe(5);
  await send(db, mailBatch(workspaceId, addresses(12), { now: clock.now() }));
  for (const expected of [5, 10, 12]) {
    await Promise.all([submit(), submit()]);
    expect(sink.mails).toHaveLength(expected);
    at += 1_000;
  }
});

test("a clock that was set back does not stop the mails of a rate", async () => {
  const { sink, submit } = await relayTo({}, "?rate=5");
  at += 86_400_000;
  await send(db, mailBatch(workspaceId, addresses(5), { now: clock.now() }));
  await submit();
  at -= 86_400_000;
  await send(db, mailBatch(workspaceId, addresses(7), { now: clock.now() }));
  await submit();
  await submit();
  expect(sink.mails).toHaveLength(10);
  at += 1_000;
  await submit();
  expect(sink.mails).toHaveLength(12);
});

test("a round that comes a little late loses nothing of the rate, and saves up no more", async () => {
  const { sink, submit } = await relayTo({}, "?rate=5");
  await send(db, mailBatch(workspaceId, addresses(30), { now: clock.now() }));
  for (const [wait, expected] of [
    [0, 5],
    [1_200, 10],
    [800, 15],
    [10_000, 20],
    [300, 20],
    [400, 25],
  ] as const) {
    at += wait;
    await submit();
    expect(sink.mails).toHaveLength(expected);
  }
});

test("many mails of a source that was stopped end in one go", async () => {
  const { sink, submit } = await relayTo();
  const batch = mailBatch(workspaceId, addresses(250), { now: clock.now() });
  await send(db, batch);
  await send(db, mailBatch(workspaceId, ["last@example.com"], { now: clock.now(), not_before: new Date(at + 1) }));
  stoppedSources.add(batch.source.id as string);
  at += 1;
  const work = mailSubmission(
    submitServices({ ...services, seal: testSeal, config: mailConfig } as unknown as Services),
    () => relayTransport({ url: sink.url, mail_domain: "sms.localhost", dkim: null }),
  );
  const round = await work.run({ now: clock.now(), signal: new AbortController().signal });
  expect(round).toMatchObject({ done: 1, oldest: new Date(at - 1) });
  await until(async () => expect(await statuses()).toEqual({ skipped: 250, sent: 1 }));
  await work.stop?.();
  await submit();
});

test("mails that nobody submits are found, those of a mailing under way or of a rate are not", async () => {
  const heldUp = async () => {
    const found = await db.asSystem((tx) => findHeldUp(tx, new Date(at - 120_000)));
    return found.map(({ workspace_id, due_at }) => [workspace_id, due_at]);
  };
  const due = clock.now();
  await send(db, mailBatch(workspaceId, addresses(3), { now: due }));
  at += 60_000;
  expect(await heldUp()).toEqual([]);
  at += 60_000;
  expect(await heldUp()).toEqual([[workspaceId, due]]);
  const lease = newId();
  const claim = { at: clock.now(), until: new Date(at + 60_000), lease, limit: 1, messageIdOf: (id: string) => id };
  await db.inWorkspace(workspaceId, (tx) => claimMails(tx, workspaceId, claim));
  expect(await heldUp()).toEqual([]);
  at += 181_000;
  expect(await heldUp()).toHaveLength(1);
  await db.inWorkspace(workspaceId, (tx) => takePlaces(tx, workspaceId, 5, clock.now(), 5));
  expect(await heldUp()).toEqual([]);
});

test("what changed since a mail was queued is asked again: its source, the address", async () => {
  const { sink, submit } = await relayTo();
  const batch = mailBatch(workspaceId, ["a@example.com"], { now: clock.now() });
  await send(db, batch);
  stoppedSources.add(batch.source.id as string);
  await send(db, mailBatch(workspaceId, ["b@example.com"], { now: clock.now() }));
  await db.inWorkspace(workspaceId, (tx) =>
    sql`insert into mail_stops (workspace_id, address, kind, subscription_type_id, at)
      values (${workspaceId}, 'b@example.com', 'bounced', ${newId()}, now())`.execute(tx),
  );
  await submit();
  expect(sink.mails).toEqual([]);
  expect((await mailLedger(db, workspaceId)).map(({ status, reason }) => [status, reason])).toEqual([
    ["skipped", "source_stopped"],
    ["skipped", "bounced"],
  ]);
});
