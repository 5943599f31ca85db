/** The cost of finding stalled lanes, by PostgreSQL's own counters, and that all are found however many there are. */
import { sql } from "kysely";
import { expect, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";
import type { Tx } from "../kit/db.ts";
import { newId } from "../kit/id.ts";
import { findStalledLanes } from "./find-stalled-lanes.ts";

const { db } = await testDatabase();
const minute = 60_000;
const begun = Date.now() - 10 * minute;

/** Makes senders with a lane each; the first `waiting` lanes have a text. */
async function makeLanes(lanes: number, waiting: number): Promise<void> {
  const { id } = await createTestWorkspace(db);
  await db.inWorkspace(id, async (tx) => {
    await sql`
      with made as (
        insert into senders (workspace_id, id, address, kind, can_receive, created_at)
        select ${id}::uuid, gen_random_uuid(), '+47' || (40000000 + i), 'long_number', false, now()
        from generate_series(1, ${lanes}::int) i returning id
      ) insert into lanes (workspace_id, sender_id, has_work) select ${id}::uuid, id, false from made`.execute(tx);
    await sql`
      insert into message_queue (workspace_id, sender_id, priority, message_id, period_start, expires_at)
      select workspace_id, sender_id, 0, ${newId(new Date(begun))}::uuid, now(), now() from lanes
      where workspace_id = ${id} order by sender_id limit ${waiting}`.execute(tx);
  });
}

/** How often each table was scanned in the transaction so far. */
async function searches(tx: Tx): Promise<Record<string, number>> {
  const { rows } = await sql<{ name: string; n: number }>`
    select relname as name, (coalesce(seq_scan, 0) + coalesce(idx_scan, 0))::int as n from pg_stat_xact_user_tables
    where relname in ('lanes', 'message_queue')`.execute(tx);
  return Object.fromEntries(rows.map(({ name, n }) => [name, n]));
}

test("lanes without texts cost nothing, and all lanes with texts are found, few or many", async () => {
  await makeLanes(2_000, 3);
  const find = (at: number) =>
    db.asSystem(async (tx) => {
      const found = await findStalledLanes(tx, new Date(begun + at), new Set());
      return { found: found.length, searches: await searches(tx) };
    });
  // Three steps, and one that finds no more.
  expect(await find(2 * minute)).toEqual({ found: 0, searches: { lanes: 0, message_queue: 4 } });
  expect((await find(4 * minute)).found).toBe(3);
  await makeLanes(2_000, 1_500);
  await find(6 * minute);
  expect((await find(8 * minute)).found).toBe(1_503);
});
