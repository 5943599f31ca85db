/**
 * What a worker knows of a batch that it has journalled is recorded as long as the lane is its own, also where the hand-over could
 * not begin or the connection broke meanwhile. The carrier of these tests has no records, as over SMPP: whatever is left in a journal
 * ends as uncertain.
 */
import { once } from "node:events";
import { sql } from "kysely";
import pg from "pg";
import { pino } from "pino";
import { afterAll, expect, test } from "vitest";
import { onlyCarriers } from "../../testing/carriers.ts";
import { testDatabase } from "../../testing/database.ts";
import { newId } from "../../testing/new-id.ts";
import { addContacts, ledger, quota, send } from "../../testing/road.ts";
import { until } from "../../testing/until.ts";
import { createTestWorkspace, type TestWorkspace } from "../../testing/workspace.ts";
import type { Carrier } from "../carriers/carrier.ts";
import { type LaneConnection, openLanePool } from "./lane-connection.ts";
import { newLaneState, type Pause, serveLane } from "./lane.ts";
import { leaseLanes, releaseLane } from "./lanes-store.ts";
import { LeaseLost } from "./record.ts";

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
  /** Message ids as the carrier got them. */
  books: string[];
  lookups: number;
}

async function sceneOf(): Promise<Scene> {
  const workspace = await createTestWorkspace(db);
  await addContacts(db, workspace.id, [{ mobile: "+4791000001" }, { mobile: "+4791000002" }]);
  await send(db, workspace, { class: "marketing", text: "Tilbud" });
  return { workspace, books: [], lookups: 0 };
}

interface Meanwhile {
  leaseHolds?: () => boolean;
  /** Between the commit of the journal and the hand-over. */
  journalled?: (gate: LaneConnection) => Promise<void>;
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
    name: "books",
    limits: { batch: 10, settled_after_ms: 0, rates: { long_number: null, short_code: null, alphanumeric: null } },
    state: () => ({ state: "up", bound: 1, wanted: 1, last_error: null }),
    async submit(texts, signal) {
      await meanwhile.submitting?.(signal);
      for (const { message_id } of texts) scene.books.push(message_id);
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
      async inWorkspace(workspaceId, work, gate) {
        const result = await real.inWorkspace(workspaceId, work, gate);
        if (gate === "open" && result) await meanwhile.journalled?.(real);
        return result;
      },
    };
  };
  const context = {
    lane,
    carriers: onlyCarriers(carrier),
    worker,
    pool: { take, isUsedUp: pool.isUsedUp },
    news: { tell() {} },
    log,
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
  expect(scene.books.sort()).toEqual(rows.map(({ id }) => id).sort());
  expect(scene.lookups).toBe(0);
  expect(await quota(db, scene.workspace.id)).toEqual({ used: 2, reserved: 0 });
}

/** Ends the session that keeps a gate open. */
async function breakGate(): Promise<void> {
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

test("texts that the lease was too short for once they were journalled wait again, as never offered", async () => {
  const scene = await sceneOf();
  let holds = true;
  const journalled = async () => void (holds = false);
  expect(await serve(scene, { leaseHolds: () => holds, journalled })).toMatchObject({ kind: "until" });
  expect([scene.books, await journals(scene)]).toEqual([[], 0]);
  await serve(scene);
  await expectSentOnce(scene);
});

test("texts whose gate fell once they were journalled wait again, as never offered", async () => {
  const scene = await sceneOf();
  let fallen = false;
  const journalled = async ({ lost }: LaneConnection) => {
    if (fallen) return;
    fallen = true;
    await breakGate();
    await until(() => expect(lost.aborted).toBe(true));
    expect([scene.books, await journals(scene)]).toEqual([[], 1]);
  };
  expect(await serve(scene, { journalled })).toMatchObject({ kind: "until" });
  expect([scene.books, await journals(scene)]).toEqual([[], 0]);
  await serve(scene);
  await expectSentOnce(scene);
});

test("what the carrier answered is recorded although the connection broke while it was asked", async () => {
  const scene = await sceneOf();
  const submitting = async (signal: AbortSignal) => {
    const fallen = once(signal, "abort");
    await breakGate();
    await fallen;
  };
  expect(await serve(scene, { submitting })).toEqual({ kind: "empty" });
  await expectSentOnce(scene);
});

test("whose lane is another's by then may record nothing: for whoever has it nobody knows of these texts", async () => {
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
  expect([scene.books, await journals(scene)]).toEqual([[], 1]);
  await serve(scene);
  const rows = await ledger(db, scene.workspace.id);
  expect(rows.map(({ status, reason }) => [status, reason])).toEqual(rows.map(() => ["failed", "uncertain"]));
  expect(await quota(db, scene.workspace.id)).toEqual({ used: 2, reserved: 0 });
});
