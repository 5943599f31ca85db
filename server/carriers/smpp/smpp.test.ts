/** SMPP against the test SMSC: connections, submission, and the outcomes of texts when something fails. */
import { setDefaultCACertificates, getCACertificates } from "node:tls";
import { sql } from "kysely";
import { describe, expect, onTestFinished, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { addManyContacts, ledger, quota, send, untilFinal } from "../../../testing/pipeline.ts";
import { selfSigned } from "../../../testing/self-signed.ts";
import { connectSmpp, startSmppPipeline } from "../../../testing/smpp-pipeline.ts";
import { header, submitSmResp } from "../../../testing/smsc-pdu.ts";
import { startSmsc } from "../../../testing/smsc.ts";
import { startTcpProxy } from "../../../testing/tcp-proxy.ts";
import { until } from "../../../testing/until.ts";
import { createTestWorkspace } from "../../../testing/workspace.ts";
import type { Outcome } from "../carrier.ts";
import { turnReferences } from "./references-store.ts";

const { db } = await testDatabase({ max: 30 });
const kinds = (outcomes: Outcome[]) => outcomes.map((outcome) => outcome.kind);
const many = <T>(count: number, make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i));

test("a batch leaves over SMPP, every text once, and its receipts arrive", async () => {
  const smsc = await startSmsc();
  onTestFinished(() => smsc.stop());
  const workspace = await createTestWorkspace(db);
  await addManyContacts(db, workspace.id, 300);
  await startSmppPipeline(db, workspace, { port: smsc.port });
  await send(db, workspace, { class: "marketing", text: "Hei på deg" });
  await untilFinal(db, workspace.id);
  expect(smsc.taken).toHaveLength(300);
  expect(new Set(smsc.taken.map((text) => text.to)).size).toBe(300);
  expect(smsc.taken[0]).toMatchObject({ from_ton: 1, to_ton: 1, text: "Hei på deg", registered_delivery: 1 });
  const rows = await ledger(db, workspace.id);
  expect(new Set(rows.map((row) => row.status))).toEqual(new Set(["delivered"]));
  expect(rows.map((row) => row.carrier_reference).sort()).toEqual(smsc.taken.map((text) => text.id).sort());
  expect(await quota(db, workspace.id)).toEqual({ used: 300, reserved: 0 });
});

describe("settings determine each submit_sm", () => {
  test("service_type, addresses, validity, registered_delivery", async () => {
    const { smsc, submit, text } = await connectSmpp(db, {
      service_type: "CMT",
      source_ton: 6,
      destination_npi: 8,
      validity: "absolute",
      receipts: "none",
    });
    const expires_at = new Date("2031-02-03T04:05:06Z");
    await submit([text("Hei", { from: "Varsla", expires_at }), text("Hei")]);
    // node-smpp reads it as a date.
    expect(smsc.taken.map(({ validity_period }) => validity_period)).toEqual([expires_at, ""]);
    expect(smsc.taken[0]).toMatchObject({
      service_type: "CMT",
      from: "Varsla",
      from_ton: 6,
      from_npi: 0,
      to: "4790000001",
      to_ton: 1,
      to_npi: 8,
      registered_delivery: 0,
    });
  });

  test.each(["udh", "sar"] as const)("texts of several parts by %s: as many PDUs as segments", async (long_texts) => {
    const { smsc, submit, text, receipts } = await connectSmpp(db, { long_texts });
    const long = text(`${"Æ€".repeat(140)} slutt`);
    const [outcome] = await submit([long]);
    expect(smsc.taken).toHaveLength(long.segments);
    expect(smsc.taken.map((part) => part.text).join("")).toBe(long.text);
    expect(outcome).toEqual({ kind: "accepted", carrier_reference: smsc.taken[0]?.id });
    if (long_texts === "sar") expect(smsc.taken.map((part) => part.sar?.slice(1))).toEqual(many(3, (i) => [3, i + 1]));
    else expect(smsc.taken.map((part) => part.udh.slice(0, 6))).toEqual(many(3, () => "060804"));
    // One receipt for the text, not one for each part.
    await until(() => expect(receipts).toMatchObject([{ message_id: long.message_id, status: "delivered" }]));
  });

  test("texts of several parts by message_payload", async () => {
    const { smsc, submit, text } = await connectSmpp(db, { long_texts: "payload" });
    await submit([text("Ж".repeat(200))]);
    expect(smsc.taken).toMatchObject([{ payload: true, data_coding: 8, text: "Ж".repeat(200) }]);
  });
});

describe("connections", () => {
  test("a transmitter and a receiver, several of each", async () => {
    const { smsc, carrier, submit, text, receipts } = await connectSmpp(db, { mode: "pair", binds: 2, window: 5 });
    expect(carrier.state()).toMatchObject({ state: "up", bound: 4, wanted: 4 });
    await submit(many(40, (i) => text(`Nr. ${i}`)));
    expect(new Set(smsc.taken.map((each) => each.bind)).size).toBe(2);
    await until(() => expect(receipts).toHaveLength(40));
  });

  test("no more under way on one connection than its window", async () => {
    const settings = { window: 3, response_seconds: 1 };
    const { smsc, submit, text } = await connectSmpp(db, settings, { behaviour: { unanswered_share: 1 } });
    const outcomes = await submit(many(10, (i) => text(`Nr. ${i}`)));
    expect(smsc.counts.submits).toBe(3);
    expect(kinds(outcomes)).toEqual([...many(3, () => "unknown"), ...many(7, () => "later")]);
  });

  test("a refused bind is reported in words, and tried again", async () => {
    const { smsc, carrier, submit, text } = await connectSmpp(
      db,
      {},
      { behaviour: { bind_status: 0x0e } },
      { unbound: true },
    );
    await until(() => expect(carrier.state().state).toBe("down"));
    expect(carrier.state().last_error?.message).toBe("It refused the bind: ESME_RINVPASWD (0x0000000E)");
    expect(await submit([text("Hei")])).toEqual([{ kind: "later", after_ms: expect.any(Number), down: true }]);
    smsc.behave({ bind_status: 0 });
    await until(() => expect(carrier.state()).toMatchObject({ state: "up", bound: 1 }));
    expect(smsc.counts.refused_binds).toBeGreaterThanOrEqual(1);
    expect(kinds(await submit([text("Hei")]))).toEqual(["accepted"]);
  });

  test("an unreachable provider: down, and texts may go to another carrier", async () => {
    const { smsc, carrier, submit, text } = await connectSmpp(db);
    await smsc.stop();
    await until(() => expect(carrier.state().state).toBe("down"));
    expect(await submit([text("Hei")])).toMatchObject([{ kind: "later", down: true }]);
    expect(carrier.state().last_error?.message).toMatch(/ECONNREFUSED|closed|reset/i);
    expect(carrier.state().last_error?.message, "a sentence").toMatch(/^[A-Z]/);
  });

  test("enquire_link keeps a quiet connection open, and detects a dead peer", async () => {
    const { smsc, carrier } = await connectSmpp(db, { enquire_link_seconds: 1, response_seconds: 1 });
    await until(() => expect(smsc.counts.enquire_links).toBeGreaterThanOrEqual(1));
    expect(smsc.counts.binds).toBe(1);
    smsc.behave({ silent: true });
    await until(() => expect(carrier.state().last_error?.message).toContain("enquire_link"));
    smsc.behave({ silent: false });
    await until(() => expect(smsc.counts.binds).toBeGreaterThanOrEqual(2));
  });

  test("an unbind is answered, and the connection is made again", async () => {
    const { smsc, carrier } = await connectSmpp(db);
    smsc.sendRaw(Buffer.from("00000010000000060000000000000009", "hex"));
    await until(() => expect(smsc.counts.binds).toBe(2));
    await until(() => expect(carrier.state().state).toBe("up"));
  });

  test("nothing more is written to a provider that unbinds: it would end as unknown although it never went", async () => {
    const { smsc, submit, text } = await connectSmpp(db, { window: 5 }, { behaviour: { unanswered_share: 1 } });
    const under = submit(many(10, (i) => text(`Nr. ${i}`)));
    await until(() => expect(smsc.counts.submits).toBe(5));
    // The bind had number 1. An answer makes room for another text, and the unbind comes in the same packet.
    smsc.sendRaw(Buffer.concat([submitSmResp(2, "first"), header(0, 0x06, 0, 1)]));
    expect(kinds(await under)).toEqual(["accepted", ...many(4, () => "unknown"), ...many(5, () => "later")]);
    await until(() => expect(smsc.counts.binds).toBe(2));
  });

  test("a connection that breaks: what was under way is unknown, what was not written goes later, the next one is used", async () => {
    const { smsc, carrier, submit, text } = await connectSmpp(
      db,
      { window: 5 },
      { behaviour: { unanswered_share: 1 } },
    );
    const under = submit(many(8, (i) => text(`Nr. ${i}`)));
    await until(() => expect(smsc.counts.submits).toBe(5));
    smsc.disconnect();
    const outcomes = await under;
    expect(kinds(outcomes)).toEqual([...many(5, () => "unknown"), ...many(3, () => "later")]);
    expect(outcomes[5]).toMatchObject({ down: true });
    smsc.behave({ unanswered_share: 0 });
    await until(() => expect(carrier.state().state).toBe("up"));
    expect(kinds(await submit([text("Hei")]))).toEqual(["accepted"]);
  });

  test("of two connections one breaks: the rest goes over the other", async () => {
    const { smsc, submit, text } = await connectSmpp(
      db,
      { binds: 2, window: 2 },
      { behaviour: { response_delay_ms: 300 } },
    );
    const under = submit(many(12, (i) => text(`Nr. ${i}`)));
    await until(() => expect(smsc.counts.submits).toBe(4));
    smsc.disconnect(1);
    const outcomes = kinds(await under);
    expect(outcomes.filter((kind) => kind === "unknown")).toHaveLength(2);
    expect(outcomes.filter((kind) => kind === "accepted")).toHaveLength(10);
  });

  test("a connection that is cut in the middle of a PDU starts clean", async () => {
    const smsc = await startSmsc();
    const proxy = await startTcpProxy(smsc.port);
    onTestFinished(() => proxy.close().then(() => smsc.stop()));
    const { carrier, submit, text } = await connectSmpp(db, { port: proxy.port });
    proxy.resetHalfway();
    expect(kinds(await submit([text("Hei")]))).toEqual(["unknown"]);
    await until(() => expect(carrier.state().state).toBe("up"));
    expect(kinds(await submit([text("Hei")]))).toEqual(["accepted"]);
  });
});

test("a slow provider gets smaller batches, a quick one larger ones", async () => {
  const { carrier, submit, text, smsc } = await connectSmpp(
    db,
    { window: 10 },
    { behaviour: { response_delay_ms: 400 } },
  );
  const first = carrier.limits.batch;
  await submit(many(first, (i) => text(`Nr. ${i}`)));
  expect(carrier.limits.batch).toBe(first / 2);
  smsc.behave({ response_delay_ms: 0 });
  while (carrier.limits.batch < 160) await submit(many(carrier.limits.batch, (i) => text(`Nr. ${i}`)));
  expect(carrier.limits.batch).toBe(160);
});

test("stopped while texts are under way, as by a change of its settings: they are answered first", async () => {
  const { carrier, submit, text, smsc } = await connectSmpp(
    db,
    { window: 4 },
    { behaviour: { response_delay_ms: 100 } },
  );
  const under = submit(many(12, (i) => text(`Nr. ${i}`)));
  await until(() => expect(smsc.counts.submits).toBeGreaterThanOrEqual(4));
  await carrier.stop();
  expect(kinds(await under)).toEqual(many(12, () => "accepted"));
  expect(kinds(await submit([text("Hei")]))).toEqual(["later"]);
  expect(smsc.bound()).toBe(0);
});

describe("TLS", () => {
  test("on: only with a certificate of a known authority; unverified: with any certificate", async () => {
    const tls = selfSigned();
    const strict = await connectSmpp(db, { tls: "on" }, { tls }, { unbound: true });
    await until(() => expect(strict.carrier.state()).toMatchObject({ state: "down", bound: 0 }));
    expect(strict.carrier.state().last_error?.message).toMatch(/self.signed/i);
    expect(strict.smsc.counts.binds).toBe(0);
    const lax = await connectSmpp(db, { tls: "unverified" }, { tls });
    expect(kinds(await lax.submit([lax.text("Hei")]))).toEqual(["accepted"]);

    const usual = getCACertificates("default");
    onTestFinished(() => setDefaultCACertificates(usual));
    setDefaultCACertificates([...usual, tls.cert]);
    const known = await connectSmpp(db, { tls: "on", host: "localhost" }, { tls });
    expect(kinds(await known.submit([known.text("Hei")]))).toEqual(["accepted"]);
  });
});

describe("throttling", () => {
  test.each([0x58, 0x14])(
    "status 0x%s: the same texts again after a while, none lost, none twice",
    async (throttle_status) => {
      const { smsc, submit, text } = await connectSmpp(
        db,
        { window: 10 },
        { behaviour: { throttle_share: 0.2, throttle_status } },
      );
      const outcomes = await submit(many(60, (i) => text(`Nr. ${i}`)));
      expect(kinds(outcomes)).toEqual(many(60, () => "accepted"));
      expect(smsc.counts.throttled).toBeGreaterThanOrEqual(5);
      expect(new Set(smsc.taken.map((each) => each.text)).size).toBe(60);
      expect(smsc.taken).toHaveLength(60);
    },
  );

  test("for too long: the rest is offered again later", async () => {
    const { submit, text, smsc } = await connectSmpp(db, { response_seconds: 1 }, { behaviour: { throttle_share: 1 } });
    const outcomes = await submit(many(10, (i) => text(`Nr. ${i}`)));
    expect(kinds(outcomes)).toEqual(many(10, () => "later"));
    expect(outcomes.every((outcome) => !("down" in outcome))).toBe(true);
    // It was not tried all the time.
    expect(smsc.counts.submits).toBeLessThan(150);
  });

  test("a pipeline through a provider with a limit: everything arrives", async () => {
    const smsc = await startSmsc({ behaviour: { rate_per_second: 100 } });
    onTestFinished(() => smsc.stop());
    const workspace = await createTestWorkspace(db);
    await addManyContacts(db, workspace.id, 250);
    await startSmppPipeline(db, workspace, { port: smsc.port });
    await send(db, workspace, { class: "marketing" });
    await untilFinal(db, workspace.id);
    expect(smsc.taken).toHaveLength(250);
    expect(smsc.counts.throttled).toBeGreaterThanOrEqual(1);
  });
});

describe("refusals", () => {
  test.each([
    [0x0b, { kind: "refused", code: "0x0000000B", reason: "unknown_number" }],
    [0x0a, { kind: "refused", code: "0x0000000A", reason: "carrier_violation", elsewhere: true }],
    [0x45, { kind: "refused", code: "0x00000045", reason: "unknown", elsewhere: true }],
    [0x66, { kind: "refused", code: "0x00000066", reason: "blocked", elsewhere: true }],
    [0x404, { kind: "refused", code: "0x00000404", reason: "unknown", elsewhere: true }],
  ])("status %i", async (submit_status, outcome) => {
    const { submit, text } = await connectSmpp(db, {}, { behaviour: { submit_status } });
    expect(await submit([text("Hei")])).toEqual([outcome]);
  });

  test("an internal error of the provider is retried, but not forever with one text", async () => {
    const { submit, text } = await connectSmpp(db, {}, { behaviour: { submit_status: 0x08 } });
    const one = text("Hei");
    for (let i = 0; i < 4; i++) expect(await submit([one])).toEqual([{ kind: "later", after_ms: expect.any(Number) }]);
    expect(await submit([one])).toMatchObject([{ kind: "refused", code: "0x00000008", elsewhere: true }]);
  });

  test.each([0x04, 0x0d])(
    "%i: nothing is taken through this connection, so it is made again once everything under way is answered",
    async (status) => {
      const refused = "4790000001";
      const behaviour = { submit_status_to: { [refused]: status }, response_delay_ms: 50 };
      const { smsc, carrier, submit, text } = await connectSmpp(db, { window: 5 }, { behaviour });
      const outcomes = await submit(many(10, (i) => text("Hei", { to: `+47900000${String(i + 1).padStart(2, "0")}` })));
      expect(outcomes[0]).toEqual({ kind: "later", after_ms: expect.any(Number), down: true });
      expect(kinds(outcomes.slice(1))).toEqual([...many(4, () => "accepted"), ...many(5, () => "later")]);
      expect(outcomes[5]).toMatchObject({ down: true });
      // Not by the state "down": it lasts a quarter of a second, which a busy machine may miss.
      await until(() => expect(smsc.counts.binds).toBe(2));
      expect(carrier.state().last_error?.message).toMatch(/ESME_RINVBNDSTS|ESME_RBINDFAIL/);
      await until(() => expect(carrier.state()).toMatchObject({ state: "up", bound: 1 }));
      smsc.behave({ submit_status_to: {} });
      expect(kinds(await submit([text("Hei")]))).toEqual(["accepted"]);
    },
  );

  test("a connection that never takes a text is retried at growing intervals, so that fallback carriers are used", async () => {
    const { smsc, carrier, submit, text } = await connectSmpp(db, {}, { behaviour: { submit_status: 0x04 } });
    for (let binds = 1; binds <= 3; binds++) {
      await until(() => expect(smsc.counts.binds).toBe(binds));
      await until(() => expect(carrier.state().state).toBe("up"));
      expect(await submit([text("Hei")])).toMatchObject([{ kind: "later", down: true }]);
    }
    await until(() => expect(carrier.state().state).toBe("down"));
    expect(smsc.counts.submits).toBe(3);
  });

  test("one bad number among others stops nothing", async () => {
    const { submit, text } = await connectSmpp(db, {}, { behaviour: { submit_status_to: { "4790000002": 0x0b } } });
    const outcomes = await submit(many(5, (i) => text("Hei", { to: `+479000000${i}` })));
    expect(kinds(outcomes)).toEqual(["accepted", "accepted", "refused", "accepted", "accepted"]);
  });
});

describe("unanswered", () => {
  test("a text without a response is unknown; a late response still shows that it went", async () => {
    const { carrier, submit, text, smsc } = await connectSmpp(
      db,
      { response_seconds: 1 },
      { behaviour: { response_delay_ms: 1_400 } },
    );
    const late = text("Hei");
    const begun = new Date();
    expect(await submit([late])).toEqual([{ kind: "unknown" }]);
    expect(await carrier.lookup([late], begun, async () => new Map())).toEqual(new Map([[late.message_id, null]]));
    await until(async () =>
      expect(await carrier.lookup([late], begun, async () => new Map())).toEqual(
        new Map([[late.message_id, { carrier_reference: smsc.taken[0]?.id, receipt: null }]]),
      ),
    );
  });

  test("a text that went in part is unknown, not offered again", async () => {
    const { submit, text, smsc } = await connectSmpp(
      db,
      { response_seconds: 1, window: 1 },
      { behaviour: { unanswered_share: 0 } },
    );
    const under = submit([text("a".repeat(400))]);
    smsc.behave({ response_delay_ms: 50 });
    await until(() => expect(smsc.counts.taken).toBeGreaterThanOrEqual(1));
    smsc.disconnect();
    expect(await under).toEqual([{ kind: "unknown" }]);
  });

  test("in the ledger: marketing is not sent again, and ends as uncertain", async () => {
    const smsc = await startSmsc({ behaviour: { unanswered_share: 0.5, receipts: false } });
    onTestFinished(() => smsc.stop());
    const workspace = await createTestWorkspace(db);
    await addManyContacts(db, workspace.id, 10);
    await startSmppPipeline(db, workspace, { port: smsc.port, response_seconds: 1 });
    await send(db, workspace, { class: "marketing" });
    await untilFinal(db, workspace.id, ["sent", "failed"]);
    expect(smsc.taken).toHaveLength(10);
    const rows = await ledger(db, workspace.id);
    const counted = (status: string) => rows.filter((row) => row.status === status).length;
    expect([counted("sent"), counted("failed")]).toEqual([5, 5]);
    expect(new Set(rows.filter((row) => row.status === "failed").map((row) => row.reason))).toEqual(
      new Set(["uncertain"]),
    );
  });
});

test("old weeks of references are dropped, and the next ones are made", async () => {
  const names = async () =>
    (
      await db.asSystem((tx) =>
        sql<{ name: string }>`
          select relname as name from pg_class where relname ~ '^smpp_references_\\d' and relkind = 'r' order by 1`.execute(
          tx,
        ),
      )
    ).rows.map((row) => row.name);
  const before = await names();
  expect(before).toHaveLength(3);
  await db.asSystem(async (tx) => {
    await sql`create table smpp_references_2026_01_05 partition of smpp_references for values from ('2026-01-05Z') to ('2026-01-12Z')`.execute(
      tx,
    );
    await sql.raw(`drop table ${before[1]}`).execute(tx);
    // A campaign's text that is submitted at once may be valid for two weeks, and its receipt comes after that.
    await sql`
      do $$ declare week timestamptz := date_trunc('week', now() - interval '17 days', 'UTC');
      begin execute format('create table smpp_references_%s partition of smpp_references for values from (%L) to (%L)',
        to_char(week at time zone 'UTC', 'YYYY_MM_DD'), week, week + interval '168 hours');
      end $$`.execute(tx);
  });
  const [, awaited] = await names();
  await turnReferences(db);
  expect(await names()).toEqual([awaited, ...before]);
  await db.asSystem((tx) => sql.raw(`drop table ${awaited}`).execute(tx));
});

test("receipts for unknown ids are deleted after a day, in every workspace", async () => {
  const workspaces = [await createTestWorkspace(db), await createTestWorkspace(db)];
  for (const { id } of workspaces)
    await db.inWorkspace(id, (tx) =>
      sql`insert into smpp_early_receipts (workspace_id, carrier_id, id, status, at)
        select ${id}, ${id}, hours::text, 'delivered', now() - hours * interval '1 hour'
        from unnest(${[23, 25, 26]}::int[]) as hours`.execute(tx),
    );
  await turnReferences(db);
  for (const { id: workspaceId } of workspaces) {
    const { rows } = await db.inWorkspace(workspaceId, (tx) =>
      sql<{ id: string }>`select id from smpp_early_receipts where workspace_id = ${workspaceId}`.execute(tx),
    );
    expect(rows).toEqual([{ id: "23" }]);
  }
});
