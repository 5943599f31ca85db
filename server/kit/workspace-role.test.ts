/** The tenant policies against an attacker who injects SQL into a request of a workspace. */
import { sql } from "kysely";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { fillTables, type TenantTable, tenantTables, valueFor } from "../../testing/every-tenant-table.ts";
import { newId } from "../../testing/new-id.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";
import { jobs } from "./jobs.ts";

const { db, connection, workspaces, superuser } = await testDatabase();
const ours = await createTestWorkspace(db);
const theirs = await createTestWorkspace(db);
const admin = new pg.Client({ connectionString: superuser });
const intruder = new pg.Client({ connectionString: workspaces });
const notices: string[] = [];
const theirImport = newId();
const theirUser = newId();
let tables: TenantTable[] = [];
/** Without partitions, which are queried through their parents. */
let named: TenantTable[] = [];

beforeAll(async () => {
  await Promise.all([admin.connect(), intruder.connect()]);
  intruder.on("notice", ({ message }) => notices.push(String(message)));
  tables = await tenantTables(admin);
  named = tables.filter(({ parent }) => parent === null);
  await fillTables(admin, tables, theirs.id);
  await admin.query("insert into users values ($1, 'Kari', 'kari@example.com', true, null, now(), now())", [theirUser]);
  await db.inWorkspace(theirs.id, async (tx) => {
    await sql`insert into memberships values (${theirs.id}, ${theirUser}, 'viewer', false, now())`.execute(tx);
    await sql`insert into imports (workspace_id, id, status, options, created_by, created_at)
      values (${theirs.id}, ${theirImport}, 'receiving', '{}', 'x', now())`.execute(tx);
    await sql`call create_import_table(${theirImport})`.execute(tx);
    await sql`call create_findings_table(${theirImport})`.execute(tx);
    await jobs.add(tx, "theirs", { workspace_id: theirs.id }, { key: "theirs" });
  });
  await db.asSystem((tx) => jobs.add(tx, "of no workspace", {}, { key: "the system's" }));
  await admin.query(`insert into staging."import ${theirImport}" (row, kind, mobile) values (1, 'm', '+4790000001')`);
  await admin.query(`insert into staging."import ${theirImport} found" (row, kind) values (1, 'n')`);
});
afterAll(() => Promise.all([admin.end(), intruder.end()]));

/** Runs a statement as a request of our workspace would, after the given statements. */
async function inside<Row extends pg.QueryResultRow>(...statements: string[]): Promise<pg.QueryResult<Row>> {
  await intruder.query("begin");
  try {
    await intruder.query(`set local varsla.workspace_id = '${ours.id}'`);
    for (const statement of statements.slice(0, -1)) await intruder.query(statement);
    return await intruder.query<Row>(statements.at(-1) as string);
  } finally {
    await intruder.query("rollback");
    await intruder.query("reset role; reset all");
  }
}

const refused = { code: expect.stringMatching(/^(42501|42704|0A000|25001)$/) };
const contactsOfTheirs = `select count(*)::int as n from contacts where workspace_id = '${theirs.id}'`;

test("every table with a workspace_id, and every partition, has the two policies, also for its owner", async () => {
  const { rows } = await admin.query<{ name: string; forced: boolean; policies: string[] }>(
    `
    select c.relname as name, c.relrowsecurity and c.relforcerowsecurity as forced,
      array(select p.polname || ' to ' || case when p.polroles = '{0}' then 'everybody' else (select string_agg(r.rolname, ',') from pg_roles r
          where r.oid = any(p.polroles)) end || ' ' || p.polcmd::text || ': ' || pg_get_expr(p.polqual, p.polrelid) || coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '')
        from pg_policy p where p.polrelid = c.oid and p.polpermissive order by p.polname) as policies
    from pg_class c where c.relname = any($1) and c.relnamespace = 'public'::regnamespace`,
    [tables.map(({ name }) => name)],
  );
  expect(rows.map(({ name }) => name).toSorted()).toEqual(tables.map(({ name }) => name).toSorted());
  expect(rows.filter(({ name }) => /^(messages|smpp_references)_\w+$/.test(name)).length).toBeGreaterThan(5);
  const policies = [
    "workspace_wall to everybody *: (workspace_id = current_workspace())",
    "workspace_wall_door to varsla *: is_system()",
  ];
  for (const row of rows) expect(row).toEqual({ name: row.name, forced: true, policies });
});

test("partitions that are created later have the policies", async () => {
  await db.asSystem(async (tx) => {
    await sql`call create_message_partitions(5)`.execute(tx);
    const open = await sql`select i.inhrelid::regclass from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where c.relispartition and c.relkind = 'r' and not (c.relrowsecurity and c.relforcerowsecurity
        and exists (select 1 from pg_policy p where p.polrelid = c.oid and p.polname = 'workspace_wall'))`.execute(tx);
    expect(open.rows).toEqual([]);
  });
});

test("the role owns nothing, is a member of no role, and needs its password", async () => {
  const { rows } = await intruder.query(`
    select current_user = session_user as itself, rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication as mighty,
      pg_has_role('varsla', 'member') as owner, (select count(*)::int from pg_class where relowner = r.oid)
        + (select count(*)::int from pg_proc where proowner = r.oid) as owns,
      (select count(*)::int from pg_auth_members where member = r.oid) as member_of
    from pg_roles r where rolname = current_user`);
  expect(rows).toEqual([{ itself: true, mighty: false, owner: false, owns: 0, member_of: 0 }]);
  const wrong = new URL(workspaces);
  wrong.password = "guessed";
  await expect(new pg.Client({ connectionString: wrong.href }).connect()).rejects.toMatchObject({ code: "28P01" });
  const owner = new URL(connection);
  owner.password = new URL(workspaces).password;
  await expect(new pg.Client({ connectionString: owner.href }).connect()).rejects.toMatchObject({ code: "28P01" });
});

test("in every table, another workspace's rows cannot be seen, changed, removed or added", async () => {
  for (const { name, columns } of named) {
    const of = `where workspace_id = '${theirs.id}'`;
    const kept = await admin.query(`select count(*)::int as n from ${name} ${of}`);
    expect(kept.rows[0].n, name).toBeGreaterThan(0);
    const look = `select 1 from ${name} where workspace_id <> '${ours.id}'`;
    const change = `update ${name} set workspace_id = workspace_id ${of} returning 1`;
    const remove = `delete from ${name} ${of} returning 1`;
    for (const statement of [look, change, remove]) expect((await inside(statement)).rowCount, statement).toBe(0);
    const needed = columns.filter((column) => column.needed);
    const values = needed.map((column) => valueFor(column, { key: null }, theirs.id)).join(", ");
    const insert = `insert into ${name} (${needed.map((column) => `"${column.name}"`).join(", ")}) values (${values})`;
    await expect(inside(insert), name).rejects.toThrow(/violates row-level security policy/);
    await expect(inside(`truncate ${name}`), name).rejects.toMatchObject(refused);
  }
});

test("a partition that is queried directly shows nothing, neither to that role nor to the owner", async () => {
  const owner = new pg.Client({ connectionString: connection });
  await owner.connect();
  for (const { name } of tables.filter(({ parent }) => parent !== null)) {
    const all = `select workspace_id from ${name} where workspace_id = '${theirs.id}'`;
    expect((await admin.query(all)).rowCount, name).toBe(1);
    await expect(inside(all), name).rejects.toMatchObject({ code: "42501" });
    await owner.query(`begin; set local varsla.workspace_id = '${ours.id}'`);
    expect((await owner.query(all)).rowCount, name).toBe(0);
    await owner.query("rollback");
  }
  await owner.end();
});

describe("an attempt", () => {
  test.each([
    ["setting the system scope", "set varsla.system = 'on'"],
    ["setting it within the transaction", "set local varsla.system = 'on'"],
    ["setting it by a function", "select set_config('varsla.system', 'on', false)"],
    ["resetting the role", "reset role"],
    ["resetting the session's role", "reset session authorization"],
    ["having no workspace", "set local varsla.workspace_id = ''"],
    ["forcing generic plans", "set local plan_cache_mode = force_generic_plan"],
    [
      "a cheap function that reveals its arguments",
      `create function pg_temp.tell(text) returns bool language plpgsql cost 0.0000001
       as $$ begin raise notice 'saw %', $1; return true; end $$`,
    ],
  ])("%s shows nothing more", async (_, statement) => {
    expect((await inside(statement, contactsOfTheirs)).rows).toEqual([{ n: 0 }]);
    const everything = await inside(statement, `select 1 from contacts where workspace_id <> '${ours.id}'`);
    expect(everything.rowCount).toBe(0);
  });

  test("a function in a condition is not called for other workspaces' rows", async () => {
    const tell = `create function pg_temp.tell(text) returns bool language plpgsql cost 0.0000001
      as $$ begin raise notice 'saw %', $1; return true; end $$`;
    notices.length = 0;
    await inside(tell, "select * from senders where pg_temp.tell(address)");
    expect(notices).toEqual([`saw ${ours.sender.address}`]);
  });

  test.each([
    "set role varsla",
    "set role postgres",
    "set session authorization varsla",
    "set session authorization postgres",
    "alter role current_user superuser",
    "alter role current_user bypassrls",
    "grant varsla to current_user",
    "create role friend login",
    "alter table contacts disable row level security",
    "alter table contacts no force row level security",
    "alter table contacts owner to current_user",
    "drop policy workspace_wall on contacts",
    "create policy everything on contacts using (true)",
    "alter policy workspace_wall on contacts using (true)",
    "set local row_security = off; select * from contacts",
    "create or replace function current_workspace() returns uuid language sql as $$ select null::uuid $$",
    "create or replace function is_system() returns boolean language sql as $$ select true $$",
    "create function public.mine() returns int language sql as $$ select 1 $$",
    "create table public.mine (n int)",
    "create table staging.mine (n int)",
    "create trigger t before insert on contacts for each row execute function refuse_change()",
    "create extension dblink",
    "create extension file_fdw",
    "copy (select 1) to program 'id'",
    "copy contacts from program 'id'",
    "copy (select 1) to '/tmp/varsla-injection'",
    "copy contacts from '/etc/passwd'",
    "select pg_read_file('/etc/passwd')",
    "select pg_read_binary_file('/etc/passwd')",
    "select pg_ls_dir('.')",
    "select pg_stat_file('/etc/passwd')",
    "select lo_import('/etc/passwd')",
    "select lo_export(1, '/tmp/varsla-injection')",
    "load 'auto_explain'",
    "alter system set log_statement = 'all'",
    "select pg_reload_conf()",
    "select * from pg_authid",
    "select * from pg_hba_file_rules",
    "select * from workspace_role",
    "select * from migrations",
    "insert into migrations values ('x', 'x')",
    "select * from sessions",
    "select * from accounts",
    "select * from verifications",
    "select * from attempts",
    "select * from sandbox_mails",
    "select * from sandbox_receipts",
    "select * from alert_watch",
    "select image from users",
    "insert into users select * from users",
    "update users set email = 'me@example.com'",
    "select * from jobs._private_jobs",
    "select * from jobs.jobs",
    "select jobs.add_job('x')",
    "call workspace_wall('contacts')",
    "call apply_tenant_policy('contacts')",
    "call create_message_partitions(40)",
    "select first_value(1) over () from pg_largeobject",
    `select add_job('x', json_build_object('workspace_id', '${theirs.id}'), null, null, null, null)`,
    `select add_job('mail_password_reset', '{"email": "kari@example.com"}', null, null, null, null)`,
    `select add_job('x', '{"workspace_id": null}', null, null, null, null)`,
    `select add_job('x', '[]', null, null, null, null)`,
    `select add_job('x', null, null, null, null, null)`,
    `select add_job('campaigns.finish', '{"email": "kari@example.com"}', null, null, null, 'campaigns.finish')`,
    `select add_job('campaigns.finish', '{}', null, null, null, 'theirs')`,
    `select add_job('x', json_build_object('workspace_id', '${ours.id}'), null, null, null, 'theirs')`,
    `select add_job('x', json_build_object('workspace_id', '${ours.id}'), null, null, null, 'the system''s')`,
    `call wall_import_table('${theirImport}', '${ours.id}')`,
    `call adopt_import_table('${theirImport}')`,
    `call adopt_import_rows('${theirImport}')`,
    `call drop_import_table('${theirImport}')`,
    `call index_import_table('${theirImport}')`,
    `call analyze_import_table('${theirImport}')`,
    `call create_findings_table('${theirImport}')`,
    `call index_findings_table('${theirImport}')`,
  ])("%s is refused", async (statement) => {
    await expect(inside(...statement.split("; "))).rejects.toMatchObject(refused);
    await expect(inside("set local varsla.system = 'on'", ...statement.split("; "))).rejects.toMatchObject(refused);
    expect((await inside(contactsOfTheirs)).rows).toEqual([{ n: 0 }]);
  });

  test("it may add jobs for its workspace, replace its own by key, and add the job that checks all campaigns", async () => {
    const keys = ["ours", "campaigns.finish"];
    await db.inWorkspace(ours.id, async (tx) => {
      await jobs.add(tx, "x", { workspace_id: ours.id, n: 1 }, { key: "ours" });
      await jobs.add(tx, "x", { workspace_id: ours.id, n: 2 }, { key: "ours" });
      await jobs.add(tx, "campaigns.finish", {}, { key: "campaigns.finish" });
    });
    const { rows } = await admin.query("select payload from jobs._private_jobs where key = any($1) order by key desc", [
      keys,
    ]);
    expect(rows).toEqual([{ payload: { workspace_id: ours.id, n: 2 } }, { payload: {} }]);
  });

  test("another workspace's import rows and people are hidden too", async () => {
    for (const table of [`import ${theirImport}`, `import ${theirImport} found`]) {
      expect((await inside(`select * from staging."${table}"`)).rowCount).toBe(0);
      expect((await inside(`delete from staging."${table}"`)).rowCount).toBe(0);
    }
    expect((await inside("select email from users")).rows).toEqual([]);
    expect((await inside(`select is_member_here('${theirUser}') as member`)).rows).toEqual([{ member: false }]);
    const open = await inside("set local varsla.system = 'on'", "select email from users");
    expect(open.rows).toEqual([]);
  });
});

test("all SECURITY DEFINER functions are listed here, with a fixed search_path", async () => {
  const { rows } = await admin.query<{ name: string; config: string[] }>(`
    select proname as name, proconfig as config from pg_proc
    where prosecdef and pronamespace = 'public'::regnamespace order by 1`);
  expect(rows.map(({ name }) => name)).toEqual([
    "add_job",
    "adopt_import_rows",
    "adopt_import_table",
    "analyze_import_table",
    "create_findings_table",
    "create_import_table",
    "drop_import_table",
    "index_findings_table",
    "index_import_table",
    "is_import_here",
    "is_member_here",
  ]);
  for (const { name, config } of rows) expect(config, name).toEqual(["search_path=pg_catalog, public, pg_temp"]);
  const views = await admin.query(
    "select relname from pg_class where relkind in ('v', 'm') and relnamespace = 'public'::regnamespace",
  );
  expect(views.rows, "a view shows what its owner may see").toEqual([]);
});
