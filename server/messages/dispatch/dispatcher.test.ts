import { sql } from "kysely";
import { expect, test } from "vitest";
import type { Behaviour } from "../../../contract/sandbox.ts";
import { testDatabase } from "../../../testing/database.ts";
import {
  addContacts,
  addManyContacts,
  arrived,
  ledger,
  quota,
  send,
  untilFinal,
  startPipeline,
} from "../../../testing/pipeline.ts";
import { until } from "../../../testing/until.ts";
import { createTestWorkspace } from "../../../testing/workspace.ts";
import type { Carrier } from "../../carriers/carrier.ts";
import { setPhone } from "../../carriers/sandbox/store.ts";
import { recordOptOut } from "../../consent/opt-outs.ts";

const { db } = await testDatabase({ max: 20 });

const behave = (workspaceId: string, number: string, behaviour: Behaviour, error_code: string | null = null) =>
  db.inWorkspace(workspaceId, (tx) => setPhone(tx, workspaceId, { number, behaviour, error_code, delay_ms: 0 }));

async function counts(workspaceId: string, sourceId: string | null) {
  const { rows } = await db.inWorkspace(workspaceId, (tx) =>
    sql<{ status: string; reason: string; n: number }>`
      select status, reason, sum(n)::bigint as n from message_counts where workspace_id = ${workspaceId} and source_id = ${sourceId}
      group by 1, 2 order by 1, 2`.execute(tx),
  );
  return Object.fromEntries(rows.map(({ status, reason, n }) => [reason ? `${status} ${reason}` : status, n]));
}

test("a batch leaves, arrives, is counted and paid; one bad number stops nothing", async () => {
  const workspace = await createTestWorkspace(db);
  await addManyContacts(db, workspace.id, 300);
  await behave(workspace.id, "+4790000007", "fail", "30006");
  await behave(workspace.id, "+4790000008", "fail", "21211");
  await behave(workspace.id, "+4790000009", "fail");
  await startPipeline(db);
  const { source } = await send(db, workspace, { class: "marketing" });
  await untilFinal(db, workspace.id);
  expect(await counts(workspace.id, source.id)).toEqual({
    queued: 300,
    sent: 299,
    delivered: 297,
    "undelivered landline": 1,
    "undelivered unknown_number": 1,
    "refused unknown_number": 1,
  });
  // Segments of a refused text are released.
  expect(await quota(db, workspace.id)).toEqual({ used: 299, reserved: 0 });
  const rows = new Map((await ledger(db, workspace.id)).map((row) => [row.number, row]));
  expect(rows.get("+4790000007")).toMatchObject({ status: "undelivered", reason: "landline", carrier_error: "30006" });
  expect(rows.get("+4790000008")).toMatchObject({ status: "failed", carrier_error: "21211", submitted_at: null });
  expect(await arrived(db, workspace.id)).toHaveLength(299);
});

test("receipts that come early, twice or never", async () => {
  const workspace = await createTestWorkspace(db);
  await addContacts(db, workspace.id, [
    { mobile: "+4791000001" },
    { mobile: "+4791000002" },
    { mobile: "+4791000003" },
  ]);
  await behave(workspace.id, "+4791000001", "early_receipt");
  await behave(workspace.id, "+4791000002", "double_receipt");
  await behave(workspace.id, "+4791000003", "lose_receipt");
  await startPipeline(db);
  const { source } = await send(db, workspace);
  await untilFinal(db, workspace.id, ["delivered", "sent"]);
  await until(async () => expect(await counts(workspace.id, source.id)).toEqual({ queued: 3, sent: 3, delivered: 2 }));
  const rows = new Map((await ledger(db, workspace.id)).map((row) => [row.number, row]));
  const early = rows.get("+4791000001");
  expect(early).toMatchObject({ status: "delivered" });
  expect(early?.sent_at).not.toBeNull();
  expect(early?.carrier_reference).not.toBeNull();
  expect(rows.get("+4791000003")).toMatchObject({ status: "sent", final_at: null });
});

test("a workspace's setting of a handset does not affect another workspace that texts the same number", async () => {
  const [ours, theirs] = [await createTestWorkspace(db), await createTestWorkspace(db)];
  const number = "+4792000009";
  await behave(ours.id, number, "fail", "30006");
  await startPipeline(db);
  for (const workspace of [ours, theirs]) {
    await send(db, workspace, { recipients: { people: [{ number }] } });
    await untilFinal(db, workspace.id);
  }
  expect(await ledger(db, ours.id)).toMatchObject([{ status: "undelivered", reason: "landline" }]);
  expect(await ledger(db, theirs.id)).toMatchObject([{ status: "delivered", reason: null }]);
});

test("a carrier that answers later is offered the text again, and gets it once", async () => {
  const workspace = await createTestWorkspace(db);
  await addContacts(db, workspace.id, [{ mobile: "+4792000001" }, { mobile: "+4792000002" }]);
  await behave(workspace.id, "+4792000001", "throttle");
  await startPipeline(db);
  await send(db, workspace);
  await untilFinal(db, workspace.id);
  expect((await arrived(db, workspace.id)).map(({ phone }) => phone).sort()).toEqual(["+4792000001", "+4792000002"]);
  expect(await quota(db, workspace.id)).toEqual({ used: 2, reserved: 0 });
});

test("an expired text is not submitted", async () => {
  const workspace = await createTestWorkspace(db);
  await addContacts(db, workspace.id, [{ mobile: "+4791000001" }]);
  const { source } = await send(db, workspace, { expires_at: new Date(Date.now() - 1) });
  await startPipeline(db);
  await untilFinal(db, workspace.id);
  expect(await counts(workspace.id, source.id)).toEqual({ queued: 1, lapsed: 1 });
  expect(await arrived(db, workspace.id)).toEqual([]);
  expect(await quota(db, workspace.id)).toEqual({ used: 0, reserved: 0 });
});

test("consent and opt-out are checked again at submission", async () => {
  const workspace = await createTestWorkspace(db);
  const [withdrawn] = await addContacts(db, workspace.id, [
    { mobile: "+4791000001" },
    { mobile: "+4791000002" },
    { mobile: "+4791000003" },
  ]);
  const { source } = await send(db, workspace, { class: "marketing" });
  await db.inWorkspace(workspace.id, async (tx) => {
    await sql`update contacts set sms_consents = 0 where workspace_id = ${workspace.id} and id = ${withdrawn}`.execute(
      tx,
    );
    const stop = { workspaceId: workspace.id, number: "+4791000002", senderId: workspace.sender.id };
    await recordOptOut(tx, { ...stop, source: "sms", evidence: "STOP", at: new Date() });
  });
  await startPipeline(db);
  await untilFinal(db, workspace.id);
  expect(await counts(workspace.id, source.id)).toEqual({
    queued: 3,
    "skipped no_consent": 1,
    "skipped opted_out": 1,
    sent: 1,
    delivered: 1,
  });
  expect((await arrived(db, workspace.id)).map(({ phone }) => phone)).toEqual(["+4791000003"]);
  expect(await quota(db, workspace.id)).toEqual({ used: 1, reserved: 0 });
});

test("two dispatchers and many lanes: nothing twice, nothing left, transactional before marketing", async () => {
  const workspaces = await Promise.all(Array.from({ length: 5 }, () => createTestWorkspace(db)));
  for (const workspace of workspaces) {
    await addManyContacts(db, workspace.id, 200);
    await send(db, workspace, { class: "marketing", text: "marketing" });
    await send(db, workspace, { text: "urgent", recipients: { people: [{ number: "+4795555555" }] } });
  }
  await Promise.all([startPipeline(db, { slots: 2 }), startPipeline(db, { slots: 2 })]);
  for (const workspace of workspaces) {
    await untilFinal(db, workspace.id);
    const texts = await arrived(db, workspace.id);
    expect(texts).toHaveLength(201);
    expect(new Set(texts.map((each) => each.message_id)).size).toBe(201);
    expect(texts[0]?.text).toBe("urgent");
  }
});

test("an unknown outcome is reconciled by the carrier's records, and nothing goes twice", async () => {
  const workspace = await createTestWorkspace(db);
  await addManyContacts(db, workspace.id, 20);
  let broken = 0;
  const breaking = (sandbox: Carrier): Carrier => ({
    ...sandbox,
    async submit(texts, signal) {
      if (++broken > 2) return sandbox.submit(texts, signal);
      // The first time the request is lost, the second time the answer.
      if (broken === 2) await sandbox.submit(texts, signal);
      throw new Error("connection reset");
    },
  });
  await startPipeline(db, { carrier: breaking });
  await send(db, workspace, { class: "marketing" });
  await untilFinal(db, workspace.id);
  const texts = await arrived(db, workspace.id);
  expect(texts).toHaveLength(20);
  expect(new Set(texts.map((each) => each.message_id)).size).toBe(20);
  expect(await quota(db, workspace.id)).toEqual({ used: 20, reserved: 0 });
});

test("where the carrier can never tell, a transactional text goes three times more and a marketing text does not", async () => {
  const workspace = await createTestWorkspace(db);
  await addManyContacts(db, workspace.id, 3);
  const withoutRecords = (sandbox: Carrier): Carrier => ({
    ...sandbox,
    limits: { ...sandbox.limits, reconcile_after_ms: 0 },
    submit: async (texts, signal) => {
      await sandbox.submit(texts, signal);
      throw new Error("connection reset");
    },
    lookup: async (texts) => new Map(texts.map((text) => [text.message_id, null])),
  });
  await startPipeline(db, { carrier: withoutRecords, delay_ms: 3_600_000 });
  const marketing = await send(db, workspace, { class: "marketing", text: "m" });
  const transactional = await send(db, workspace, { text: "t" });
  await untilFinal(db, workspace.id);
  expect(await counts(workspace.id, marketing.source.id)).toEqual({ queued: 3, "refused uncertain": 3 });
  expect(await counts(workspace.id, transactional.source.id)).toEqual({ queued: 3, "refused uncertain": 3 });
  const texts = (await arrived(db, workspace.id)).map(({ text }) => text).sort();
  expect(texts).toEqual([..."mmm", ..."t".repeat(3 * 4)]);
  // They may have arrived, so they are paid.
  expect(await quota(db, workspace.id)).toEqual({ used: 6, reserved: 0 });
});

test("a carrier that takes some of each batch is slow, not down: the pauses do not grow", async () => {
  const workspace = await createTestWorkspace(db);
  await addManyContacts(db, workspace.id, 50);
  await startPipeline(db, {
    carrier: (sandbox) => ({
      ...sandbox,
      async submit(texts, signal) {
        const taken = await sandbox.submit(texts.slice(0, 5), signal);
        return [...taken, ...texts.slice(5).map(() => ({ kind: "later" as const, after_ms: 0 }))];
      },
    }),
  });
  await send(db, workspace, { class: "marketing" });
  // Ten rounds; doubling waits would take a minute and a half.
  await untilFinal(db, workspace.id);
  expect(await arrived(db, workspace.id)).toHaveLength(50);
});
