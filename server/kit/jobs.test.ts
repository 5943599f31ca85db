import { sql } from "kysely";
import { pino } from "pino";
import { afterAll, expect, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { until } from "../../testing/until.ts";
import { type JobHandler, jobs, runJobs } from "./jobs.ts";

const { db, connection } = await testDatabase();
const done: string[] = [];
const logged: Record<string, unknown>[] = [];
const log = pino({ level: "warn" }, { write: (line: string) => void logged.push(JSON.parse(line)) });

let gate = Promise.withResolvers<void>();
const handlers: Record<string, JobHandler> = {
  note: async ({ text }: { text: string }) => void done.push(text),
  fail: async () => {
    throw new Error("the disk is full");
  },
  slow: async ({ text }: { text: string }) => {
    done.push(`began ${text}`);
    await gate.promise;
    done.push(`ended ${text}`);
  },
};

const runner = await runJobs({ connection, pool: db.pool, handlers, log });
afterAll(() => runner.stop());

test("a job of a committed transaction is done, one of a rolled back transaction never", async () => {
  const rolledBack = db.asSystem(async (tx) => {
    await jobs.add(tx, "note", { text: "never" });
    throw new Error("changed my mind");
  });
  await expect(rolledBack).rejects.toThrow("changed my mind");
  await db.asSystem((tx) => jobs.add(tx, "note", { text: "always" }));
  await until(() => expect(done).toContain("always"));
  expect(done).not.toContain("never");
});

test("jobs of one queue run one after another", async () => {
  gate = Promise.withResolvers();
  await db.asSystem(async (tx) => {
    await jobs.add(tx, "slow", { text: "first" }, { queue: "line" });
    await jobs.add(tx, "note", { text: "second" }, { queue: "line" });
    await jobs.add(tx, "note", { text: "concurrent" });
  });
  await until(() => expect(done).toEqual(expect.arrayContaining(["began first", "concurrent"])));
  expect(done).not.toContain("second");
  gate.resolve();
  await until(() => expect(done).toContain("second"));
  expect(done.indexOf("ended first")).toBeLessThan(done.indexOf("second"));
});

test("a key that is added twice before its time is one job", async () => {
  const runAt = new Date(Date.now() + 3_600_000);
  await db.asSystem((tx) => jobs.add(tx, "note", { text: "old" }, { key: "once", runAt }));
  await db.asSystem((tx) => jobs.add(tx, "note", { text: "new" }, { key: "once", runAt }));
  const { rows } = await db.asSystem((tx) =>
    sql<{ payload: { text: string } }>`select payload from jobs._private_jobs where key = 'once'`.execute(tx),
  );
  expect(rows).toEqual([{ payload: { text: "new" } }]);
});

test("a failing job is logged with its cause and retried later", async () => {
  await db.asSystem((tx) => jobs.add(tx, "fail", {}, { maxAttempts: 2 }));
  await until(() => expect(logged).toHaveLength(1));
  expect(logged[0]).toMatchObject({ job: "fail", attempt: 1, of: 2, err: { message: "the disk is full" } });
  await until(async () => {
    const { rows } = await db.asSystem((tx) =>
      sql<{ last_error: string }>`select last_error from jobs._private_jobs where last_error is not null`.execute(tx),
    );
    expect(rows[0]?.last_error).toContain("the disk is full");
  });
});

test("stop waits for the running job", async () => {
  gate = Promise.withResolvers();
  const second = await runJobs({ connection, pool: db.pool, handlers, log, concurrency: 1 });
  await db.asSystem((tx) => jobs.add(tx, "slow", { text: "last" }));
  await until(() => expect(done).toContain("began last"));
  const stopped = Promise.all([second.stop(), runner.stop()]);
  gate.resolve();
  await stopped;
  expect(done).toContain("ended last");
});
