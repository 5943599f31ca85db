import { sql } from "kysely";
import { beforeAll, expect, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { systemScope, type Tx } from "./db.ts";
import { preparedTransaction } from "./prepared.ts";
import { chainsOf, sharedStatement, sideBySide } from "./shared-statements.ts";

const { db } = await testDatabase();
const workspace = "00000000-0000-7000-8000-000000000001";

beforeAll(() => db.asSystem((tx) => sql`create table numbers (n int primary key)`.execute(tx)));

/** How many numbers each statement wrote, in the order of the statements. */
const written: number[] = [];
const add = sharedStatement(async (tx, _workspaceId, numbers: readonly number[]) => {
  written.push(numbers.length);
  const { rows } = await sql<{ n: number }>`
    insert into numbers select unnest(${numbers}::int[]) on conflict do nothing returning n`.execute(tx);
  const added = new Set(rows.map(({ n }) => n));
  return numbers.map((n) => added.has(n));
});
const count = (tx: Tx) => sql<{ n: number }>`select count(*)::int as n from numbers`.execute(tx);

const together = <T>(works: (tx: Tx) => (() => Promise<T>)[]) =>
  preparedTransaction(db.pool, systemScope, async (tx) => {
    written.length = 0;
    await sql`delete from numbers`.execute(tx);
    return sideBySide(tx, works(tx));
  });

test("what several do next is one statement, and each gets its own answer", async () => {
  const ends = await together((tx) => [1, 2, 3].map((n) => () => add(tx, workspace, n)));
  expect(ends).toEqual([true, true, true]);
  expect(written).toEqual([3]);
});

test("pieces of work that take different ways share what they do in the same turn", async () => {
  const ends = await together((tx) =>
    [1, 2, 3, 4].map((n) => async () => {
      const first = await add(tx, workspace, n);
      return n % 2 === 0 ? add(tx, workspace, n * 10) : first;
    }),
  );
  expect(ends).toEqual([true, true, true, true]);
  expect(written).toEqual([4, 2]);
});

test("statements go in the order in which they were asked for first", async () => {
  const order: string[] = [];
  const noting = (name: string) =>
    sharedStatement(async (_tx, _workspaceId, items: readonly number[]) => {
      order.push(`${name} ${items.length}`);
      return items;
    });
  const [a, b] = [noting("a"), noting("b")];
  await together((tx) => [1, 2].map((n) => () => Promise.all([a(tx, workspace, n), b(tx, workspace, n)])));
  expect(order).toEqual(["a 2", "b 2"]);
});

test("a piece of work that fails does not end the others", async () => {
  const refused = together<unknown>((tx) => [
    () => Promise.reject(new Error("refused")),
    async () => {
      await add(tx, workspace, 1);
      await add(tx, workspace, 2);
    },
  ]);
  await expect(refused).rejects.toThrow("refused");
  expect(written).toEqual([1, 1]);
});

test("a statement's error is everybody's who asked for it", async () => {
  const failing = sharedStatement((_tx, _workspaceId, _items: readonly number[]): Promise<never[]> => {
    throw new Error("refused by the statement");
  });
  const errors: unknown[] = [];
  await together((tx) =>
    [1, 2].map((n) => () => failing(tx, workspace, n).catch((error: Error) => errors.push(error.message))),
  );
  expect(errors).toEqual(["refused by the statement", "refused by the statement"]);
});

test("what made the database refuse the rest is told, whichever piece of work it was in", async () => {
  const later = (n: number) => sql`insert into numbers values (${n})`;
  const twice = together<unknown>((tx) => [
    async () => {
      await later(1).execute(tx);
      // Sent with the second insertion of the number 2, after it.
      return add(tx, workspace, 3);
    },
    async () => {
      await later(2).execute(tx);
      return later(2).execute(tx);
    },
  ]);
  await expect(twice).rejects.toMatchObject({ code: "23505" });
});

test("each workspace has its own statement", async () => {
  const asked: string[] = [];
  const ask = sharedStatement(async (_tx, workspaceId, items: readonly number[]) => {
    asked.push(workspaceId);
    return items;
  });
  const other = "00000000-0000-7000-8000-000000000002";
  const ends = await together((tx) => [workspace, other, workspace].map((each, i) => () => ask(tx, each, i)));
  expect(ends).toEqual([0, 1, 2]);
  expect(asked).toEqual([workspace, other]);
});

test("alone, and in a transaction that does not pipeline, each has a statement of its own, one after the other", async () => {
  await together((tx) => [() => add(tx, workspace, 1)]);
  written.length = 0;
  const seen = await db.asSystem(async (tx) => {
    await sql`delete from numbers`.execute(tx);
    await add(tx, workspace, 1);
    return sideBySide(
      tx,
      [2, 3].map((n) => async () => {
        await add(tx, workspace, n);
        return (await count(tx)).rows[0]?.n;
      }),
    );
  });
  expect(seen).toEqual([2, 3]);
  expect(written).toEqual([1, 1, 1]);
});

test("after its pieces of work a transaction shares nothing", async () => {
  await preparedTransaction(db.pool, systemScope, async (tx) => {
    await sql`delete from numbers`.execute(tx);
    await sideBySide(tx, [() => add(tx, workspace, 1)]);
    written.length = 0;
    await Promise.all([add(tx, workspace, 2), add(tx, workspace, 3)]);
  });
  expect(written).toEqual([1, 1]);
});

test.each<[string, string[][], number[][]]>([
  ["nothing in common", [["a"], ["b"], []], [[2], [0], [1]]],
  ["the same key", [["a"], ["b"], ["a"]], [[0, 2], [1]]],
  [
    "joined by a third, in their order",
    [["a"], ["b"], ["c"], ["b", "a"], ["c"]],
    [
      [0, 1, 3],
      [2, 4],
    ],
  ],
  ["no key at all", [[], []], [[0], [1]]],
])("chains: %s", (_, keys, chains) => {
  const items = keys.map((own, i) => ({ own, i }));
  const found = chainsOf(items, ({ own }) => own).map((chain) => chain.map(({ i }) => i));
  expect(found.toSorted((a, b) => (a[0] ?? 0) - (b[0] ?? 0))).toEqual(
    chains.toSorted((a, b) => (a[0] ?? 0) - (b[0] ?? 0)),
  );
});
