/** Timeouts of connections, when PostgreSQL hangs or a process does. */
import { createServer } from "node:net";
import { sql } from "kysely";
import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { newId } from "../../testing/new-id.ts";
import { until } from "../../testing/until.ts";
import { type DbTimeouts, settingsOf } from "./connection.ts";
import { isDatabaseAway } from "./database-away.ts";
import { type Db, openDb } from "./db.ts";
import { migrate } from "./migrate.ts";
import { workspaceConnection } from "./workspace-role.ts";

const { db, connection, workspaces } = await testDatabase({ max: 4 });

function openWith(timeouts: DbTimeouts, max = 1): Db {
  const own = openDb({ connection, workspaces, max, timeouts });
  onTestFinished(() => own.close());
  return own;
}

test("a connection given in parts works with its password, in pools and in single connections made from their settings", async () => {
  const inParts = (given: string): pg.PoolConfig => {
    const { user, password, database, host, port } = new pg.Client({ connectionString: given });
    return { user, password: password as string, database, host, port };
  };
  const own = openDb({ connection: inParts(connection), workspaces: inParts(workspaces), max: 1 });
  onTestFinished(() => own.close());
  await own.asSystem((tx) => sql`select 1`.execute(tx));
  await own.inWorkspace(newId(), (tx) => sql`select 1`.execute(tx));
  for (const pool of [own.pool, own.workspacePool]) {
    const single = new pg.Client(settingsOf(pool));
    await single.connect();
    const { rows } = await single.query("select current_user as name");
    await single.end();
    expect(rows).toEqual([{ name: pool.options.user }]);
  }
});

const reasonOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => error,
  );

const backendOf = async (one: Db) =>
  (await one.pool.query<{ pid: number }>("select pg_backend_pid() as pid")).rows[0]?.pid as number;

test("a statement that hangs is cancelled, and the error counts as a temporary one", async () => {
  const own = openWith({ statement_ms: 200, idle_ms: 60_000 });
  const error = await reasonOf(own.asSystem((tx) => sql`select pg_sleep(600)`.execute(tx)));
  expect(error).toMatchObject({ code: "57014" });
  expect(isDatabaseAway(error)).toBe(true);
  // Its connection is still usable.
  await own.asSystem((tx) => sql`select 1`.execute(tx));
});

test("a transaction's locks are released although its process is suspended in it", async () => {
  const own = openWith({ statement_ms: 60_000, idle_ms: 200 });
  let wake = () => {};
  const asleep = new Promise<void>((done) => (wake = done));
  const { promise: locked, resolve: lock } = Promise.withResolvers<void>();
  const sleeper = own.asSystem(async (tx) => {
    await sql`select pg_advisory_xact_lock(1, 2)`.execute(tx);
    lock();
    await asleep;
    await sql`select 1`.execute(tx);
  });
  const ended = reasonOf(sleeper);
  await locked;
  await until(async () => {
    const { rows } = await db.asSystem((tx) =>
      sql<{ ours: boolean }>`select pg_try_advisory_xact_lock(1, 2) as ours`.execute(tx),
    );
    expect(rows[0]?.ours).toBe(true);
  });
  wake();
  expect(isDatabaseAway(await ended)).toBe(true);
});

test("a statement limit of 0 means none", async () => {
  const own = openWith({ statement_ms: 0, idle_ms: 60_000 });
  const { rows } = await own.asSystem((tx) =>
    sql<{ limit: string }>`select current_setting('statement_timeout') as limit`.execute(tx),
  );
  expect(rows).toEqual([{ limit: "0" }]);
});

test.concurrent("a server that accepts connections and never answers runs into the timeout", async () => {
  const mute = createServer(() => {});
  await new Promise<void>((done) => mute.listen(0, "127.0.0.1", done));
  onTestFinished(() => void mute.close());
  const { port } = mute.address() as { port: number };
  const there = `postgres://varsla@127.0.0.1:${port}/varsla`;
  const own = openDb({ connection: there, workspaces: there, max: 1 });
  const errors = await Promise.all([
    reasonOf(own.asSystem((tx) => sql`select 1`.execute(tx))),
    reasonOf(migrate(there)),
    reasonOf(workspaceConnection(there)),
  ]);
  expect(errors.map(isDatabaseAway)).toEqual([true, true, true]);
});

test.concurrent("a connection whose server stops answering is closed, and the next query opens a new one", async () => {
  const own = openWith({ statement_ms: 1_000, idle_ms: 60_000 });
  const pid = await backendOf(own);
  process.kill(pid, "SIGSTOP");
  onTestFinished(() => void process.kill(pid, "SIGCONT"));
  const error = await reasonOf(own.asSystem((tx) => sql`select 1`.execute(tx)));
  expect(isDatabaseAway(error)).toBe(true);
  expect(await backendOf(own)).not.toBe(pid);
});

test("a process that was suspended itself still reads the answer that arrived meanwhile", async () => {
  const own = openWith({ statement_ms: 60_000, idle_ms: 60_000, silence_ms: 500 });
  const pid = await backendOf(own);
  const answer = own.pool.query("select 1 as one");
  const asleep = new Int32Array(new SharedArrayBuffer(4));
  setImmediate(() => Atomics.wait(asleep, 0, 0, 2_000));
  expect((await answer).rows).toEqual([{ one: 1 }]);
  expect(await backendOf(own)).toBe(pid);
});
