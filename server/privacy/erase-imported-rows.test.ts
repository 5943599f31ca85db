/** A person who is erased while a file with their row waits, or is being merged, does not come back with it. */
import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { createTestWorkspace, type TestWorkspace } from "../../testing/workspace.ts";
import { checkImport } from "../contacts/import/check-import.ts";
import { importHarness } from "../contacts/import/import-harness.test-support.ts";
import type { Tx } from "../kit/db.ts";
import { jobs } from "../kit/jobs.ts";
import { eraseContact } from "./erase-contact.ts";

const { db } = await testDatabase();
const { receive, run, result, importCsv, holdCsv, table, routes, services } = importHarness(db);
let workspace: TestWorkspace;
beforeEach(async () => {
  workspace = await createTestWorkspace(db);
  await importCsv(
    workspace,
    "mobil,epost,fornavn,etternavn\n91000001,ola@example.no,Ola,Nordmann\n91000009,,Liv,Lie\n",
  );
});

async function erase(mobile: string, meanwhile: (tx: Tx) => Promise<void> = async () => {}) {
  const [contact] = await table(workspace.id, `select id from contacts where mobile = '${mobile}'`);
  const id = String(contact?.id);
  await db.inWorkspace(workspace.id, async (tx) => {
    await eraseContact(tx, {
      workspaceId: workspace.id,
      id,
      confirm: id,
      by: "Kari",
      now: new Date(),
      jobs,
      pseudonym: (_, number) => `pseudonym of ${number.length}`,
    });
    await meanwhile(tx);
  });
}
const start = (id: string) =>
  routes.startHeldImport({ actor: { workspaceId: workspace.id, name: "Kari" }, params: { id } } as never);
const mobiles = async () =>
  (await table(workspace.id, "select mobile, email from contacts order by mobile, email")).map(
    ({ mobile, email }) => mobile ?? email,
  );

const file =
  "mobil,telefon,epost,fornavn,etternavn\n91000002,,,Ola,Nordmann\n910 00 001,,ny@example.no,Ola,\n,,OLA@example.no,,\n" +
  "91000003,91000001,,Per,\n12,,,Ola,Nordmann\n91000009,,,Liv,Lie\n91000004,,,Eva,\n,,eva@example.no,,\n";

test("rows of a held import with the person's numbers or address are deleted, and it is counted again", async () => {
  const mapping = JSON.stringify({
    mobil: "mobile",
    telefon: "phone",
    epost: "email",
    fornavn: "first_name",
    etternavn: "last_name",
  });
  const held = await holdCsv(workspace, file, { mapping });
  expect(held.totals).toMatchObject({ new: 5, known: 2, rejected: 1 });
  const other = await holdCsv(await createTestWorkspace(db), file, { mapping });
  await db.asSystem((tx) => sql`delete from jobs._private_jobs`.execute(tx));

  await erase("+4791000001");
  expect(await table(workspace.id, "select row from import_rows order by row")).toEqual(
    [2, 7, 8, 9].map((row) => ({ row })),
  );
  expect(await result(workspace, held.id)).toMatchObject({ status: "checking", totals: null });
  const queued = await db.asSystem((tx) =>
    sql<{ key: string }>`select key from jobs._private_jobs where key like 'import %'`.execute(tx),
  );
  expect(queued.rows).toEqual([{ key: `import ${held.id}` }]);

  await checkImport(services, { workspace_id: workspace.id, import_id: held.id });
  expect(await result(workspace, held.id)).toMatchObject({
    status: "held",
    totals: { new: 3, known: 1, twice: 0, rejected: 0 },
  });
  await start(held.id);
  await run(workspace, held.id);
  expect(await result(workspace, held.id)).toMatchObject({ status: "done", created: 3, unchanged: 1 });
  expect(await mobiles()).toEqual(["+4791000002", "+4791000004", "+4791000009", "eva@example.no"]);
  const { rows } = await db.asSystem((tx) =>
    sql<{ n: number }>`select count(*) as n from import_rows where import_id = ${other.id}`.execute(tx),
  );
  expect(rows).toEqual([{ n: 8 }]);
});

test("nobody is counted again whose file has no row of the person", async () => {
  const held = await holdCsv(workspace, "mobil\n91000005\n");
  await erase("+4791000001");
  expect(await result(workspace, held.id)).toMatchObject({ status: "held", totals: held.totals });
});

test("an import that merges at the same moment makes no contact of a row that is erased", async () => {
  const { id } = await receive(workspace, "mobil,fornavn\n91000001,Ola\n91000006,Kari\n", {});
  let merging: Promise<void> = Promise.resolve();
  await erase("+4791000001", async (tx) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
    merging = run(workspace, id);
    const waiting = () =>
      db.pool.query("select from pg_stat_activity where $1::int = any (pg_blocking_pids(pid))", [rows[0]?.pid]);
    await expect.poll(async () => (await waiting()).rowCount, { timeout: 20_000 }).toBeGreaterThan(0);
  });
  await merging;
  expect(await result(workspace, id)).toMatchObject({ status: "done", created: 1, updated: 0, unchanged: 0 });
  expect(await mobiles()).toEqual(["+4791000006", "+4791000009"]);
});
