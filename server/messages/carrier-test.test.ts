/** The steps of a test text while receipts, the carrier's answer and its record arrive in any order. */
import { sql } from "kysely";
import { expect, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { newId } from "../../testing/new-id.ts";
import { startPipeline } from "../../testing/pipeline.ts";
import { until } from "../../testing/until.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";
import type { Carrier, Found, Outcome, Receipt } from "../carriers/carrier.ts";
import { everySender } from "../consent/every-sender.ts";
import { recordOptOut } from "../consent/opt-outs.ts";
import { carrierTestSteps, sendCarrierTest } from "./carrier-test.ts";
import { recordReceipts } from "./receive/receipts.ts";

const { db } = await testDatabase();
const number = "+4791234567";

interface Script {
  /** The carrier's outcome, after `meanwhile`. */
  outcome?: Outcome;
  /** While the carrier has the text and has not answered. */
  meanwhile?: () => Promise<void>;
  lookup?: "cannot tell";
}

/** A queued test text of a connection whose answers are the test's; `serve` submits it. */
async function queuedTest() {
  const workspace = await createTestWorkspace(db);
  const carrierId = newId();
  const id = await db.inWorkspace(workspace.id, async (tx) => {
    await sql`
      insert into carriers (workspace_id, id, kind, name, enabled, settings, secrets, created_at, updated_at)
      values (${workspace.id}, ${carrierId}, 'smpp', 'Script', true, '{}', '', now(), now())`.execute(tx);
    await sql`update senders set carrier_id = ${carrierId} where workspace_id = ${workspace.id}`.execute(tx);
    return sendCarrierTest(tx, workspace.id, carrierId, { to: number }, new Date());
  });

  const carrierOf = ({ outcome, meanwhile, lookup }: Script): Carrier => ({
    id: carrierId,
    name: "Script",
    limits: { batch: 10, reconcile_after_ms: 0, rates: { long_number: null, short_code: null, alphanumeric: null } },
    state: () => ({ state: "up", bound: 1, wanted: 1, last_error: null }),
    async submit() {
      await meanwhile?.();
      return [outcome ?? { kind: "accepted", carrier_reference: "ref" }];
    },
    lookup: async (texts) =>
      new Map(lookup ? texts.map(({ message_id }): [string, Found | null] => [message_id, null]) : []),
    async start() {},
    async stop() {},
  });

  const look = async () => {
    const { steps, finished } = await db.inWorkspace(workspace.id, (tx) =>
      carrierTestSteps(tx, workspace.id, carrierId, id),
    );
    return { finished, steps: Object.fromEntries(steps.map(({ step, state, detail }) => [step, [state, detail]])) };
  };

  return {
    workspace,
    id,
    look,
    /** Starts the pipeline and waits until the text is out of the queue. */
    async serve(script: Script = {}) {
      await startPipeline(db, { carrier: () => carrierOf(script) });
      await until(async () => {
        const { rows } = await db.inWorkspace(workspace.id, (tx) =>
          sql`select 1 from message_queue where workspace_id = ${workspace.id}`.execute(tx),
        );
        expect(rows).toEqual([]);
      });
    },
    async receive(status: Receipt["status"], carrier_reference: string | null) {
      const unhappy = status !== "delivered";
      const receipt: Receipt = {
        workspace_id: workspace.id,
        message_id: id,
        carrier_reference,
        status,
        at: new Date(),
        code: unhappy ? "7" : null,
        reason: unhappy ? "unreachable" : null,
      };
      await db.asSystem((tx) => recordReceipts(tx, new Date(), [receipt]));
    },
  };
}

const submitted = {
  connected: ["done", null],
  queued: ["done", null],
  handed_over: ["done", "Script"],
  accepted: ["done", "ref"],
};
const why = "unreachable 7";
const lastWords = {
  delivered: ["done", null],
  undelivered: ["failed", why],
  failed: ["failed", why],
  expired: ["failed", why],
} as const;
type LastWord = keyof typeof lastWords;

test.each(
  (Object.keys(lastWords) as LastWord[]).flatMap((status) => [
    { status, reference: "ref", named: "with its reference" },
    { status, reference: null, named: "without a reference" },
  ]),
)("$status by a receipt $named before the submit is recorded: more is to come", async ({ status, reference }) => {
  const { look, receive, serve } = await queuedTest();
  let early: Awaited<ReturnType<typeof look>> | null = null;
  await serve({
    async meanwhile() {
      expect(await look()).toMatchObject({ finished: false, steps: { delivered: ["waiting", null] } });
      await receive(status, reference);
      early = await look();
    },
  });
  // The receipt's status stays; the earlier steps are not failed.
  expect(early).toEqual({
    finished: false,
    steps: {
      connected: ["done", null],
      queued: ["done", null],
      handed_over: ["waiting", null],
      accepted: ["waiting", reference],
      delivered: lastWords[status],
    },
  });
  expect(await look()).toEqual({ finished: true, steps: { ...submitted, delivered: lastWords[status] } });
});

test.each(Object.keys(lastWords) as LastWord[])("%s by a receipt after the record is the end", async (status) => {
  const { look, receive, serve } = await queuedTest();
  await serve();
  expect(await look()).toEqual({ finished: false, steps: { ...submitted, delivered: ["waiting", null] } });
  await receive(status, "ref");
  expect(await look()).toEqual({ finished: true, steps: { ...submitted, delivered: lastWords[status] } });
});

test("a refused text counts as submitted, and is complete", async () => {
  const { look, serve } = await queuedTest();
  await serve({ outcome: { kind: "refused", code: "21211", reason: "unknown_number" } });
  const refused = ["failed", "unknown_number 21211"];
  expect(await look()).toMatchObject({
    finished: true,
    steps: { handed_over: ["done", "Script"], accepted: refused, delivered: refused },
  });
});

test("an expired text never left", async () => {
  const { workspace, look, serve } = await queuedTest();
  await db.inWorkspace(workspace.id, (tx) =>
    sql`update message_queue set expires_at = now() where workspace_id = ${workspace.id}`.execute(tx),
  );
  await serve();
  expect(await look()).toMatchObject({
    finished: true,
    steps: { handed_over: ["failed", null], accepted: ["failed", null], delivered: ["failed", null] },
  });
});

test("a text that is skipped at its claim never left, with the reason", async () => {
  const { workspace, look, serve } = await queuedTest();
  await db.inWorkspace(workspace.id, (tx) =>
    recordOptOut(tx, {
      workspaceId: workspace.id,
      number,
      senderId: everySender,
      source: "sms",
      evidence: "STOP",
      at: new Date(),
    }),
  );
  await serve();
  expect(await look()).toMatchObject({
    finished: true,
    steps: { handed_over: ["failed", null], accepted: ["failed", "opted_out"], delivered: ["failed", "opted_out"] },
  });
});

test("an unknown outcome is final only as uncertain", async () => {
  const { look, serve } = await queuedTest();
  const seen: boolean[] = [];
  await serve({
    outcome: { kind: "unknown" },
    lookup: "cannot tell",
    meanwhile: async () => void seen.push((await look()).finished),
  });
  expect(seen).toEqual([false, false, false, false]);
  expect(await look()).toMatchObject({
    finished: true,
    steps: {
      handed_over: ["done", "Script"],
      accepted: ["failed", "uncertain"],
      delivered: ["failed", "uncertain"],
    },
  });
});
