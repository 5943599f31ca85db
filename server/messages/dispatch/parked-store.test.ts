/**
 * Many parked texts that are due at one moment, as when quiet hours end. What one round costs depends on what it moves and not on how
 * many wait, and the rounds follow each other without a pause.
 */
import { sql } from "kysely";
import { pino } from "pino";
import { expect, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { runDue } from "../../../testing/due.ts";
import { newId } from "../../../testing/new-id.ts";
import { createTestWorkspace, type TestWorkspace } from "../../../testing/workspace.ts";
import type { Tx } from "../../kit/db.ts";
import { cancelSource, dueParked, resumeSource } from "../hold-source.ts";
import { deleteParkedOf, findDueParked, moveDue } from "./parked-store.ts";

const { db } = await testDatabase({ max: 6 });
const works = dueParked({ db, log: pino({ level: "silent" }) });
/** Texts of one transaction of the mover. */
const chunk = 5_000;
const moment = new Date("2027-06-14T07:00:00Z");

/** Parks texts of one source, of these senders in turn (the workspace's own by default); `held`: it is paused. Returns the source. */
async function park(
  { id, sender }: TestWorkspace,
  count: number,
  { held = false, senders = [sender.id] }: { held?: boolean; senders?: string[] } = {},
): Promise<string> {
  const source = newId();
  await db.inWorkspace(id, (tx) =>
    sql`
      insert into parked_messages as p (workspace_id, message_id, sender_id, priority, source_id, period_start, expires_at, not_before, due_at)
      select w.workspace_id, uuidv7(), (${senders}::uuid[])[1 + i % ${senders.length}::int], 1, ${source}, ${moment}, ${moment}::timestamptz + interval '1 day', ${moment},
        case when not ${held}::boolean then ${moment}::timestamptz end
      from workspaces w, generate_series(1, ${count}::int) i where w.workspace_id = ${id}`.execute(tx),
  );
  return source;
}

async function countIn(table: "parked_messages" | "message_queue", { id }: TestWorkspace): Promise<number> {
  const { rows } = await db.inWorkspace(id, (tx) =>
    sql<{ n: number }>`select count(*) as n from ${sql.table(table)} where workspace_id = ${id}`.execute(tx),
  );
  return rows[0]?.n ?? 0;
}

/** How many parked rows the connection has read, since its counts were last passed on: between transactions. */
async function rowsRead(tx: Tx): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0)::bigint as n
    from pg_stat_xact_user_tables where relname = 'parked_messages'`.execute(tx);
  return rows[0]?.n ?? 0;
}

/** What the work answers, and how many parked rows it reads. */
async function reading<T>(tx: Tx, work: () => Promise<T>): Promise<{ answer: T; read: number }> {
  const before = await rowsRead(tx);
  const answer = await work();
  return { answer, read: (await rowsRead(tx)) - before };
}

test.each(["without", "with"])(
  "a round reads what it moves or cancels, and not all that is due, %s statistics",
  async (mode) => {
    const workspace = await createTestWorkspace(db);
    const lane = { workspace_id: workspace.id, sender_id: workspace.sender.id };
    const few = 100;
    const many = 20_000;
    const source = { workspace_id: workspace.id, source_id: await park(workspace, many) };
    if (mode === "with") await db.asSystem((tx) => sql`analyze parked_messages`.execute(tx));
    const found = await db.asSystem((tx) =>
      reading(tx, () => findDueParked(tx, { now: moment, limit: few, except: [] })),
    );
    expect(found.answer.length).toBeGreaterThanOrEqual(few);
    expect(found.read).toBeLessThan(5 * few);
    const ids = found.answer.slice(0, few).map(({ message_id }) => message_id);
    const moved = await db.inWorkspace(workspace.id, (tx) => reading(tx, () => moveDue(tx, lane, ids, moment)));
    expect(moved.answer).toBe(few);
    expect(moved.read).toBeLessThan(5 * few);
    const gone = await db.inWorkspace(workspace.id, (tx) => reading(tx, () => deleteParkedOf(tx, source, moment, few)));
    expect(gone.answer).toHaveLength(few);
    expect(gone.read).toBeLessThan(5 * few);
    await runDue(works, moment);
    expect(await countIn("parked_messages", workspace)).toBe(0);
    expect(await countIn("message_queue", workspace)).toBe(many - few);
  },
);

test("many due texts of one sender do not keep those of others waiting", async () => {
  const [many, few] = [await createTestWorkspace(db), await createTestWorkspace(db)];
  await park(many, 200);
  await park(few, 3);
  const found = await db.asSystem((tx) => findDueParked(tx, { now: moment, limit: 100, except: [] }));
  const of = ({ sender }: TestWorkspace) => found.filter(({ sender_id }) => sender_id === sender.id).length;
  expect(of(many)).toBeGreaterThanOrEqual(100);
  expect(of(few)).toBe(3);
  expect(new Set(found.map(({ message_id }) => message_id)).size).toBe(found.length);
  await runDue(works, moment);
});

test("what is moved is still due: a text that waits longer since it was found stays parked", async () => {
  const workspace = await createTestWorkspace(db);
  await park(workspace, 3);
  const found = await db.asSystem((tx) => findDueParked(tx, { now: moment, limit: 10, except: [] }));
  const [one, ...ids] = found.map(({ message_id }) => message_id);
  await db.inWorkspace(workspace.id, async (tx) => {
    await sql`update parked_messages set due_at = null where workspace_id = ${workspace.id} and message_id = ${one}`.execute(
      tx,
    );
    const lane = { workspace_id: workspace.id, sender_id: workspace.sender.id };
    expect(await moveDue(tx, lane, [one as string, ...ids], moment)).toBe(2);
  });
  expect(await countIn("parked_messages", workspace)).toBe(1);
});

test("more texts than one round takes are moved, resumed and cancelled in the same turn", async () => {
  const workspace = await createTestWorkspace(db);
  const round = async (name: string, now: Date) => {
    const work = works.find((each) => each.name === name);
    const { done, more } = (await work?.run({ now, signal: new AbortController().signal })) ?? {};
    return { done, more };
  };
  const settle = () => round("messages.settle", new Date(Date.now() + 60_000));
  const resumed = await park(workspace, chunk + 1, { held: true });
  await db.inWorkspace(workspace.id, (tx) => resumeSource(tx, { workspace_id: workspace.id, source_id: resumed }));
  expect(await settle()).toEqual({ done: chunk, more: true });
  expect(await settle()).toEqual({ done: 1, more: false });
  expect(await round("messages.move", moment)).toEqual({ done: chunk, more: true });
  expect(await round("messages.move", moment)).toEqual({ done: 1, more: false });
  const cancelled = await park(workspace, chunk + 1);
  await db.inWorkspace(workspace.id, (tx) => cancelSource(tx, { workspace_id: workspace.id, source_id: cancelled }));
  expect(await settle()).toEqual({ done: chunk, more: true });
  expect(await settle()).toEqual({ done: 1, more: false });
  expect(await countIn("parked_messages", workspace)).toBe(0);
});
