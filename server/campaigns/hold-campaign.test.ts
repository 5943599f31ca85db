import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { campaignServices, draftOf, finished, listOfAll, look, prepare, press } from "../../testing/campaign.ts";
import { testDatabase } from "../../testing/database.ts";
import { runDue } from "../../testing/due.ts";
import { addManyContacts, arrived, ledger, quota, startPipeline, untilFinal } from "../../testing/pipeline.ts";
import { until } from "../../testing/until.ts";
import { createTestWorkspace, type TestWorkspace } from "../../testing/workspace.ts";
import { dueParked } from "../messages/hold-source.ts";
import { dueCampaigns } from "./finish-campaigns.ts";
import { cancelCampaign, pauseCampaign, resumeCampaign } from "./hold-campaign.ts";
import { campaignPerformance } from "./performance.ts";
import { prepareCampaign } from "./prepare-campaign.ts";
import { listRecipients } from "./recipients.ts";

const { db } = await testDatabase({ max: 20 });
const services = campaignServices(db);

let workspace: TestWorkspace;
beforeEach(async () => {
  workspace = await createTestWorkspace(db);
});

const draft = async () => draftOf(db, workspace, { opt_out_text: false }, await listOfAll(db, workspace.id));
const pause = (id: string) => pauseCampaign(services, workspace.id, id);
const resume = (id: string) => resumeCampaign(services, workspace.id, id);
const cancel = (id: string) => cancelCampaign(services, workspace.id, id);
const settle = () => runDue([...dueParked(services), ...dueCampaigns(services)], new Date(Date.now() + 1_000));
const count = async (table: "message_queue" | "parked_messages" | "source_holds") => {
  const { rows } = await db.asSystem((tx) =>
    sql`select 1 from ${sql.table(table)} where workspace_id = ${workspace.id}`.execute(tx),
  );
  return rows.length;
};

/** A campaign to so many, in the ledger and the queue, of which nothing has left. */
async function queued(size: number): Promise<string> {
  await addManyContacts(db, workspace.id, size);
  const id = await draft();
  await press(db, workspace.id, id);
  await prepare(db, workspace.id, id);
  return id;
}

test("of a paused campaign nothing leaves; resumed, everything does, once", async () => {
  const id = await queued(30);
  await pause(id);
  const pipeline = await startPipeline(db);
  await until(async () => expect(await count("message_queue")).toBe(0));
  expect(await count("parked_messages")).toBe(30);
  await settle();
  expect(await arrived(db, workspace.id)).toEqual([]);
  expect(await look(db, workspace.id, id)).toMatchObject({ status: "paused", counts: { pending: 30, sent: 0 } });
  expect(await quota(db, workspace.id)).toEqual({ used: 0, reserved: 30 });
  await resume(id);
  await settle();
  await untilFinal(db, workspace.id);
  expect(await arrived(db, workspace.id)).toHaveLength(30);
  await settle();
  expect(await finished(db, workspace.id, id)).toMatchObject({ status: "sent", counts: { sent: 30, delivered: 30 } });
  expect(await quota(db, workspace.id)).toEqual({ used: 30, reserved: 0 });
  expect([await count("parked_messages"), await count("source_holds")]).toEqual([0, 0]);
  await pipeline.stop();
});

test("paused while it is sending: what has left is shown, and no more leaves after the answer", async () => {
  const id = await queued(400);
  await startPipeline(db, { carrier: (sandbox) => ({ ...sandbox, limits: { ...sandbox.limits, batch: 10 } }) });
  await until(async () => expect((await arrived(db, workspace.id)).length).toBeGreaterThan(20));
  await pause(id);
  const left = (await arrived(db, workspace.id)).length;
  await until(async () => expect(await count("message_queue")).toBe(0));
  await settle();
  expect(await arrived(db, workspace.id)).toHaveLength(left);
  await until(async () =>
    expect((await look(db, workspace.id, id)).counts).toMatchObject({ sent: left, pending: 400 - left }),
  );
  await resume(id);
  await settle();
  await untilFinal(db, workspace.id);
  const phones = (await arrived(db, workspace.id)).map(({ phone }) => phone);
  expect([phones.length, new Set(phones).size]).toEqual([400, 400]);
});

test.each(["paused", "cancelled"] as const)(
  "%s while a batch is on its way to the carrier, the call is answered after it, and what is on its way counts as sent",
  async (action) => {
    const id = await queued(30);
    const submitting = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    await startPipeline(db, {
      carrier: (sandbox) => ({
        ...sandbox,
        limits: { ...sandbox.limits, batch: 10 },
        async submit(...given) {
          submitting.resolve();
          await answer.promise;
          return sandbox.submit(...given);
        },
      }),
    });
    await submitting.promise;
    let answered = false;
    const called = (action === "paused" ? pause(id) : cancel(id)).then(() => void (answered = true));
    // It waits for the lock that the submission holds.
    await until(async () => {
      const { rows } = await db.asSystem((tx) =>
        sql`select 1 from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())`.execute(
          tx,
        ),
      );
      expect(rows).toHaveLength(1);
    });
    expect([answered, (await arrived(db, workspace.id)).length]).toEqual([false, 0]);
    answer.resolve();
    await called;
    const left = (await arrived(db, workspace.id)).length;
    expect(left).toBeGreaterThanOrEqual(10);
    await until(async () => {
      await settle();
      expect([await count("message_queue"), (await look(db, workspace.id, id)).counts.sent]).toEqual([0, left]);
    });
    expect(await arrived(db, workspace.id)).toHaveLength(left);
    expect(await quota(db, workspace.id)).toEqual({ used: left, reserved: action === "paused" ? 30 - left : 0 });
  },
);

test("cancelled, what had not left ends as cancelled and is given back: in the queue, parked, and not prepared yet", async () => {
  await addManyContacts(db, workspace.id, 60);
  const id = await draft();
  await press(db, workspace.id, id);
  // A chunk of twenty is written, and its texts are parked by a pause.
  await prepare(db, workspace.id, id, 20, AbortSignal.abort()).catch(() => {});
  await prepareChunk(id, 20);
  expect(await quota(db, workspace.id)).toEqual({ used: 0, reserved: 60 });
  await pause(id);
  const pipeline = await startPipeline(db);
  await until(async () => expect(await count("parked_messages")).toBe(20));
  await pipeline.stop();
  await resume(id);
  await prepareChunk(id, 20);
  expect([await count("message_queue"), await count("parked_messages")]).toEqual([20, 20]);
  expect(await cancel(id)).toMatchObject({ status: "cancelled" });
  // What was reserved for the last twenty is back at once.
  expect(await quota(db, workspace.id)).toEqual({ used: 0, reserved: 40 });
  await prepare(db, workspace.id, id); // a job that comes late
  await startPipeline(db);
  await until(async () => {
    await settle();
    expect(await look(db, workspace.id, id)).toMatchObject({ status: "cancelled", finished_at: expect.any(String) });
  });
  expect(await arrived(db, workspace.id)).toEqual([]);
  expect(await quota(db, workspace.id)).toEqual({ used: 0, reserved: 0 });
  const rows = await ledger(db, workspace.id);
  expect(rows.map(({ status }) => status)).toEqual(Array.from({ length: 40 }, () => "cancelled"));
  expect((await look(db, workspace.id, id)).counts).toMatchObject({
    recipients: 60,
    sent: 0,
    not_sent: 60,
    pending: 0,
  });
  const { not_sent, reasons } = await db.inWorkspace(workspace.id, (tx) => campaignPerformance(tx, workspace.id, id));
  expect([not_sent, reasons]).toEqual([60, { cancelled: 60 }]);
  const page = await db.inWorkspace(workspace.id, (tx) =>
    listRecipients(tx, workspace.id, id, { view: "not_sent", limit: 100 }),
  );
  expect(page.items).toHaveLength(40);
  expect([await count("parked_messages"), await count("source_holds")]).toEqual([0, 0]);
});

/** Writes the next chunk of a preparation, and stops. */
async function prepareChunk(id: string, size: number): Promise<void> {
  const stop = new AbortController();
  let chunks = 0;
  const counted = {
    publish: (_: string, topic: string) => void (topic === "campaign" && ++chunks === 2 && stop.abort()),
  };
  await prepareCampaign(
    { ...services, liveUpdates: counted, chunk: size },
    { workspace_id: workspace.id, id },
    stop.signal,
  ).catch(() => {});
}

test("a campaign paused while it is counted or written goes on where it was", async () => {
  await addManyContacts(db, workspace.id, 50);
  const id = await draft();
  await press(db, workspace.id, id);
  await pause(id);
  await prepare(db, workspace.id, id);
  expect(await look(db, workspace.id, id)).toMatchObject({ status: "paused" });
  expect(await ledger(db, workspace.id)).toEqual([]);
  expect(await resume(id)).toMatchObject({ status: "preparing" });
  await prepareChunk(id, 20);
  expect(await ledger(db, workspace.id)).toHaveLength(20);
  await pause(id);
  await prepare(db, workspace.id, id);
  expect(await ledger(db, workspace.id)).toHaveLength(20);
  expect(await resume(id)).toMatchObject({ status: "sending" });
  const { rows } = await db.asSystem((tx) =>
    sql<{ key: string }>`select key from jobs._private_jobs where key = ${`campaign.prepare:${id}`}`.execute(tx),
  );
  expect(rows).toHaveLength(1);
  await prepare(db, workspace.id, id);
  await startPipeline(db);
  await settle();
  await untilFinal(db, workspace.id);
  expect(await arrived(db, workspace.id)).toHaveLength(50);
  expect(await quota(db, workspace.id)).toEqual({ used: 50, reserved: 0 });
});

test("what expires during a pause is not sent, and says so", async () => {
  const id = await queued(3);
  await pause(id);
  const pipeline = await startPipeline(db);
  await until(async () => expect(await count("parked_messages")).toBe(3));
  await pipeline.stop();
  await db.inWorkspace(workspace.id, (tx) =>
    sql`update parked_messages set expires_at = now() - interval '1 second' where workspace_id = ${workspace.id}`.execute(
      tx,
    ),
  );
  await resume(id);
  await settle();
  await startPipeline(db);
  await untilFinal(db, workspace.id);
  expect(await arrived(db, workspace.id)).toEqual([]);
  expect((await ledger(db, workspace.id)).map(({ status }) => status)).toEqual(["expired", "expired", "expired"]);
  expect(await quota(db, workspace.id)).toEqual({ used: 0, reserved: 0 });
  expect(await finished(db, workspace.id, id)).toMatchObject({ status: "sent", counts: { not_sent: 3 } });
});

test("each action needs its status, and is refused by name otherwise; another workspace's campaign is none", async () => {
  const id = await queued(1);
  await expect(resume(id)).rejects.toMatchObject({
    status: 409,
    code: "not_paused",
    field: "status",
    value: "sending",
  });
  await pause(id);
  await expect(pause(id)).rejects.toMatchObject({ status: 409, code: "not_sending", value: "paused" });
  await cancel(id);
  for (const action of [pause, resume, cancel])
    await expect(action(id)).rejects.toMatchObject({ status: 409, field: "status", value: "cancelled" });
  const other = await createTestWorkspace(db);
  await expect(pauseCampaign(services, other.id, id)).rejects.toMatchObject({ status: 404 });
});

test("people who pause, resume and cancel at once leave one state, and every text is sent once or ends", async () => {
  const id = await queued(200);
  await startPipeline(db, { carrier: (sandbox) => ({ ...sandbox, limits: { ...sandbox.limits, batch: 20 } }) });
  for (let round = 0; round < 5; round++)
    await Promise.allSettled([pause(id), resume(id), pause(id), settle(), resume(id), pause(id), settle()]);
  await Promise.allSettled([resume(id), cancel(id), pause(id)]);
  if ((await look(db, workspace.id, id)).status === "paused") await resume(id);
  await until(async () => {
    await settle();
    expect((await look(db, workspace.id, id)).finished_at).not.toBeNull();
  });
  const rows = await ledger(db, workspace.id);
  const phones = (await arrived(db, workspace.id)).map(({ phone }) => phone);
  expect(new Set(phones).size).toBe(phones.length);
  expect(rows.filter(({ status }) => status === "cancelled").length + phones.length).toBe(200);
  expect(await quota(db, workspace.id)).toEqual({ used: phones.length, reserved: 0 });
});
