/** Jobs when a worker process or the database dies. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import pg from "pg";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { farDatabase } from "../../testing/far-database.ts";
import { until } from "../../testing/until.ts";
import { jobs, runJobs } from "./jobs.ts";

const database = await testDatabase();
const { db, connection } = database;
const warned: string[] = [];
const log = pino({ level: "warn" }, { write: (line: string) => void warned.push(line) });

/** Closes all connections and refuses new ones. */
async function closeDatabase(): Promise<void> {
  await administer((name) => `alter database ${name} connection limit 0`);
  await administer((name) => `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`);
}

const reopenDatabase = () => administer((name) => `alter database ${name} connection limit -1`);

async function administer(statement: (name: string) => string): Promise<void> {
  const url = new URL(database.superuser);
  const name = url.pathname.slice(1);
  url.pathname = "/postgres";
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  await client.query(statement(name));
  await client.end();
}

test("jobs go on after the database was unavailable in the middle of one", { timeout: 60_000 }, async () => {
  const done: string[] = [];
  const gate = Promise.withResolvers<void>();
  const runner = await runJobs({
    connection,
    pool: db.pool,
    log,
    sweep_ms: 200,
    handlers: {
      "away.slow": async () => {
        done.push("slow");
        await gate.promise;
      },
      "away.note": async () => void done.push("note"),
    },
  });
  onTestFinished(() => runner.stop());
  await db.asSystem((tx) => jobs.add(tx, "away.slow", {}));
  await until(() => expect(done).toEqual(["slow"]));
  await closeDatabase();
  gate.resolve(); // its completion cannot be recorded
  await until(() => expect(warned.length).toBeGreaterThan(0));
  await reopenDatabase();
  await until(() => db.asSystem((tx) => jobs.add(tx, "away.note", {})));
  await until(() => expect(done).toContain("note"));
  await until(async () => {
    const { rows } = await db.pool.query("select 1 from jobs._private_jobs");
    expect(rows).toEqual([]);
  });
});

test(
  "jobs that were fetched but not begun when the database became unavailable are done, too",
  { timeout: 60_000 },
  async () => {
    const done = new Set<number>();
    const gate = Promise.withResolvers<void>();
    const handlers = {
      "away.many": async ({ n }: { n: number }) => {
        await gate.promise;
        done.add(n);
      },
    };
    const runner = await runJobs({ connection, pool: db.pool, log, sweep_ms: 200, handlers });
    onTestFinished(() => runner.stop());
    await db.asSystem(async (tx) => {
      for (let n = 0; n < 30; n++) await jobs.add(tx, "away.many", { n });
    });
    // Four are running, the others wait in the runner's memory.
    await until(async () => {
      const { rows } = await db.pool.query("select 1 from jobs._private_jobs where locked_by is not null");
      expect(rows.length).toBeGreaterThan(8);
    });
    warned.length = 0;
    await closeDatabase();
    await until(() => expect(warned.join()).toContain("gave up"));
    gate.resolve();
    await reopenDatabase();
    await until(() => expect(done.size).toBe(30));
  },
);

test("a job of a process that was killed is done by another process within seconds", { timeout: 60_000 }, async () => {
  const worker = spawn(
    process.execPath,
    [join(import.meta.dirname, "..", "..", "testing", "jobs-worker.ts"), connection],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  worker.stdout.setEncoding("utf8");
  let output = "";
  worker.stdout.on("data", (text: string) => (output += text));
  await until(() => expect(output).toContain("ready"));
  await db.asSystem((tx) => jobs.add(tx, "killed.hang", {}));
  await until(() => expect(output).toContain("begun"));
  // More than it runs at once, so that some wait in its memory.
  await db.asSystem(async (tx) => {
    for (let i = 0; i < 10; i++) await jobs.add(tx, "killed.hang", {});
  });
  const exit = once(worker, "exit");
  await until(async () => {
    const { rows } = await db.pool.query(
      "select count(*)::int as n from jobs._private_jobs where locked_by is not null",
    );
    expect(rows[0].n).toBeGreaterThan(4);
  });
  worker.kill("SIGKILL");
  await exit;

  let done = 0;
  const handlers = { "killed.hang": async () => void done++ };
  const runner = await runJobs({ connection, pool: db.pool, log, handlers, sweep_ms: 200 });
  onTestFinished(() => runner.stop());
  await until(() => expect(done).toBe(11));
});

test(
  "a runner that is stopped before LISTEN was answered survives the loss of the database",
  { timeout: 60_000 },
  async () => {
    const { proxy, far } = await farDatabase(database, 5);
    const asked = { LISTEN: Promise.withResolvers<void>(), UNLISTEN: Promise.withResolvers<void>() };
    far.pool.on("connect", (client) => {
      client.on("error", () => {}); // while the connection is cut below there is no other listener
      client.query = new Proxy(client.query, {
        apply(query, self, args) {
          const word = String(args[0]).split(" ")[0] as keyof typeof asked;
          // From here on PostgreSQL does not answer.
          if (word === "LISTEN") void proxy.swallow(60_000);
          asked[word]?.resolve();
          return Reflect.apply(query, self, args);
        },
      });
    });
    const unhandled: unknown[] = [];
    const record = (error: unknown) => void unhandled.push(error);
    process.on("unhandledRejection", record);
    onTestFinished(() => void process.off("unhandledRejection", record));

    const runner = await runJobs({ connection, pool: far.pool, log, handlers: {} });
    await asked.LISTEN.promise;
    const stopped = runner.stop();
    await asked.UNLISTEN.promise;
    proxy.reset();
    await stopped;
    await until(() => expect(far.pool.idleCount).toBe(far.pool.totalCount));
    expect(unhandled).toEqual([]);
  },
);
