/** Long texts from handsets over SMPP: joined from their parts, whichever worker each part came to. */
import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { newId } from "../../../testing/new-id.ts";
import { makeSmpp } from "../../../testing/smpp-carrier.ts";
import { connectSmpp } from "../../../testing/smpp-pipeline.ts";
import { partsOf } from "../../../testing/smsc-texts.ts";
import { until } from "../../../testing/until.ts";
import type { InboundText } from "../carrier.ts";
import { removeCarrier } from "../carriers.ts";
import { deleteOldParts, insertParts } from "./parts-store.ts";

const { db } = await testDatabase({ max: 30 });
const from = "4790000001";
const to = "4759000001";

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

test("parts that are repeated while their text waits, and after it was passed on, make no second text", async () => {
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

test("parts that came to different workers are joined, also those that a dead worker left behind", async () => {
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
  // Whole in the database, but the worker that completed it died before it was passed on.
  await db.asSystem((tx) => sql`update smpp_parts set done = false where workspace_id = ${workspace.id}`.execute(tx));
  await until(() => expect(there).toHaveLength(2));
  expect(there[1]?.carrier_reference).toBe(there[0]?.carrier_reference);
  expect(inbound).toEqual([]);
});

test("hundreds of texts that a dead worker left behind are passed on by the next one's first sweep; one that fails blocks no other", async () => {
  const { smsc, workspace, carrier_id, carrier } = await connectSmpp(db);
  await carrier.stop();
  const texts = Array.from({ length: 250 }, (_, i) => `Nr. ${i}`);
  const parts = texts.flatMap((text, i) =>
    [text, " på vei"].map((piece, at) => ({
      text_key: `${from} ${to} ${i} 2`,
      digest: Buffer.from(`${i} ${at}`),
      number: at + 1,
      total: 2,
      sender: from,
      sender_type: "unknown" as const,
      recipient: to,
      recipient_type: "unknown" as const,
      coding: 8,
      locking: 0,
      single: 0,
      octets: Buffer.from(piece, "utf16le").swap16(),
      text_id: newId(),
      first_at: new Date(),
    })),
  );
  const ids = parts.map(({ text_id }) => text_id);
  parts.forEach((part, i) => Object.assign(part, { text_id: ids[i - (i % 2)] }));
  await db.inWorkspace(workspace.id, (tx) => insertParts(tx, workspace.id, carrier_id, parts));
  await db.asSystem((tx) =>
    sql`update smpp_parts set at = now() - interval '1 minute' where workspace_id = ${workspace.id}`.execute(tx),
  );
  const there = new Set<string>();
  const onInbound = async (batch: InboundText[]) => {
    for (const { text } of batch) {
      if (text === "Nr. 7 på vei") throw new Error("it cannot be stored");
      there.add(text);
    }
  };
  // The next sweep for texts of other processes would come after half a minute.
  const other = makeSmpp(db, workspace.id, { port: smsc.port }, { carrier_id, sweep_ms: 500 });
  await other.start({ onReceipts: async () => {}, onInbound });
  onTestFinished(() => other.stop());
  await until(() => expect(there).toHaveLength(249));
});

test("stored parts are deleted with their connection, and after days in any case", async () => {
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

test("a text whose part never comes is passed on without it after a while", async () => {
  const { smsc, inbound } = await connectSmpp(db, {}, {}, { parts_wait_ms: 100, sweep_ms: 30 });
  const parts = partsOf({ from, to, text: long, reference: 9 });
  for (const part of parts.slice(1)) smsc.sendPdu(part);
  await until(() => expect(inbound.map((each) => each.text)).toEqual([`[…]${long.slice(76)}`]));
});
