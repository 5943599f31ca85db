/** A person who is erased while a file of bookings with their row waits, or is being imported, does not come back with it. */
import { sql } from "kysely";
import { expect, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { createTestWorkspace, type TestWorkspace } from "../../testing/workspace.ts";
import { bookingImportHarness } from "../bookings/import/import-harness.test-support.ts";
import type { Tx } from "../kit/db.ts";
import { jobs } from "../kit/jobs.ts";
import { eraseContact } from "./erase-contact.ts";

const { db } = await testDatabase();
const { importFile, receive, run, result, table, place } = bookingImportHarness(db);

async function prepared(): Promise<TestWorkspace> {
  const workspace = await createTestWorkspace(db);
  await place(workspace, "service", "Klipp", { duration_minutes: 45 });
  const file =
    "fornavn,etternavn,mobil,epost,start,tjeneste\nOla,Nordmann,91000001,ola@example.no,2026-12-04 14:00,Klipp\n";
  await importFile(workspace, file);
  return workspace;
}

async function erase(workspace: TestWorkspace, meanwhile: (tx: Tx) => Promise<void> = async () => {}) {
  const [contact] = await table(workspace, "select id from contacts where mobile = '+4791000001'");
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

const file =
  "fornavn,etternavn,mobil,epost,start,tjeneste,notat\nOla,,+47 910 00 001,,2026-12-05 14:00,Klipp,\n,,,OLA@example.no,2026-12-06 14:00,Klipp,\n" +
  "Ola,Nordmann,91000002,,2026-12-07 14:00,Klipp,\nPer,Berg,91000003,,2026-12-08 14:00,Klipp,for 91 00 00 01\nEva,Berg,91000004,,2026-12-09 14:00,Klipp,\n";

test("rows that wait and name the person are deleted, in this workspace alone", async () => {
  const workspace = await prepared();
  const other = await prepared();
  const id = await receive(workspace, file);
  await receive(other, file);
  await erase(workspace);
  expect(await table(workspace, "select row from booking_import_rows order by row")).toEqual([{ row: 6 }]);
  expect(await table(other, "select row from booking_import_rows order by row")).toHaveLength(5);
  await run(workspace, id);
  expect(await result(workspace, id)).toMatchObject({ status: "done", created: 1 });
  expect(await table(workspace, "select first_name from contacts")).toEqual([{ first_name: "Eva" }]);
});

test("rejected rows that name the person are deleted", async () => {
  const workspace = await prepared();
  const done = await importFile(
    workspace,
    "fornavn,mobil,epost,start,tjeneste\nOla,91000001,ola@example.no;x,2026-12-05 14:00,Klipp\nEva,91000004,eva@,2026-12-05 14:00,Klipp\n",
  );
  expect(done.rejected).toMatchObject([{ value: "ola@example.no;x" }, { value: "eva@" }]);
  await erase(workspace);
  expect((await result(workspace, done.id)).rejected).toMatchObject([{ value: "eva@" }]);
});

test("an import that runs at the same moment makes nothing of a row that is erased", async () => {
  const workspace = await prepared();
  const id = await receive(workspace, file);
  let running: Promise<void> = Promise.resolve();
  await erase(workspace, async (tx) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
    running = run(workspace, id);
    const waiting = () =>
      db.pool.query("select from pg_stat_activity where $1::int = any (pg_blocking_pids(pid))", [rows[0]?.pid]);
    await expect.poll(async () => (await waiting()).rowCount, { timeout: 20_000 }).toBeGreaterThan(0);
  });
  await running;
  expect(await result(workspace, id)).toMatchObject({ status: "done", created: 1 });
  expect(await table(workspace, "select first_name from contacts")).toEqual([{ first_name: "Eva" }]);
});
