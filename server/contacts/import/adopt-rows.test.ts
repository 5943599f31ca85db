/** Imports that a process of an earlier version has received into tables of their own. */
import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { createTestWorkspace, type TestWorkspace } from "../../../testing/workspace.ts";
import type { Tx } from "../../kit/db.ts";
import { importHarness } from "./import-harness.test-support.ts";
import { sweepImports } from "./import-jobs.ts";

const { db } = await testDatabase();
const { receive, run, result, holdCsv, table, routes, services } = importHarness(db);
let workspace: TestWorkspace;
beforeEach(async () => {
  workspace = await createTestWorkspace(db);
});

const csv = "mobil,epost\n91234567,ola@example.no\n92345678,\n91234567,\n12,\n";
const columns = `row, kind, mobile, mobile_kind, phone, phone_kind, email, first_name, last_name, locale, time_zone, properties, consent,
  consent_date, consent_source, reason, value, line`;

/** Moves the rows of an import to where version 0.4.0 has them, or with fewer columns and no policy where 0.2.0 has them. */
async function moveToTable(id: string, version: "0.2.0" | "0.4.0") {
  const name = `staging."import ${id}"`;
  const inSystem = (...statements: string[]) =>
    db.asSystem(async (tx: Tx) => {
      for (const statement of statements) await sql.raw(statement).execute(tx);
    });
  await db.inWorkspace(workspace.id, async (tx) => {
    await sql`call create_import_table(${id})`.execute(tx);
    await sql`call create_findings_table(${id})`.execute(tx);
  });
  await inSystem(
    `insert into ${name} (${columns}, same) select ${columns}, same from import_rows where import_id = '${id}'`,
    `delete from import_rows where import_id = '${id}'`,
  );
  if (version === "0.4.0")
    await inSystem(
      `insert into staging."import ${id} found" (row, kind, contact) select row, kind, contact from import_findings where import_id = '${id}'`,
      `delete from import_findings where import_id = '${id}'`,
    );
  else
    await inSystem(
      `drop table staging."import ${id} found"`,
      `alter table ${name} disable row level security`,
      `revoke all on ${name} from public`,
      `alter table ${name} drop column other`,
    );
}
const tables = () => table(workspace.id, "select from pg_tables where tablename like 'import ________-%'");

test.each(["0.2.0", "0.4.0"] as const)("rows that a process of %s has received are merged", async (version) => {
  const { id } = await receive(workspace, csv, {});
  await moveToTable(id, version);
  await run(workspace, id);
  expect(await result(workspace, id)).toMatchObject({ status: "done", created: 2, updated: 1, rejected_count: 1 });
  expect(await table(workspace.id, "select mobile, email from contacts order by id")).toEqual([
    { mobile: "+4791234567", email: "ola@example.no" },
    { mobile: "+4792345678", email: null },
  ]);
  expect(await tables()).toEqual([]);
  expect(await table(workspace.id, "select from import_rows")).toEqual([]);
});

test.each(["a page of its rows", "the sweep"])("%s takes over an import that such a process holds", async (by) => {
  const { id, totals } = await holdCsv(workspace, csv, {});
  await moveToTable(id, "0.4.0");
  const page = (kind: string) =>
    routes.heldRows({ actor: { workspaceId: workspace.id }, params: { id }, query: { kind, limit: 9 } } as never);
  if (by === "the sweep") await sweepImports(services);
  else expect(await page("new")).toMatchObject({ items: [{ row: 2 }, { row: 3 }] });
  expect(await tables()).toEqual([]);
  expect(await page("twice")).toMatchObject({ items: [{ row: 4 }] });
  await routes.startHeldImport({ actor: { workspaceId: workspace.id, name: "Kari" }, params: { id } } as never);
  await run(workspace, id);
  expect(await result(workspace, id)).toMatchObject({ status: "done", created: 2, totals });
});

test("the sweep drops the table of an import that is done, and deletes rows of one that is gone", async () => {
  const done = await receive(workspace, csv, {});
  await moveToTable(done.id, "0.4.0");
  await table(workspace.id, `update imports set status = 'failed' where id = '${done.id}' returning id`);
  const gone = await receive(workspace, csv, {});
  await table(workspace.id, `delete from imports where id = '${gone.id}' returning id`);
  const kept = await receive(workspace, csv, {});
  await sweepImports(services);
  expect(await tables()).toEqual([]);
  expect(await table(workspace.id, "select distinct import_id from import_rows")).toEqual([{ import_id: kept.id }]);
});
