import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createFakeCitus } from "../../testing/citus.ts";
import { testDatabase } from "../../testing/database.ts";
import { distribute, printSteps } from "./distribute.ts";
import { placeTables, readCatalogue } from "./placement.ts";

const { connection, superuser } = await testDatabase();
const admin = new pg.Client({ connectionString: superuser });
const quiet = { dryRun: false, say() {} };
const dry = { ...quiet, dryRun: true };

beforeAll(() => admin.connect());
afterAll(() => admin.end());

const records = async () =>
  (
    await admin.query(
      "select table_name::text as name, citus_table_type as type, colocation_id as colocation from citus_tables order by at",
    )
  ).rows;
const keys = async () =>
  (
    await admin.query(
      "select conrelid::regclass::text as table, conname as name, pg_get_constraintdef(oid) as definition from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace order by 1, 2",
    )
  ).rows;

test("every table has a place, and no key prevents distributing it", async () => {
  const { places, problems } = placeTables(await readCatalogue(admin));
  expect(problems).toEqual([]);
  expect([...places].filter(([, place]) => place === "reference").map(([name]) => name)).toEqual(["users"]);
  for (const name of ["messages", "message_queue", "lanes", "contacts", "quota_periods", "campaigns", "workspaces"])
    expect(places.get(name), name).toBe("distributed");
  for (const name of ["sessions", "accounts", "attempts", "migrations", "sandbox_messages"])
    expect(places.get(name), name).toBe("local");
});

test.each([
  ["create table stray (id uuid primary key)", "stray has no place"],
  ["create table open_tenant (workspace_id uuid, id uuid, primary key (workspace_id, id))", "open_tenant has no place"],
  ["create unique index everywhere on senders (address)", "everywhere makes senders unique without workspace_id"],
  ["alter table lists add unique (id)", "lists_id_key makes lists unique without workspace_id"],
  ["alter table lists add n bigint generated always as identity", "lists.n is an identity column"],
  [
    "alter table messages add foreign key (workspace_id, sender_id) references senders",
    "a partitioned sharded table cannot have a foreign key",
  ],
  ["alter table contacts add owner uuid references sessions", "points to sessions, which stays on the coordinator"],
  [
    "alter table sessions add w uuid, add foreign key (w) references workspaces",
    "points to workspaces, which is sharded",
  ],
  ["alter table campaigns add foreign key (sender_id, id) references senders", "does not hold workspace_id"],
])("%s is refused with the reason", async (statement, why) => {
  await admin.query("begin");
  await admin.query(statement);
  const { problems } = placeTables(await readCatalogue(admin));
  await admin.query("rollback");
  expect(problems.join("\n")).toContain(why);
});

test("functions that touch tenant tables are PL/pgSQL, since Citus refuses parameters in SQL functions", async () => {
  const { places } = placeTables(await readCatalogue(admin));
  const { rows } = await admin.query(`
    select p.proname as name, coalesce(pg_get_function_sqlbody(p.oid), p.prosrc) as text from pg_proc p join pg_language l on l.oid = p.prolang
    where p.pronamespace = 'public'::regnamespace and l.lanname = 'sql'`);
  const tenants = [...places.keys()].filter((name) => places.get(name) === "distributed");
  const touching = rows.filter(({ text }) => tenants.some((name) => new RegExp(`\\b${name}\\b`).test(text)));
  expect(touching.map(({ name }) => name)).toEqual([]);
});

test("without Citus it fails with the reason; a dry run still prints the statements", async () => {
  await expect(distribute(connection, quiet)).rejects.toThrow("This PostgreSQL has no Citus");
  const printed: string[] = [];
  const steps = await distribute(connection, { dryRun: true, say: (sentence) => printed.push(sentence) });
  expect(printed.join()).toContain("This PostgreSQL has no Citus");
  const script = printSteps(steps);
  const at = (text: string) => {
    expect(script).toContain(text);
    return script.indexOf(text);
  };
  const order = [
    at("set citus.propagate_set_commands = local"),
    at('alter table "memberships" drop constraint "memberships_user_id_fkey"'),
    at("create_reference_table('users')"),
    at("create_distributed_table('workspaces', 'workspace_id', colocate_with => 'none')"),
    at("create_distributed_table('messages', 'workspace_id', colocate_with => 'workspaces')"),
    at('alter table "memberships" add constraint "memberships_user_id_fkey" FOREIGN KEY'),
  ];
  expect(order).toEqual(order.toSorted((a, b) => a - b));
});

test("a run continues one that failed half-way: no key is lost, nothing is distributed twice", async () => {
  await createFakeCitus(admin);
  await admin.query(
    "alter table campaigns add constraint campaigns_sender foreign key (workspace_id, sender_id) references senders",
  );
  const before = await keys();

  await admin.query("update pg_dist_node set isactive = false");
  await expect(distribute(connection, quiet)).rejects.toThrow("No node takes shards");
  await admin.query("update pg_dist_node set isactive = true");

  // The fifth table fails.
  await admin.query(`
    create function break_off() returns trigger language plpgsql as $$ begin
      if (select count(*) from citus_books) = 5 then raise exception 'the node went away'; end if; return new; end $$;
    create trigger break_off before insert on citus_books for each row execute function break_off()`);
  await expect(distribute(connection, quiet)).rejects.toThrow("the node went away");
  expect(await records()).toHaveLength(5);
  expect(await keys()).not.toEqual(before);
  await admin.query("drop trigger break_off on citus_books; drop function break_off()");

  await distribute(connection, quiet);
  expect(await keys()).toEqual(before);
  const { places } = placeTables(await readCatalogue(admin));
  const placed = await records();
  expect(placed.map(({ name }) => name).toSorted()).toEqual(
    [...places.keys()].filter((name) => places.get(name) !== "local").toSorted(),
  );
  expect(new Set(placed.filter(({ type }) => type === "distributed").map(({ colocation }) => colocation)).size).toBe(1);
  const { rows } = await admin.query(
    "select count(*)::int as open from pg_class where relrowsecurity and not relforcerowsecurity and relnamespace = 'public'::regnamespace",
  );
  expect(rows[0].open).toBe(0);
  expect((await admin.query("select to_regclass('staging.dropped_foreign_keys') as kept")).rows[0].kept).toBeNull();

  expect(await distribute(connection, dry)).toEqual([]);
  const client = new pg.Client({ connectionString: connection });
  await client.connect();
  expect((await client.query("show citus.propagate_set_commands")).rows).toEqual([
    { "citus.propagate_set_commands": "local" },
  ]);
  expect((await client.query("show citus.multi_shard_modify_mode")).rows).toEqual([
    { "citus.multi_shard_modify_mode": "sequential" },
  ]);
  await client.end();
});

test.each([
  [
    "a policy with a subquery",
    "create policy asking on tenants using (exists (select 1 from lists))",
    "",
    "subqueries",
  ],
  ["a text of several commands", "select 1", "select 1; ", "several commands"],
])("the test double refuses %s, as Citus does", async (_, prepare, before, why) => {
  await admin.query("begin");
  await admin.query("create table tenants (workspace_id uuid primary key)");
  await admin.query(prepare);
  const distributing = `${before}select create_distributed_table('tenants', 'workspace_id', colocate_with => 'workspaces')`;
  await expect(admin.query(distributing)).rejects.toThrow(why);
  await admin.query("rollback");
});
