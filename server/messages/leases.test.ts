/** Leases are renewed whatever else waits for the database: connections that are all taken, and rows that somebody locks. */
import { sql } from "kysely";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { onlyCarriers } from "../../testing/carriers.ts";
import { testDatabase } from "../../testing/database.ts";
import { addContacts, arrived, send, settled } from "../../testing/road.ts";
import { until } from "../../testing/until.ts";
import { createTestWorkspace, type TestWorkspace } from "../../testing/workspace.ts";
import { createSandbox } from "../carriers/sandbox.ts";
import { systemClock } from "../kit/clock.ts";
import { openDb } from "../kit/db.ts";
import { createDispatcher } from "./dispatcher.ts";

const { db, connection, workspaces } = await testDatabase({ max: 20 });
const lease_ms = 2_000;
const services = { clock: systemClock, news: { tell() {} }, log: pino({ level: process.env.TEST_LOG ?? "silent" }) };

/** A dispatcher with so many connections beside its lanes' own, whose hand-overs wait for `go`. */
async function slowHandOvers(max: number) {
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
  const dispatcher = createDispatcher(
    { ...services, db: own, carriers: onlyCarriers(carrier), onReceipts: async () => {} },
    { lease_ms },
  );
  await dispatcher.start();
  onTestFinished(async () => {
    go();
    await dispatcher.stop();
    await own.close();
  });
  return { own, go, under, aborted };
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
async function outlasts(workspace: TestWorkspace, leased_by: string | null): Promise<void> {
  const end = Date.now() + 3 * lease_ms;
  await until(async () => {
    const lease = await leaseOf(workspace);
    expect(lease.leased_by).toBe(leased_by);
    expect(lease.leased_until.getTime()).toBeGreaterThan(end);
  });
}

test("a lane is kept while everything else that asks the database waits", async () => {
  const workspace = await queueOne();
  const { own, go, under, aborted } = await slowHandOvers(1);
  await until(() => expect(under).toContain(workspace.id));
  const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
  // The only connection is taken: sweeps and receipts wait for it.
  const taken = own.asSystem(() => held);
  await outlasts(workspace, (await leaseOf(workspace)).leased_by);
  letGo();
  await taken;
  go();
  await settled(db, workspace.id, ["sent"]);
  expect(aborted).toEqual([false]);
  expect(await arrived(db, workspace.id)).toHaveLength(1);
}, 40_000);

test("a lane whose row somebody locks for long costs no other lane its lease", async () => {
  const [locked, other] = [await queueOne(), await queueOne()];
  const { go, under, aborted } = await slowHandOvers(4);
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
  // The one that was locked lost its lease, and is settled and sent by whoever has it next.
  for (const workspace of [locked, other]) {
    await settled(db, workspace.id, ["sent"]);
    expect(await arrived(db, workspace.id)).toHaveLength(1);
  }
  expect(aborted).toContain(false);
}, 40_000);
