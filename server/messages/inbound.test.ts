import { sql } from "kysely";
import { pino } from "pino";
import { expect, test, vi } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { addContacts, arrived, ledger, quota, send, settled, startRoad } from "../../testing/road.ts";
import { runs } from "../../testing/runs.ts";
import { createTestWorkspace, type TestWorkspace } from "../../testing/workspace.ts";
import type { InboundText } from "../carriers/carrier.ts";
import { newId } from "../kit/id.ts";
import { createInboundIntake } from "./inbound.ts";

const { db } = await testDatabase({ max: 20 });

let count = 0;
const inbound = (workspace: TestWorkspace, from: string, text: string): InboundText => ({
  workspace_id: workspace.id,
  carrier: "sandbox",
  carrier_reference: `in-${++count}`,
  from,
  to: workspace.sender.address,
  text,
  at: new Date(),
});

async function optOuts(workspaceId: string) {
  const { rows } = await db.inWorkspace(workspaceId, (tx) =>
    sql<{
      number: string;
      evidence: string;
    }>`select number, evidence from opt_outs where workspace_id = ${workspaceId} order by number`.execute(tx),
  );
  return rows;
}

test("STOP is confirmed although it is in force, once; START lifts it and says so", async () => {
  const workspace = await createTestWorkspace(db);
  const [contact] = await addContacts(db, workspace.id, [{ mobile: "+4791000001" }]);
  const road = await startRoad(db);
  const { source } = await send(db, workspace, { class: "marketing", text: "Tilbud" });
  await settled(db, workspace.id);

  await road.onInbound([inbound(workspace, "+4791000001", " Stopp! ")]);
  await settled(db, workspace.id);
  expect(await optOuts(workspace.id)).toEqual([{ number: "+4791000001", evidence: " Stopp! " }]);
  await road.onInbound([inbound(workspace, "+4791000001", "STOP")]);
  await settled(db, workspace.id);
  expect((await arrived(db, workspace.id)).map(({ text }) => text)).toEqual(["Tilbud", "You have opted out."]);
  expect(await send(db, workspace, { class: "marketing" })).toMatchObject({ queued: 0, skipped: { opted_out: 1 } });
  expect(await send(db, workspace)).toMatchObject({ queued: 0, skipped: { opted_out: 1 } });

  await road.onInbound([inbound(workspace, "+4791000001", "start")]);
  await settled(db, workspace.id);
  expect((await arrived(db, workspace.id)).at(-1)?.text).toBe("You are back.");
  expect(await optOuts(workspace.id)).toEqual([]);
  await road.onInbound([inbound(workspace, "+4791000001", "JA")]);
  expect(await arrived(db, workspace.id)).toHaveLength(3);

  const received = (await ledger(db, workspace.id)).filter((row) => row.status === "received");
  expect(received.map(({ reason, contact_id }) => [reason, contact_id])).toEqual([
    ["stop", contact],
    ["stop", contact],
    ["start", contact],
    ["start", contact],
  ]);
  const { rows } = await db.inWorkspace(workspace.id, (tx) =>
    sql`select n from message_counts where workspace_id = ${workspace.id} and source_id = ${source.id} and status = 'opted_out'`.execute(
      tx,
    ),
  );
  expect(rows).toEqual([{ n: 1 }]);
});

test("a sentence with stop in it opts nobody out; a polite one is for a person", async () => {
  const workspace = await createTestWorkspace(db);
  const road = await startRoad(db);
  await road.onInbound([
    inbound(workspace, "+4791000002", "I can't stop by today"),
    inbound(workspace, "+4791000002", "Stop, takk"),
    inbound(workspace, "+4791000002", "please start without me"),
  ]);
  expect(await optOuts(workspace.id)).toEqual([]);
  expect((await ledger(db, workspace.id)).map(({ reason }) => reason)).toEqual([null, "stop_perhaps", null]);
});

test("HELP is answered, after a STOP too", async () => {
  const workspace = await createTestWorkspace(db);
  const road = await startRoad(db);
  await road.onInbound([inbound(workspace, "+4791000003", "STOP"), inbound(workspace, "+4791000003", "Hjelp")]);
  await settled(db, workspace.id);
  expect((await arrived(db, workspace.id)).map(({ text }) => text)).toEqual([
    "You have opted out.",
    "Reply STOP to opt out.",
  ]);
});

test("an answer stands after what it answers, wherever messages are listed by time", async () => {
  const workspace = await createTestWorkspace(db);
  const road = await startRoad(db);
  const numbers = Array.from({ length: 20 }, (_, i) => `+47910001${String(i).padStart(2, "0")}`);
  await road.onInbound(numbers.map((number) => inbound(workspace, number, "HELP")));
  const rows = await ledger(db, workspace.id);
  for (const number of numbers) {
    const types = rows.filter((row) => row.number === number).map((row) => row.source_type);
    expect(types).toEqual(["inbound", "help"]);
  }
});

test("the same text twice is one; any spelling of a number is one number", async () => {
  const workspace = await createTestWorkspace(db);
  const [contact] = await addContacts(db, workspace.id, [{ mobile: "+4791000004" }]);
  const road = await startRoad(db);
  const text = inbound(workspace, "004791000004", "Hei");
  await Promise.all([road.onInbound([text]), road.onInbound([text]), road.onInbound([text, text])]);
  const rows = await ledger(db, workspace.id);
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({ number: "+4791000004", contact_id: contact, status: "received" });
});

test("a number whose + the network left out is E.164 all the same, and one of the country stays one of the country", async () => {
  const workspace = await createTestWorkspace(db);
  const road = await startRoad(db);
  for (const from of ["46701234567", "4791000004", "91000005", "19999"])
    await road.onInbound([inbound(workspace, from, "Hei")]);
  expect((await ledger(db, workspace.id)).map((row) => row.number)).toEqual([
    "+46701234567",
    "+4791000004",
    "+4791000005",
    "19999",
  ]);
});

test("a text for nobody's number is dropped, the others of the batch are kept", async () => {
  const workspace = await createTestWorkspace(db);
  const road = await startRoad(db);
  await road.onInbound([
    { ...inbound(workspace, "+4791000005", "?"), to: "+4700000000" },
    inbound(workspace, "+4791000005", "!"),
  ]);
  expect((await ledger(db, workspace.id)).map(({ text }) => text)).toEqual(["!"]);
});

test("without quota the opt-out holds all the same, and the missing confirmation is a skip", async () => {
  const workspace = await createTestWorkspace(db, { allowance: 0 });
  const road = await startRoad(db);
  await road.onInbound([inbound(workspace, "+4791000006", "STOP")]);
  expect(await optOuts(workspace.id)).toHaveLength(1);
  const rows = await ledger(db, workspace.id);
  expect(rows.map(({ status, reason }) => [status, reason])).toEqual(
    expect.arrayContaining([
      ["received", "stop"],
      ["skipped", "quota_exceeded"],
    ]),
  );
  expect(await quota(db, workspace.id)).toEqual({ used: 0, reserved: 0 });
});

const rounds = runs(2, 30);
const stopsEach = 50;

test(`after STOP is acknowledged no marketing text leaves, in ${rounds * stopsEach} races`, async () => {
  const workspace = await createTestWorkspace(db, { allowance: 1_000_000 });
  const numbers = Array.from({ length: 300 }, (_, i) => `+4792${String(i).padStart(6, "0")}`);
  await addContacts(
    db,
    workspace.id,
    numbers.map((mobile) => ({ mobile })),
  );
  /** When STOP of a number was acknowledged, and when each text was handed over, on one clock. */
  const acknowledged = new Map<string, number>();
  const late: string[] = [];
  const road = await startRoad(db, {
    delay_ms: 3_600_000,
    carrier: (sandbox) => ({
      ...sandbox,
      limits: { ...sandbox.limits, batch: 20 },
      async submit(texts, signal) {
        const outcomes = await sandbox.submit(texts, signal);
        // By now they are on the handsets.
        for (const text of texts) if (text.class === "marketing" && acknowledged.has(text.to)) late.push(text.to);
        return outcomes;
      },
    }),
  });
  let handedOver = 0;
  for (let round = 0; round < rounds; round++) {
    acknowledged.clear();
    await db.asSystem((tx) => sql`delete from opt_outs`.execute(tx));
    await send(db, workspace, { class: "marketing", source: { type: "campaign", id: newId(), at: new Date() } });
    const shuffled = numbers.toSorted(() => Math.random() - 0.5).slice(0, stopsEach);
    const stops = shuffled.map(async (number) => {
      await road.onInbound([inbound(workspace, number, "STOP")]);
      acknowledged.set(number, performance.now());
    });
    await Promise.all(stops);
    await vi.waitFor(
      async () => {
        const { rows } = await db.inWorkspace(workspace.id, (tx) =>
          sql`select 1 from message_queue where workspace_id = ${workspace.id} limit 1`.execute(tx),
        );
        expect(rows).toEqual([]);
      },
      { timeout: 15_000, interval: 20 },
    );
    handedOver += 1;
  }
  expect(handedOver).toBe(rounds);
  expect(late).toEqual([]);
  const rows = await ledger(db, workspace.id);
  // The races were real: some texts were stopped at the last moment, others had left before.
  expect(rows.filter((row) => row.status === "skipped" && row.reason === "opted_out").length).toBeGreaterThan(0);
  expect(rows.filter((row) => row.status === "sent" && row.source_type === "campaign").length).toBeGreaterThan(0);
});

test("a phone that two contacts have is the one's whom the sender wrote to last, else the mobile's, else the oldest's", async () => {
  const workspace = await createTestWorkspace(db);
  const road = await startRoad(db);
  const shared = "+4791000011";
  const [older, younger] = await addContacts(db, workspace.id, [
    { phone: shared, phone_kind: "mobile" },
    { phone: shared, phone_kind: "mobile" },
  ]);
  const lastContact = async () => (await ledger(db, workspace.id)).at(-1)?.contact_id;
  await road.onInbound([inbound(workspace, shared, "Hei")]);
  expect(await lastContact(), "the oldest").toBe(older);
  await send(db, workspace, { recipients: { contacts: sql`select ${younger}::uuid` } });
  await settled(db, workspace.id);
  await road.onInbound([inbound(workspace, shared, "Hei")]);
  expect(await lastContact(), "written to last").toBe(younger);
  const answer = await send(db, workspace, { recipients: { numbers: [{ number: shared }] } });
  expect(answer.queued).toBe(1);
  expect(await lastContact(), "an answer goes where the text stands").toBe(younger);
  const [mobile] = await addContacts(db, workspace.id, [{ mobile: "+4791000012" }]);
  await addContacts(db, workspace.id, [{ phone: "+4791000012", phone_kind: "mobile" }]);
  await road.onInbound([inbound(workspace, "+4791000012", "Hei")]);
  expect(await lastContact(), "the mobile's").toBe(mobile);

  await road.onInbound([inbound(workspace, shared, "STOP")]);
  const both = sql`select unnest(${[older, younger]}::uuid[])`;
  const marketing = { class: "marketing", recipients: { contacts: both } } as const;
  expect(await send(db, workspace, marketing), "a STOP is the number's").toMatchObject({ queued: 0 });
});

test("a START that could not be written down and comes again lifts no STOP that was written since", async () => {
  const workspace = await createTestWorkspace(db);
  let away = true;
  const flaky = {
    ...db,
    inWorkspace: ((id, work) =>
      away ? Promise.reject(new Error("connect ECONNREFUSED")) : db.inWorkspace(id, work)) as typeof db.inWorkspace,
  };
  const clock = { now: () => new Date() };
  const log = pino({ level: "silent" });
  const intake = createInboundIntake({ db: flaky, clock, news: { tell() {} }, log });
  const start = inbound(workspace, "+4791000013", "START");
  await expect(intake([start])).rejects.toThrow("ECONNREFUSED");
  away = false;
  await intake([{ ...inbound(workspace, "+4791000013", "STOP"), at: new Date(start.at.getTime() + 1) }]);
  await intake([{ ...start, at: new Date(start.at.getTime() + 2) }]);
  expect(await optOuts(workspace.id)).toHaveLength(1);

  // And the other way round: what the person did last is the START.
  away = true;
  const stop = inbound(workspace, "+4791000014", "STOP");
  await expect(intake([stop])).rejects.toThrow("ECONNREFUSED");
  away = false;
  await intake([{ ...inbound(workspace, "+4791000014", "START"), at: new Date(stop.at.getTime() + 1) }]);
  await intake([{ ...stop, at: new Date(stop.at.getTime() + 2) }]);
  expect((await optOuts(workspace.id)).map(({ number }) => number)).toEqual(["+4791000013"]);
});
