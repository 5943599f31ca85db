import { sql } from "kysely";
import { expect, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { addManyContacts, arrived, quota, send, untilFinal, startPipeline } from "../../../testing/pipeline.ts";
import { until } from "../../../testing/until.ts";
import { createTestWorkspace } from "../../../testing/workspace.ts";
import type { Carrier } from "../../carriers/carrier.ts";

const { db } = await testDatabase({ max: 20 });

const lanes = async () =>
  (
    await db.asSystem((tx) =>
      sql<{ has_work: boolean; leased_by: string | null }>`select has_work, leased_by from lanes`.execute(tx),
    )
  ).rows;

test("many lanes with a few texts each are all served and released, and a text that arrives during a release is served", async () => {
  const workspaces = await Promise.all(Array.from({ length: 30 }, () => createTestWorkspace(db)));
  for (const workspace of workspaces) {
    await addManyContacts(db, workspace.id, 3);
    await send(db, workspace);
  }
  // Batches of two: lanes need more than one, and hold connections of which there are fewer than two for each.
  const carrier = (sandbox: Carrier) => ({ ...sandbox, limits: { ...sandbox.limits, batch: 2 } });
  await startPipeline(db, { slots: 2, carrier });
  // Texts keep arriving: in lanes that wait, are served, or have just been released.
  for (const workspace of workspaces.toReversed()) await send(db, workspace);
  for (const workspace of workspaces) {
    await untilFinal(db, workspace.id);
    expect(await arrived(db, workspace.id)).toHaveLength(6);
    expect(await quota(db, workspace.id)).toEqual({ used: 6, reserved: 0 });
  }
  await until(async () => {
    for (const lane of await lanes()) expect(lane).toEqual({ has_work: false, leased_by: null });
  });
});

test("lanes are leased in the order of their index, without sorting all waiting ones", async () => {
  const { rows } = await db.asSystem(async (tx) => {
    await sql`set local enable_seqscan = off`.execute(tx);
    await sql`set local enable_bitmapscan = off`.execute(tx);
    return sql<{ "QUERY PLAN": string }>`
      explain select workspace_id from lanes where has_work order by leased_until nulls first limit 4`.execute(tx);
  });
  const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
  expect(plan).toContain("lanes_work");
  expect(plan).not.toContain("Sort");
});
