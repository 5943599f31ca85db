/** Imports that are interrupted, and changes of the same contacts at the same time. */
import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { until } from "../../../testing/until.ts";
import { createTestWorkspace, type TestWorkspace } from "../../../testing/workspace.ts";
import type { Tx } from "../../kit/db.ts";
import { deleteContact, updateContact } from "../contacts.ts";
import { importHarness } from "./import-harness.test-support.ts";
import type { ImportRequest } from "./import-options.ts";

const { db } = await testDatabase();
const { receive, run, result, importCsv, table } = importHarness(db);
let workspace: TestWorkspace;
beforeEach(async () => {
  workspace = await createTestWorkspace(db);
});

const consent: ImportRequest = { list: "Kunder", subscription_type: "marketing", consent_source: "Kundeskjema" };

/** Waits until a session waits for a lock of the transaction. Queried outside of it: within it pg_stat_activity does not change. */
async function untilBlocking(tx: Tx): Promise<void> {
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
  const waiting = () =>
    db.pool.query("select from pg_stat_activity where $1::int = any (pg_blocking_pids(pid))", [rows[0]?.pid]);
  await expect.poll(async () => (await waiting()).rowCount, { timeout: 20_000 }).toBeGreaterThan(0);
}

test("a contact that is deleted while its row is looked up is made anew, and nothing is kept of the deleted one", async () => {
  await importCsv(workspace, "mobil\n91234501\n91234502\n");
  const [ola] = await table(workspace.id, "select id from contacts where mobile = '+4791234501'");
  const { id } = await receive(workspace, "mobil\n91234501\n91234502\n", consent);
  let merging: Promise<void> = Promise.resolve();
  await db.inWorkspace(workspace.id, async (tx) => {
    await deleteContact(tx, workspace.id, ola?.id as string, new Date());
    merging = run(workspace, id);
    await untilBlocking(tx);
  });
  await merging;
  expect(await result(workspace, id)).toMatchObject({ status: "done", created: 1, updated: 0, unchanged: 1 });
  const people = await table(workspace.id, "select id from contacts where sms_consents = 1 order by id");
  expect(people).toHaveLength(2);
  expect(await table(workspace.id, "select contact_id as id from list_members order by 1")).toEqual(people);
  expect(await table(workspace.id, "select contact_id as id from consent_events order by 1")).toEqual(people);
  expect(await table(workspace.id, "select members from lists")).toEqual([{ members: 2 }]);
});

test("a transaction that waits for one of two chunks, and holds a lock that the other waits for, gets through", async () => {
  const csv = "mobil\n91234501\n91234502\n91234503\n91234504\n";
  await importCsv(workspace, csv);
  const [, second, third] = await table(workspace.id, "select id from contacts order by mobile");
  const hold = (tx: Tx, contact: unknown, how = "for update") =>
    sql<{
      id: string;
    }>`select id from contacts where workspace_id = ${workspace.id} and id = ${contact} ${sql.raw(how)}`.execute(tx);
  const { id } = await receive(workspace, csv, consent);
  let merging: Promise<void> = Promise.resolve();
  await db.inWorkspace(workspace.id, async (tx) => {
    await hold(tx, second?.id);
    // The first chunk is merged alone; of the next two one waits for this transaction, and the other, which holds the third, for that one.
    merging = run(workspace, id, { chunkRows: 1, lockTimeout: 2_000 });
    await untilBlocking(tx);
    await expect
      .poll(
        () =>
          db
            .inWorkspace(workspace.id, (other) => hold(other, third?.id, "for update skip locked"))
            .then(({ rows }) => rows),
        { timeout: 20_000 },
      )
      .toEqual([]);
    await hold(tx, third?.id);
  });
  await merging;
  expect(await result(workspace, id)).toMatchObject({ status: "done", created: 0, unchanged: 4 });
  expect(await table(workspace.id, "select members from lists")).toEqual([{ members: 4 }]);
  expect(await table(workspace.id, "select from consent_events")).toHaveLength(4);
});

test("a killed merge resumes after its last whole chunk, and nothing is doubled", async () => {
  const rows = Array.from({ length: 500 }, (_, index) => `${40_000_000 + index},p${index % 250}@example.no,ja`);
  const csv = `mobil,epost,samtykke\n${rows.join("\n")}\n${rows
    .slice(0, 50)
    .map((row) => row.replace(/^\d+/, ""))
    .join("\n")}\nx,,\n`;
  const { id } = await receive(workspace, csv, consent);
  const stopped = new AbortController();
  let chunks = 0;
  await expect(
    run(workspace, id, {
      chunkRows: 60,
      signal: stopped.signal,
      onUpdate: () => ++chunks === 3 && stopped.abort(new Error("stopped")),
    }),
  ).rejects.toThrow("stopped");
  const half = await result(workspace, id);
  expect(half).toMatchObject({ status: "running" });
  expect(half.created).toBeGreaterThan(0);
  expect(half.created).toBeLessThan(500);
  // Two processes merge it now.
  await Promise.all([run(workspace, id, { chunkRows: 60 }), run(workspace, id, { chunkRows: 35 })]);
  const done = await result(workspace, id);
  expect(done).toMatchObject({ status: "done", rows: 551, created: 500 });
  expect(done.created + done.updated + done.unchanged + done.rejected_count).toBe(551);
  expect(await table(workspace.id, "select from consent_events")).toHaveLength(500);
  expect(await table(workspace.id, "select members from lists")).toEqual([{ members: 500 }]);
});

test("a merge whose transaction fails in the middle leaves no part of its chunk", async () => {
  const { id } = await receive(workspace, "mobil\n91000001\n91000002\n", consent);
  await table(workspace.id, "select").catch(() => {});
  await db.asSystem((tx) => sql`alter table list_members add constraint no_more check (false) not valid`.execute(tx));
  await expect(run(workspace, id)).rejects.toThrow("no_more");
  expect(await table(workspace.id, "select from contacts")).toEqual([]);
  expect(await table(workspace.id, "select from consent_events")).toEqual([]);
  await db.asSystem((tx) => sql`alter table list_members drop constraint no_more`.execute(tx));
  await run(workspace, id);
  expect(await result(workspace, id)).toMatchObject({ status: "done", created: 2, updated: 0 });
});

test("a contact that is deleted, or gets another number, while an import that found it waits for a lock, is not meant any more", async () => {
  await importCsv(workspace, "mobil,navn\n91000001,Ola\n91000002,Kari\n91000003,Liv\n");
  const [ola, kari, liv] = (await table(workspace.id, "select id from contacts order by id")).map(({ id }) => id);
  const { id } = await receive(workspace, "mobil,navn\n91000001,Ola\n91000002,Kari\n91000003,Per\n", consent);
  let merged: Promise<void> = Promise.resolve();
  await db.inWorkspace(workspace.id, async (tx) => {
    const { rows } = await sql<{ pid: number }>`
      select pg_backend_pid() as pid from contacts where id = ${ola} for update`.execute(tx);
    merged = run(workspace, id);
    await until(async () => {
      const waiting = "select from pg_locks where not granted and $1 = any (pg_blocking_pids(pid))";
      expect((await db.pool.query(waiting, [rows[0]?.pid])).rowCount).toBe(1);
    });
    await db.inWorkspace(workspace.id, async (other) => {
      await deleteContact(other, workspace.id, String(kari), new Date());
      await updateContact(other, workspace.id, String(liv), { mobile: "+4791000004" }, new Date());
    });
  });
  await merged;
  expect(await result(workspace, id)).toMatchObject({ created: 2, updated: 0, unchanged: 1, consents_recorded: 3 });
  expect(
    await table(workspace.id, "select mobile, first_name, sms_consents as bits from contacts order by mobile"),
  ).toEqual([
    { mobile: "+4791000001", first_name: "Ola", bits: 1 },
    { mobile: "+4791000002", first_name: "Kari", bits: 1 },
    { mobile: "+4791000003", first_name: "Per", bits: 1 },
    { mobile: "+4791000004", first_name: "Liv", bits: 0 },
  ]);
  expect(await table(workspace.id, "select members from lists")).toEqual([{ members: 3 }]);
  const strangers = "where not exists (select from contacts c where c.id = contact_id)";
  expect(await table(workspace.id, `select from list_members ${strangers}`)).toEqual([]);
  expect(await table(workspace.id, `select from consent_events ${strangers}`)).toEqual([]);
});

test("the same file imported four times at once is one set of contacts", async () => {
  const rows = Array.from({ length: 300 }, (_, index) =>
    index % 3 === 0 ? `,p${index}@example.no` : `${41_000_000 + index},p${index}@example.no`,
  );
  const csv = `mobil,epost\n${rows.join("\n")}\n`;
  const ids = await Promise.all(Array.from({ length: 4 }, async () => (await receive(workspace, csv, consent)).id));
  await Promise.all(ids.map((id) => run(workspace, id, { chunkRows: 50 })));
  const results = await Promise.all(ids.map((id) => result(workspace, id)));
  expect(results.reduce((sum, each) => sum + each.created, 0)).toBe(300);
  expect(results.reduce((sum, each) => sum + each.unchanged, 0)).toBe(900);
  expect(await table(workspace.id, "select from contacts")).toHaveLength(300);
  expect(await table(workspace.id, "select from consent_events")).toHaveLength(300);
  expect(await table(workspace.id, "select name, members from lists")).toEqual([{ name: "Kunder", members: 300 }]);
});
