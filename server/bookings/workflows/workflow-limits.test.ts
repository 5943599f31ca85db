/** How many workflows a workspace has room for. */
import { sql } from "kysely";
import { expect, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { salonsOf } from "../../../testing/workflows.ts";

const database = await testDatabase();
const salons = await salonsOf(database);

test("there is room for 500 that are not deleted", async () => {
  const salon = await salons.open();
  const { id, when, do: actions } = await salon.workflow();
  await database.db.asSystem((tx) =>
    sql`
      insert into workflows (workspace_id, id, name, enabled, trigger, "when", "do", created_at, updated_at)
      select w.workspace_id, gen_random_uuid(), w.name, false, w.trigger, w."when", w."do", w.created_at, w.updated_at
      from workflows w, generate_series(2, 500) n where w.id = ${id}`.execute(tx),
  );
  const full = { status: 409, code: "too_many_workflows", value: 500 };
  expect(await salon.refusal("POST /workflows", { name: "x", when, do: actions })).toMatchObject(full);
  expect(await salon.refusal(`POST /workflows/${id}/clone`)).toMatchObject(full);
  await salon.request(`DELETE /workflows/${id}`);
  await salon.workflow();
});
