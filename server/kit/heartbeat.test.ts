/** Heartbeats during slow work: they go on, never pile up, and keep other workers from starting the work again. */
import { PassThrough } from "node:stream";
import { sql } from "kysely";
import pg from "pg";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { draftOf, listOfAll, press } from "../../testing/campaign.ts";
import { testDatabase } from "../../testing/database.ts";
import { runDue } from "../../testing/due.ts";
import { newId } from "../../testing/new-id.ts";
import { addManyContacts } from "../../testing/pipeline.ts";
import { shortLinks } from "../../testing/short-links.ts";
import { stopSession } from "../../testing/stop-session.ts";
import { until } from "../../testing/until.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";
import { finders } from "../alerts/find-conditions.ts";
import { campaignJobs } from "../campaigns/campaigns-jobs.ts";
import { dueCampaigns, resumeCampaigns } from "../campaigns/finish-campaigns.ts";
import { prepareJob } from "../campaigns/send-campaign.ts";
import { importHarness } from "../contacts/import/import-harness.test-support.ts";
import { importJobs, sweepImports } from "../contacts/import/import-jobs.ts";
import { longWork } from "./connection.ts";
import { openDb, type Tx } from "./db.ts";
import { aliveWithin, silentAfter, withHeartbeat } from "./heartbeat.ts";
import { jobs } from "./jobs.ts";

const max = 4;
const { db, connection, workspaces, superuser } = await testDatabase({ max });
const admin = new pg.Client({ connectionString: superuser });
await admin.connect();
afterAll(() => admin.end());
const { services, receive, run, result } = importHarness(db);
const never = new AbortController().signal;

const heardAt = async (id: string) => {
  const { rows } = await db.asSystem((tx) =>
    sql<{ heard_at: Date }>`select heard_at from heartbeats where id = ${id}`.execute(tx),
  );
  return rows[0]?.heard_at.getTime() ?? null;
};

/** Holds a lock on a separate connection until the test releases it. */
async function hold(statement: string): Promise<{ release(): Promise<void> }> {
  const client = new pg.Client({ connectionString: connection });
  await client.connect();
  await client.query(`begin; set local varsla.system = 'on'; ${statement}`);
  let released: Promise<void> | null = null;
  const release = () => (released ??= client.end());
  onTestFinished(release);
  return { release };
}

const runningBeats = async () => {
  // Only a superuser sees the queries of other roles' sessions.
  const { rows } = await admin.query(
    `select 1 from pg_stat_activity where datname = current_database() and state = 'active' and query ~ 'into heartbeats'
       and pid <> pg_backend_pid()`,
  );
  return rows.length;
};
const preparing = async () => {
  const { rows } = await db.pool.query<{ payload: { id: string } }>(
    "select payload from jobs._private_jobs where payload ->> 'id' is not null",
  );
  return rows.map((row) => row.payload.id);
};

test("heartbeats go on over a new connection when theirs hangs, without a gap, however long the pools' timeouts are", async () => {
  const { id: workspaceId } = await createTestWorkspace(db);
  const id = newId();
  const own = openDb({ connection, workspaces, max: 1, timeouts: longWork });
  onTestFinished(() => own.close());
  const { promise: done, resolve: finish } = Promise.withResolvers<void>();
  let pid = 0;
  const alsoUpdate = async (tx: Tx) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
    pid = rows[0]?.pid ?? 0;
  };
  const working = withHeartbeat({ ...services, db: own }, { workspaceId, id }, () => done, { alsoUpdate });
  await until(() => expect(pid).not.toBe(0));
  const stopped = await stopSession(admin, () => pid);
  let missed = false;
  await until(async () => {
    missed ||= !(await db.asSystem((tx) => aliveWithin(tx, silentAfter))).has(id);
    expect(pid).not.toBe(stopped);
  });
  expect(missed).toBe(false);
  finish();
  await working;
  expect(await heardAt(id)).toBeNull();
});

test("blocked heartbeats don't pile up, use no connection of the pool, and go on afterwards", async () => {
  const { id: workspaceId } = await createTestWorkspace(db);
  const id = newId();
  const { promise: done, resolve: finish } = Promise.withResolvers<void>();
  const working = withHeartbeat(services, { workspaceId, id }, () => done, { every_ms: 10 });
  await until(async () => expect(await heardAt(id)).not.toBeNull());
  const held = await hold(`select 1 from heartbeats where id = '${id}' for update`);
  const before = await heardAt(id);
  await until(async () => expect(await runningBeats()).toBe(1));
  for (let checks = 0; checks < 20; checks++) expect(await runningBeats()).toBe(1);
  expect(db.pool.waitingCount).toBe(0);
  expect(db.pool.idleCount).toBe(db.pool.totalCount);
  await held.release();
  await until(async () => expect(await heardAt(id)).toBeGreaterThan(before as number));
  finish();
  await working;
  expect(await heardAt(id)).toBeNull();
});

test("an import whose file arrives slowly also updates its row, where a process of 0.2.0 looks, and is not aborted", async () => {
  const workspace = await createTestWorkspace(db);
  const file = new PassThrough();
  const receiving = receive(workspace, file, {});
  const silent = async () => {
    const { rows } = await db.inWorkspace(workspace.id, (tx) =>
      sql<{ silent: boolean }>`
        select heard_at < now() - make_interval(secs => ${silentAfter}) as silent from imports
        where workspace_id = ${workspace.id} and status = 'receiving'`.execute(tx),
    );
    return rows[0]?.silent;
  };
  await until(async () => expect(await silent()).toBe(false));
  // As if no data had arrived for a minute.
  await db.asSystem((tx) => sql`update imports set heard_at = now() - interval '1 minute'`.execute(tx));
  await until(async () => expect(await silent()).toBe(false));
  file.end("mobil\n91234567\n");
  const { id } = await receiving;
  await run(workspace, id);
  expect(await result(workspace, id)).toMatchObject({ status: "done", created: 1 });
});

test("an import with a slow chunk keeps its heartbeat, blocks no other work, and is not merged a second time", async () => {
  const workspace = await createTestWorkspace(db);
  const { id } = await receive(workspace, "mobil\n91234567\n", {});
  await db.asSystem((tx) => sql`delete from jobs._private_jobs`.execute(tx));
  // As if the chunk had taken a minute.
  await db.asSystem((tx) => sql`update imports set heard_at = now() - interval '1 minute'`.execute(tx));
  const held = await hold("lock table contacts in share mode");
  const merging = importJobs(services).import?.({ workspace_id: workspace.id, import_id: id } as never, never);
  // The merge holds the import's row and waits for the contacts.
  await until(async () => {
    const { rows } = await db.pool.query(
      "select 1 from pg_locks where relation = 'contacts'::regclass and not granted",
    );
    expect(rows).toHaveLength(1);
  });
  const first = (await heardAt(id)) as number;
  await until(async () => expect(await heardAt(id)).toBeGreaterThan(first));
  const second = (await heardAt(id)) as number;
  await until(async () => expect(await heardAt(id)).toBeGreaterThan(second));
  expect(db.workspacePool.totalCount - db.workspacePool.idleCount).toBe(1);
  expect((await db.asSystem((tx) => aliveWithin(tx, silentAfter))).has(id)).toBe(true);
  await sweepImports(services);
  const { rows } = await db.pool.query("select 1 from jobs._private_jobs where payload ->> 'import_id' is not null");
  expect(rows).toEqual([]);
  await held.release();
  await merging;
  expect(await result(workspace, id)).toMatchObject({ status: "done", created: 1 });
});

test("a campaign whose audience takes long to count is counted once, and raises no alert", async () => {
  const workspace = await createTestWorkspace(db);
  await addManyContacts(db, workspace.id, 10);
  const id = await draftOf(db, workspace, {}, await listOfAll(db, workspace.id));
  await press(db, workspace.id, id);
  await db.pool.query("delete from jobs._private_jobs");
  const held = await hold("lock table contacts in access exclusive mode");
  const counting = campaignJobs({ ...services, shortLinks })[prepareJob]?.(
    { workspace_id: workspace.id, id } as never,
    never,
  );
  await until(async () => {
    const { rows } = await db.pool.query(
      "select 1 from pg_locks where relation = 'contacts'::regclass and not granted",
    );
    expect(rows).toHaveLength(1);
  });
  // As if the last progress had been a minute ago.
  await db.asSystem((tx) =>
    sql`update campaigns set progress_at = now() - interval '1 minute' where id = ${id}`.execute(tx),
  );
  const warnings: unknown[] = [];
  const log = { warn: (about: unknown) => void warnings.push(about), error() {} };
  await runDue(dueCampaigns({ ...services, log, shortLinks }));
  await resumeCampaigns({ db, jobs });
  expect(warnings).toEqual([]);
  expect(await preparing()).toEqual([]);
  expect(await db.asSystem((tx) => finders.campaign_stalled(tx, new Date(), new Set()))).toEqual([]);
  await held.release();
  await counting;

  // Without a heartbeat it is resumed, and raises an alert.
  await db.asSystem((tx) =>
    sql`update campaigns set prepared_at = null, status = 'sending', progress_at = now() - interval '1 minute' where id = ${id}`.execute(
      tx,
    ),
  );
  expect(await db.asSystem((tx) => finders.campaign_stalled(tx, new Date(), new Set()))).toMatchObject([
    { subject: id, params: { reason: "preparing" } },
  ]);
  await runDue(dueCampaigns({ ...services, log, shortLinks }));
  expect(await preparing()).toEqual([id]);
});
