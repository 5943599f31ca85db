import { sql } from "kysely";
import { to as copyTo } from "pg-copy-streams";
import { beforeAll, expect, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { systemScope, type Tx } from "./db.ts";
import { atCommit, eachInTransaction, pipelined, preparedTransaction } from "./prepared.ts";

const { db } = await testDatabase();

beforeAll(() => db.asSystem((tx) => sql`create table things (n int primary key)`.execute(tx)));

const insert = (tx: Tx, n: number) => sql`insert into things values (${n})`.execute(tx);
const transaction = <T>(work: (tx: Tx) => Promise<T>) => preparedTransaction(db.pool, systemScope, work);

async function things(): Promise<number[]> {
  const { rows } = await db.asSystem((tx) => sql<{ n: number }>`select n from things order by n`.execute(tx));
  return rows.map(({ n }) => n);
}

test("pipelined statements run in order", async () => {
  const count = (tx: Tx) =>
    sql<{ n: number }>`select count(*)::int as n from things where n between 10 and 19`.execute(tx);
  const counts = await transaction((tx) =>
    pipelined(
      tx,
      () => count(tx),
      () => insert(tx, 10),
      () => count(tx),
      () => insert(tx, 11),
      () => count(tx),
    ),
  );
  expect([counts[0], counts[2], counts[4]].map(({ rows }) => rows[0]?.n)).toEqual([0, 1, 2]);
});

test("the first error is thrown, and everything sent with it is rolled back", async () => {
  const failing = transaction((tx) =>
    pipelined(
      tx,
      () => insert(tx, 20),
      () => insert(tx, 20),
      () => insert(tx, 21),
    ),
  );
  await expect(failing).rejects.toMatchObject({ code: "23505" });
  expect(await things()).not.toContain(20);
  expect(await things()).not.toContain(21);
});

test("a failing check at the commit rolls everything back", async () => {
  const unless = (holds: boolean, n: number) =>
    transaction(async (tx) => {
      await insert(tx, n);
      await atCommit(tx, () => sql`select insisted(${holds}, 0, 'no')`.execute(tx));
    });
  await unless(true, 30);
  await expect(unless(false, 31)).rejects.toMatchObject({ code: "VA001", message: "no" });
  const found = await things();
  expect(found).toContain(30);
  expect(found).not.toContain(31);
});

test("many small transactions each commit or fail on their own, and report their outcome", async () => {
  const outcomes: [number, string][] = [];
  const insertion = (n: number) => ({
    scope: systemScope,
    work: (tx: Tx) => insert(tx, n),
    ended: ({ status }: PromiseSettledResult<unknown>) => void outcomes.push([n, status]),
  });
  await eachInTransaction(db.pool, [50, 50, 51].map(insertion));
  expect(outcomes).toEqual([
    [50, "fulfilled"],
    [50, "rejected"],
    [51, "fulfilled"],
  ]);
  expect((await things()).filter((n) => n >= 50 && n < 60)).toEqual([50, 51]);
});

test("a connection can be used for COPY after pipelining", async () => {
  let pid = 0;
  await transaction(async (tx) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
    pid = rows[0]?.pid ?? 0;
  });
  const client = await db.pool.connect();
  try {
    expect((await client.query("select pg_backend_pid() as pid")).rows).toEqual([{ pid }]);
    const copied = await client.query(copyTo("copy (select 1) to stdout")).toArray();
    expect(Buffer.concat(copied).toString()).toBe("1\n");
  } finally {
    client.release();
  }
});

test("nothing can be executed once the commit is sent", async () => {
  const late = transaction(async (tx) => {
    await atCommit(tx, async () => {
      await insert(tx, 40);
      await insert(tx, 41);
    });
  });
  await expect(late).rejects.toThrow("would run after its transaction");
  expect(await things()).not.toContain(41);
});

test("a plan cached while a table was empty still uses the index when the table is large", async () => {
  await db.asSystem(async (tx) => {
    await sql`create table grown (n int primary key) with (autovacuum_enabled = off)`.execute(tx);
  });
  const client = await db.pool.connect();
  await client.query("vacuum analyze grown").finally(() => client.release());
  const find = (tx: Tx, n: number) => sql<{ n: number }>`select n from grown where n = ${n}`.execute(tx);
  // PostgreSQL caches a generic plan from the sixth execution on.
  for (let n = 0; n < 6; n++) await transaction((tx) => find(tx, n));
  await db.asSystem((tx) => sql`insert into grown select generate_series(1, 1000)`.execute(tx));
  const { rows } = await transaction(async (tx) => {
    const found = await sql<{ name: string; kept: number }>`
      select name, generic_plans::int as kept from pg_prepared_statements where statement like ${"%from grown where%"}`.execute(
      tx,
    );
    expect(found.rows).toMatchObject([{ kept: 1 }]);
    return sql<{ "QUERY PLAN": string }>`explain (costs off) execute ${sql.id(found.rows[0]?.name ?? "")} (7)`.execute(
      tx,
    );
  });
  expect(rows[0]?.["QUERY PLAN"]).toBe("Index Only Scan using grown_pkey on grown");
});
