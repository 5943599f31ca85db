import { sql } from "kysely";
import { expect, test } from "vitest";
import { createContacts } from "./campaign-run.ts";
import { testDatabase } from "./database.ts";
import { fillLedger } from "./ledger-filler.ts";
import { createTestWorkspace } from "./workspace.ts";

const { db, connection, superuser } = await testDatabase();

test("a filled ledger has rows like real ones: behind row-level security, in six months, each contact many times", async () => {
  const workspace = await createTestWorkspace(db);
  await createContacts(db, workspace.id, 50);
  await fillLedger({ connection, superuser, workspace }, 6_000);
  const { rows } = await db.asSystem((tx) =>
    sql<{ n: number; months: number; contacts: number; misplaced: number }>`
      select count(*) as n, count(distinct m.tableoid) as months, count(distinct c.id) as contacts,
        count(*) filter (where m.submitted_at > now()) as misplaced
      from messages m left join contacts c on c.id = m.contact_id`.execute(tx),
  );
  expect(rows[0]).toEqual({ n: 6_000, months: 6, contacts: 50, misplaced: 0 });
  const { rows: outside } = await db.pool.query("select from messages");
  expect(outside).toHaveLength(0);
});
