import { sql } from "kysely";
import { expect, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { newId } from "../../testing/new-id.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";

const { db } = await testDatabase();
const ours = await createTestWorkspace(db);
const theirs = await createTestWorkspace(db);

const namesOf = async (tx: Parameters<Parameters<typeof db.asSystem>[0]>[0]) =>
  (await sql<{ id: string }>`select workspace_id as id from workspaces`.execute(tx)).rows.map((row) => row.id);

test("a workspace sees its own rows and no other's", async () => {
  expect(await db.inWorkspace(ours.id, namesOf)).toEqual([ours.id]);
  expect(await db.inWorkspace(theirs.id, namesOf)).toEqual([theirs.id]);
});

test("asSystem sees the whole installation", async () => {
  expect((await db.asSystem(namesOf)).sort()).toEqual([ours.id, theirs.id].sort());
});

test("without a scope no rows are visible, also on a connection that had one", async () => {
  const client = await db.pool.connect();
  try {
    await client.query("begin; set local varsla.system = 'on'");
    expect((await client.query("select from workspaces")).rowCount).toBe(2);
    await client.query("commit");
    expect((await client.query("select from workspaces")).rowCount).toBe(0);
  } finally {
    client.release();
  }
});

test("a row of another workspace cannot be written", async () => {
  const insert = db.inWorkspace(ours.id, (tx) =>
    sql`insert into lists (workspace_id, id, name, created_at) values (${theirs.id}, ${newId()}, 'Guests', now())`.execute(
      tx,
    ),
  );
  await expect(insert).rejects.toThrow(/row-level security/);
  const moved = await db.inWorkspace(ours.id, (tx) =>
    sql`update workspaces set name = 'Mine' where workspace_id = ${theirs.id}`.execute(tx),
  );
  expect(moved.numAffectedRows).toBe(0n);
});

test("an exception rolls everything back", async () => {
  const work = db.inWorkspace(ours.id, async (tx) => {
    await sql`insert into lists (workspace_id, id, name, created_at) values (${ours.id}, ${newId()}, 'Half', now())`.execute(
      tx,
    );
    throw new Error("no");
  });
  await expect(work).rejects.toThrow("no");
  const { rows } = await db.inWorkspace(ours.id, (tx) => sql`select from lists`.execute(tx));
  expect(rows).toHaveLength(0);
});

test("a transaction with a serialization failure is retried", async () => {
  let attempts = 0;
  await db.inWorkspace(ours.id, async (tx) => {
    attempts++;
    if (attempts === 1) await sql`do $$ begin raise exception 'lost' using errcode = '40001'; end $$`.execute(tx);
  });
  expect(attempts).toBe(2);
});

test("an invalid workspace id is refused before it reaches SQL", async () => {
  await expect(db.inWorkspace("x'; drop table workspaces; --", namesOf)).rejects.toThrow("not a workspace id");
});
