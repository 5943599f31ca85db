/** The pipeline through Twilio's test double: throttled, with failing requests, and with workers that are killed. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { sql } from "kysely";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { newId } from "../../../testing/new-id.ts";
import { addContacts, ledger, quota, send, untilFinal, startPipeline } from "../../../testing/pipeline.ts";
import { twilioAt } from "../../../testing/twilio-carrier.ts";
import { startTwilio, type TwilioDouble } from "../../../testing/twilio.ts";
import { until } from "../../../testing/until.ts";
import { createTestWorkspace, type TestWorkspace } from "../../../testing/workspace.ts";
import { recordOptIn, recordOptOut } from "../../consent/opt-outs.ts";
import { type Clock, systemClock } from "../../kit/clock.ts";
import { runJobs } from "../../kit/jobs.ts";
import type { Logger } from "../../kit/log.ts";
import { optOutJobs } from "../receive/opted-out-at-carrier.ts";
import { createReceiptIntake } from "../receive/receipts.ts";
import { strandedNotice } from "./revive-lanes.ts";

const { db, connection } = await testDatabase({ max: 20 });
const gone = ["sent", "delivered", "undelivered", "failed", "expired", "skipped", "cancelled"];

async function twilioDouble(): Promise<TwilioDouble> {
  const twilio = await startTwilio();
  onTestFinished(() => twilio.close());
  return twilio;
}

const start = (
  twilio: TwilioDouble,
  workspace: TestWorkspace,
  {
    clock,
    log,
    lease_ms = 1_500,
    ...options
  }: { request_timeout?: number; lease_ms?: number; clock?: Clock; log?: Logger } = {},
) =>
  startPipeline(db, {
    lease_ms,
    clock,
    log,
    carrier: () => twilioAt(twilio, { workspace_id: workspace.id, id: newId(), db, ...options }),
  });

/** Texts to as many numbers, and five times the same to one. */
async function sendMany(workspace: TestWorkspace, count: number): Promise<number> {
  const numbers = Array.from({ length: count }, (_, i) => ({ number: `+4792${String(i).padStart(6, "0")}` }));
  await send(db, workspace, { text: "Hei", recipients: { people: numbers } });
  const same = Array.from({ length: 5 }, () => ({ number: "+4793000000", id: newId() }));
  await send(db, workspace, {
    text: "Koden er klar",
    source: { type: "api", id: null, at: new Date() },
    recipients: { people: same },
  });
  return count + 5;
}

/** Every text is in Twilio's records once, and the ledger knows each of them by a SID of its own. */
async function expectEachOnce(twilio: TwilioDouble, workspace: TestWorkspace, count: number): Promise<void> {
  await untilFinal(db, workspace.id, gone);
  const rows = await ledger(db, workspace.id);
  expect(rows).toHaveLength(count);
  expect(new Set(rows.map((row) => row.status))).toEqual(new Set(["sent"]));
  expect(twilio.records.map(({ to }) => to).sort()).toEqual(rows.map((row) => row.number).sort());
  expect(new Set(rows.map((row) => row.carrier_reference))).toEqual(new Set(twilio.records.map(({ sid }) => sid)));
  expect(await quota(db, workspace.id)).toEqual({ used: count, reserved: 0 });
  const open = await db.asSystem((tx) =>
    sql`select 1 from dispatch_journal where workspace_id = ${workspace.id}`.execute(tx),
  );
  expect(open.rows).toEqual([]);
  expect(twilio.violations).toEqual([]);
}

test("while Twilio is busy or its queue is full nothing is lost and nothing goes twice", async () => {
  const twilio = await twilioDouble();
  const workspace = await createTestWorkspace(db);
  let refused = 0;
  twilio.behave((operation) => {
    if (operation !== "CreateMessage" || twilio.requests.CreateMessage % 40 !== 7 || refused >= 2) return null;
    return { status: 429, code: refused++ % 2 === 0 ? 20429 : 21611, headers: { "retry-after": "0" } };
  });
  const count = await sendMany(workspace, 150);
  await start(twilio, workspace);
  await expectEachOnce(twilio, workspace, count);
  expect(refused).toBe(2);
});

test("texts whose answers were lost are looked up, and only those that Twilio does not have are sent again", async () => {
  const twilio = await twilioDouble();
  const workspace = await createTestWorkspace(db);
  let broken = 0;
  twilio.behave((operation) => {
    if (operation !== "CreateMessage" || twilio.requests.CreateMessage % 10 !== 3 || broken >= 8) return null;
    return broken++ % 2 === 0 ? "take-and-reset" : "reset";
  });
  const count = await sendMany(workspace, 60);
  await start(twilio, workspace);
  await expectEachOnce(twilio, workspace, count);
  expect(broken).toBeGreaterThanOrEqual(6);
  expect(twilio.requests.ListMessage).toBeGreaterThan(0);
});

test("texts that a look-up did not find are sent again, also when it took longer than the lane's turn", async () => {
  const twilio = await twilioDouble();
  const workspace = await createTestWorkspace(db);
  let broken = false;
  let late_ms = 0;
  twilio.behave((operation) => {
    if (operation === "ListMessage") late_ms += 700;
    if (operation !== "CreateMessage" || broken) return null;
    broken = true;
    return { status: 500 };
  });
  await send(db, workspace, { text: "Hei", recipients: { people: [{ number: "+4792000001" }] } });
  const warned: string[] = [];
  const write = (line: string) => void warned.push(JSON.parse(line).msg);
  const clock = { now: () => new Date(Date.now() + late_ms) };
  // A lease longer than a look-up can take.
  const slow = { request_timeout: 3_000, lease_ms: 30_000 };
  await start(twilio, workspace, { ...slow, clock, log: pino({ level: "warn" }, { write }) });
  await expectEachOnce(twilio, workspace, 1);
  expect(twilio.requests.ListMessage).toBe(2);
  // Marked by the look-up itself: a sweep that marked them would have warned.
  expect(warned).not.toContain(strandedNotice);
});

test("a worker killed between submission and record: the next finds out which texts went, none is lost and none goes twice", async () => {
  const twilio = await twilioDouble();
  const workspace = await createTestWorkspace(db);
  const count = await sendMany(workspace, 120);
  for (const after of [15, 70]) {
    const { url, account_sid, auth_token } = twilio;
    const worker = fork(join(import.meta.dirname, "..", "..", "..", "testing", "twilio-worker.ts"), [
      connection,
      url,
      account_sid,
      auth_token,
      workspace.id,
    ]);
    onTestFinished(() => void worker.kill("SIGKILL"));
    const died = once(worker, "exit");
    // In the middle of a batch: Twilio has some texts, has answered some of those, and none is recorded.
    twilio.onMessage(() => {
      if (twilio.records.length >= after) worker.kill("SIGKILL");
    });
    expect((await died)[1]).toBe("SIGKILL");
    twilio.onMessage(() => {});
  }
  const open = await db.asSystem((tx) =>
    sql<{ seqs: string[] }>`select seqs from dispatch_journal where workspace_id = ${workspace.id}`.execute(tx),
  );
  expect(open.rows.length).toBeGreaterThan(0);
  await start(twilio, workspace);
  await expectEachOnce(twilio, workspace, count);
});

test("21610 is a STOP: at submission as in a receipt, and no marketing goes to that number any more", async () => {
  const twilio = await twilioDouble();
  const workspace = await createTestWorkspace(db);
  await addContacts(
    db,
    workspace.id,
    ["+4791000001", "+4791000002", "+4791000003"].map((mobile) => ({ mobile })),
  );
  twilio.behave((_operation, parameters) =>
    parameters.get("To") === "+4791000001" ? { status: 400, code: 21610, message: "unsubscribed" } : null,
  );
  const services = {
    db,
    clock: systemClock,
    liveUpdates: { publish() {}, publishSources() {} },
    log: pino({ level: "silent" }),
  };
  const running = await runJobs({ ...services, connection, pool: db.pool, handlers: optOutJobs(services) });
  onTestFinished(() => running.stop());
  await start(twilio, workspace);
  const first = await send(db, workspace, { class: "marketing", text: "Tilbud" });
  expect(first.queued).toBe(3);
  await untilFinal(db, workspace.id, gone);
  const refused = (await ledger(db, workspace.id)).find((row) => row.number === "+4791000001");
  expect(refused).toMatchObject({ status: "failed", reason: "opted_out", carrier_error: "21610" });

  const late = (await ledger(db, workspace.id)).find((row) => row.number === "+4791000002");
  const receipt = { workspace_id: workspace.id, message_id: late?.id ?? "", carrier_reference: null, at: new Date() };
  await createReceiptIntake(services)([{ ...receipt, status: "failed", code: "21610", reason: "opted_out" }]);
  await until(async () => {
    const { rows } = await db.inWorkspace(workspace.id, (tx) =>
      sql`select number, sender_id, source, evidence from opt_outs where workspace_id = ${workspace.id} order by 1`.execute(
        tx,
      ),
    );
    const common = { sender_id: workspace.sender.id, source: "carrier", evidence: "twilio 21610" };
    expect(rows).toEqual([
      { number: "+4791000001", ...common },
      { number: "+4791000002", ...common },
    ]);
  });
  const again = await send(db, workspace, { class: "marketing", text: "Tilbud" });
  expect(again).toMatchObject({ queued: 1, skipped: { opted_out: 2 } });
});

test("21610 counts from the refusal: a START since then holds, and one before it does not lift it", async () => {
  const twilio = await twilioDouble();
  const workspace = await createTestWorkspace(db);
  const numbers = ["+4791000011", "+4791000012"] as const;
  await addContacts(
    db,
    workspace.id,
    numbers.map((mobile) => ({ mobile })),
  );
  twilio.behave(() => ({ status: 400, code: 21610, message: "unsubscribed" }));
  await start(twilio, workspace);
  await send(db, workspace, { text: "Timen er flyttet" });
  await untilFinal(db, workspace.id, gone);
  const refused = await ledger(db, workspace.id);
  const at = (seconds: number) => new Date((refused[0]?.final_at?.getTime() ?? Number.NaN) + seconds * 1_000);
  const said = { workspaceId: workspace.id, senderId: workspace.sender.id, source: "sms", evidence: "" };
  const [since, before] = numbers;
  await db.inWorkspace(workspace.id, async (tx) => {
    await recordOptOut(tx, { ...said, number: before, at: at(-3) });
    await recordOptIn(tx, { ...said, number: since, at: at(1) });
  });
  // The job runs delayed, and twice.
  const [record] = Object.values(optOutJobs({ db, clock: systemClock }));
  const payload = { workspace_id: workspace.id, message_ids: refused.map(({ id }) => id) };
  for (let i = 0; i < 2; i++) await record?.(payload as never, new AbortController().signal);
  await db.inWorkspace(workspace.id, (tx) => recordOptIn(tx, { ...said, number: before, at: at(-2) }));
  const { rows } = await db.inWorkspace(workspace.id, (tx) =>
    sql`select number, source from opt_outs where workspace_id = ${workspace.id}`.execute(tx),
  );
  expect(rows).toEqual([{ number: before, source: "carrier" }]);
});
