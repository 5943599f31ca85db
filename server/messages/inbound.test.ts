import { sql } from "kysely";
import { pino } from "pino";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { holdGate } from "../../testing/gate.ts";
import { newId } from "../../testing/new-id.ts";
import { addContacts, arrived, ledger, quota, send, settled, startRoad } from "../../testing/road.ts";
import { runs } from "../../testing/runs.ts";
import { createTestWorkspace, type TestWorkspace } from "../../testing/workspace.ts";
import type { InboundText } from "../carriers/carrier.ts";
import { liftOptOut } from "../consent/opt-out-by-hand.ts";
import { systemClock } from "../kit/clock.ts";
import { openDb } from "../kit/db.ts";
import { createInboundIntake } from "./inbound.ts";
import { recordReceipts } from "./receipts.ts";

const { db, connection, workspaces } = await testDatabase({ max: 20 });

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

test("a STOP to a text that arrived before its hand-over was recorded is its campaign's, and the contact's it went to", async () => {
  const workspace = await createTestWorkspace(db);
  const phone = "+4791000011";
  const shared = { phone, phone_kind: "mobile" };
  const [, younger] = await addContacts(db, workspace.id, [shared, shared]);
  const { source } = await send(db, workspace, {
    class: "marketing",
    recipients: { contacts: sql`select ${younger}::uuid` },
  });
  const [text] = await ledger(db, workspace.id);
  // A worker was killed before it could record that the text went.
  await db.asSystem((tx) =>
    recordReceipts(tx, new Date(), [
      {
        workspace_id: workspace.id,
        message_id: text?.id as string,
        carrier_reference: "ref",
        status: "delivered",
        at: new Date(),
        code: null,
        reason: null,
      },
    ]),
  );
  const services = { db, clock: systemClock, news: { tell() {} }, log: pino({ level: "silent" }) };
  await createInboundIntake(services)([inbound(workspace, phone, "STOP")]);
  const stop = (await ledger(db, workspace.id)).find((row) => row.status === "received");
  expect(stop).toMatchObject({ reason: "stop", contact_id: younger });
  const { rows } = await db.inWorkspace(workspace.id, (tx) =>
    sql`select source_id, n from message_counts where workspace_id = ${workspace.id} and status = 'opted_out'`.execute(
      tx,
    ),
  );
  expect(rows).toEqual([{ source_id: source.id, n: 1 }]);
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

test("a contact's number that is in no numbering plan is theirs without its + too", async () => {
  const workspace = await createTestWorkspace(db);
  const [contact] = await addContacts(db, workspace.id, [{ mobile: "+4759000031" }]);
  const road = await startRoad(db);
  await road.onInbound([inbound(workspace, "4759000031", "STOP"), inbound(workspace, "4759000032", "Hei")]);
  const received = (await ledger(db, workspace.id)).filter((row) => row.status === "received");
  expect(received.map((row) => [row.number, row.contact_id])).toEqual([
    ["+4759000031", contact],
    ["4759000032", null],
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

describe("of a STOP and a START the one that was said later holds, whichever is written down first", () => {
  /** Each its own process: nothing is shared but the database. */
  function startProcess() {
    const own = openDb({ connection, workspaces, max: 4 });
    onTestFinished(() => own.close());
    const gate = { away: false, opened: Promise.resolve() };
    const flaky = {
      ...own,
      inWorkspace: (async (id, work) => {
        await gate.opened;
        if (gate.away) throw new Error("connect ECONNREFUSED");
        return own.inWorkspace(id, work);
      }) as typeof own.inWorkspace,
    };
    const clock = { now: () => new Date() };
    const intake = createInboundIntake({ db: flaky, clock, news: { tell() {} }, log: pino({ level: "silent" }) });
    return { intake, gate };
  }
  const later = (text: InboundText, ms: number) => ({ ...text, at: new Date(text.at.getTime() + ms) });
  /** Everything happens some seconds ago: nothing that comes is from the future. */
  const said = (workspace: TestWorkspace, from: string, text: string, second: number) =>
    later(inbound(workspace, from, text), -60_000 + second * 1_000);
  const numbersOf = async (workspace: TestWorkspace) => (await optOuts(workspace.id)).map(({ number }) => number);
  const number = "+4791000013";

  test.each([
    ["nothing was in force", false],
    ["a STOP was in force", true],
  ])("a START that could not be written down, and comes again, lifts no STOP since (%s)", async (_name, before) => {
    const workspace = await createTestWorkspace(db);
    const [contact] = await addContacts(db, workspace.id, [{ mobile: number }]);
    const { intake, gate } = startProcess();
    if (before) await intake([said(workspace, number, "STOP", 0)]);
    const start = said(workspace, number, "START", 1);
    gate.away = true;
    await expect(intake([start])).rejects.toThrow("ECONNREFUSED");
    gate.away = false;
    await intake([said(workspace, number, "STOP", 2)]);
    await intake([later(start, 2_000)]);
    expect(await numbersOf(workspace)).toEqual([number]);
    const recipients = { contacts: sql`select ${contact}::uuid` };
    expect(await send(db, workspace, { class: "marketing", recipients })).toMatchObject({ queued: 0 });
    await intake([said(workspace, number, "START", 4)]);
    expect(await numbersOf(workspace)).toEqual([]);
  });

  test("a STOP that could not be written down, and comes again, stands where it stood: a START since holds", async () => {
    const workspace = await createTestWorkspace(db);
    const { intake, gate } = startProcess();
    const stop = said(workspace, number, "STOP", 1);
    gate.away = true;
    await expect(intake([stop])).rejects.toThrow("ECONNREFUSED");
    gate.away = false;
    await intake([said(workspace, number, "START", 2)]);
    await intake([later(stop, 2_000)]);
    expect(await numbersOf(workspace)).toEqual([]);
  });

  test("a START that comes again while the first is still being written is as old as that", async () => {
    const workspace = await createTestWorkspace(db);
    const [here, there] = [startProcess(), startProcess()];
    await there.intake([said(workspace, number, "STOP", 0)]);
    const start = said(workspace, number, "START", 1);
    const open = Promise.withResolvers<void>();
    here.gate.opened = open.promise;
    here.gate.away = true;
    const first = here.intake([start]);
    await there.intake([said(workspace, number, "STOP", 2)]);
    const second = here.intake([later(start, 2_000)]);
    open.resolve();
    await expect(first).rejects.toThrow("ECONNREFUSED");
    here.gate.away = false;
    await Promise.allSettled([second]);
    await here.intake([later(start, 3_000)]);
    expect(await numbersOf(workspace)).toEqual([number]);
  });

  test("a START waits behind the gate at one process, and is written after the STOP that was said since at another", async () => {
    const workspace = await createTestWorkspace(db);
    const [here, there] = [startProcess(), startProcess()];
    await there.intake([said(workspace, number, "STOP", 0)]);
    const gate = await holdGate(connection, workspace.id);
    const others = here.intake([said(workspace, "+4791000014", "STOP", 1)]);
    await gate.waited(1);
    // Together with somebody's STOP, so that it has to wait once more.
    const start = here.intake([said(workspace, number, "START", 2), said(workspace, "+4791000015", "STOP", 2)]);
    const stop = there.intake([said(workspace, number, "STOP", 3)]);
    await gate.waited(2);
    await gate.letGo();
    await Promise.all([others, start, stop]);
    expect(await numbersOf(workspace)).toContain(number);
  });

  test("by hand too: a START that waits while a STOP is written down lifts no such STOP, and says so", async () => {
    const workspace = await createTestWorkspace(db);
    const [contact] = await addContacts(db, workspace.id, [{ mobile: number }]);
    const { intake } = startProcess();
    await intake([said(workspace, number, "STOP", 0)]);
    const gate = await holdGate(connection, workspace.id);
    const stop = intake([said(workspace, number, "STOP", 2)]);
    await gate.waited(1);
    const lifted = db.inWorkspace(workspace.id, (tx) =>
      liftOptOut(tx, {
        workspaceId: workspace.id,
        contactId: contact as string,
        sender: null,
        reason: "asked for it",
        recordedBy: "Kari",
        source: "web",
        at: said(workspace, number, "", 1).at,
      }),
    );
    await gate.waited(2);
    await gate.letGo();
    await stop;
    expect(await lifted).toMatchObject([{ number, source: "sms" }]);
  });
});

test("an address that can be two people's: START takes back what its STOP did, and not what one of them said", async () => {
  const workspace = await createTestWorkspace(db, { country: "US" });
  await addContacts(db, workspace.id, [{ mobile: "+14792234567" }]);
  const road = await startRoad(db);
  const [likelier, other] = ["+14792234567", "+4792234567"];
  const from = "4792234567";
  const numbers = async () => (await optOuts(workspace.id)).map(({ number }) => number);
  const bring = async (address: string, text: string) => {
    const at = new Date(await nextMoment());
    await road.onInbound([{ ...inbound(workspace, address, text), at }]);
  };
  await bring(likelier, "STOP");
  await bring(from, "STOP");
  expect(await numbers()).toEqual([likelier, other]);
  await bring(from, "START");
  expect(await numbers(), "the likelier was opted out before").toEqual([]);
  await bring(other, "STOP");
  await bring(from, "STOP");
  await bring(from, "START");
  expect(await numbers(), "the other said STOP itself").toEqual([other]);
  await bring(other, "START");
  expect(await numbers()).toEqual([]);
});

let lastMoment = 0;
/** Now, and later than the last one. */
async function nextMoment(): Promise<number> {
  await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(lastMoment), { interval: 1 });
  return (lastMoment = Date.now());
}
