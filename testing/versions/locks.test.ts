/**
 * What a migration locks, old processes beside it wait for, and everybody else behind those. So a later migration that takes a
 * busy table for itself gives up after a moment (`set local lock_timeout`), or does only what takes no time once it has the lock.
 */
import pg from "pg";
import { afterAll, expect, test } from "vitest";
import { migrate } from "../../server/kit/migrate.ts";
import { earlierDatabase, migrationsAfter, migrationText } from "./earlier-database.ts";

/** Tables that are as large as the installation, and written in every second of a campaign. */
const busy = [
  "messages",
  "message_queue",
  "message_counts",
  "contacts",
  "consent_events",
  "list_members",
  "dispatch_journal",
  "lanes",
];

/** What changes the catalogue alone: the lock is held for as long as that takes, whatever the table's size. */
const quick = [
  /^add column (if not exists )?\w+ [\w ()[\]]+$/i, // without a default there is nothing to write
  /^alter column \w+ (set|drop) default/i,
  /^add constraint .* not valid$/i,
  /^set \(.*\)$/i,
  /^drop column/i,
];

interface Fault {
  table: string;
  statement: string;
}

/** Statements of a migration that would keep others from a busy table for as long as it is large. */
function longLocks(text: string): Fault[] {
  const plain = text.replaceAll(/--.*$/gm, "").replaceAll(/\$(\w*)\$[\s\S]*?\$\1\$/g, "''");
  if (/set local lock_timeout/i.test(plain)) return [];
  return plain.split(";").flatMap((each): Fault[] => {
    const statement = each.replaceAll(/\s+/g, " ").trim();
    const altered = /^alter table (?:only )?(\w+) (.*)$/i.exec(statement);
    const table = altered?.[1] ?? onTable(statement);
    if (!table || !busy.includes(table)) return [];
    if (altered && /\bnot null\b/i.test(altered[2] ?? "")) return [{ table, statement }];
    return altered && quick.some((kind) => kind.test(altered[2] ?? "")) ? [] : [{ table, statement }];
  });
}

/** The table that a statement other than `alter table` locks against writers, where it does. */
const onTable = (statement: string): string | undefined =>
  /^create (?:unique )?index (?:\w+ )?on (?:only )?(\w+)/i.exec(statement)?.[1] ??
  /^create (?:or replace )?trigger .* on (\w+) /i.exec(statement)?.[1] ??
  /^(?:drop table|truncate|cluster|lock table)(?: if exists)? (\w+)/i.exec(statement)?.[1];

test("no migration since 0.2.0 keeps the processes beside it from a busy table", async () => {
  for (const file of await migrationsAfter({ last: "0012" }))
    expect(longLocks(await migrationText(file)), file).toEqual([]);
});

test("what would is found", () => {
  for (const statement of [
    "create index messages_number on messages (number)",
    "alter table contacts add column score integer not null default 1",
    "alter table contacts alter column email type varchar(200)",
    "create trigger told after insert on messages for each row execute function tell()",
    "lock table message_queue in access exclusive mode",
    "alter table messages add constraint numbered check (number <> '')",
  ])
    expect(longLocks(`${statement};`), statement).toHaveLength(1);
  for (const statement of [
    "alter table contacts add column score integer; -- null: not known",
    "set local lock_timeout = '5s'; create index messages_number on messages (number)",
    "create index audit_events_actor on audit_events (actor_id)",
    "create function f() returns void language plpgsql as $$ begin lock table messages in access exclusive mode; end $$",
  ])
    expect(longLocks(statement), statement).toEqual([]);
});

test("the walls need every table, and while one is held for long, work with the others waits only for a moment", async () => {
  const { client: superuser, connection, db } = await earlierDatabase({ version: "0.2.0", last: "0012" });
  const [holder, traffic] = [connection, connection].map((connectionString) => new pg.Client({ connectionString }));
  afterAll(() => Promise.all([superuser.end(), holder?.end(), traffic?.end()]));
  await Promise.all([holder?.connect(), traffic?.connect()]);
  // One of the last: what waits for it holds nearly everything else.
  await holder?.query("begin; lock table users in access share mode");
  // A wait for longer than this fails the statement. The first attempts of a migration that waited as long as it is let would not.
  await traffic?.query("set lock_timeout = '1s'; set varsla.system = 'on'");
  let warnings = 0;
  let over = false;
  const log = {
    info() {},
    warn: (sentence: unknown) => void (/0020-walls needs/.test(String(sentence)) && warnings++),
  };
  const migrating = migrate(connection, { log }).finally(() => (over = true));
  const statements = ["contacts", "campaigns", "messages", "message_queue", "lanes"].map(
    (table) => `update ${table} set workspace_id = workspace_id where false`,
  );
  while (warnings < 3) {
    for (const statement of statements) await traffic?.query(statement);
  }
  expect(over).toBe(false);
  await holder?.query("commit");
  expect((await migrating).applied).toContain("0020-walls");
  const { rows } = await db.pool.query("select 1 from pg_class where relname = 'users' and relrowsecurity");
  expect(rows).toHaveLength(1);
}, 60_000);
