import { sql } from "kysely";
import { expect, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";
import { firstIdAt } from "../kit/id.ts";
import { findOwners } from "./messages-store.ts";

const { db } = await testDatabase();

test("a text that waited for two weeks is found by its carrier's reference", async () => {
  const { id: workspace } = await createTestWorkspace(db);
  const now = new Date();
  const id = firstIdAt(new Date(now.getTime() - 14 * 86_400_000));
  await db.inWorkspace(workspace, (tx) =>
    sql`insert into messages (workspace_id, id, status, class, encoding, segments, source_type, sender_id, number, text,
        carrier_reference, submitted_at)
      values (${workspace}, ${id}, 'submitted', 'marketing', '7', 1, 'campaign', gen_random_uuid(), '+4790000101', 'Hei',
        'SM1', ${now})`.execute(tx),
  );
  const owners = await db.inWorkspace(workspace, (tx) => findOwners(tx, workspace, ["SM1", "SM2"], now));
  expect(owners).toEqual(new Map([["SM1", id]]));
});
