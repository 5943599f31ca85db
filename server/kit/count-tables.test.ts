import { sql } from "kysely";
import { beforeAll, expect, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { until } from "../../testing/until.ts";
import { countTables, tablesToCount } from "./count-tables.ts";

const { db } = await testDatabase();
const going = new AbortController().signal;
let ahead_ms = 0;
const clock = { now: () => new Date(Date.now() + ahead_ms) };
const toCount = () => db.asSystem((tx) => tablesToCount(tx, clock.now()));
const count = () => countTables({ db, clock }, going);
const run = (statement: string) => db.asSystem((tx) => sql.raw(statement).execute(tx));
const fill = (rows: number) => run(`insert into filled select n, 'x' from generate_series(1, ${rows}) n`);

/** The row count that the planner assumes. */
async function expected(): Promise<number> {
  const { rows } = await db.asSystem((tx) =>
    sql<{ n: number }>`select reltuples::int as n from pg_class where relname = 'filled'`.execute(tx),
  );
  return rows[0]?.n ?? Number.NaN;
}

beforeAll(async () => {
  // As after a crash: autovacuum does not analyze it.
  await run("create table filled (n int, word text) with (autovacuum_enabled = off)");
  await run("create table few (n int) with (autovacuum_enabled = off)");
  await run("insert into few values (1)");
});

test("a table that was filled and never analyzed is analyzed once, and again when it has doubled", async () => {
  await fill(50_000);
  expect(await toCount()).toEqual(["filled"]);
  expect(await expected()).toBe(-1);
  await count();
  expect(await expected()).toBe(50_000);
  expect(await toCount()).toEqual([]);
  await fill(10_000);
  expect(await toCount()).toEqual([]);
  await fill(50_000);
  await count();
  expect(await expected()).toBe(110_000);
});

test("a locked table is skipped until the next run, without waiting", async () => {
  await fill(200_000);
  await db.asSystem(async (tx) => {
    await sql`lock table filled in share mode`.execute(tx);
    await count();
  });
  expect(await toCount()).toEqual(["filled"]);
  await count();
  expect(await toCount()).toEqual([]);
});

test("a few rows of a large table are counted too, some time after its last ANALYZE", async () => {
  const small = await expected();
  await fill(2_000);
  expect(await toCount(), "at once").toEqual([]);
  ahead_ms = 11 * 60_000;
  // A session reports its changes when it is idle.
  await until(async () => expect(await toCount()).toEqual(["filled"]));
  await count();
  expect(await expected()).toBe(small + 2_000);
  await until(async () => expect(await toCount()).toEqual([]));
  await fill(100);
  expect(await toCount(), "hardly changed").toEqual([]);
});
