/** Texts from handsets over SMPP against the test SMSC: whole, once, and durable before they are acknowledged. */
import { sql } from "kysely";
import { describe, expect, onTestFinished, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { type ProviderConnection, startHandsetNetwork } from "../../testing/handset-network.ts";
import { newId } from "../../testing/new-id.ts";
import { addContacts, ledger } from "../../testing/road.ts";
import { makeSmpp } from "../../testing/smpp-carrier.ts";
import { connectSmpp, startSmppRoad } from "../../testing/smpp-road.ts";
import { header } from "../../testing/smsc-pdu.ts";
import { partsOf } from "../../testing/smsc-texts.ts";
import { startSmsc } from "../../testing/smsc.ts";
import { until } from "../../testing/until.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";
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

/** A deliver_sm with one address of ours and one of a handset, of whatever type, and what is to stand after its fields. */
function raw(parts: {
  text: string | Buffer;
  from?: readonly [ton: number, address: string];
  to?: readonly [ton: number, address: string];
  esm_class?: number;
  data_coding?: number;
  rest?: string;
}): Buffer {
  const { text, esm_class = 0, data_coding = 0, rest = "" } = parts;
  const [fromTon, fromAddress] = parts.from ?? [1, from];
  const [toTon, toAddress] = parts.to ?? [1, to];
  const octets = Buffer.from(text as string, "latin1");
  const body = Buffer.concat([
    Buffer.from([0, fromTon, 1]),
    Buffer.from(`${fromAddress}\0`, "latin1"),
    Buffer.from([toTon, 1]),
    Buffer.from(`${toAddress}\0`, "latin1"),
    Buffer.from([esm_class, 0, 0, 0, 0, 0, 0, data_coding, 0, octets.length]),
    octets,
    Buffer.from(rest.replaceAll(" ", ""), "hex"),
  ]);
  return Buffer.concat([header(body.length, 0x05, 0, 0), body]);
}

/** A workspace's road behind one connection; each octets sent are answered before the next. */
async function startHandsets(country = "NO", sender?: string) {
  const network = await startHandsetNetwork();
  onTestFinished(() => network.stop());
  const workspace = await createTestWorkspace(db, { country });
  if (sender)
    await db.inWorkspace(workspace.id, (tx) =>
      sql`update senders set address = ${sender} where workspace_id = ${workspace.id}`.execute(tx),
    );
  const { carrier_id } = await startSmppRoad(db, workspace, { port: network.port });
  const [bind] = await network.bound(1);
  let sequence = 0;
  const bring = (parts: Parameters<typeof raw>[0]) =>
    (bind as ProviderConnection).deliver(
      raw({ to: [1, (sender ?? workspace.sender.address).slice(1)], ...parts }),
      ++sequence,
    );
  const optedOut = async () => {
    const { rows } = await db.inWorkspace(workspace.id, (tx) =>
      sql<{ number: string; sender: string }>`
        select o.number, s.address as sender from opt_outs o
        join senders s on s.workspace_id = o.workspace_id and s.id = o.sender_id
        where o.workspace_id = ${workspace.id} order by o.number`.execute(tx),
    );
    return rows;
  };
  return { workspace, carrier_id, bring, optedOut };
}

describe("a STOP is not lost, whatever comes with it", () => {
  test.each([
    ["one octet after its fields", { text: "STOP", rest: "00" }],
    ["three octets after its fields", { text: "STOP", rest: "0427 00" }],
    ["a parameter that is cut", { text: "STOP", rest: "0204 0002 0001 1501 0010 4142" }],
    ["the length of a parameter that cannot be", { text: "STOP", rest: "1501 ffff" }],
    ["a payload that is cut", { text: "", rest: "0424 0010 53544f50" }],
    ["an acknowledgement by the handset's user", { text: "STOP", esm_class: 0x10 }],
    ["a delivery acknowledgement by the handset", { text: "STOP", esm_class: 0x08 }],
    ["a receipt that is none", { text: "STOP", esm_class: 0x04 }],
    ["a notification that is none", { text: "STOP", esm_class: 0x20 }],
    ["a header that is not there", { text: "STOP", esm_class: 0x40 }],
    ["a data coding that is reserved", { text: "STOP", data_coding: 0x0c }],
    ["zeros", { text: "STOP\0\0" }],
    ["octets of UCS-2", { text: Buffer.from("STOP", "utf16le").swap16(), data_coding: 8 }],
    [
      "a header of national languages",
      { text: Buffer.from("06250101240101 53544f50".replaceAll(" ", ""), "hex"), esm_class: 0x40 },
    ],
  ] as const)("%s", async (_name, parts) => {
    const { bring, optedOut } = await startHandsets();
    expect(await bring(parts)).toBe(0);
    expect(await optedOut()).toMatchObject([{ number: "+4790000001" }]);
  });

  test("one in two parts is acknowledged when it is acted upon", async () => {
    const { bring, optedOut } = await startHandsets();
    const part = (number: number, text: string) =>
      Buffer.concat([Buffer.from([5, 0, 3, 9, 2, number]), Buffer.from(text)]);
    expect(await bring({ text: part(2, "OP"), esm_class: 0x40 })).toBe(0);
    expect(await optedOut()).toEqual([]);
    expect(await bring({ text: part(1, "ST"), esm_class: 0x50 })).toBe(0);
    expect(await optedOut()).toHaveLength(1);
  });

  test("without text a handset's acknowledgement is none, and neither is a receipt under another name", async () => {
    const { bring, workspace } = await startHandsets();
    expect(await bring({ text: "", esm_class: 0x08 })).toBe(0);
    const receipt = "id:1 sub:001 dlvrd:001 submit date:2611280000 done date:2611280000 stat:DELIVRD err:000 text:STOP";
    expect(await bring({ text: receipt, esm_class: 0x10 })).toBe(0);
    expect(await bring({ text: receipt, esm_class: 0x20 })).toBe(0);
    expect(await ledger(db, workspace.id)).toEqual([]);
  });
});

describe("whoever it is from and to", () => {
  test.each([
    [2, "59000030"],
    [2, "059000030"],
    [0, "59000030"],
    [0, "4759000030"],
    [0, "004759000030"],
    [0, "+4759000030"],
    [1, "4759000030"],
    [1, "59000030"],
    [5, "4759000030"],
    [5, "+4759000030"],
    [4, "59000030"],
    [2, "4759000030"],
  ])(
    "to +4759000030, of type %i and written %s: the STOP is that sender's, and no sender is made",
    async (ton, address) => {
      const { bring, optedOut, workspace } = await startHandsets("NO", "+4759000030");
      expect(await bring({ text: "STOP", to: [ton, address] })).toBe(0);
      expect(await optedOut()).toEqual([{ number: "+4790000001", sender: "+4759000030" }]);
      const { rows } = await db.inWorkspace(workspace.id, (tx) =>
        sql`select address from senders where workspace_id = ${workspace.id}`.execute(tx),
      );
      expect(rows).toEqual([{ address: "+4759000030" }]);
    },
  );

  test.each([
    [3, "26112"],
    [1, "26112"],
    [0, "026112"],
    [0, "4726112"],
  ])("to the short code 26112, of type %i and written %s", async (ton, address) => {
    const { bring, optedOut } = await startHandsets("NO", "26112");
    expect(await bring({ text: "STOP", to: [ton, address] })).toBe(0);
    expect(await optedOut()).toEqual([{ number: "+4790000001", sender: "26112" }]);
  });

  test.each(["", "Somebody", "9".repeat(20)])("to %j, which is nobody's: the connection's sender", async (address) => {
    const { bring, optedOut, workspace } = await startHandsets();
    expect(await bring({ text: "STOP", to: [5, address] })).toBe(0);
    expect(await optedOut()).toEqual([{ number: "+4790000001", sender: workspace.sender.address }]);
  });

  test("without any sender in the workspace it is refused for now, and not lost", async () => {
    const { bring, workspace } = await startHandsets();
    await db.inWorkspace(workspace.id, (tx) =>
      sql`delete from senders where workspace_id = ${workspace.id}`.execute(tx),
    );
    expect(await bring({ text: "STOP", to: [5, "Somebody"] })).toBe(0x64);
  });

  test.each(["DE", "GB", "US"])(
    "from 4915123456789 of unknown type in a workspace of %s: a German mobile",
    async (country) => {
      const { bring, optedOut, workspace } = await startHandsets(country);
      expect(await bring({ text: "STOP", from: [0, "4915123456789"] })).toBe(0);
      expect(await optedOut()).toEqual([{ number: "+4915123456789", sender: workspace.sender.address }]);
    },
  );

  test("from what may be two people's: both are opted out, and START brings back both", async () => {
    const { bring, optedOut, workspace } = await startHandsets("US");
    await addContacts(db, workspace.id, [{ mobile: "+14792234567" }]);
    expect(await bring({ text: "STOP", from: [0, "4792234567"] })).toBe(0);
    expect((await optedOut()).map(({ number }) => number)).toEqual(["+14792234567", "+4792234567"]);
    const [received] = await ledger(db, workspace.id);
    expect(received, "the contact's").toMatchObject({ number: "+14792234567" });
    expect(await bring({ text: "START", from: [0, "4792234567"] })).toBe(0);
    expect(await optedOut()).toEqual([]);
  });
});

test("accents of Turkish, Spanish and Portuguese are read by the tables that the header names, over parts too", async () => {
  const { smsc, inbound } = await connectSmpp(db);
  const bring = (hex: string) =>
    smsc.sendPdu({
      from,
      to,
      esm_class: 0x40,
      data_coding: 0,
      short_message: Buffer.from(hex.replaceAll(" ", ""), "hex"),
    });
  bring("03 25 01 01 0b 0c 1c 1d 07 40 60"); // locking: Turkish
  bring("03 24 01 01 1b47 1b67 1b53 1b73 1b69 1b49 1b65"); // single: Turkish
  bring("03 24 01 02 1b41 1b49 1b6f 1b09 7d"); // Spanish
  bring("06 24 01 03 25 01 03 1b61 0b 5b 1b1f 04 1b7f"); // Portuguese, both
  bring("03 24 01 63 1b65 41"); // a language that nobody knows
  bring("08 00 03 07 02 01 24 01 02 1b"); // cut through a character
  bring("08 00 03 07 02 02 24 01 02 41 61");
  await until(() =>
    expect(inbound.map((each) => each.text)).toEqual(["ĞğŞşıİç", "ĞğŞşıİ€", "ÁÍóçñ", "ÂÔÃÊêâ", "€A", "Áa"]),
  );
});

describe("what came before", () => {
  test("Ja twice is twice, over two connections too; the same sequence after a lost one is once", async () => {
    const network = await startHandsetNetwork();
    onTestFinished(() => network.stop());
    const workspace = await createTestWorkspace(db);
    await startSmppRoad(db, workspace, { port: network.port, binds: 2 });
    const [first, second] = (await network.bound(2)) as [ProviderConnection, ProviderConnection];
    const text = raw({ text: "Hei", to: [1, workspace.sender.address.slice(1)] });
    const texts = async () => (await ledger(db, workspace.id)).length;
    expect(await first.deliver(text, 1)).toBe(0);
    expect(await first.deliver(text, 2)).toBe(0);
    expect(await second.deliver(text, 1)).toBe(0);
    expect(await texts()).toBe(3);
    // Its acknowledgement is written, and never read.
    first.turnDeaf();
    void first.deliver(text, 3);
    await until(() => expect(first.unread()).toBe(1));
    first.cut();
    await until(() => expect(network.connections()).not.toContain(first));
    const [, third] = (await network.bound(2)) as [ProviderConnection, ProviderConnection];
    expect(await third.deliver(text, 3)).toBe(0);
    expect(await texts()).toBe(4);
    expect(await third.deliver(text, 4)).toBe(0);
    expect(await texts()).toBe(5);
  });

  test("a text that was refused for now is the same one when it comes again, though it had been written down", async () => {
    let answers = true;
    const references: string[] = [];
    const onInbound = async (batch: InboundText[]) => {
      for (const each of batch) references.push(each.carrier_reference);
      if (!answers) throw new Error("terminating connection due to administrator command");
    };
    const { smsc } = await connectSmpp(db, {}, { behaviour: { resend_ms: 20 } }, { events: { onInbound } });
    answers = false;
    smsc.sendText({ from, to, text: "Hei" });
    await until(() => expect(references.length).toBeGreaterThanOrEqual(3));
    answers = true;
    await until(() => expect(smsc.counts.texts_done).toBe(1));
    expect(new Set(references).size).toBe(1);
    smsc.sendText({ from, to, text: "Hei" });
    await until(() => expect(smsc.counts.texts_done).toBe(2));
    expect(new Set(references).size).toBe(2);
  });

  test("nothing stays in doubt once the provider has answered to something later", async () => {
    const { smsc, workspace, inbound } = await connectSmpp(db);
    smsc.sendText({ from, to, text: "Hei" });
    await until(() => expect(inbound).toHaveLength(1));
    await until(async () => {
      const { rows } = await db.asSystem((tx) =>
        sql`select 1 from smpp_in_doubt where workspace_id = ${workspace.id}`.execute(tx),
      );
      expect(rows).toEqual([]);
    });
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

  test("two of one handset after each other, with the same reference and the same first part, are whole", async () => {
    const { smsc, inbound } = await connectSmpp(db, { binds: 2 });
    for (const [i, end] of ["A", "B", "B"].entries()) {
      for (const part of partsOf({ from, to, text: `${long} slutt ${end}`, reference: 7 })) smsc.sendPdu(part);
      await until(() => expect(inbound).toHaveLength(i + 1));
    }
    expect(inbound.map((each) => each.text.slice(-7))).toEqual(["slutt A", "slutt B", "slutt B"]);
    expect(inbound.every(({ text }) => text.startsWith(long))).toBe(true);
  });

  test("parts that come again while their text waits, and after it has gone on, make no other", async () => {
    const { smsc, inbound } = await connectSmpp(db, { binds: 2 }, {}, { parts_wait_ms: 150, sweep_ms: 20 });
    const parts = partsOf({ from, to, text: long, reference: 7 });
    const [first] = parts as [(typeof parts)[number]];
    for (const part of [first, first, ...parts.slice(1), first]) smsc.sendPdu(part);
    await until(() => expect(inbound).toHaveLength(1));
    smsc.sendText({ from, to, text: "later" });
    await until(async () => {
      const { rows } = await db.asSystem((tx) =>
        sql`select 1 from smpp_parts where not done and recipient = ${`+${to}`} and at > now() - interval '1 minute'`.execute(
          tx,
        ),
      );
      expect(rows).toEqual([]);
    });
    await until(() => expect(inbound.map(({ text }) => text)).toEqual([long, "later"]));
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
      await removeCarrier(tx, workspace.id, carrier_id, new Date());
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
