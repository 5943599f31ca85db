/** Stranded queue rows are found whatever the cause, and looking for them costs little. */
import { sql } from "kysely";
import pg from "pg";
import { pino } from "pino";
import { expect, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { newId } from "../../../testing/new-id.ts";
import { addManyContacts, arrived, ledger, quota, send, untilFinal, startPipeline } from "../../../testing/pipeline.ts";
import { until } from "../../../testing/until.ts";
import { createTestWorkspace, type TestWorkspace } from "../../../testing/workspace.ts";
import { findStrandedLanes, type LaneKey } from "./lanes-store.ts";
import { journalStrays, openJournals } from "./queue-store.ts";
import { createReviver } from "./revive-lanes.ts";

const { db, superuser } = await testDatabase({ max: 20 });

async function asSuperuser(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: superuser });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}
const log = pino({ level: "silent" });

const run = (statement: ReturnType<typeof sql>) => db.asSystem((tx) => statement.execute(tx));

async function queueTexts(count: number): Promise<TestWorkspace> {
  const workspace = await createTestWorkspace(db, { allowance: 1_000_000 });
  await addManyContacts(db, workspace.id, count);
  await send(db, workspace);
  return workspace;
}

/** Damaged states of a lane, none of which our statements leave behind. */
const damages: Record<string, (id: string) => ReturnType<typeof sql>> = {
  "the mark is gone": (id) => sql`update lanes set has_work = false where workspace_id = ${id}`,
  "the mark is gone and a dead worker had it": (id) =>
    sql`update lanes set has_work = false, leased_by = ${newId()}, leased_until = now() where workspace_id = ${id}`,
  "the lane is gone": (id) => sql`delete from lanes where workspace_id = ${id}`,
  "the texts are quarantined without a journal": (id) =>
    sql`with idle as (update lanes set has_work = false where workspace_id = ${id})
      update message_queue set priority = 9 where workspace_id = ${id}`,
  "some are quarantined without a journal, and the lane is missing": (id) =>
    sql`with idle as (delete from lanes where workspace_id = ${id})
      update message_queue set priority = 9 where workspace_id = ${id} and seq % 2 = 0`,
  "by a wrong clock it may be served again in a year": (id) =>
    sql`update lanes set next_at = now() + interval '1 year' where workspace_id = ${id}`,
};

test.each(Object.entries(damages))("texts are sent nevertheless: %s", async (_name, damage) => {
  const workspace = await queueTexts(7);
  await run(damage(workspace.id));
  await startPipeline(db, { lease_ms: 2_000 });
  await untilFinal(db, workspace.id);
  expect(new Set((await arrived(db, workspace.id)).map((each) => each.message_id)).size).toBe(7);
  expect(await arrived(db, workspace.id)).toHaveLength(7);
  expect(await quota(db, workspace.id)).toEqual({ used: 7, reserved: 0 });
});

test("a journal that was written with a wrong clock is reconciled now, not in a year", async () => {
  const workspace = await queueTexts(3);
  const { rows } = await db.asSystem((tx) =>
    sql<{ seq: number }>`
      update message_queue set priority = 9 where workspace_id = ${workspace.id} returning seq`.execute(tx),
  );
  const inAYear = newId(new Date(Date.now() + 365 * 24 * 3_600_000));
  await run(sql`
    insert into dispatch_journal (workspace_id, sender_id, id, seqs)
    values (${workspace.id}, ${workspace.sender.id}, ${inAYear}, ${rows.map(({ seq }) => seq)}::bigint[])`);
  await startPipeline(db, { lease_ms: 2_000 });
  await untilFinal(db, workspace.id);
  expect(await arrived(db, workspace.id)).toHaveLength(3);
});

test("texts that were quarantined without a journal are looked up before they are sent again", async () => {
  const workspace = await queueTexts(4);
  await startPipeline(db, {
    lease_ms: 2_000,
    carrier: (sandbox) => ({ ...sandbox, submit: () => Promise.reject(new Error("no")) }),
  }).then((pipeline) => pipeline.stop());
  const [first] = await ledger(db, workspace.id);
  // The carrier has one of them.
  await run(sql`
    insert into sandbox_messages (workspace_id, id, outbound, address, phone, text, message_id)
    select workspace_id, ${newId()}, true, ${workspace.sender.address}, number, text, id from messages
    where workspace_id = ${workspace.id} and id = ${first?.id}`);
  await run(sql`delete from dispatch_journal where workspace_id = ${workspace.id}`);
  await run(sql`update message_queue set priority = 9 where workspace_id = ${workspace.id}`);
  await run(sql`update lanes set has_work = false where workspace_id = ${workspace.id}`);
  await startPipeline(db, { lease_ms: 2_000 });
  await untilFinal(db, workspace.id, ["sent", "delivered"]);
  expect((await arrived(db, workspace.id)).map((each) => each.message_id).sort()).toEqual(
    (await ledger(db, workspace.id)).map((row) => row.id).sort(),
  );
});

test("a lane that is marked or held is left alone, and one that two sweeps find is marked once", async () => {
  const [marked, held, stranded] = [await queueTexts(1), await queueTexts(1), await queueTexts(1)];
  await run(sql`update lanes set has_work = false, leased_by = ${newId()}, leased_until = now() + interval '1 hour'
    where workspace_id = ${held.id}`);
  await run(sql`update lanes set has_work = false where workspace_id = ${stranded.id}`);
  const warned: unknown[] = [];
  const watching = { warn: (what: unknown) => void warned.push(what) };
  await Promise.all(Array.from({ length: 4 }, () => createReviver({ db, log: watching })()));
  const { rows } = await db.asSystem((tx) =>
    sql<{ workspace_id: string; has_work: boolean }>`
      select workspace_id, has_work from lanes where workspace_id = any(${[marked.id, held.id, stranded.id]}::uuid[])`.execute(
      tx,
    ),
  );
  expect(new Map(rows.map((row) => [row.workspace_id, row.has_work]))).toEqual(
    new Map([
      [marked.id, true],
      [held.id, false],
      [stranded.id, true],
    ]),
  );
  expect(warned).toEqual([{ workspace: stranded.id, sender: stranded.sender.id }]);
  await run(sql`delete from message_queue`);
});

test("a lane whose row is locked does not prevent others from being found and served", async () => {
  const [locked, other, marked] = [await queueTexts(1), await queueTexts(1), await queueTexts(1)].sort((a, b) =>
    a.id < b.id ? -1 : 1,
  ) as [TestWorkspace, TestWorkspace, TestWorkspace];
  for (const { id } of [locked, other]) await run(sql`update lanes set has_work = false where workspace_id = ${id}`);
  const { promise: end, resolve: letGo } = Promise.withResolvers<void>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const locking = db.asSystem(async (tx) => {
    await sql`select 1 from lanes where workspace_id = ${locked.id} for update`.execute(tx);
    begin();
    await end;
  });
  await begun;
  const warned: unknown[] = [];
  const revive = createReviver({ db, log: { warn: (what: unknown) => void warned.push(what) } });
  await revive();
  expect(warned).toEqual([{ workspace: other.id, sender: other.sender.id }]);
  await startPipeline(db, { lease_ms: 2_000 });
  for (const { id } of [other, marked]) await untilFinal(db, id);
  expect(await ledger(db, locked.id)).toMatchObject([{ status: "queued" }]);
  letGo();
  await locking;
  await untilFinal(db, locked.id);
});

test("a row that is quarantined without a journal is reconciled also where its lane is never idle", async () => {
  const workspace = await queueTexts(400);
  await run(sql`update senders set rate_per_second = 4 where workspace_id = ${workspace.id}`);
  const pipeline = await startPipeline(db, { lease_ms: 1_500 });
  await until(async () => expect((await arrived(db, workspace.id)).length).toBeGreaterThan(0));
  const last = sql`workspace_id = ${workspace.id}
    and seq = (select max(seq) from message_queue where workspace_id = ${workspace.id})`;
  await run(sql`update message_queue set priority = 9 where ${last}`);
  // The carrier does not have it, so it goes back into the queue, behind all waiting rows.
  await until(async () => {
    const { rows } = await run(sql`select priority from message_queue where ${last}`);
    expect(rows).toEqual([{ priority: 0 }]);
  });
  expect((await arrived(db, workspace.id)).length).toBeLessThan(399);
  await pipeline.stop();
  await run(sql`delete from message_queue`);
});

test("any number of rows that are quarantined without a journal get one at once, and none a second", async () => {
  const workspace = await createTestWorkspace(db);
  const { id, sender } = workspace;
  await run(sql`
    insert into message_queue (workspace_id, sender_id, priority, message_id, period_start, expires_at)
    select ${id}, ${sender.id}, 9, uuidv7(), now(), now() from generate_series(1, 2500)`);
  const lane = { workspace_id: id, sender_id: sender.id };
  expect(await db.inWorkspace(id, (tx) => journalStrays(tx, lane))).toBe(2_500);
  expect(await db.inWorkspace(id, (tx) => journalStrays(tx, lane))).toBe(0);
  const journals = await db.inWorkspace(id, (tx) => openJournals(tx, lane));
  expect(new Set(journals.flatMap(({ seqs }) => seqs)).size).toBe(2_500);
  expect(journals.map(({ seqs }) => seqs.length).sort()).toEqual([1_000, 1_000, 500]);
  await run(sql`delete from message_queue`);
  await run(sql`delete from dispatch_journal`);
});

test("the walk covers all lanes a few at a time, and a million rows in one lane cost as little as one", async () => {
  const workspaces = await Promise.all(Array.from({ length: 120 }, () => createTestWorkspace(db)));
  // Rows of other tests are not to be counted, nor what is left of them: a vacuum keeps what an open transaction could see.
  await asSuperuser("truncate message_queue");
  // One lane holds nearly all of the queue.
  await run(sql`
    insert into message_queue (workspace_id, sender_id, priority, message_id, period_start, expires_at)
    select ${workspaces[0]?.id}, ${workspaces[0]?.sender.id}, 1, uuidv7(), now(), now() from generate_series(1, 100000)`);
  for (const { id, sender } of workspaces)
    await run(sql`insert into message_queue (workspace_id, sender_id, priority, message_id, period_start, expires_at)
      values (${id}, ${sender.id}, 0, uuidv7(), now(), now())`);
  const found: LaneKey[] = [];
  let at: LaneKey | null = null;
  let steps = 0;
  do {
    const look = await db.asSystem((tx) => findStrandedLanes(tx, at));
    found.push(...look.stranded);
    at = look.next;
    steps++;
  } while (at);
  expect(steps).toBe(3);
  expect(found.map((lane) => lane.workspace_id).sort()).toEqual(workspaces.map(({ id }) => id).sort());

  // Pages touched, with row-level security in force: some for each lane, none for each row.
  const { rows } = await db.asSystem((tx) =>
    sql<{ "QUERY PLAN": [{ Plan: Record<string, number> }] }>`
      explain (analyze, buffers, format json)
      select * from queued_lanes('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000000', 50)`.execute(
      tx,
    ),
  );
  const plan = rows[0]?.["QUERY PLAN"][0].Plan ?? {};
  expect(plan["Actual Rows"]).toBe(50);
  expect((plan["Shared Hit Blocks"] ?? 0) + (plan["Shared Read Blocks"] ?? 0)).toBeLessThan(50 * 30);
  await run(sql`delete from message_queue`);
});

test("functions that look up each of many lanes plan for many, whenever their session made the plan", async () => {
  const { rows } = await db.asSystem((tx) =>
    sql<{ name: string; config: string[] | null }>`
      select proname as name, proconfig as config from pg_proc
      where proname in ('queued_lanes', 'waiting_lanes') order by 1`.execute(tx),
  );
  const config = ["enable_seqscan=off"];
  expect(rows).toEqual([
    { name: "queued_lanes", config },
    { name: "waiting_lanes", config },
  ]);
});

test("many stranded lanes are all found by one worker", async () => {
  const workspaces = await Promise.all(Array.from({ length: 60 }, () => queueTexts(1)));
  await run(sql`update lanes set has_work = false`);
  const revive = createReviver({ db, log });
  await revive();
  await revive();
  await startPipeline(db);
  for (const workspace of workspaces) await untilFinal(db, workspace.id);
  for (const { id } of workspaces) expect(await arrived(db, id)).toHaveLength(1);
});
