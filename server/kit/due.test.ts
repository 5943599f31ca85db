import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { runDue } from "../../testing/due.ts";
import { until } from "../../testing/until.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";
import { startDueWork } from "./due-runner.ts";
import { type DueResult, type DueWork, dueInWorkspaces } from "./due.ts";

const { db } = await testDatabase({ max: 20 });
const warnings: { work?: string }[] = [];
const log = { warn: (about: object) => void warnings.push(about) };
const nothing: DueResult = { done: 0, oldest: null, more: false, errors: [] };

async function run(works: readonly DueWork[]) {
  const running = await startDueWork({ db, log }, works);
  onTestFinished(() => running.stop());
  return running;
}

const recorded = async (name: string) => {
  const { rows } = await db.asSystem((tx) =>
    sql<{ lag_ms: number; done: number; failed: number; last_error: string | null; taken: boolean }>`
      select lag_ms, done, failed, last_error, taken_until > now() is true as taken from due_work where name = ${name}`.execute(
      tx,
    ),
  );
  return rows[0];
};

test("of several processes one does a work's rounds at a time, and another goes on when that one ends", async () => {
  let rounds = 0;
  let atOnce = 0;
  let most = 0;
  const byProcess = [0, 0, 0];
  const works = byProcess.map((_, process): DueWork => ({
    name: "one-at-a-time",
    every_ms: 5,
    async run() {
      rounds++;
      (byProcess[process] as number) += 1;
      most = Math.max(most, ++atOnce);
      await db.asSystem((tx) => sql`select pg_sleep(0.005)`.execute(tx));
      atOnce--;
      return { ...nothing, done: 1 };
    },
  }));
  const [first] = await Promise.all(works.map((work) => run([work])));
  await until(() => expect(rounds).toBeGreaterThan(20));
  await first?.stop();
  const before = rounds;
  await until(() => expect(rounds).toBeGreaterThan(before + 5));
  expect(most).toBe(1);
  expect((await recorded("one-at-a-time"))?.done).toBeGreaterThan(20);
});

test("a turn of a process that was killed is taken over once it is past, and a round that lost its turn is told so", async () => {
  const { promise: lost, resolve: tell } = Promise.withResolvers<void>();
  let others = 0;
  const long: DueWork = {
    name: "long",
    every_ms: 5,
    run: ({ signal }) => new Promise((end) => signal.addEventListener("abort", () => (tell(), end(nothing)))),
  };
  const other: DueWork = { name: "long", every_ms: 5, run: async () => (others++, nothing) };
  const first = await run([long]);
  await until(async () => expect(await recorded("long")).toMatchObject({ taken: true }));
  await run([other]);
  // As a suspended process's turn looks to the others.
  await db.asSystem((tx) =>
    sql`update due_work set taken_by = gen_random_uuid(), taken_until = now() where name = 'long'`.execute(tx),
  );
  await lost;
  // It would take a free turn again.
  await first.stop();
  await until(() => expect(others).toBeGreaterThan(0));
});

test("a round that fails is recorded and repeated, and holds up no other work", async () => {
  let fails = 0;
  let rounds = 0;
  await run([
    { name: "fails", every_ms: 5, run: async () => Promise.reject(new Error(`failure ${++fails}`)) },
    { name: "works", every_ms: 5, run: async () => (rounds++, nothing) },
  ]);
  await until(() => expect(Math.min(fails, rounds)).toBeGreaterThan(2));
  await until(async () =>
    expect(await recorded("fails")).toMatchObject({ last_error: expect.stringMatching(/failure/) }),
  );
  expect((await recorded("fails"))?.failed).toBeGreaterThan(0);
  expect((await recorded("works"))?.failed).toBe(0);
  expect(warnings.some(({ work }) => work === "fails")).toBe(true);
});

test("what is due in many workspaces is done in each; one that fails is left out for a while, and its work not lost", async () => {
  const [good, bad] = [(await createTestWorkspace(db)).id, (await createTestWorkspace(db)).id];
  const due = new Map([good, bad].map((workspace_id) => [workspace_id, new Date(Date.now() - 5_000)]));
  let broken = true;
  let looks = 0;
  const work = dueInWorkspaces(
    { db, log },
    {
      name: "per-workspace",
      find: async (_tx, { now, except }) => {
        looks++;
        return [...due]
          .filter(([id, at]) => at <= now && !except.includes(id))
          .map(([workspace_id, due_at]) => ({ workspace_id, due_at }));
      },
      claim: async (tx, workspaceId, found) => {
        // In the workspace's own scope.
        const { rows } = await sql<{ id: string }>`select workspace_id as id from workspaces`.execute(tx);
        expect(rows.map(({ id }) => id)).toEqual([workspaceId]);
        if (workspaceId === bad && broken) throw new Error("bad");
        due.delete(workspaceId);
        return found.length;
      },
    },
  );
  const signal = new AbortController().signal;
  const first = await work.run({ now: new Date(), signal });
  expect(first).toMatchObject({ done: 1, errors: [new Error("bad")], more: false });
  expect(first.oldest?.getTime()).toBeLessThan(Date.now() - 4_000);
  expect([...due.keys()]).toEqual([bad]);
  // Left out at first.
  expect(await work.run({ now: new Date(), signal })).toMatchObject({ done: 0, errors: [] });
  expect(await db.asSystem((tx) => work.overdue?.(tx, new Date()) ?? Promise.resolve([]))).toMatchObject([
    { workspace_id: bad },
  ]);
  broken = false;
  await until(async () => {
    await runDue([work]);
    expect([...due.keys()]).toEqual([]);
  });
  expect(looks).toBeGreaterThan(3);
});

test("more than one look finds is done in the same turn", async () => {
  const { id } = await createTestWorkspace(db);
  let left = 25;
  const work = dueInWorkspaces(
    { db, log },
    {
      name: "many",
      limit: 10,
      find: async (_tx, { limit }) =>
        Array.from({ length: Math.min(limit, left) }, () => ({ workspace_id: id, due_at: new Date() })),
      claim: async (_tx, _workspaceId, found) => {
        left -= found.length;
        return found.length;
      },
    },
  );
  expect(await runDue([work])).toBe(25);
  expect(left).toBe(0);
});

test("what is left of one found, after a whole share of it, is done in the same turn", async () => {
  const { id } = await createTestWorkspace(db);
  let left = 25;
  const work = dueInWorkspaces(
    { db, log },
    {
      name: "shares",
      share: 10,
      find: async () => (left > 0 ? [{ workspace_id: id, due_at: new Date() }] : []),
      claim: async () => {
        const did = Math.min(10, left);
        left -= did;
        return did;
      },
    },
  );
  expect(await runDue([work])).toBe(25);
  expect(left).toBe(0);
});
