/** Texts from handsets over SMPP: from whom, to which sender, in which alphabet; a STOP in every spelling. */
import { sql } from "kysely";
import { describe, expect, onTestFinished, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { type ProviderConnection, startHandsetNetwork } from "../../../testing/handset-network.ts";
import { addContacts, ledger } from "../../../testing/pipeline.ts";
import { connectSmpp, startSmppPipeline } from "../../../testing/smpp-pipeline.ts";
import { rawDeliver } from "../../../testing/smsc-pdu.ts";
import { startSmsc } from "../../../testing/smsc.ts";
import { until } from "../../../testing/until.ts";
import { createTestWorkspace, setKeywords } from "../../../testing/workspace.ts";

const { db } = await testDatabase({ max: 30 });
const from = "4790000001";
const to = "4759000001";

test("a text reaches the ledger, with its number as E.164", async () => {
  const smsc = await startSmsc();
  onTestFinished(() => smsc.stop());
  const workspace = await createTestWorkspace(db);
  await startSmppPipeline(db, workspace, { port: smsc.port });
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
  const { carrier_id } = await startSmppPipeline(db, workspace, { port: smsc.port });
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

/** A workspace's pipeline behind one connection; each PDU is answered before the next is sent. */
async function startHandsets(country = "NO", sender?: string) {
  const network = await startHandsetNetwork();
  onTestFinished(() => network.stop());
  const workspace = await createTestWorkspace(db, { country });
  if (sender)
    await db.inWorkspace(workspace.id, (tx) =>
      sql`update senders set address = ${sender} where workspace_id = ${workspace.id}`.execute(tx),
    );
  const { carrier_id } = await startSmppPipeline(db, workspace, { port: network.port });
  const [bind] = await network.bound(1);
  let sequence = 0;
  const bring = (parts: Parameters<typeof rawDeliver>[0]) =>
    (bind as ProviderConnection).deliver(
      rawDeliver({ to: [1, (sender ?? workspace.sender.address).slice(1)], ...parts }),
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

describe("a STOP is not lost, whatever else is in its PDU", () => {
  test.each([
    ["one octet after its fields", { text: "STOP", rest: "00" }],
    ["three octets after its fields", { text: "STOP", rest: "0427 00" }],
    ["a parameter that is cut", { text: "STOP", rest: "0204 0002 0001 1501 0010 4142" }],
    ["an impossible length of a parameter", { text: "STOP", rest: "1501 ffff" }],
    ["a payload that is cut", { text: "", rest: "0424 0010 53544f50" }],
    ["an acknowledgement by the handset's user", { text: "STOP", esm_class: 0x10 }],
    ["a delivery acknowledgement by the handset", { text: "STOP", esm_class: 0x08 }],
    ["a text marked as a receipt", { text: "STOP", esm_class: 0x04 }],
    ["a text marked as a notification", { text: "STOP", esm_class: 0x20 }],
    ["a missing header", { text: "STOP", esm_class: 0x40 }],
    ["a reserved data coding", { text: "STOP", data_coding: 0x0c }],
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

  test.each([
    ["as a plain text", {}],
    ["as an acknowledgement by the handset's user", { esm_class: 0x10 }],
    ["marked as a receipt", { esm_class: 0x04 }],
    ["marked as a notification", { esm_class: 0x20 }],
    ["with zeros", { text: "Lopeta\0\0" }],
  ] as const)("a keyword of the workspace's own, %s", async (_name, parts) => {
    const { bring, optedOut, workspace } = await startHandsets();
    expect(await bring({ text: "Lopeta", ...parts })).toBe(0);
    expect(await optedOut()).toEqual([]);
    await setKeywords(db, workspace.id, { stop: { added: ["LOPETA"], removed: [] } });
    expect(await bring({ text: "Lopeta", ...parts })).toBe(0);
    expect(await optedOut()).toMatchObject([{ number: "+4790000001" }]);
  });

  test("a STOP in two parts is acknowledged once it is obeyed", async () => {
    const { bring, optedOut } = await startHandsets();
    const part = (number: number, text: string) =>
      Buffer.concat([Buffer.from([5, 0, 3, 9, 2, number]), Buffer.from(text)]);
    expect(await bring({ text: part(2, "OP"), esm_class: 0x40 })).toBe(0);
    expect(await optedOut()).toEqual([]);
    expect(await bring({ text: part(1, "ST"), esm_class: 0x50 })).toBe(0);
    expect(await optedOut()).toHaveLength(1);
  });

  test("an acknowledgement without text is no text, and neither is a receipt under another message type", async () => {
    const { bring, workspace } = await startHandsets();
    expect(await bring({ text: "", esm_class: 0x08 })).toBe(0);
    const receipt = "id:1 sub:001 dlvrd:001 submit date:2611280000 done date:2611280000 stat:DELIVRD err:000 text:STOP";
    expect(await bring({ text: receipt, esm_class: 0x10 })).toBe(0);
    expect(await bring({ text: receipt, esm_class: 0x20 })).toBe(0);
    expect(await ledger(db, workspace.id)).toEqual([]);
  });
});

describe("addresses", () => {
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

  test.each(["", "Somebody", "9".repeat(20)])("to %j, which is no sender: the connection's sender", async (address) => {
    const { bring, optedOut, workspace } = await startHandsets();
    expect(await bring({ text: "STOP", to: [5, address] })).toBe(0);
    expect(await optedOut()).toEqual([{ number: "+4790000001", sender: workspace.sender.address }]);
  });

  test("without any sender in the workspace a text is refused for now, and not lost", async () => {
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

  test("from an address that can be two numbers: both are opted out, and START opts both in", async () => {
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

test("accents of Turkish, Spanish and Portuguese are read by the tables that the header names, also over several parts", async () => {
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
  bring("03 24 01 63 1b65 41"); // an unknown language
  bring("08 00 03 07 02 01 24 01 02 1b"); // cut through a character
  bring("08 00 03 07 02 02 24 01 02 41 61");
  await until(() =>
    expect(inbound.map((each) => each.text)).toEqual(["ĞğŞşıİç", "ĞğŞşıİ€", "ÁÍóçñ", "ÂÔÃÊêâ", "€A", "Áa"]),
  );
});

test("inbound texts are decoded by a setting of their own, where the provider writes another alphabet than it reads", async () => {
  const { smsc, inbound } = await connectSmpp(db, { gsm7: "gsm", inbound_gsm7: "latin1" });
  smsc.sendPdu({ from, to, esm_class: 0, data_coding: 0, short_message: Buffer.from("Blåbær @ 5", "latin1") });
  await until(() => expect(inbound).toHaveLength(1));
  expect(inbound[0]?.text).toBe("Blåbær @ 5");
});

test("every data coding is decoded to some text, and the connection stays open", async () => {
  const { smsc, inbound } = await connectSmpp(db, { gsm7: "latin1" });
  const octets = (data_coding: number) => Buffer.from([data_coding, 0x41, 0xe5, 0x00]);
  for (let data_coding = 0; data_coding < 256; data_coding++)
    smsc.sendPdu({ from, to, esm_class: 0, data_coding, short_message: octets(data_coding) });
  await until(() => expect(smsc.counts.texts_done).toBe(256));
  expect(inbound).toHaveLength(256);
  expect(inbound.find((each) => each.text.startsWith("\0A"))?.text).toBe("\0Aå\0");
  expect(smsc.counts.binds).toBe(1);
  expect(smsc.bound()).toBe(1);
});
