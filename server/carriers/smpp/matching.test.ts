/** Receipts over SMPP against the test SMSC: in any form and at any time they are matched to their text. */
import { sql } from "kysely";
import pg from "pg";
import { pino } from "pino";
import { describe, expect, onTestFinished, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { newId } from "../../../testing/new-id.ts";
import { addManyContacts, ledger, send, untilFinal } from "../../../testing/pipeline.ts";
import { makeSmpp } from "../../../testing/smpp-carrier.ts";
import { connectSmpp, startSmppPipeline } from "../../../testing/smpp-pipeline.ts";
import { type Behaviour, picker } from "../../../testing/smsc-behaviour.ts";
import { startSmsc } from "../../../testing/smsc.ts";
import { gatherStatements, planNodes } from "../../../testing/statements.ts";
import { until } from "../../../testing/until.ts";
import { createTestWorkspace } from "../../../testing/workspace.ts";
import { systemClock } from "../../kit/clock.ts";
import type { Receipt } from "../carrier.ts";
import { findMatched, findOwners, insertReferences, keepEarly } from "./references-store.ts";
import { createReferences } from "./references.ts";

const { db, superuser } = await testDatabase({ max: 30 });
const many = <T>(count: number, make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i));

describe("receipts of every form are matched", () => {
  const forms: [string, Partial<Behaviour>, object?][] = [
    ["standard", {}],
    ["seconds in its dates", { receipt_form: "seconds", ids: "uuid" }],
    ["id and stat only", { receipt_form: "bare", ids: "hex" }],
    ["capitals", { receipt_form: "capitals", ids: "hex" }],
    ["parameters only", { receipt_form: "empty" }],
    ["parameters and text", { receipt_tlvs: true }],
    [
      "decimal in the response, hex in the receipt",
      { receipt_ids: "decimal_to_hex" },
      { receipt_ids: "decimal_to_hex" },
    ],
    [
      "hex in the response, decimal in the receipt",
      { ids: "hex", receipt_ids: "hex_to_decimal" },
      { receipt_ids: "hex_to_decimal" },
    ],
  ];
  test.each(forms)("%s", async (_name, behaviour, settings = {}) => {
    const stat_to = { "4790000002": "UNDELIV", "4790000003": "EXPIRED", "4790000004": "REJECTD" };
    const { submit, text, receipts } = await connectSmpp(db, settings, {
      behaviour: { ...behaviour, stat_to, err: "042" },
    });
    const texts = many(4, (i) => text("Hei", { to: `+479000000${i + 1}` }));
    await submit(texts);
    await until(() => expect(receipts).toHaveLength(4));
    const status = new Map(receipts.map((each) => [each.message_id, each.status]));
    expect(texts.map((each) => status.get(each.message_id))).toEqual(["delivered", "undelivered", "expired", "failed"]);
  });
});

describe("receipts at any time are matched", () => {
  test("before the response with the id: stored, and matched as soon as the id is known", async () => {
    const behaviour = { early_share: 1, early_ms: 150, stat_to: { "4790000002": "UNDELIV" } };
    const { smsc, submit, text, receipts } = await connectSmpp(db, {}, { behaviour });
    const texts = many(3, (i) => text("Hei", { to: `+479000000${i + 1}` }));
    const done = submit(texts);
    // Acknowledged, so durable, while their texts are unknown.
    await until(() => expect(smsc.counts.receipts_done).toBe(3));
    await done;
    await until(() => expect(receipts).toHaveLength(3));
    const status = new Map(receipts.map((each) => [each.message_id, each.status]));
    expect(texts.map((each) => status.get(each.message_id))).toEqual(["delivered", "undelivered", "delivered"]);
    await until(async () => {
      const left = await db.asSystem((tx) => sql`select from smpp_early_receipts`.execute(tx));
      expect(left.rows).toHaveLength(0);
    });
  });

  test("at another worker than the one that submitted the text, and after a restart", async () => {
    const { smsc, submit, text, workspace, carrier_id, carrier } = await connectSmpp(
      db,
      { receipts: "all", mode: "pair" },
      { behaviour: { receipt_delay_ms: 400 } },
    );
    const texts = many(20, (i) => text(`Nr. ${i}`));
    await submit([...texts.slice(1), text("x".repeat(320))]);
    await submit(texts.slice(0, 1));
    await carrier.stop();
    const there: Receipt[] = [];
    const other = makeSmpp(db, workspace.id, { port: smsc.port }, { carrier_id, sweep_ms: 50 });
    await other.start({ onReceipts: async (batch) => void there.push(...batch), onInbound: async () => {} });
    onTestFinished(() => other.stop());
    await until(() => expect(there).toHaveLength(21));
    expect(new Set(there.map((each) => each.message_id)).size).toBe(21);
    expect(there.every((each) => each.status === "delivered")).toBe(true);
  });

  test("thousands that a dead worker stored are all matched by the next one's first sweep", async () => {
    const { smsc, workspace, carrier_id, carrier } = await connectSmpp(db, {}, { behaviour: { receipts: false } });
    await carrier.stop();
    const texts = many(2_500, (i) => ({ message_id: newId(), keys: [`d${i}`] }));
    const receipts = many(2_500, (i) => ({ key: `d${i}`, status: "delivered" as const, code: null, reason: null }));
    await db.inWorkspace(workspace.id, async (tx) => {
      await keepEarly(tx, workspace.id, carrier_id, receipts);
      await insertReferences(tx, workspace.id, carrier_id, texts);
    });
    const there = new Set<string>();
    // The next sweep for receipts of other processes would come after half a minute.
    const other = makeSmpp(db, workspace.id, { port: smsc.port }, { carrier_id, sweep_ms: 500 });
    await other.start({
      onReceipts: async (batch) => batch.forEach((each) => there.add(each.message_id)),
      onInbound: async () => {},
    });
    onTestFinished(() => other.stop());
    await until(() => expect(there).toHaveLength(2_500));
  });

  test("each id is looked up by itself, even if the table of ids was small when the statement was planned", async () => {
    const statements = gatherStatements();
    const { id } = await createTestWorkspace(db);
    await db.inWorkspace(id, (tx) => findMatched(tx, id, newId(), 10));
    const look = [...statements].find((text) => text.includes("smpp_early_receipts e")) as string;
    const client = new pg.Client({ connectionString: superuser });
    await client.connect();
    onTestFinished(() => client.end());
    await client.query("begin; truncate smpp_references");
    const nodes = await planNodes(client, look);
    const ids = nodes.filter((node) => node["Relation Name"]?.startsWith("smpp_references_"));
    expect(ids.length).toBeGreaterThan(1);
    for (const node of ids) expect(node["Index Cond"]).toMatch(/\(\(?\w+\.id\)?(::text)? = /);
  });

  test("twice, never, or for an unknown text: one outcome each, and all are acknowledged", async () => {
    const smsc = await startSmsc({ behaviour: { double_share: 0.5, lost_share: 0.2 } });
    onTestFinished(() => smsc.stop());
    const workspace = await createTestWorkspace(db);
    await addManyContacts(db, workspace.id, 50);
    await startSmppPipeline(db, workspace, { port: smsc.port });
    await send(db, workspace, { class: "marketing" });
    await untilFinal(db, workspace.id, ["sent", "delivered"]);
    const receipt = (id: string) => Buffer.from(`id:${id} sub:001 dlvrd:001 stat:DELIVRD err:000`);
    smsc.sendPdu({
      from: "4790000001",
      to: "4759000001",
      esm_class: 4,
      data_coding: 0,
      short_message: receipt("31415926"),
    });
    await until(() => expect(smsc.counts.undelivered).toBe(0));
    const loses = picker();
    const lost = many(50, () => loses(0.2)).filter(Boolean).length;
    expect(lost).toBeGreaterThan(5);
    const delivered = (await ledger(db, workspace.id)).filter((row) => row.status === "delivered");
    expect(delivered).toHaveLength(50 - lost);
    expect(smsc.counts.receipts_done).toBeGreaterThan(50 - lost);
  });

  test("again after the database was away", async () => {
    let away = true;
    const onReceipts = async () => {
      if (away) throw new Error("connection refused");
    };
    const { smsc, submit, text, receipts } = await connectSmpp(
      db,
      {},
      { behaviour: { resend_ms: 20 } },
      { events: { onReceipts } },
    );
    await submit([text("Hei")]);
    await until(() => expect(smsc.counts.receipts_sent).toBeGreaterThanOrEqual(2));
    expect(smsc.counts.receipts_done).toBe(0);
    away = false;
    await until(() => expect(receipts).toMatchObject([{ status: "delivered" }]));
    await until(() => expect(smsc.counts).toMatchObject({ receipts_done: 1, undelivered: 0 }));
  });
});

describe("texts of several parts", () => {
  const receipt = (id: string, stat: string) => ({
    from: "4790000001",
    to: "4759000001",
    esm_class: 4,
    data_coding: 0,
    short_message: Buffer.from(`id:${id} stat:${stat} err:000`),
  });

  test("are delivered when all of them are, and not before", async () => {
    const { smsc, submit, text, receipts } = await connectSmpp(db, {}, { behaviour: { receipts: false } });
    const long = text("a".repeat(400));
    await submit([long]);
    const [one, two, three] = smsc.taken.map((part) => part.id) as [string, string, string];
    for (const id of [two, one, one, two]) smsc.sendPdu(receipt(id, "DELIVRD"));
    await until(() => expect(smsc.counts.texts_done).toBe(4));
    expect(receipts).toEqual([]);
    smsc.sendPdu(receipt(three, "DELIVRD"));
    await until(() => expect(receipts).toMatchObject([{ message_id: long.message_id, status: "delivered" }]));
  });

  test("are undelivered when one of them is", async () => {
    const { smsc, submit, text, receipts } = await connectSmpp(db, {}, { behaviour: { receipts: false } });
    const long = text("a".repeat(400));
    await submit([long]);
    const [one, two] = smsc.taken.map((part) => part.id) as [string, string, string];
    smsc.sendPdu(receipt(one, "DELIVRD"));
    smsc.sendPdu(receipt(two, "UNDELIV"));
    await until(() =>
      expect(receipts).toMatchObject([{ message_id: long.message_id, status: "undelivered", code: "UNDELIV" }]),
    );
  });
});

describe("a provider that repeats our reference", () => {
  test("is matched by it, early receipts at once", async () => {
    const settings = { reference_tlv: 0x1501 };
    const behaviour = { echo_tag: 0x1501, early_share: 0.5 };
    const { smsc, submit, text, receipts } = await connectSmpp(db, settings, { behaviour });
    const texts = [...many(10, (i) => text(`Nr. ${i}`)), text("a".repeat(200))];
    await submit(texts);
    await until(() => expect(receipts).toHaveLength(11));
    expect(new Set(receipts.map((each) => each.message_id))).toEqual(new Set(texts.map((each) => each.message_id)));
    expect(smsc.taken[0]?.echo).toBe(texts[0]?.message_id.replaceAll("-", ""));
  });

  test("on some routes only, or with another value: matched by id instead, also at another worker", async () => {
    const settings = { reference_tlv: 0x1501 };
    const behaviour = { receipts: false };
    const { smsc, submit, text, receipts, carrier, carrier_id, workspace } = await connectSmpp(db, settings, {
      behaviour,
    });
    const texts = many(3, (i) => text(`Nr. ${i}`));
    await submit(texts);
    const [one, two, three] = smsc.taken.map((each) => each.id) as [string, string, string];
    const receipt = (id: string, tlvs: [number, Buffer][] = []) =>
      smsc.sendPdu({
        from: "4790000001",
        to: "4759000001",
        esm_class: 4,
        data_coding: 0,
        short_message: Buffer.from(`id:${id} stat:DELIVRD err:000`),
        tlvs,
      });
    receipt(one);
    receipt(two, [[0x1501, Buffer.from("route 7\0")]]);
    await until(() => expect(receipts).toHaveLength(2));
    await carrier.stop();
    const there: Receipt[] = [];
    const other = makeSmpp(db, workspace.id, { port: smsc.port, ...settings }, { carrier_id, sweep_ms: 50 });
    await other.start({ onReceipts: async (batch) => void there.push(...batch), onInbound: async () => {} });
    onTestFinished(() => other.stop());
    await until(() => expect(other.state().state).toBe("up"));
    receipt(three);
    await until(() => expect(there).toHaveLength(1));
    expect([...receipts, ...there].map((each) => each.message_id)).toEqual(texts.map((each) => each.message_id));
  });
});

describe("receipts that name a text in another base than the response did", () => {
  const receipted = 0x001e;
  const state = 0x0427;
  /** The ids of the response, the setting, and the ids of the receipt: in the parameter, and in the text. */
  const cases: [
    string,
    "decimal" | "hex",
    "hex_to_decimal" | "decimal_to_hex",
    (id: string) => [tlv: string | null, text: string | null],
  ][] = [
    [
      "the parameter as in the response, the text converted",
      "hex",
      "hex_to_decimal",
      (id) => [id, String(BigInt(`0x${id}`))],
    ],
    ["the parameter as answered alone", "hex", "hex_to_decimal", (id) => [id, null]],
    ["the parameter as answered with 0x alone", "hex", "hex_to_decimal", (id) => [`0x${id}`, null]],
    ["both converted", "hex", "hex_to_decimal", (id) => [String(BigInt(`0x${id}`)), String(BigInt(`0x${id}`))]],
    ["the parameter converted alone", "hex", "hex_to_decimal", (id) => [String(BigInt(`0x${id}`)), null]],
    ["the text converted alone, with zeros", "hex", "hex_to_decimal", (id) => [null, `000${BigInt(`0x${id}`)}`]],
    [
      "the parameter as in the response, the text converted",
      "decimal",
      "decimal_to_hex",
      (id) => [id, BigInt(id).toString(16)],
    ],
    ["the parameter as answered alone", "decimal", "decimal_to_hex", (id) => [id, null]],
    ["both converted", "decimal", "decimal_to_hex", (id) => [BigInt(id).toString(16), BigInt(id).toString(16)]],
    ["the parameter converted alone", "decimal", "decimal_to_hex", (id) => [BigInt(id).toString(16), null]],
    [
      "the text converted alone, with 0x and zeros",
      "decimal",
      "decimal_to_hex",
      (id) => [null, `0x0${BigInt(id).toString(16)}`],
    ],
  ];
  test.each(cases)("%s, response %s", async (_name, ids, receipt_ids, write) => {
    const { smsc, submit, text, receipts } = await connectSmpp(
      db,
      { receipt_ids },
      { behaviour: { ids, receipts: false } },
    );
    const texts = [text("Hei"), text("a".repeat(200))];
    await submit(texts);
    for (const { id } of smsc.taken) {
      const [tlv, written] = write(id);
      const tlvs: [number, Buffer][] = tlv === null ? [] : [[receipted, Buffer.from(`${tlv}\0`)]];
      if (written === null) tlvs.push([state, Buffer.from([2])]);
      smsc.sendPdu({
        from: "4790000001",
        to: "4759000001",
        esm_class: 4,
        data_coding: 0,
        short_message: Buffer.from(written === null ? "" : `id:${written} sub:001 dlvrd:001 stat:DELIVRD err:000`),
        tlvs,
      });
    }
    await until(() => expect(receipts).toHaveLength(2));
    expect(new Set(receipts.map((each) => each.message_id))).toEqual(new Set(texts.map((each) => each.message_id)));
    expect(receipts.every((each) => each.status === "delivered")).toBe(true);
  });

  test("an early receipt waits for the likeliest reading of its id, even if another text has the other reading", async () => {
    const { id } = await createTestWorkspace(db);
    const carrier_id = newId();
    const references = createReferences({
      workspace_id: id,
      carrier_id,
      db,
      clock: systemClock,
      log: pino({ level: "silent" }),
    });
    const [older, meant] = [newId(), newId()];
    references.add({ message_id: older, ids: ["568"] });
    await references.flush();
    // 1384 as in the response, or 1384 decimal, which is 568 in hexadecimal digits.
    const said = { key: "1384", others: ["568"], status: "delivered" as const, code: null, reason: null };
    expect(await references.match([said])).toEqual([]);
    // As if it had only just arrived, however slow this machine is.
    await db.asSystem((tx) => sql`update smpp_early_receipts set at = now() + interval '1 minute'`.execute(tx));
    expect(await references.matchEarly()).toEqual({ receipts: [], keys: [], more: false });
    references.add({ message_id: meant, ids: ["1384"] });
    await references.flush();
    const { receipts, keys } = await references.matchEarly();
    expect(receipts).toMatchObject([{ message_id: meant, status: "delivered" }]);
    await references.deleteEarly(keys);
    const left = await db.asSystem((tx) =>
      sql`select from smpp_early_receipts where carrier_id = ${carrier_id}`.execute(tx),
    );
    expect(left.rows).toHaveLength(0);
  });
});

test("two receipts of one part in one batch: the first counts, as it does of a text of one part", async () => {
  const { id } = await createTestWorkspace(db);
  const references = createReferences({
    workspace_id: id,
    carrier_id: newId(),
    db,
    clock: systemClock,
    log: pino({ level: "silent" }),
  });
  const message_id = newId();
  references.add({ message_id, ids: ["a1", "a2"] });
  await references.flush();
  const said = (key: string, status: "delivered" | "undelivered") => ({ key, status, code: null, reason: null });
  expect(
    await references.match([said("a1", "undelivered"), said("a1", "delivered"), said("a2", "delivered")]),
  ).toMatchObject([{ message_id, status: "undelivered" }]);
});

test("a long text that was sent twice ends by the parts of either time, in one batch or several", async () => {
  const { id } = await createTestWorkspace(db);
  const services = { workspace_id: id, db, clock: systemClock, log: pino({ level: "silent" }) };
  const references = createReferences({ ...services, carrier_id: newId() });
  const [first, second] = [newId(), newId()];
  for (const ids of [
    ["a1", "a2"],
    ["b1", "b2"],
  ])
    references.add({ message_id: first, ids });
  for (const ids of [
    ["c1", "c2"],
    ["d1", "d2"],
  ])
    references.add({ message_id: second, ids });
  await references.flush();
  const said = (key: string) => ({ key, status: "delivered" as const, code: null, reason: null });
  expect(await references.match(["a1", "b1", "a2"].map(said))).toMatchObject([
    { message_id: first, status: "delivered" },
  ]);
  expect(await references.match([said("c1"), said("d2")])).toEqual([]);
  expect(await references.match([said("d1")])).toMatchObject([{ message_id: second, status: "delivered" }]);
});

test("a receipt of an intermediate state changes nothing", async () => {
  const { smsc, submit, text, receipts } = await connectSmpp(db, {}, { behaviour: { receipts: false } });
  await submit([text("Hei")]);
  const short_message = Buffer.from(`id:${smsc.taken[0]?.id} stat:UNDELIV err:001`);
  const pdu = { from: "4790000001", to: "4759000001", data_coding: 0, short_message };
  smsc.sendPdu({ ...pdu, esm_class: 0x20 });
  smsc.sendPdu({ ...pdu, esm_class: 0x04, short_message: Buffer.from(`id:${smsc.taken[0]?.id} stat:ENROUTE err:000`) });
  await until(() => expect(smsc.counts.texts_done).toBe(2));
  expect(receipts).toEqual([]);
});

test("an id or code that PostgreSQL cannot store blocks no other receipt", async () => {
  const { smsc, submit, text, receipts } = await connectSmpp(db, {}, { behaviour: { receipts: false } });
  await submit([text("Hei"), text("a".repeat(200))]);
  const [id, part] = smsc.taken.map((each) => each.id);
  const half = Buffer.from(`id:8 stat:UNDELIV err:${"a".repeat(39)}😀`, "utf16le").swap16();
  const pdu = { from: "4790000001", to: "4759000001", esm_class: 0x04, data_coding: 0 };
  smsc.sendPdu({ ...pdu, short_message: Buffer.from("id:7\x0007 stat:DELIVRD err:000") });
  smsc.sendPdu({ ...pdu, short_message: Buffer.from("id:8 stat:UNDELIV err:0\x0007") });
  smsc.sendPdu({ ...pdu, data_coding: 8, short_message: half });
  smsc.sendPdu({ ...pdu, short_message: Buffer.from(`id:${part} stat:UNDELIV err:0\x0007\x00`) });
  smsc.sendPdu({ ...pdu, short_message: Buffer.from(`id:${id} stat:DELIVRD err:000\x00`) });
  await until(() => expect(smsc.counts.texts_done).toBe(5));
  expect(receipts.map(({ status, code }) => [status, code]).sort()).toEqual([
    ["delivered", null],
    ["undelivered", "007"],
  ]);
});

test("a provider that gives several texts one id causes no error; the id is the later text's", async () => {
  const { id } = await createTestWorkspace(db);
  const carrier = newId();
  const [one, two, three] = [newId(), newId(), newId()];
  const insert = (...messages: string[]) =>
    db.inWorkspace(id, (tx) =>
      insertReferences(
        tx,
        id,
        carrier,
        messages.map((message_id) => ({ message_id, keys: ["7"] })),
      ),
    );
  await insert(one, two);
  await insert(three);
  const owners = await db.inWorkspace(id, (tx) => findOwners(tx, id, carrier, ["7", `odd "\\{}, null`]));
  expect(owners.get("7")?.message_id).toBe(three);
  expect(owners.size).toBe(1);
});
