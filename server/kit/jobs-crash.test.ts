/** What becomes of jobs when a worker process or the database dies. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import pg from "pg";
import { pino } from "pino";
import { expect, onTestFinished, test, vi } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { jobs, runJobs } from "./jobs.ts";

const database = await testDatabase();
const { db, connection } = database;
const warned: string[] = [];
const log = pino({ level: "warn" }, { write: (line: string) => void warned.push(line) });

/** Throws everybody out and lets nobody in. */
async function takeAway(): Promise<void> {
  await administer((name) => `alter database ${name} connection limit 0`);
  await administer((name) => `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`);
}

const giveBack = () => administer((name) => `alter database ${name} connection limit -1`);

async function administer(statement: (name: string) => string): Promise<void> {
  const url = new URL(database.superuser);
  const name = url.pathname.slice(1);
  url.pathname = "/postgres";
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  await client.query(statement(name));
  await client.end();
}

test("jobs go on after the database went away in the middle of one", { timeout: 60_000 }, async () => {
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
  await vi.waitFor(() => expect(done).toEqual(["slow"]), 10_000);
  await takeAway();
  gate.resolve(); // nobody can be told that it is done
  await vi.waitFor(() => expect(warned.length).toBeGreaterThan(0), 15_000);
  await giveBack();
  await vi.waitFor(() => db.asSystem((tx) => jobs.add(tx, "away.note", {})), 10_000);
  await vi.waitFor(() => expect(done).toContain("note"), 15_000);
  await vi.waitFor(async () => {
    const { rows } = await db.pool.query("select 1 from jobs._private_jobs");
    expect(rows).toEqual([]);
  }, 30_000);
});

test(
  "jobs that were fetched and not begun when the database went away are done, too",
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
    // Four are under way, the others wait in the runner's memory.
    await vi.waitFor(async () => {
      const { rows } = await db.pool.query("select 1 from jobs._private_jobs where locked_by is not null");
      expect(rows.length).toBeGreaterThan(8);
    }, 10_000);
    warned.length = 0;
    await takeAway();
    await vi.waitFor(() => expect(warned.join()).toContain("gave up"), 15_000);
    gate.resolve();
    await giveBack();
    await vi.waitFor(() => expect(done.size).toBe(30), 30_000);
  },
);

test("a job of a process that was killed is done by another, within seconds", { timeout: 60_000 }, async () => {
  const worker = spawn(
    process.execPath,
    [join(import.meta.dirname, "..", "..", "testing", "jobs-worker.ts"), connection],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  worker.stdout.setEncoding("utf8");
  let said = "";
  worker.stdout.on("data", (text: string) => (said += text));
  await vi.waitFor(() => expect(said).toContain("ready"), 20_000);
  await db.asSystem((tx) => jobs.add(tx, "killed.hang", {}));
  await vi.waitFor(() => expect(said).toContain("begun"), 10_000);
  // More than it works on at once: these wait in its own memory.
  await db.asSystem(async (tx) => {
    for (let i = 0; i < 10; i++) await jobs.add(tx, "killed.hang", {});
  });
  const exit = once(worker, "exit");
  await vi.waitFor(async () => {
    const { rows } = await db.pool.query(
      "select count(*)::int as n from jobs._private_jobs where locked_by is not null",
    );
    expect(rows[0].n).toBeGreaterThan(4);
  }, 10_000);
  worker.kill("SIGKILL");
  await exit;

  let done = 0;
  const handlers = { "killed.hang": async () => void done++ };
  const runner = await runJobs({ connection, pool: db.pool, log, handlers, sweep_ms: 200 });
  onTestFinished(() => runner.stop());
  await vi.waitFor(() => expect(done).toBe(11), 20_000);
});
