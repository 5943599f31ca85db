import { expect, test } from "vitest";
import { problemsOf, type Rule, type Schema } from "./rules.ts";

const schema: Schema = {
  tenantTables: new Set(["contacts", "lists", "workspaces", "message_queue"]),
  localTables: new Set(["sessions"]),
  stableFunctions: new Set(["now", "jsonb_build_object", "to_char"]),
  volatileFunctions: new Set(["gen_random_uuid"]),
  enums: new Set(["message_status"]),
};
const broken = (text: string): Rule[] => [...new Set(problemsOf(text, schema).map(({ rule }) => rule))];

const rows = "unnest($1::uuid[], $2::text[]) as u (id, name)";

test.each<[text: string, rule: Rule]>([
  ["select * from contacts for update", "look everywhere, write in one place"],
  ["select * from contacts where workspace_id = any($1) for share skip locked", "look everywhere, write in one place"],
  ["update contacts set name = $1 where id = $2", "look everywhere, write in one place"],
  ["delete from lists where made_at < $1", "look everywhere, write in one place"],
  [
    "update lists l set n = f.n from unnest($1::uuid[], $2::int[]) f (w, n) where l.workspace_id = f.w",
    "look everywhere, write in one place",
  ],
  [
    "select * from contacts c join lists l on l.workspace_id = c.workspace_id where c.workspace_id = $1",
    "name the workspace",
  ],
  ["select * from contacts c join lists l using (workspace_id) where c.workspace_id = $1", "name the workspace"],
  ["select * from contacts where workspace_id = $1 and exists (select from lists)", "name the workspace"],
  [
    "select * from contacts c left join lateral (select * from lists l where l.workspace_id = c.workspace_id) x on true where c.workspace_id = $1",
    "name the workspace",
  ],
  ["with l as (select * from lists) select * from l, contacts c where c.workspace_id = $1", "name the workspace"],
  ["delete from contacts where workspace_id = $1 or workspace_id = $2", "look everywhere, write in one place"],
  [
    "select 1 from lists where workspace_id = $1 union select 1 from contacts where workspace_id = 'x' || $1",
    "name the workspace",
  ],
  ["select * from contacts c, sessions s where c.workspace_id = $1", "name the workspace"],
  [`insert into contacts (workspace_id, id) select $3, u.id from ${rows}`, "insert in one place"],
  [
    `insert into contacts (workspace_id, id) select w.workspace_id, u.id from workspaces w, ${rows}`,
    "insert in one place",
  ],
  [
    `insert into contacts (workspace_id, id) select w.workspace_id, u.id from workspaces w, ${rows} where w.workspace_id = $3 returning id`,
    "insert in one place",
  ],
  [
    "insert into lists (workspace_id, n) values ($1, (select count(*) from contacts where workspace_id = $1))",
    "insert in one place",
  ],
  [
    "with gone as (delete from lists where workspace_id = $1 returning id) select count(*) from gone",
    "insert in one place",
  ],
  ["create temp table picked as select 1", "no tables of its own"],
  ["create table rows_of_import (id uuid)", "no tables of its own"],
  ["drop table lists", "no tables of its own"],
  ["select pg_notify('news', id::text) from contacts where workspace_id = $1", "notices and locks by themselves"],
  ["select pg_advisory_xact_lock(1) from contacts where workspace_id = $1", "notices and locks by themselves"],
  ["insert into message_queue (workspace_id, seq) values ($1, nextval('numbers'))", "notices and locks by themselves"],
  ["insert into lists as l (workspace_id) values ($1) returning now()", "only constants in writes"],
  [
    "insert into lists as l (workspace_id) values ($1) on conflict (workspace_id) do update set at = now()",
    "only constants in writes",
  ],
  [
    "insert into lists as l (workspace_id) values ($1) on conflict (workspace_id) do update set n = 1 where l.until < now()",
    "only constants in writes",
  ],
  ["update lists set id = gen_random_uuid() where workspace_id = $1", "only constants in writes"],
  ["update lists set day = to_char(at, 'DD') where workspace_id = $1", "only constants in writes"],
  ["update lists set name = name || $2 where workspace_id = $1", "only constants in writes"],
  ["update lists set status = name::message_status where workspace_id = $1", "only constants in writes"],
  ["update lists set at = coalesce(at, now()) where workspace_id = $1", "only constants in writes"],
  ["delete from lists where workspace_id = $1 and case when n > 1 then at < now() end", "only constants in writes"],
  ["begin; set local work_mem = '64MB'", "settings by themselves"],
])("%s breaks a rule", (text, rule) => {
  expect(broken(text)).toEqual([rule]);
});

test.each([
  "select workspace_id, id from contacts c where exists (select from lists l where l.workspace_id = c.workspace_id)",
  "select * from contacts where workspace_id = $1 and id = any($2) for no key update skip locked",
  "select * from contacts c join lists l on l.workspace_id = $1 and l.id = c.list where c.workspace_id = $1",
  "select * from contacts where (workspace_id, id) = ($1, $2)",
  "select * from lists where '01a2b3c4-0000-7000-8000-000000000000'::uuid = workspace_id",
  "with lists as (select 1 as id) select * from lists, contacts c where c.workspace_id = $1",
  `insert into contacts as c (workspace_id, id) select w.workspace_id, u.id from workspaces w, ${rows} where w.workspace_id = $3 on conflict do nothing returning c.id`,
  "insert into contacts (workspace_id, at) values ($1, now()) returning id",
  "update lists l set until = now() + $2 * interval '1 second' where l.workspace_id = $1 and l.until < now()",
  "update contacts set properties = properties || $2::jsonb where workspace_id = $1",
  "update lists set status = $2::message_status where workspace_id = $1",
  "select pg_notify('news', $1)",
  "select nextval('numbers') from generate_series(1, $1)",
  "update sessions set seen_at = now() where id = $1",
  "set local work_mem = '64MB'; set local jit = off",
  "begin; select 1",
])("%s keeps the rules", (text) => {
  expect(broken(text)).toEqual([]);
});
