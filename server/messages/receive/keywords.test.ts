/** What STOP, START and HELP do, by the standard words and by the workspace's own. */
import { sql } from "kysely";
import { pino } from "pino";
import { expect, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { inboundText, listOptOuts, ownWords } from "../../../testing/inbound-text.ts";
import { addContacts, arrived, ledger, quota, send, untilFinal, startPipeline } from "../../../testing/pipeline.ts";
import { holdSubmitLock } from "../../../testing/submit-lock.ts";
import { createTestWorkspace, setKeywords } from "../../../testing/workspace.ts";
import { systemClock } from "../../kit/clock.ts";
import { createInboundIntake } from "./inbound.ts";
import { recordReceipts } from "./receipts.ts";

const { db, connection } = await testDatabase({ max: 20 });

test("STOP is confirmed once, although it is in force; START lifts it and is confirmed", async () => {
  const workspace = await createTestWorkspace(db);
  const [contact] = await addContacts(db, workspace.id, [{ mobile: "+4791000001" }]);
  const pipeline = await startPipeline(db);
  const { source } = await send(db, workspace, { class: "marketing", text: "Tilbud" });
  await untilFinal(db, workspace.id);

  await pipeline.onInbound([inboundText(workspace, "+4791000001", " Stopp! ")]);
  await untilFinal(db, workspace.id);
  expect(await listOptOuts(db, workspace.id)).toEqual([{ number: "+4791000001", evidence: " Stopp! " }]);
  await pipeline.onInbound([inboundText(workspace, "+4791000001", "STOP")]);
  await untilFinal(db, workspace.id);
  expect((await arrived(db, workspace.id)).map(({ text }) => text)).toEqual(["Tilbud", "You have opted out."]);
  expect(await send(db, workspace, { class: "marketing" })).toMatchObject({ queued: 0, skipped: { opted_out: 1 } });
  expect(await send(db, workspace)).toMatchObject({ queued: 0, skipped: { opted_out: 1 } });

  await pipeline.onInbound([inboundText(workspace, "+4791000001", "start")]);
  await untilFinal(db, workspace.id);
  expect((await arrived(db, workspace.id)).at(-1)?.text).toBe("You are back.");
  expect(await listOptOuts(db, workspace.id)).toEqual([]);
  await pipeline.onInbound([inboundText(workspace, "+4791000001", "JA")]);
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

test("a STOP to a text that arrived before its submission was recorded counts for its campaign and its contact", async () => {
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
  const services = {
    db,
    clock: systemClock,
    liveUpdates: { publish() {}, publishSources() {} },
    log: pino({ level: "silent" }),
  };
  await createInboundIntake(services)([inboundText(workspace, phone, "STOP")]);
  const stop = (await ledger(db, workspace.id)).find((row) => row.status === "received");
  expect(stop).toMatchObject({ reason: "stop", contact_id: younger });
  const { rows } = await db.inWorkspace(workspace.id, (tx) =>
    sql`select source_id, n from message_counts where workspace_id = ${workspace.id} and status = 'opted_out'`.execute(
      tx,
    ),
  );
  expect(rows).toEqual([{ source_id: source.id, n: 1 }]);
});

test("a sentence with stop in it is no STOP; one that may be a STOP waits for a user's decision", async () => {
  const workspace = await createTestWorkspace(db);
  const pipeline = await startPipeline(db);
  await pipeline.onInbound([
    inboundText(workspace, "+4791000002", "I can't stop by today"),
    inboundText(workspace, "+4791000002", "Stop, takk"),
    inboundText(workspace, "+4791000002", "please start without me"),
  ]);
  expect(await listOptOuts(db, workspace.id)).toEqual([]);
  expect((await ledger(db, workspace.id)).map(({ reason }) => reason)).toEqual([null, "stop_perhaps", null]);
});

test("a workspace's own keywords opt out and in and are confirmed; a removed keyword waits for a user's decision", async () => {
  const workspace = await createTestWorkspace(db);
  const other = await createTestWorkspace(db);
  const pipeline = await startPipeline(db);
  await setKeywords(db, workspace.id, ownWords);
  const say = (...texts: string[]) =>
    pipeline.onInbound(texts.map((text, i) => inboundText(workspace, `+479100009${i}`, text)));
  await say("Meld meg av!", "Hei", "avmeld", "STOP");
  await pipeline.onInbound([inboundText(other, "+4791000090", "Meld meg av")]);
  await untilFinal(db, workspace.id);
  expect((await listOptOuts(db, workspace.id)).map(({ number }) => number)).toEqual(["+4791000090", "+4791000093"]);
  expect(await listOptOuts(db, other.id)).toEqual([]);
  expect((await ledger(db, other.id)).map(({ reason }) => reason)).toEqual(["stop_perhaps"]);
  await say("på igjen");
  await untilFinal(db, workspace.id);
  expect((await listOptOuts(db, workspace.id)).map(({ number }) => number)).toEqual(["+4791000093"]);
  const received = (await ledger(db, workspace.id)).filter((row) => row.status === "received");
  expect(received.map(({ number, reason }) => [number.at(-1), reason]).sort()).toEqual([
    ["0", "start"],
    ["0", "stop"],
    ["1", null],
    ["2", "stop_perhaps"],
    ["3", "stop"],
  ]);
  expect((await arrived(db, workspace.id)).map(({ text }) => text).sort()).toEqual([
    "You are back.",
    "You have opted out.",
    "You have opted out.",
  ]);
});

test("keywords of the workspace's own wait for submissions under way, and delay no other text", async () => {
  const workspace = await createTestWorkspace(db);
  await setKeywords(db, workspace.id, ownWords);
  const pipeline = await startPipeline(db);
  const lock = await holdSubmitLock(connection, workspace.id);
  const stop = pipeline.onInbound([inboundText(workspace, "+4791000070", "Meld meg av")]);
  await lock.waited(1);
  await pipeline.onInbound([inboundText(workspace, "+4791000071", "Hei")]);
  expect((await ledger(db, workspace.id)).map(({ text }) => text)).toEqual(["Hei"]);
  await lock.letGo();
  await stop;
  expect((await listOptOuts(db, workspace.id)).map(({ number }) => number)).toEqual(["+4791000070"]);
});

test("a word that the workspace made a STOP is one even if the carrier took it for another, and is confirmed", async () => {
  const workspace = await createTestWorkspace(db);
  await setKeywords(db, workspace.id, {
    stop: { added: ["INFO"], removed: [] },
    help: { added: [], removed: ["INFO"] },
  });
  const pipeline = await startPipeline(db);
  await pipeline.onInbound([{ ...inboundText(workspace, "+4791000072", "info"), handled: "help" }]);
  await untilFinal(db, workspace.id);
  expect((await listOptOuts(db, workspace.id)).map(({ number }) => number)).toEqual(["+4791000072"]);
  expect((await arrived(db, workspace.id)).map(({ text }) => text)).toEqual(["You have opted out."]);
  // A STOP of the carrier's blocks further texts there, whatever it means here.
  await pipeline.onInbound([{ ...inboundText(workspace, "+4791000073", "På igjen"), handled: "stop" }]);
  expect(await listOptOuts(db, workspace.id)).toHaveLength(2);
  expect(await arrived(db, workspace.id)).toHaveLength(1);
});

test("SUBSCRIBE opts in again", async () => {
  const workspace = await createTestWorkspace(db);
  const pipeline = await startPipeline(db);
  await pipeline.onInbound([inboundText(workspace, "+4791000080", "STOP")]);
  await pipeline.onInbound([inboundText(workspace, "+4791000080", "Subscribe")]);
  expect(await listOptOuts(db, workspace.id)).toEqual([]);
});

test("HELP is answered, after a STOP too", async () => {
  const workspace = await createTestWorkspace(db);
  const pipeline = await startPipeline(db);
  await pipeline.onInbound([
    inboundText(workspace, "+4791000003", "STOP"),
    inboundText(workspace, "+4791000003", "Hjelp"),
  ]);
  await untilFinal(db, workspace.id);
  expect((await arrived(db, workspace.id)).map(({ text }) => text)).toEqual([
    "You have opted out.",
    "Reply STOP to opt out.",
  ]);
});

test("an answer follows its text, wherever messages are listed by time", async () => {
  const workspace = await createTestWorkspace(db);
  const pipeline = await startPipeline(db);
  const numbers = Array.from({ length: 20 }, (_, i) => `+47910001${String(i).padStart(2, "0")}`);
  await pipeline.onInbound(numbers.map((number) => inboundText(workspace, number, "HELP")));
  const rows = await ledger(db, workspace.id);
  for (const number of numbers) {
    const types = rows.filter((row) => row.number === number).map((row) => row.source_type);
    expect(types).toEqual(["inbound", "help"]);
  }
});

test("without quota the opt-out holds nevertheless, and the missing confirmation is a skip", async () => {
  const workspace = await createTestWorkspace(db, { allowance: 0 });
  const pipeline = await startPipeline(db);
  await pipeline.onInbound([inboundText(workspace, "+4791000006", "STOP")]);
  expect(await listOptOuts(db, workspace.id)).toHaveLength(1);
  const rows = await ledger(db, workspace.id);
  expect(rows.map(({ status, reason }) => [status, reason])).toEqual(
    expect.arrayContaining([
      ["received", "stop"],
      ["skipped", "quota_exceeded"],
    ]),
  );
  expect(await quota(db, workspace.id)).toEqual({ used: 0, reserved: 0 });
});
