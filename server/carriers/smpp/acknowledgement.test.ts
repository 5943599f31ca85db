/** Texts from handsets over SMPP are durable before they are acknowledged, and one that is sent again is the same text. */
import { sql } from "kysely";
import { describe, expect, onTestFinished, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { type ProviderConnection, startHandsetNetwork } from "../../../testing/handset-network.ts";
import { newId } from "../../../testing/new-id.ts";
import { ledger } from "../../../testing/pipeline.ts";
import { makeSmpp } from "../../../testing/smpp-carrier.ts";
import { connectSmpp, startSmppPipeline } from "../../../testing/smpp-pipeline.ts";
import { rawDeliver } from "../../../testing/smsc-pdu.ts";
import { partsOf } from "../../../testing/smsc-texts.ts";
import { startSmsc } from "../../../testing/smsc.ts";
import { until } from "../../../testing/until.ts";
import { createTestWorkspace, setKeywords } from "../../../testing/workspace.ts";
import type { InboundText } from "../carrier.ts";

const { db } = await testDatabase({ max: 30 });
const from = "4790000001";
const to = "4759000001";

describe("repeats", () => {
  test("the same words twice are two texts, also over two connections; the same sequence after a lost connection is a repeat", async () => {
    const network = await startHandsetNetwork();
    onTestFinished(() => network.stop());
    const workspace = await createTestWorkspace(db);
    await startSmppPipeline(db, workspace, { port: network.port, binds: 2 });
    const [first, second] = (await network.bound(2)) as [ProviderConnection, ProviderConnection];
    const text = rawDeliver({ text: "Hei", to: [1, workspace.sender.address.slice(1)] });
    const texts = async () => (await ledger(db, workspace.id)).length;
    expect(await first.deliver(text, 1)).toBe(0);
    expect(await first.deliver(text, 2)).toBe(0);
    expect(await second.deliver(text, 1)).toBe(0);
    expect(await texts()).toBe(3);
    // Its acknowledgement is written, and never read.
    first.stopReading();
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

  test("a text that was refused for now is the same one when it is sent again, even if it had been stored", async () => {
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

  test("a keyword of the workspace's own is never taken for a repeat, also under the same sequence after a lost connection", async () => {
    const network = await startHandsetNetwork();
    onTestFinished(() => network.stop());
    const workspace = await createTestWorkspace(db);
    await startSmppPipeline(db, workspace, { port: network.port });
    const [first] = (await network.bound(1)) as [ProviderConnection];
    const text = (words: string) => rawDeliver({ text: words, to: [1, workspace.sender.address.slice(1)] });
    const optedOut = async () => {
      const { rows } = await db.inWorkspace(workspace.id, (tx) =>
        sql`select 1 from opt_outs where workspace_id = ${workspace.id}`.execute(tx),
      );
      return rows.length > 0;
    };
    // It is no keyword yet, and its acknowledgement is never read.
    first.stopReading();
    void first.deliver(text("Lopeta"), 1);
    await until(() => expect(first.unread()).toBe(1));
    first.cut();
    await until(() => expect(network.connections()).not.toContain(first));
    await setKeywords(db, workspace.id, { stop: { added: ["LOPETA"], removed: [] } });
    const [second] = (await network.bound(1)) as [ProviderConnection];
    expect(await second.deliver(text("Lopeta"), 1)).toBe(0);
    expect(await optedOut()).toBe(true);
    expect(await second.deliver(text("START"), 2)).toBe(0);
    expect(await optedOut()).toBe(false);
    expect(await second.deliver(text("Lopeta"), 1)).toBe(0);
    expect(await optedOut()).toBe(true);
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

describe("durable before it is acknowledged", () => {
  test("a text that could not be stored is refused, and is sent again", async () => {
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

  test("the acknowledgement of an ended connection acknowledges nothing on the next one", async () => {
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

  test("nothing is stored and nothing acknowledged while the database is away", async () => {
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

test("a text that can never be stored blocks no other, and is refused for good", async () => {
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
