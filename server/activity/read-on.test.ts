import { sql } from "kysely";
import { pino } from "pino";
import { beforeEach, expect, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { newId } from "../../testing/new-id.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";
import { readLags } from "./activity-store.ts";
import { appendActivity, appendOne } from "./activity.ts";
import { activityModule } from "./module.ts";
import { activityReading } from "./read-on.ts";
import { type Capacity, type Read, type Subscriber, subscribe, unsubscribe } from "./subscriber.ts";

const { db } = await testDatabase({ max: 20 });
const log = pino({ level: process.env.TEST_LOG ?? "silent" });
let workspace: string;
let ahead = 0;
const clock = { now: () => new Date(Date.now() + ahead) };

beforeEach(async () => {
  ahead = 0;
  workspace = (await createTestWorkspace(db)).id;
});

/** A subscriber that remembers what it read. */
function reader(name: string, parts: Partial<Subscriber> = {}) {
  const got: (Read & { subscription: string })[] = [];
  const subscriber: Subscriber = {
    name,
    capacity: async () => ({ most: 100 }),
    take: async (_tx, { id }, read) => void got.push(...read.map((each) => ({ ...each, subscription: id }))),
    ...parts,
  };
  return { subscriber, got, subjects: () => got.flatMap(({ subjects }) => subjects) };
}

const subscribed = async (subscriber: string, inWorkspace = workspace, types = ["contact.created"] as const) => {
  const id = newId();
  await db.inWorkspace(inWorkspace, (tx) => subscribe(tx, { workspace_id: inWorkspace, id, subscriber, types }));
  return id;
};
const append = (subject: string, inWorkspace = workspace, at = clock.now()) =>
  db.inWorkspace(inWorkspace, (tx) => appendOne(tx, inWorkspace, at, "contact.created", subject));

/** Rounds until nothing is read; answers the errors. */
async function readAll(...subscribers: Subscriber[]): Promise<unknown[]> {
  const work = activityReading({ db, log, subscribers });
  const errors: unknown[] = [];
  for (let more = true; more;) {
    const result = await work.run({ now: clock.now(), signal: new AbortController().signal });
    errors.push(...result.errors);
    more = result.more;
  }
  return errors;
}

const rowsOf = async (table: "activity" | "activity_unread") =>
  (
    await db.inWorkspace(workspace, (tx) =>
      sql`select 1 from ${sql.table(table)} where workspace_id = ${workspace}`.execute(tx),
    )
  ).rows.length;

test("what happens is there if its transaction commits, and only for those who subscribe to it", async () => {
  const one = reader("one");
  await append(newId());
  expect(await rowsOf("activity")).toBe(0);
  await subscribed("one");
  await db.inWorkspace(workspace, (tx) => appendOne(tx, workspace, clock.now(), "contact.updated", newId()));
  const failing = db.inWorkspace(workspace, async (tx) => {
    await appendOne(tx, workspace, clock.now(), "contact.created", newId());
    throw new Error("rolled back");
  });
  await expect(failing).rejects.toThrow("rolled back");
  expect(await rowsOf("activity")).toBe(0);
  const subject = newId();
  await append(subject);
  await readAll(one.subscriber);
  expect(one.subjects()).toEqual([subject]);
  expect(await rowsOf("activity_unread")).toBe(0);
});

test("of two transactions that commit in the other order than their ids, both are read, once each", async () => {
  const one = reader("one");
  await subscribed("one");
  const [first, second] = [newId(), newId()];
  const [appended, committed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const slow = db.inWorkspace(workspace, async (tx) => {
    await appendOne(tx, workspace, new Date(clock.now().getTime() - 1_000), "contact.created", first);
    appended.resolve();
    await committed.promise;
  });
  await appended.promise;
  await append(second);
  await readAll(one.subscriber);
  expect(one.subjects()).toEqual([second]);
  committed.resolve();
  await slow;
  await readAll(one.subscriber);
  expect(one.subjects()).toEqual([second, first]);
});

test("what was read and not marked is read again, with the same id", async () => {
  const ids: string[] = [];
  let dies = true;
  const one = reader("one", {
    take: async (tx, _subscription, read) => {
      ids.push(...read.map(({ id }) => id));
      // As a process that is killed between reading and its commit.
      if (dies) await sql`select pg_terminate_backend(pg_backend_pid())`.execute(tx);
    },
  });
  await subscribed("one");
  await append(newId());
  expect(await readAll(one.subscriber)).toHaveLength(1);
  dies = false;
  ahead += 2_000;
  await readAll(one.subscriber);
  await readAll(one.subscriber);
  expect(ids).toHaveLength(2);
  expect(ids[0]).toBe(ids[1]);
});

test("two workers at once read everything once", async () => {
  const one = reader("one", { capacity: async () => ({ most: 3 }) });
  await subscribed("one");
  await subscribed("one");
  const subjects = Array.from({ length: 50 }, () => newId());
  for (const subject of subjects) await append(subject);
  await Promise.all([readAll(one.subscriber), readAll(one.subscriber)]);
  await readAll(one.subscriber);
  expect(one.subjects().toSorted()).toEqual([...subjects, ...subjects].toSorted());
});

test("one that throws holds up no other, and reads again after a pause that grows", async () => {
  let broken = true;
  const bad = reader("bad", {
    take: async (_tx, _subscription, read) => {
      if (broken) throw new Error("broken");
      bad.got.push(...read.map((each) => ({ ...each, subscription: "" })));
    },
  });
  const good = reader("good");
  await subscribed("bad");
  await subscribed("good");
  const subject = newId();
  await append(subject);
  expect(await readAll(bad.subscriber, good.subscriber)).toEqual([expect.objectContaining({ message: "broken" })]);
  expect(good.subjects()).toEqual([subject]);
  ahead += 1_000;
  expect(await readAll(bad.subscriber)).toHaveLength(1);
  ahead += 1_000;
  expect(await readAll(bad.subscriber)).toHaveLength(0);
  broken = false;
  ahead += 1_000;
  await readAll(bad.subscriber);
  expect(bad.subjects()).toEqual([subject]);
});

test("what a subscriber cannot take holds up only what happened after it", async () => {
  const [first, second, bad, last] = [newId(), newId(), newId(), newId()];
  const one = reader("one", {
    take: async (_tx, { id }, read) => {
      if (read.some(({ subjects }) => subjects.includes(bad))) throw new Error("cannot take it");
      one.got.push(...read.map((each) => ({ ...each, subscription: id })));
    },
  });
  await subscribed("one");
  for (const [i, subject] of [first, second, bad, last].entries())
    await append(subject, workspace, new Date(Date.now() - 10 + i));
  for (let i = 0; i < 5; i++) {
    await readAll(one.subscriber);
    ahead += 60_000;
  }
  expect(one.subjects()).toEqual([first, second]);
});

test("a subscription gets what happens from its creation on, of its own workspace, and nothing after its end", async () => {
  const one = reader("one");
  const other = (await createTestWorkspace(db)).id;
  const elsewhere = await subscribed("one", other);
  const [before, after] = [newId(), newId()];
  await append(before);
  const here = await subscribed("one");
  await append(after);
  const theirs = newId();
  await append(theirs, other);
  await readAll(one.subscriber);
  expect(one.got.map(({ subscription, subjects }) => [subscription, subjects]).toSorted()).toEqual(
    [
      [elsewhere, [theirs]],
      [here, [after]],
    ].toSorted(),
  );
  await append(newId());
  await db.inWorkspace(workspace, (tx) => unsubscribe(tx, { workspace_id: workspace, id: here }));
  await append(newId());
  expect(await readAll(one.subscriber)).toEqual([]);
  expect(one.got).toHaveLength(2);
  expect(await rowsOf("activity_unread")).toBe(0);
});

test("a large batch is read in parts of what the subscriber has room for, in order", async () => {
  const rooms: Capacity[] = [{ most: 3 }, { most: 0, notBefore: new Date(Date.now() + 60_000) }];
  const one = reader("one", { capacity: async () => rooms.shift() ?? { most: 1_000 } });
  await subscribed("one");
  const subjects = Array.from({ length: 4_500 }, () => newId());
  await db.inWorkspace(workspace, (tx) =>
    appendActivity(tx, workspace, clock.now(), [{ type: "contact.created", subjects }]),
  );
  expect(await rowsOf("activity")).toBe(3);
  await readAll(one.subscriber);
  expect(one.subjects()).toHaveLength(3);
  await readAll(one.subscriber);
  expect(one.subjects()).toHaveLength(3);
  ahead += 61_000;
  await readAll(one.subscriber);
  expect(one.subjects()).toEqual(subjects);
  expect(Math.max(...one.got.map((part) => part.subjects.length))).toBe(1_000);
});

test("what is read is purged after a week, what is not after a month, and the lag is that of the oldest unread", async () => {
  const one = reader("one");
  const id = await subscribed("one");
  const day = 86_400_000;
  const ago = (days: number) => new Date(clock.now().getTime() - days * day);
  await append(newId(), workspace, ago(8));
  await append(newId(), workspace, ago(1));
  await readAll(one.subscriber);
  await append(newId(), workspace, ago(31));
  const kept = newId();
  await append(kept, workspace, ago(20));
  const purge = activityModule.jobs({ db, clock })["activity.purge"];
  await purge?.({} as never, new AbortController().signal);
  expect(await rowsOf("activity")).toBe(2);
  expect(await rowsOf("activity_unread")).toBe(1);
  const lags = await db.asSystem(readLags);
  expect(Math.round((lags.find(({ subscriber }) => subscriber === "one")?.lag_ms ?? 0) / day)).toBe(20);
  await readAll(one.subscriber);
  expect(one.subjects()).toContain(kept);
  // What was written while a subscription ended is for nobody.
  await db.inWorkspace(workspace, (tx) =>
    sql`delete from activity_subscriptions where workspace_id = ${workspace} and id = ${id}`.execute(tx),
  );
  await db.inWorkspace(workspace, (tx) =>
    sql`insert into activity_unread (workspace_id, subscription_id, activity_id) values (${workspace}, ${id}, ${newId()})`.execute(
      tx,
    ),
  );
  await purge?.({} as never, new AbortController().signal);
  expect(await rowsOf("activity_unread")).toBe(0);
});
