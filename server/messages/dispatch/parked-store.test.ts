import { sql } from "kysely";
import { expect, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { createTestWorkspace, type TestWorkspace } from "../../../testing/workspace.ts";
import { dueParked } from "../hold-source.ts";
import { findDueParked } from "./parked-store.ts";

const { db } = await testDatabase({ max: 8 });
const due = new Date("2026-12-01T08:00:00Z");

/** Parks so many texts that are due, all at one moment. */
const park = ({ id, sender }: TestWorkspace, count: number, at = due) =>
  db.inWorkspace(id, (tx) =>
    sql`
      insert into parked_messages (workspace_id, message_id, sender_id, priority, period_start, expires_at, not_before, due_at)
      select ${id}, gen_random_uuid(), ${sender.id}, 1, ${at}, ${new Date(at.getTime() + 86_400_000)}, ${at}, ${at}
      from generate_series(1, ${count})`.execute(tx),
  );

const count = async (table: "message_queue" | "parked_messages", { id }: TestWorkspace) => {
  const { rows } = await db.inWorkspace(id, (tx) =>
    sql<{ n: number }>`select count(*) as n from ${sql.table(table)} where workspace_id = ${id}`.execute(tx),
  );
  return rows[0]?.n;
};

test("many due texts of one sender do not keep those of others waiting", async () => {
  const [many, few] = [await createTestWorkspace(db), await createTestWorkspace(db)];
  await park(many, 12);
  await park(few, 1, new Date(due.getTime() + 1));
  const now = new Date(due.getTime() + 1_000);
  const found = await db.asSystem((tx) => findDueParked(tx, { now, limit: 10, except: [] }));
  expect(found.map(({ sender_id }) => sender_id)).toEqual([many.sender.id, few.sender.id]);
});

test("where more texts of a sender are due than a round moves, the next round follows at once", async () => {
  const workspace = await createTestWorkspace(db);
  await park(workspace, 5_001);
  const [, move] = dueParked({ db, log: { warn() {} } });
  const round = { now: new Date(due.getTime() + 1_000), signal: new AbortController().signal };
  expect(await move?.run(round)).toMatchObject({ more: true, errors: [] });
  expect(await move?.run(round)).toMatchObject({ more: false, errors: [] });
  expect([await count("parked_messages", workspace), await count("message_queue", workspace)]).toEqual([0, 5_001]);
});
