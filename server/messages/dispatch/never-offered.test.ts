/**
 * The outcomes of a journalled batch are recorded as long as the worker holds the lane, also where the submission could not begin or
 * the connection broke during it. The carrier of these tests answers no lookups, as over SMPP: whatever stays in a journal ends as
 * uncertain.
 */
import { once } from "node:events";
import { sql } from "kysely";
import pg from "pg";
import { pino } from "pino";
import { afterAll, expect, test } from "vitest";
import { onlyCarriers } from "../../../testing/carriers.ts";
import { testDatabase } from "../../../testing/database.ts";
import { newId } from "../../../testing/new-id.ts";
import { addContacts, ledger, quota, send } from "../../../testing/pipeline.ts";
import { testSeal } from "../../../testing/seal.ts";
import { until } from "../../../testing/until.ts";
import { createTestWorkspace, type TestWorkspace } from "../../../testing/workspace.ts";
import type { Carrier } from "../../carriers/carrier.ts";
import { type LaneConnection, openLanePool } from "./lane-connection.ts";
import { newLaneState } from "./lane-context.ts";
import { type Pause, serveLane } from "./lane.ts";
import { leaseLanes, releaseLane } from "./lanes-store.ts";
import { LeaseLost } from "./record-outcomes.ts";

const { db, superuser } = await testDatabase();
const admin = new pg.Client({ connectionString: superuser });
await admin.connect();
const log = pino({ level: "silent" });
const pool = openLanePool({ ...db.workspacePool.options, max: 4 }, 60_000, log);
afterAll(async () => {
  await admin.end();
  await pool.end();
});

interface Scene {
  workspace: TestWorkspace;
  /** Message ids in the order in which the carrier got them. */
  records: string[];
  lookups: number;
}

async function sceneOf(): Promise<Scene> {
  const workspace = await createTestWorkspace(db);
  await addContacts(db, workspace.id, [{ mobile: "+4791000001" }, { mobile: "+4791000002" }]);
  await send(db, workspace, { class: "marketing", text: "Tilbud" });
  return { workspace, records: [], lookups: 0 };
}

interface Meanwhile {
  leaseHolds?: () => boolean;
  /** Between the commit of the journal and the submission. */
  journalled?: (connection: LaneConnection) => Promise<void>;
  submitting?: (signal: AbortSignal) => Promise<void>;
}

/** One worker, from its lease until it pauses. */
async function serve(scene: Scene, meanwhile: Meanwhile = {}): Promise<Pause> {
  const worker = newId();
  const leased = await db.asSystem((tx) => leaseLanes(tx, { worker, seconds: 60, now: new Date() }, 100));
  const lane = leased.find(({ workspace_id }) => workspace_id === scene.workspace.id);
  if (!lane) throw new Error("the lane is not free");
  const carrier: Carrier = {
    id: null,
    name: "records",
    limits: { batch: 10, reconcile_after_ms: 0, rates: { long_number: null, short_code: null, alphanumeric: null } },
    state: () => ({ state: "up", bound: 1, wanted: 1, last_error: null }),
    async submit(texts, signal) {
      await meanwhile.submitting?.(signal);
      for (const { message_id } of texts) scene.records.push(message_id);
      return texts.map(({ message_id }) => ({ kind: "accepted", carrier_reference: message_id }));
    },
    async lookup(texts) {
      scene.lookups++;
      return new Map(texts.map(({ message_id }) => [message_id, null]));
    },
    async start() {},
    async stop() {},
  };
  const take = async (): Promise<LaneConnection> => {
    const real = await pool.take();
    return {
      ...real,
      async inWorkspace(workspaceId, work, lock) {
        const result = await real.inWorkspace(workspaceId, work, lock);
        if (lock === "take" && result) await meanwhile.journalled?.(real);
        return result;
      },
    };
  };
  const context = {
    lane,
    carriers: onlyCarriers(carrier),
    worker,
    pool: { take, isUsedUp: pool.isUsedUp },
    liveUpdates: { publish() {}, publishSources() {} },
    log,
    seal: testSeal,
    onReceipts: async () => {},
    now: () => new Date(),
    signal: new AbortController().signal,
    pausing: () => false,
    leaseHolds: meanwhile.leaseHolds ?? (() => true),
    crowded: () => false,
    quantum_ms: 60_000,
  };
  const state = newLaneState(lane);
  try {
    return await serveLane(context, state);
  } finally {
    await db.asSystem((tx) => releaseLane(tx, lane, worker, null));
  }
}

async function journals({ workspace }: Scene): Promise<number> {
  const { rows } = await db.asSystem((tx) =>
    sql`select 1 from dispatch_journal where workspace_id = ${workspace.id}`.execute(tx),
  );
  return rows.length;
}

async function expectSentOnce(scene: Scene): Promise<void> {
  const rows = await ledger(db, scene.workspace.id);
  expect(rows.map(({ status, reason }) => [status, reason])).toEqual(rows.map(() => ["sent", null]));
  expect(scene.records.sort()).toEqual(rows.map(({ id }) => id).sort());
  expect(scene.lookups).toBe(0);
  expect(await quota(db, scene.workspace.id)).toEqual({ used: 2, reserved: 0 });
}

/** Ends the session that holds a submit lock. */
async function breakSubmitLock(): Promise<void> {
  const { rowCount } = await admin.query(
    `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and mode = 'ShareLock'
       and database = (select oid from pg_database where datname = current_database())`,
  );
  expect(rowCount).toBe(1);
}

test("where the lease is nearly over nothing is journalled", async () => {
  const scene = await sceneOf();
  await expect(serve(scene, { leaseHolds: () => false })).rejects.toThrow(LeaseLost);
  expect(await journals(scene)).toBe(0);
  await serve(scene);
  await expectSentOnce(scene);
});

test("texts whose lease is nearly over after they were journalled are queued again, as never offered", async () => {
  const scene = await sceneOf();
  let holds = true;
  const journalled = async () => void (holds = false);
  expect(await serve(scene, { leaseHolds: () => holds, journalled })).toMatchObject({ kind: "until" });
  expect([scene.records, await journals(scene)]).toEqual([[], 0]);
  await serve(scene);
  await expectSentOnce(scene);
});

test("texts whose submit lock is lost after they were journalled are queued again, as never offered", async () => {
  const scene = await sceneOf();
  let fallen = false;
  const journalled = async ({ lost }: LaneConnection) => {
    if (fallen) return;
    fallen = true;
    await breakSubmitLock();
    await until(() => expect(lost.aborted).toBe(true));
    expect([scene.records, await journals(scene)]).toEqual([[], 1]);
  };
  expect(await serve(scene, { journalled })).toMatchObject({ kind: "until" });
  expect([scene.records, await journals(scene)]).toEqual([[], 0]);
  await serve(scene);
  await expectSentOnce(scene);
});

test("the carrier's answers are recorded although the connection broke during the submission", async () => {
  const scene = await sceneOf();
  const submitting = async (signal: AbortSignal) => {
    const fallen = once(signal, "abort");
    await breakSubmitLock();
    await fallen;
  };
  expect(await serve(scene, { submitting })).toEqual({ kind: "empty" });
  await expectSentOnce(scene);
});

test("a worker whose lane passed to another may record nothing: the new holder reconciles the texts", async () => {
  const scene = await sceneOf();
  let holds = true;
  const journalled = async () => {
    holds = false;
    await db.asSystem((tx) =>
      sql`update lanes set leased_by = ${newId()}, leased_until = now() where workspace_id = ${scene.workspace.id}`.execute(
        tx,
      ),
    );
  };
  await expect(serve(scene, { leaseHolds: () => holds, journalled })).rejects.toThrow(LeaseLost);
  expect([scene.records, await journals(scene)]).toEqual([[], 1]);
  await serve(scene);
  const rows = await ledger(db, scene.workspace.id);
  expect(rows.map(({ status, reason }) => [status, reason])).toEqual(rows.map(() => ["failed", "uncertain"]));
  expect(await quota(db, scene.workspace.id)).toEqual({ used: 2, reserved: 0 });
});
