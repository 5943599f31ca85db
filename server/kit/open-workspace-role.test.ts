/** Creating the workspace role, and what happens when that fails. */
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

/** A database with its own owner, as an operator would make it. */
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

/** Does what a server does at its start; returns the connection of the workspace role and the warnings. */
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

test("it is created at the first start, found at later ones, and repaired when its password or the role itself was lost", async () => {
  const { name, connection } = await database("createrole");
  const [first, concurrent] = await Promise.all([start(connection), start(connection)]);
  expect(first).toEqual({ workspaces: expect.any(String), warned: [] });
  expect(concurrent).toEqual(first);
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
});

test("granting its rights does not block other sessions while a table is locked, and is retried", async () => {
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
});

test("an unrelated role with its name is not changed", async () => {
  const { name, connection } = await database("createrole");
  await admin.query(`create role ${name}_workspaces login superuser password 'theirs'`);
  const { workspaces, warned } = await start(connection);
  expect(warned).toEqual([]);
  const own = await whoIs(workspaces);
  expect(own).toMatch(/^[0-9a-f]{12}_[0-9a-f]{8}_workspaces$/);
  await admin.query(`drop role ${name}_workspaces`);
});

test("when it cannot be created, Varsla starts without it and logs the statement to run; after that it is used", async () => {
  const { name, connection } = await database("nocreaterole");
  const { workspaces, warned } = await start(connection);
  expect(workspaces).toBe(connection);
  expect(warned).toHaveLength(1);
  const [, statement = ""] = /run, in any database of this server: (create role .*?);/.exec(warned[0] ?? "") ?? [];
  expect(statement).toContain(`create role "${name}_workspaces" login password 'SCRAM-SHA-256$4096:`);

  // The policies still apply to statements without a condition.
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
});

test("a role that could bypass the policies is not used, with a warning", async () => {
  const { name, connection } = await database("createrole");
  await start(connection);
  await admin.query(`alter role ${name}_workspaces bypassrls`);
  const { workspaces, warned } = await start(connection);
  expect(workspaces).toBe(connection);
  expect(warned).toEqual([
    expect.stringContaining(`the role ${name}_workspaces is meant for that, but it is a superuser, BYPASSRLS`),
  ]);
});
