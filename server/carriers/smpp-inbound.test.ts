/** Texts from handsets over SMPP against the test SMSC: whole, once, and durable before they are acknowledged. */
import { sql } from "kysely";
import { describe, expect, onTestFinished, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { ledger } from "../../testing/road.ts";
import { makeSmpp } from "../../testing/smpp-carrier.ts";
import { connectSmpp, startSmppRoad } from "../../testing/smpp-road.ts";
import { partsOf } from "../../testing/smsc-texts.ts";
import { startSmsc } from "../../testing/smsc.ts";
import { until } from "../../testing/until.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";
import { newId } from "../kit/id.ts";
import type { InboundText } from "./carrier.ts";
import { removeCarrier } from "./carriers.ts";
import { deleteOldParts } from "./smpp-parts-store.ts";

const { db } = await testDatabase({ max: 30 });
const many = <T>(count: number, make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i));
const from = "4790000001";
const to = "4759000001";

test("a text reaches the ledger, with its number as E.164", async () => {
  const smsc = await startSmsc();
  onTestFinished(() => smsc.stop());
  const workspace = await createTestWorkspace(db);
  await startSmppRoad(db, workspace, { port: smsc.port });
  smsc.sendText({ from, to: workspace.sender.address.slice(1), text: "Hei, €5 for blåbær?" });
  await until(async () =>
    expect(await ledger(db, workspace.id)).toMatchObject([
      { status: "received", number: "+4790000001", text: "Hei, €5 for blåbær?" },
    ]),
  );
  await until(() => expect(smsc.counts).toMatchObject({ texts_done: 1, undelivered: 0 }));
});

test("numbers that are no senders yet become senders of the connection, however the provider spells them", async () => {
  const smsc = await startSmsc();
  onTestFinished(() => smsc.stop());
  const workspace = await createTestWorkspace(db);
  const { carrier_id } = await startSmppRoad(db, workspace, { port: smsc.port });
  for (const address of ["4759440001", "46701234567", "2440"])
    smsc.sendText({ from, to: address, text: `Til ${address}` });
  await until(() => expect(smsc.counts.texts_done).toBe(3));
  const { rows } = await db.inWorkspace(workspace.id, (tx) =>
    sql`
      select s.address, s.kind, m.text from senders s join messages m on m.workspace_id = s.workspace_id and m.sender_id = s.id
      where s.workspace_id = ${workspace.id} and s.carrier_id = ${carrier_id} order by s.address`.execute(tx),
  );
  expect(rows).toEqual([
    { address: "+46701234567", kind: "long_number", text: "Til 46701234567" },
    { address: "+4759440001", kind: "long_number", text: "Til 4759440001" },
    { address: "2440", kind: "short_code", text: "Til 2440" },
  ]);
});

describe("the same deliver_sm again", () => {
  test("twenty times, over two connections: one message", async () => {
    const smsc = await startSmsc();
    onTestFinished(() => smsc.stop());
    const workspace = await createTestWorkspace(db);
    await startSmppRoad(db, workspace, { port: smsc.port, binds: 2 });
    const text = { from, to: workspace.sender.address.slice(1), text: "Ja takk" };
    for (let i = 0; i < 10; i++) smsc.sendText(text);
    await until(() => expect(smsc.counts.texts_done).toBe(10));
    for (let i = 0; i < 10; i++) smsc.sendText(text);
    await until(() => expect(smsc.counts.texts_done).toBe(20));
    expect(await ledger(db, workspace.id)).toHaveLength(1);
  });

  test("each part twenty times, in any order: one message", async () => {
    const { smsc, inbound } = await connectSmpp(db, { binds: 2 });
    const parts = partsOf({ from, to, text: "Dette er en lang tekst. ".repeat(20), reference: 7 });
    for (let i = 0; i < 20; i++) for (const part of i % 2 ? parts : parts.toReversed()) smsc.sendPdu(part);
    await until(() => expect(smsc.counts.texts_done).toBe(20 * parts.length));
    await until(() => expect(inbound).toHaveLength(1));
    expect(new Set(inbound.map((each) => each.carrier_reference)).size).toBe(1);
    expect(inbound[0]?.text).toBe("Dette er en lang tekst. ".repeat(20));
  });

  test("after some minutes it is another text, and until then not, whatever the clock's turn", async () => {
    const clock = { at: new Date("2026-11-26T22:04:50Z") };
    const references: string[] = [];
    const onInbound = async (batch: InboundText[]) => {
      for (const each of batch) {
        references.push(each.carrier_reference);
        await db.asSystem((tx) =>
          sql`
            insert into inbound_seen (workspace_id, carrier, carrier_reference, message_id)
            values (${each.workspace_id}, ${each.carrier}, ${each.carrier_reference}, ${newId(clock.at)}) on conflict do nothing`.execute(
            tx,
          ),
        );
      }
    };
    const { smsc } = await connectSmpp(db, {}, {}, { events: { onInbound }, clock: { now: () => clock.at } });
    for (const [i, time] of ["22:04:50", "22:05:10", "22:09:40", "22:10:30"].entries()) {
      clock.at = new Date(`2026-11-26T${time}Z`);
      smsc.sendText({ from, to, text: "Ja" });
      await until(() => expect(smsc.counts.texts_done).toBe(i + 1));
    }
    const [first, second, third, fourth] = references;
    expect([second, third]).toEqual([first, first]);
    expect(fourth).not.toBe(first);
  });
});

describe("long texts", () => {
  const long = `${"Blåbærsyltetøy på brødskiva. ".repeat(12)}€`;

  test.each([
    ["GSM, reference of 8 bits", { text: long }],
    ["GSM, reference of 16 bits", { text: long, wide: true }],
    ["UCS-2", { text: `${long} Ж😀` }],
  ])("%s, over several connections", async (_name, text) => {
    const { smsc, inbound } = await connectSmpp(db, { binds: 3 });
    smsc.sendText({ from, to, ...text });
    await until(() => expect(inbound.map((each) => each.text)).toEqual([text.text]));
  });

  test("two of one handset at the same time are two", async () => {
    const { smsc, inbound } = await connectSmpp(db, { binds: 2 });
    const [first, second] = [3, 4].map((reference) => partsOf({ from, to, text: `${reference} ${long}`, reference }));
    for (const [i, part] of (first ?? []).entries()) for (const pdu of [part, second?.[i]]) if (pdu) smsc.sendPdu(pdu);
    await until(() => expect(inbound.map((each) => each.text).sort()).toEqual([`3 ${long}`, `4 ${long}`]));
  });

  test("by SAR, and in one message_payload", async () => {
    const { smsc, inbound } = await connectSmpp(db, { binds: 2 });
    const u8 = (value: number) => Buffer.from([value]);
    const sar = (number: number, text: string) => ({
      from,
      to,
      esm_class: 0,
      data_coding: 3,
      short_message: Buffer.from(text, "latin1"),
      tlvs: [
        [0x20c, Buffer.from([1, 2])],
        [0x20e, u8(2)],
        [0x20f, u8(number)],
      ] as [number, Buffer][],
    });
    smsc.sendPdu(sar(2, "bærsyltetøy"));
    smsc.sendPdu(sar(1, "Blå"));
    await until(() => expect(inbound.map((each) => each.text)).toEqual(["Blåbærsyltetøy"]));
    const payload = Buffer.from("Ж".repeat(300), "utf16le").swap16();
    smsc.sendPdu({ from, to, esm_class: 0, data_coding: 8, short_message: Buffer.alloc(0), tlvs: [[0x424, payload]] });
    await until(() => expect(inbound[1]?.text).toBe("Ж".repeat(300)));
  });

  test("parts that came to different workers are joined; what a dead one left behind, too", async () => {
    const { smsc, workspace, carrier_id, carrier, inbound } = await connectSmpp(db);
    const parts = partsOf({ from, to, text: long, reference: 9 });
    smsc.sendPdu(parts[0] as (typeof parts)[number]);
    await until(() => expect(smsc.counts.texts_done).toBe(1));
    await carrier.stop();
    const there: InboundText[] = [];
    const other = makeSmpp(db, workspace.id, { port: smsc.port }, { carrier_id, sweep_ms: 50 });
    await other.start({ onReceipts: async () => {}, onInbound: async (batch) => void there.push(...batch) });
    onTestFinished(() => other.stop());
    for (const part of parts.slice(1)) smsc.sendPdu(part);
    await until(() => expect(there.map((each) => each.text)).toEqual([long]));
    // Whole in the database, but whoever completed it died before it went on.
    await db.asSystem((tx) => sql`update smpp_parts set done = false where workspace_id = ${workspace.id}`.execute(tx));
    await until(() => expect(there).toHaveLength(2));
    expect(there[1]?.carrier_reference).toBe(there[0]?.carrier_reference);
    expect(inbound).toEqual([]);
  });

  test("what lies there goes with its connection, and after days whatever happens", async () => {
    const { smsc, workspace, carrier_id, carrier } = await connectSmpp(db);
    const other = await connectSmpp(db);
    const [part] = partsOf({ from, to, text: long, reference: 9 });
    for (const each of [smsc, other.smsc]) {
      each.sendPdu(part as NonNullable<typeof part>);
      await until(() => expect(each.counts.texts_done).toBe(1));
    }
    await carrier.stop();
    await other.carrier.stop();
    const kept = async () => {
      const { rows } = await db.asSystem((tx) =>
        sql<{ carrier_id: string }>`
          select carrier_id from smpp_parts where carrier_id in (${carrier_id}, ${other.carrier_id})
          union all select carrier_id from smpp_early_receipts where carrier_id in (${carrier_id}, ${other.carrier_id})`.execute(
          tx,
        ),
      );
      return rows.map((row) => row.carrier_id);
    };
    await db.asSystem((tx) =>
      sql`insert into smpp_early_receipts (workspace_id, carrier_id, id, status)
        values (${workspace.id}, ${carrier_id}, '17', 'delivered')`.execute(tx),
    );
    expect((await kept()).sort()).toEqual([carrier_id, carrier_id, other.carrier_id].sort());
    await db.inWorkspace(workspace.id, async (tx) => {
      await sql`update senders set carrier_id = null where workspace_id = ${workspace.id}`.execute(tx);
      await removeCarrier(tx, workspace.id, carrier_id);
    });
    expect(await kept()).toEqual([other.carrier_id]);
    const age = (interval: string) =>
      db.asSystem(async (tx) => {
        await sql`update smpp_parts set at = now() - ${interval}::interval where carrier_id = ${other.carrier_id}`.execute(
          tx,
        );
        await deleteOldParts(tx);
      });
    await age("2 days");
    expect(await kept()).toEqual([other.carrier_id]);
    await age("73 hours");
    expect(await kept()).toEqual([]);
  });

  test("one whose part never comes goes on without it after a while", async () => {
    const { smsc, inbound } = await connectSmpp(db, {}, {}, { parts_wait_ms: 100, sweep_ms: 30 });
    const parts = partsOf({ from, to, text: long, reference: 9 });
    for (const part of parts.slice(1)) smsc.sendPdu(part);
    await until(() => expect(inbound.map((each) => each.text)).toEqual([`[…]${long.slice(76)}`]));
  });
});

describe("durable before it is acknowledged", () => {
  test("what could not be written down is refused, and comes again", async () => {
    let away = true;
    const onInbound = async () => {
      if (away) throw new Error("connection refused");
    };
    const { smsc, inbound } = await connectSmpp(db, {}, { behaviour: { resend_ms: 20 } }, { events: { onInbound } });
    smsc.sendText({ from, to, text: "Hei" });
    await until(() => expect(smsc.counts.texts_sent).toBeGreaterThanOrEqual(3));
    expect(smsc.counts.texts_done).toBe(0);
    away = false;
    await until(() => expect(smsc.counts).toMatchObject({ texts_done: 1, undelivered: 0 }));
    expect(inbound).toHaveLength(1);
  });

  test("an acknowledgement whose connection has ended acknowledges nothing on the next one", async () => {
    const holds: (() => void)[] = [];
    const onInbound = ([each]: InboundText[]) =>
      each?.text === "later" ? Promise.resolve() : new Promise<void>((done) => holds.push(done));
    const { smsc } = await connectSmpp(db, {}, {}, { events: { onInbound } });
    smsc.sendText({ from, to, text: "first" });
    await until(() => expect(holds).toHaveLength(1));
    smsc.disconnect();
    // The same sequence on the next connection.
    await until(() => expect(holds).toHaveLength(2));
    holds[0]?.();
    smsc.sendText({ from, to, text: "later" });
    await until(() => expect(smsc.counts.texts_done).toBe(1));
    expect(smsc.counts.undelivered).toBe(1);
    holds[1]?.();
    await until(() => expect(smsc.counts).toMatchObject({ texts_done: 2, undelivered: 0 }));
  });

  test("nothing is written and nothing acknowledged while the database is gone", async () => {
    const smsc = await startSmsc({ behaviour: { resend_ms: 20 } });
    onTestFinished(() => smsc.stop());
    const refused = () => Promise.reject(new Error("connect ECONNREFUSED"));
    const pool = { connect: refused };
    const gone = { ...db, pool, workspacePool: pool } as unknown as typeof db;
    const inbound: InboundText[] = [];
    const carrier = makeSmpp(gone, newId(), { port: smsc.port });
    await carrier.start({ onReceipts: refused, onInbound: async (batch) => void inbound.push(...batch) });
    onTestFinished(() => carrier.stop());
    smsc.sendText({ from, to, text: "x".repeat(200) });
    smsc.sendText({ from, to, text: "Hei" });
    await until(() => expect(smsc.counts.texts_sent).toBeGreaterThanOrEqual(9));
    expect(smsc.counts.texts_done).toBe(0);
    expect(inbound).toEqual([]);
  });
});

test("what cannot be written down at all keeps nothing else back, and is not asked for again", async () => {
  let failed = 0;
  const onInbound = async ([each]: InboundText[]) => {
    if (each?.text !== "poison") return;
    failed++;
    throw Object.assign(new Error("invalid byte sequence"), { code: "22021" });
  };
  const { smsc, inbound } = await connectSmpp(db, {}, { behaviour: { resend_ms: 20 } }, { events: { onInbound } });
  const address = "9".repeat(5_000);
  for (const text of ["one", "poison", "two"]) smsc.sendText({ from, to, text });
  for (const part of partsOf({ from: address, to, text: "x".repeat(200), reference: 4 })) smsc.sendPdu(part);
  for (const part of partsOf({ from, to, text: "y".repeat(200), reference: 5 })) smsc.sendPdu(part);
  await until(() => expect(smsc.counts.undelivered).toBe(0));
  await until(() => expect(inbound.map((each) => each.text[0]).sort()).toEqual(["o", "t", "x", "y"]));
  expect(failed).toBe(1);
});

test("replies are read in an alphabet of their own where the provider writes them in another than it reads", async () => {
  const { smsc, inbound } = await connectSmpp(db, { gsm7: "gsm", inbound_gsm7: "latin1" });
  smsc.sendPdu({ from, to, esm_class: 0, data_coding: 0, short_message: Buffer.from("Blåbær @ 5", "latin1") });
  await until(() => expect(inbound).toHaveLength(1));
  expect(inbound[0]?.text).toBe("Blåbær @ 5");
});

test("whatever the alphabet, a text comes of it, and the connection stays", async () => {
  const { smsc, inbound } = await connectSmpp(db, { gsm7: "latin1" });
  const octets = (data_coding: number) => Buffer.from([data_coding, 0x41, 0xe5, 0x00]);
  for (let data_coding = 0; data_coding < 256; data_coding++)
    smsc.sendPdu({ from, to, esm_class: 0, data_coding, short_message: octets(data_coding) });
  await until(() => expect(smsc.counts.texts_done).toBe(256));
  expect(inbound).toHaveLength(256);
  expect(inbound.find((each) => each.text.startsWith("\0A"))?.text).toBe("\0Aå\0");
  expect(smsc.counts.binds).toBe(1);
  expect(many(1, () => smsc.bound())).toEqual([1]);
});
