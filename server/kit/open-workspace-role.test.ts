/** How the role of workspaces' work comes to be, and what happens where it cannot. */
import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import pg from "pg";
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from "vitest";
import { withDatabase } from "../../testing/global-setup.ts";
import { until } from "../../testing/until.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";
import { openDb } from "./db.ts";
import { migrateJobs } from "./jobs.ts";
import { migrate } from "./migrate.ts";
import { openWorkspaceRole, workspaceConnection } from "./workspace-role.ts";

const admin = new pg.Client({ connectionString: inject("superuser") });
beforeAll(() => admin.connect());
afterAll(() => admin.end());

/** A database of a role of its own, as an operator makes them. */
async function database(may: "createrole" | "nocreaterole"): Promise<{ name: string; connection: string }> {
  const name = `own_${randomBytes(6).toString("hex")}`;
  await admin.query(`create role ${name} login ${may} password 'secret'`);
  await admin.query(`create database ${name} owner ${name}`);
  onTestFinished(async () => {
    await admin.query(`drop database ${name} with (force)`);
    await admin.query(`drop role if exists ${name}_workspaces`);
    await admin.query(`drop role ${name}`);
  });
  const url = new URL(withDatabase(inject("connection"), name));
  url.username = name;
  url.password = "secret";
  return { name, connection: url.href };
}

/** What a server does at its start; answers where workspaces' work connects and what was warned of. */
async function start(connection: string): Promise<{ workspaces: string; warned: string[] }> {
  const warned: string[] = [];
  const log = { info() {}, warn: (sentence: unknown) => void warned.push(String(sentence)) };
  let workspaces = "";
  await migrate(connection, {
    log: log as never,
    async after(client) {
      await migrateJobs(connection);
      workspaces = await openWorkspaceRole(client, connection, log as never);
    },
  });
  return { workspaces, warned };
}

async function whoIs(connection: string): Promise<string> {
  const client = new pg.Client({ connectionString: connection });
  await client.connect();
  const { rows } = await client.query("select session_user as name");
  await client.end();
  return rows[0].name;
}

test("it is made at the first start, found at later ones, and mended where its password or the role itself went", async () => {
  const { name, connection } = await database("createrole");
  const [first, beside] = await Promise.all([start(connection), start(connection)]);
  expect(first).toEqual({ workspaces: expect.any(String), warned: [] });
  expect(beside).toEqual(first);
  expect(await whoIs(first.workspaces)).toBe(`${name}_workspaces`);
  expect(await workspaceConnection(connection)).toBe(first.workspaces);

  await admin.query(`alter role ${name}_workspaces password 'another'`);
  expect(await start(connection)).toEqual(first);
  expect(await whoIs(first.workspaces)).toBe(`${name}_workspaces`);

  // As in a backup that is restored on another server.
  const inside = new pg.Client({ connectionString: withDatabase(inject("superuser"), name) });
  await inside.connect();
  await inside.query(`drop owned by ${name}_workspaces; drop role ${name}_workspaces`);
  await inside.end();
  expect(await start(connection)).toEqual(first);
  expect(await whoIs(first.workspaces)).toBe(`${name}_workspaces`);
}, 60_000);

test("giving it its rights lets others through while somebody holds on to a table, and is tried again", async () => {
  const { name, connection } = await database("createrole");
  const first = await start(connection);
  const [holder, watcher] = [
    new pg.Client({ connectionString: connection }),
    new pg.Client({ connectionString: connection }),
  ];
  await Promise.all([holder.connect(), watcher.connect()]);
  try {
    await holder.query(`revoke select on contacts from ${name}_workspaces`);
    await holder.query("begin; alter table contacts set (autovacuum_enabled = true)");
    const waiting = async () => {
      const { rows } = await watcher.query(`select 1 from pg_locks l join pg_stat_activity a using (pid)
        where a.datname = current_database() and a.application_name = 'varsla migrate' and not l.granted`);
      return rows.length > 0;
    };
    const starting = start(connection);
    await until(async () => expect(await waiting()).toBe(true));
    await until(async () => expect(await waiting()).toBe(false));
    await holder.query("rollback");
    expect(await starting).toEqual(first);
    const { rows } = await watcher.query(
      `select has_table_privilege('${name}_workspaces', 'contacts', 'select') as may`,
    );
    expect(rows).toEqual([{ may: true }]);
  } finally {
    await Promise.all([holder.end(), watcher.end()]);
  }
}, 60_000);

test("a role of somebody else that has its name is left alone", async () => {
  const { name, connection } = await database("createrole");
  await admin.query(`create role ${name}_workspaces login superuser password 'theirs'`);
  const { workspaces, warned } = await start(connection);
  expect(warned).toEqual([]);
  const own = await whoIs(workspaces);
  expect(own).toMatch(/^[0-9a-f]{12}_[0-9a-f]{8}_workspaces$/);
  await admin.query(`drop role ${name}_workspaces`);
}, 60_000);

test("where it cannot be made Varsla starts as before and says which statement helps; then it has it", async () => {
  const { name, connection } = await database("nocreaterole");
  const { workspaces, warned } = await start(connection);
  expect(workspaces).toBe(connection);
  expect(warned).toHaveLength(1);
  const [, statement = ""] = /run, in any database of this server: (create role .*?);/.exec(warned[0] ?? "") ?? [];
  expect(statement).toContain(`create role "${name}_workspaces" login password 'SCRAM-SHA-256$4096:`);

  // The policies still catch what a statement forgets.
  const db = openDb({ connection, workspaces, max: 2 });
  const [ours, theirs] = [await createTestWorkspace(db), await createTestWorkspace(db)];
  const seen = await db.inWorkspace(ours.id, (tx) =>
    sql<{ id: string }>`select workspace_id as id from workspaces`.execute(tx),
  );
  expect(seen.rows).toEqual([{ id: ours.id }]);
  expect(theirs.id).not.toBe(ours.id);
  await db.close();

  await admin.query(statement);
  const again = await start(connection);
  expect(again.warned).toEqual([]);
  expect(await whoIs(again.workspaces)).toBe(`${name}_workspaces`);
}, 60_000);

test("one that could switch the policies off after all is not used, and that is said", async () => {
  const { name, connection } = await database("createrole");
  await start(connection);
  await admin.query(`alter role ${name}_workspaces bypassrls`);
  const { workspaces, warned } = await start(connection);
  expect(workspaces).toBe(connection);
  expect(warned).toEqual([
    expect.stringContaining(`the role ${name}_workspaces is meant for that, but it is a superuser, BYPASSRLS`),
  ]);
}, 60_000);
