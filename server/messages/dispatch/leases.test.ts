/**
 * Leases are renewed whatever else waits for the database: connections that are all in use or silent, locked rows, and a distant
 * database.
 */
import { sql } from "kysely";
import pg from "pg";
import { pino } from "pino";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { onlyCarriers } from "../../../testing/carriers.ts";
import { testDatabase } from "../../../testing/database.ts";
import { farDatabase } from "../../../testing/far-database.ts";
import { addContacts, arrived, send, untilFinal } from "../../../testing/pipeline.ts";
import { testSeal } from "../../../testing/seal.ts";
import { stopSession } from "../../../testing/stop-session.ts";
import { until } from "../../../testing/until.ts";
import { createTestWorkspace, type TestWorkspace } from "../../../testing/workspace.ts";
import type { Carrier } from "../../carriers/carrier.ts";
import { createSandbox } from "../../carriers/sandbox/sandbox.ts";
import { systemClock } from "../../kit/clock.ts";
import { type Db, openDb } from "../../kit/db.ts";
import { createDispatcher, type DispatcherOptions } from "./dispatcher.ts";
import { keeperName } from "./lease-keeper.ts";

const { db, connection, workspaces, superuser } = await testDatabase({ max: 20 });
const admin = new pg.Client({ connectionString: superuser });
await admin.connect();
afterAll(() => admin.end());
const lease_ms = 2_000;
/** Long enough for a connection to be given up and another to be opened on a busy machine. */
const longLease = 4_000;
const services = {
  clock: systemClock,
  liveUpdates: { publish() {}, publishSources() {} },
  log: pino({ level: process.env.TEST_LOG ?? "silent" }),
};

/** A dispatcher with so many connections in addition to its lanes' own, whose submissions wait for `go`. */
async function slowSubmits(max: number, options: DispatcherOptions = { lease_ms }) {
  const own = openDb({ connection, workspaces, max });
  const sandbox = createSandbox({ ...services, db }, { delay_ms: 3_600_000 });
  const { promise, resolve: go } = Promise.withResolvers<void>();
  const under = new Set<string>();
  const aborted: boolean[] = [];
  const carrier = {
    ...sandbox,
    async submit(...[texts, signal]: Parameters<typeof sandbox.submit>) {
      for (const text of texts) under.add(text.workspace_id);
      await promise;
      aborted.push(signal.aborted);
      return sandbox.submit(texts, signal);
    },
  };
  onTestFinished(() => own.close());
  const stop = await startDispatcher(own, carrier, options);
  onTestFinished(async () => {
    go();
    await stop();
  });
  return { own, go, under, aborted };
}

async function startDispatcher(over: Db, carrier: Carrier, options: DispatcherOptions): Promise<() => Promise<void>> {
  const dispatcher = createDispatcher(
    { ...services, db: over, carriers: onlyCarriers(carrier), seal: testSeal, onReceipts: async () => {} },
    options,
  );
  await dispatcher.start();
  return () => dispatcher.stop();
}

async function queueOne(): Promise<TestWorkspace> {
  const workspace = await createTestWorkspace(db);
  await addContacts(db, workspace.id, [{ mobile: "+4791000001" }]);
  await send(db, workspace);
  return workspace;
}

async function leaseOf({ id }: TestWorkspace): Promise<{ leased_by: string | null; leased_until: Date }> {
  const { rows } = await db.asSystem((tx) =>
    sql<{ leased_by: string | null; leased_until: Date }>`
      select leased_by, leased_until from lanes where workspace_id = ${id}`.execute(tx),
  );
  return rows[0] as { leased_by: string | null; leased_until: Date };
}

/** Waits until the lease has been renewed for twice as long as one lasts. */
async function outlasts(workspace: TestWorkspace, leased_by: string | null, lasts = lease_ms): Promise<void> {
  const end = Date.now() + 3 * lasts;
  await until(async () => {
    const lease = await leaseOf(workspace);
    expect(lease.leased_by).toBe(leased_by);
    expect(lease.leased_until.getTime()).toBeGreaterThan(end);
  });
}

test("a lane is kept while everything else that uses the database waits", async () => {
  const workspace = await queueOne();
  const { own, go, under, aborted } = await slowSubmits(1);
  await until(() => expect(under).toContain(workspace.id));
  const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
  // The only connection is taken: sweeps and receipts wait for it.
  const taken = own.asSystem(() => held);
  await outlasts(workspace, (await leaseOf(workspace)).leased_by);
  letGo();
  await taken;
  go();
  await untilFinal(db, workspace.id, ["sent"]);
  expect(aborted).toEqual([false]);
  expect(await arrived(db, workspace.id)).toHaveLength(1);
});

test("a lane whose row is locked for long costs no other lane its lease", async () => {
  const [locked, other] = [await queueOne(), await queueOne()];
  const { go, under, aborted } = await slowSubmits(4);
  await until(() => expect([...under].sort()).toEqual([locked.id, other.id].sort()));
  const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
  const locking = db.asSystem(async (tx) => {
    await sql`select 1 from lanes where workspace_id = ${locked.id} for update`.execute(tx);
    await held;
  });
  await outlasts(other, (await leaseOf(other)).leased_by);
  letGo();
  await locking;
  go();
  // The locked lane lost its lease; its next holder reconciles and sends its text.
  for (const workspace of [locked, other]) {
    await untilFinal(db, workspace.id, ["sent"]);
    expect(await arrived(db, workspace.id)).toHaveLength(1);
  }
  expect(aborted).toContain(false);
});

/** The session that renews leases. */
async function keeperPid(): Promise<number> {
  const { rows } = await admin.query<{ pid: number }>(
    "select pid from pg_stat_activity where datname = current_database() and application_name = $1",
    [keeperName],
  );
  expect(rows).toHaveLength(1);
  return rows[0]?.pid as number;
}

test("a lane is kept when the connection that renews its lease falls silent", async () => {
  const workspace = await queueOne();
  const { go, under, aborted } = await slowSubmits(4, { lease_ms: longLease });
  await until(() => expect(under).toContain(workspace.id));
  const { leased_by, leased_until } = await leaseOf(workspace);
  await until(async () => expect((await leaseOf(workspace)).leased_until > leased_until).toBe(true));
  await stopSession(admin, keeperPid);
  await outlasts(workspace, leased_by, longLease);
  go();
  await untilFinal(db, workspace.id, ["sent"]);
  expect(aborted).toEqual([false]);
});

/** As many lanes of one workspace, each with a text. */
async function queueInto(count: number): Promise<TestWorkspace> {
  const workspace = await createTestWorkspace(db, { allowance: 1_000_000 });
  const numbers = Array.from({ length: count }, (_, i) => ({ number: `+47${91_000_000 + i}` }));
  await send(db, workspace, { recipients: { people: numbers } });
  await db.asSystem(async (tx) => {
    await sql`
      insert into senders (workspace_id, id, address, kind, can_receive, is_default, created_at)
      select ${workspace.id}, gen_random_uuid(), '+4759' || lpad(i::text, 6, '0'), 'long_number', true, false, now()
      from generate_series(2, ${count}::int) i`.execute(tx);
    await sql`
      update message_queue q set sender_id = s.id
      from (select seq, row_number() over (order by seq) as n from message_queue where workspace_id = ${workspace.id}) r,
        (select id, row_number() over (order by id) as n from senders where workspace_id = ${workspace.id}) s
      where q.workspace_id = ${workspace.id} and q.seq = r.seq and r.n = s.n`.execute(tx);
    await sql`
      insert into lanes (workspace_id, sender_id, has_work)
      select workspace_id, sender_id, true from message_queue where workspace_id = ${workspace.id}
      on conflict (workspace_id, sender_id) do nothing`.execute(tx);
  });
  return workspace;
}

async function leasesOf({ id }: TestWorkspace): Promise<{ sender_id: string; leased_by: string; ends: number }[]> {
  const { rows } = await db.asSystem((tx) =>
    sql<{ sender_id: string; leased_by: string; ends: number }>`
      select sender_id, leased_by, extract(epoch from leased_until)::float8 * 1000 as ends from lanes
      where workspace_id = ${id} and leased_by is not null order by sender_id`.execute(tx),
  );
  return rows;
}

/** A carrier whose outcomes are unknown, with lookups only after an hour: its lanes are kept, and do nothing. */
function silent(): Carrier {
  const sandbox = createSandbox({ ...services, db }, { delay_ms: 3_600_000 });
  return {
    ...sandbox,
    limits: { ...sandbox.limits, reconcile_after_ms: 3_600_000 },
    submit: async (texts) => texts.map(() => ({ kind: "unknown" })),
  };
}

/** Waits until each of the lanes has been served once. */
async function allAside(workspace: TestWorkspace, count: number, look: () => Promise<void> = async () => {}) {
  await until(async () => {
    await look();
    const { rows } = await db.asSystem((tx) =>
      sql`select 1 from message_queue where workspace_id = ${workspace.id} and priority = 9`.execute(tx),
    );
    expect(rows).toHaveLength(count);
  });
}

test("hundreds of lanes are kept with a distant database, while the rows of some are locked", async () => {
  const workspace = await queueInto(250);
  const { proxy, far } = await farDatabase({ connection, workspaces }, 8);
  onTestFinished(await startDispatcher(far, silent(), { lease_ms: longLease }));
  await allAside(workspace, 250);
  const held = await until(async () => {
    const leases = await leasesOf(workspace);
    expect(leases).toHaveLength(250);
    return leases;
  });
  const [locked, free] = [held.slice(0, 40), held.slice(40)];
  const { promise: end, resolve: letGo } = Promise.withResolvers<void>();
  const locking = db.asSystem(async (tx) => {
    const senders = locked.map(({ sender_id }) => sender_id);
    await sql`select 1 from lanes where workspace_id = ${workspace.id} and sender_id = any(${senders}::uuid[]) for update`.execute(
      tx,
    );
    await end;
  });
  onTestFinished(async () => {
    letGo();
    await locking;
  });
  proxy.slow(25);
  const late = Date.now() + 3 * longLease;
  await until(async () => {
    const leases = (await leasesOf(workspace)).slice(40);
    expect(leases.map(({ leased_by }) => leased_by)).toEqual(free.map(({ leased_by }) => leased_by));
    expect(Math.min(...leases.map(({ ends }) => ends))).toBeGreaterThan(late);
  });
  proxy.slow(0); // lanes are released sooner
});

test("the number of idle lanes that are kept is bounded, as each has to be renewed", async () => {
  const workspace = await queueInto(150);
  const kept = 20;
  onTestFinished(await startDispatcher(db, silent(), { lease_ms: longLease, kept }));
  let most = 0;
  await allAside(workspace, 150, async () => {
    most = Math.max(most, (await leasesOf(workspace)).length);
  });
  // In addition there are those at work, and those that wait for a slot.
  expect(most).toBeLessThanOrEqual(kept + 2 * 4 + 64);
});
