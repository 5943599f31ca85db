/**
 * While a migration holds a lock, old processes wait for it, and all others queue behind them. Waiting for the lock is limited
 * (server/kit/migrate.ts), but the work under it must not grow with the table. So each migration is run on rows of an earlier
 * version, and PostgreSQL reports what it locked, read and wrote: a migration must not scan, rewrite or index a busy table under an
 * exclusive lock, and must not change rows of a busy table at all.
 */
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { migrate } from "../../server/kit/migrate.ts";
import { earlierDatabase, migrationsAfter, migrationText } from "./earlier-database.ts";

const last = "0012";

/** Tables that grow with the installation and are written every second during a campaign. */
const busy = [
  "messages",
  "message_queue",
  "message_counts",
  "contacts",
  "consent_events",
  "list_members",
  "dispatch_journal",
  "lanes",
  "inbound_seen",
];

/** Lock modes that block writers, or readers too. */
const exclusive = ["ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"];

const { client: superuser, connection } = await earlierDatabase({ version: "0.2.0", last });
const migrating = new pg.Client({ connectionString: connection });
beforeAll(() => migrating.connect());
afterAll(() => Promise.all([superuser.end(), migrating.end()]));

/** A table, or one of its partitions. */
interface Seen {
  table: string;
  /** Rows read (in the table or an index) and written by this connection. */
  read: number;
  written: number;
  /** Files of its rows and of its indexes. */
  files: string[];
  locks: string[];
}

async function look(): Promise<Seen[]> {
  const { rows } = await migrating.query<Seen>(
    `select coalesce(p.relname, c.relname)::text as table,
       pg_stat_get_xact_tuples_returned(c.oid) + (select coalesce(sum(pg_stat_get_xact_tuples_returned(indexrelid)), 0)
         from pg_index where indrelid = c.oid)::bigint as read,
       pg_stat_get_xact_tuples_inserted(c.oid) + pg_stat_get_xact_tuples_updated(c.oid)
         + pg_stat_get_xact_tuples_deleted(c.oid) as written,
       array(select f.relname || ' ' || f.relfilenode from pg_class f
             where f.oid = c.oid or f.oid in (select indexrelid from pg_index where indrelid = c.oid)) as files,
       array(select mode from pg_locks where pid = pg_backend_pid() and granted and relation in (c.oid, p.oid)) as locks
     from pg_class c left join pg_inherits i on i.inhrelid = c.oid left join pg_class p on p.oid = i.inhparent
     where c.relkind = 'r' and coalesce(p.relname, c.relname) = any($1) order by c.oid`,
    [busy],
  );
  return rows;
}

/** What the statements did to busy tables that takes longer the larger they are. In an open transaction. */
async function longWork(statements: string): Promise<string[]> {
  const before = await look();
  await migrating.query(statements);
  return (await look()).flatMap((now, i) => {
    const was = before[i] as Seen;
    const faults = now.written > was.written ? [`changes rows of ${now.table}`] : [];
    const mode = exclusive.findLast((each) => now.locks.includes(each));
    const built = now.files.filter((file) => !was.files.includes(file));
    if (mode && now.read > was.read) faults.push(`reads ${now.table} under its ${mode}`);
    if (mode && built.length > 0) faults.push(`writes ${now.table} or an index of it anew under its ${mode}`);
    return faults;
  });
}

const inTransaction = async (statements: string, end: "commit" | "rollback"): Promise<string[]> => {
  await migrating.query("begin; set local varsla.system = 'on'");
  try {
    return await longWork(statements);
  } finally {
    await migrating.query(end);
  }
};

test("the busy tables have rows", async () => {
  for (const table of busy) expect((await superuser.query(`select 1 from ${table} limit 1`)).rowCount, table).toBe(1);
});

test.each([
  "create index messages_number on messages (number)",
  "create index if not exists contacts_by_name on contacts using btree (last_name)",
  "do $$ begin execute 'create unique index on lanes (sender_id, workspace_id)'; end $$",
  "set local lock_timeout = '5s'; create index messages_number on messages (number)",
  "alter table contacts add column token uuid not null default gen_random_uuid()",
  "alter table contacts alter column email type varchar(200)",
  "alter table contacts alter column first_name set not null, alter column first_name drop not null",
  "alter table messages add constraint numbered check (number is not null)",
  "alter table list_members add constraint listed foreign key (workspace_id, list_id) references lists",
  "alter table list_members add constraint listed check (list_id is not null) not valid; alter table list_members validate constraint listed",
  "lock table message_queue in share mode; select count(*) from message_queue",
  "update message_queue set resent = 0",
  "with gone as (delete from message_counts returning 1) select count(*) from gone",
  "insert into inbound_seen select workspace_id, 'x', 'y', id from messages limit 1",
])("is detected: %s", async (statement) => {
  expect(await inTransaction(statement, "rollback")).not.toEqual([]);
});

test.each([
  "alter table contacts add column score integer; -- null: not known",
  "alter table contacts add column score integer not null default 1", // the catalogue has it for all rows that are there
  "alter table contacts alter column email set default ''",
  "alter table messages add constraint numbered check (number is not null) not valid",
  "create trigger told after insert on contacts for each row execute function count_list_members()",
  "create policy more on lanes using (true); drop policy more on lanes",
  "create index campaigns_name on campaigns (name)",
  "create function f() returns void language plpgsql as $$ begin lock table messages in access exclusive mode; end $$",
  "select count(*) from messages",
])("is short, or blocks nobody: %s", async (statement) => {
  expect(await inTransaction(statement, "rollback")).toEqual([]);
});

test("no migration since 0.2.0 does such work on a busy table", async () => {
  for (const file of await migrationsAfter({ last })) {
    const text = await migrationText(file);
    expect(await inTransaction(text, "commit"), file).toEqual([]);
  }
});

test("migration 0020 locks every table, and while one of them is in use for long, work with the others waits only briefly", async () => {
  const { client, connection: another, db } = await earlierDatabase({ version: "0.2.0", last });
  const [holder, traffic] = [another, another].map((connectionString) => new pg.Client({ connectionString }));
  afterAll(() => Promise.all([client.end(), holder?.end(), traffic?.end()]));
  await Promise.all([holder?.connect(), traffic?.connect()]);
  // One of the last tables in order: a migration that waits for it has locked nearly all others.
  await holder?.query("begin; lock table users in access share mode");
  // A wait longer than this fails the statement; the migration's own limit for its first attempts is shorter.
  await traffic?.query("set lock_timeout = '1s'; set varsla.system = 'on'");
  let warnings = 0;
  let over = false;
  const log = {
    info() {},
    warn: (sentence: unknown) => void (/0020-walls needs/.test(String(sentence)) && warnings++),
  };
  const upgrade = migrate(another, { log }).finally(() => (over = true));
  const statements = ["contacts", "campaigns", "messages", "message_queue", "lanes"].map(
    (table) => `update ${table} set workspace_id = workspace_id where false`,
  );
  while (warnings < 3) {
    for (const statement of statements) await traffic?.query(statement);
  }
  expect(over).toBe(false);
  await holder?.query("commit");
  expect((await upgrade).applied).toContain("0020-walls");
  const { rows } = await db.pool.query("select 1 from pg_class where relname = 'users' and relrowsecurity");
  expect(rows).toHaveLength(1);
});
