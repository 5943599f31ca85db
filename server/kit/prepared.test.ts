import { sql } from "kysely";
import { to as copyTo } from "pg-copy-streams";
import { beforeAll, expect, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { systemScope, type Tx } from "./db.ts";
import { atCommit, eachInTransaction, inOneGo, preparedTransaction } from "./prepared.ts";

const { db } = await testDatabase();

beforeAll(() => db.asSystem((tx) => sql`create table things (n int primary key)`.execute(tx)));

const insert = (tx: Tx, n: number) => sql`insert into things values (${n})`.execute(tx);
const transaction = <T>(work: (tx: Tx) => Promise<T>) => preparedTransaction(db.pool, systemScope, work);

async function things(): Promise<number[]> {
  const { rows } = await db.asSystem((tx) => sql<{ n: number }>`select n from things order by n`.execute(tx));
  return rows.map(({ n }) => n);
}

test("what is done in one go is done in its order, each after what came before", async () => {
  const count = (tx: Tx) =>
    sql<{ n: number }>`select count(*)::int as n from things where n between 10 and 19`.execute(tx);
  const counts = await transaction((tx) =>
    inOneGo(
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

test("the first error is told, and nothing that was sent with it stays", async () => {
  const failing = transaction((tx) =>
    inOneGo(
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

test("a condition that does not hold at the commit undoes everything", async () => {
  const unless = (holds: boolean, n: number) =>
    transaction(async (tx) => {
      await insert(tx, n);
      await atCommit(tx, () => sql`select insist(${holds}, 'no')`.execute(tx));
    });
  await unless(true, 30);
  await expect(unless(false, 31)).rejects.toMatchObject({ code: "VA001", message: "no" });
  const found = await things();
  expect(found).toContain(30);
  expect(found).not.toContain(31);
});

test("of many small transactions each ends for itself, and hears how", async () => {
  const heard: [number, string][] = [];
  const insertion = (n: number) => ({
    scope: systemScope,
    work: (tx: Tx) => insert(tx, n),
    ended: ({ status }: PromiseSettledResult<unknown>) => void heard.push([n, status]),
  });
  await eachInTransaction(db.pool, [50, 50, 51].map(insertion));
  expect(heard).toEqual([
    [50, "fulfilled"],
    [50, "rejected"],
    [51, "fulfilled"],
  ]);
  expect((await things()).filter((n) => n >= 50 && n < 60)).toEqual([50, 51]);
});

test("a connection that pipelined can copy again", async () => {
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
