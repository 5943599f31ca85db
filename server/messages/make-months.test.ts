/** Partitions are made and dropped during a backup, which locks every table for as long as it runs, and during sending. */
import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { arrived, untilFinal, startPipeline } from "../../testing/pipeline.ts";
import { startTestServer } from "../../testing/server.ts";
import { until } from "../../testing/until.ts";
import { turnReferences } from "../carriers/smpp/references-store.ts";
import type { Tx } from "../kit/db.ts";
import { firstIdAt } from "../kit/id.ts";
import { makeMonths, makeMonthsInSteps } from "./make-months.ts";

const database = await testDatabase({ max: 20 });
const { db } = database;
const { call } = await testApp(database);

const partitions = async (parent: string) => {
  const { rows } = await db.pool.query<{ name: string }>(
    `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = $1::regclass and c.relname ~ '\\d$' order by 1`,
    [parent],
  );
  return rows.map(({ name }) => name);
};

/** Locks every table as pg_dump does. */
async function beginBackup(): Promise<{ end(): Promise<void> }> {
  const client = await db.pool.connect();
  const { rows } = await client.query<{ name: string }>(
    "select oid::regclass::text as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')",
  );
  await client.query(`begin; lock table ${rows.map(({ name }) => name).join(", ")} in access share mode`);
  let ended: Promise<void> | null = null;
  const end = () => (ended ??= client.query("commit").then(() => client.release()));
  onTestFinished(end);
  return { end };
}

const dropTables = (names: string[]) => db.asSystem((tx) => sql.raw(`drop table ${names.join(", ")}`).execute(tx));

/** Sends one text after the other until stopped; answers how many went. */
function keepSending(key: string): { sent(): number; stop(): Promise<void> } {
  let going = true;
  let sent = 0;
  const done = (async () => {
    for (; going; sent++) {
      const answer = await call("POST /messages", { key, body: { to: "+4791234567", text: `nr ${sent}` } });
      expect(answer.status).toBe(202);
    }
  })();
  return { sent: () => sent, stop: () => ((going = false), done) };
}

test("a month that is due during a backup is made after it, and texts are sent meanwhile", async () => {
  const months = await partitions("messages");
  await dropTables(months);
  const { id, key } = await workspaceWithKey(database);
  const backup = await beginBackup();
  const sending = keepSending(key);
  await startPipeline(db);
  // Every attempt times out; messages of this month are stored in the default partition.
  for (let tries = 0; tries < 3; tries++) {
    const before = sending.sent();
    expect(await makeMonths(db, 3)).toBe(4);
    await until(() => expect(sending.sent()).toBeGreaterThan(before + 3));
  }
  await sending.stop();
  await untilFinal(db, id);
  expect(await partitions("messages")).toEqual([]);
  await backup.end();
  expect(await makeMonths(db, 3)).toBe(0);
  expect(await partitions("messages")).toEqual(months);
  const { rows } = await db.asSystem((tx) =>
    sql<{ name: string; n: number }>`
      select tableoid::regclass::text as name, count(*) as n from messages where workspace_id = ${id} group by 1`.execute(
      tx,
    ),
  );
  expect(rows).toEqual([{ name: months[0], n: sending.sent() }]);
  expect((await arrived(db, id)).length).toBe(sending.sent());
});

test("making a month never queues for a lock that a text needs", async () => {
  const months = await partitions("messages");
  await dropTables(months.slice(-1));
  const { key } = await workspaceWithKey(database);
  // A writer locks the ledger in a mode that a backup does not.
  const writer = await db.pool.connect();
  await writer.query("begin; lock table messages_other in row exclusive mode");
  const making = makeMonths(db, 3);
  const answer = await call("POST /messages", { key, body: { to: "+4791234567", text: "Hei" } });
  expect(answer.status).toBe(202);
  expect(await making).toBe(1);
  await writer.query("commit");
  writer.release();
  expect(await makeMonths(db, 3)).toBe(0);
  expect(await partitions("messages")).toEqual(months);
});

test("a month that was made separately equals one that was made in place: keys, indexes, fillfactor", async () => {
  const months = await partitions("messages");
  await dropTables(months);
  expect(await makeMonths(db, 1)).toBe(0);
  const shape = async (table: string) => {
    const { rows } = await db.pool.query(
      `select c.relkind, c.reloptions, (select array_agg(a.attname || ' ' || a.attnotnull order by a.attnum) from pg_attribute a
           where a.attrelid = c.oid and a.attnum > 0) as columns,
         (select array_agg(regexp_replace(pg_get_indexdef(x.indexrelid), '^.* USING', '') || ' ' || p.inhparent::regclass order by 1)
           from pg_index x join pg_inherits p on p.inhrelid = x.indexrelid where x.indrelid = c.oid) as indexes
       from pg_class c where c.oid = $1::regclass`,
      [table],
    );
    return rows[0];
  };
  expect(await shape(months[0] as string)).toEqual(await shape("messages_other"));
  await makeMonths(db, 3);
});

test("a weekly partition of references is made during a backup at once, and an old one is dropped after it", async () => {
  const weeks = await partitions("smpp_references");
  await db.asSystem((tx) =>
    sql`create table smpp_references_2026_01_05 partition of smpp_references for values from ('2026-01-05Z') to ('2026-01-12Z')`.execute(
      tx,
    ),
  );
  await dropTables(weeks);
  const backup = await beginBackup();
  expect(await turnReferences(db)).toEqual({ missing: 0, kept: 1 });
  expect(await partitions("smpp_references")).toEqual(["smpp_references_2026_01_05", ...weeks]);
  await backup.end();
  expect(await turnReferences(db)).toEqual({ missing: 0, kept: 0 });
  expect(await partitions("smpp_references")).toEqual(weeks);
});

const day = 24 * 3_600_000;
/** Where a month begins that has begun already, or begins soon, and cannot be made quickly. */
const inEightDays = () => new Date((Math.floor(Date.now() / day) + 8) * day);
const startsOf = (months: readonly string[]) =>
  months.map((name) => Date.parse(`${name.slice(9, 13)}-${name.slice(14)}-01T00:00:00Z`));

/** Adds messages of a time without a month. */
const addMessages = (id: string, from: number, to: number, at: Date) =>
  db.inWorkspace(id, (tx) =>
    sql`insert into messages (workspace_id, id, status, class, encoding, segments, source_type, sender_id, number, text, final_at)
      select ${id}, (left(${firstIdAt(at)}::text, 15) || right(md5(i::text)::uuid::text, 21))::uuid, 'delivered', 'marketing',
        '7', 1, 'api', gen_random_uuid(), '+4790000101', 'Hei', now()
      from generate_series(${from}::integer, ${to}::integer) i`.execute(tx),
  );

const rowsOf = async (id: string) => {
  const { rows } = await db.asSystem((tx) =>
    sql<{ name: string; n: number }>`
      select tableoid::regclass::text as name, count(*) as n from messages where workspace_id = ${id} group by 1 order by 1`.execute(
      tx,
    ),
  );
  return rows;
};

/** Restores the ledger: without those messages, and with all months. */
async function restore(id: string): Promise<void> {
  await db.asSystem(async (tx) => {
    await sql`delete from message_queue where workspace_id = ${id}`.execute(tx);
    await sql`truncate messages_other`.execute(tx); // deleting rows would not make it smaller
  });
  await dropTables(await partitions("messages"));
  expect(await makeMonths(db, 3)).toBe(0);
}

test("few rows are moved; many stay where they are, and their month begins days later", async () => {
  const months = await partitions("messages");
  const { id, key } = await workspaceWithKey(database);
  const now = new Date();
  await dropTables(months);
  await addMessages(id, 1, 10_000, now);
  expect(await makeMonths(db, 3)).toBe(0);
  expect(await rowsOf(id)).toEqual([{ name: months[0], n: 10_000 }]);
  await restore(id);
  await dropTables(months);
  await addMessages(id, 1, 10_001, now);
  const begins = inEightDays();
  const [, nextMonth = 0] = startsOf(months);
  const isLate = begins.getTime() >= nextMonth;
  // The quick way can only report it.
  expect(await makeMonths(db, 3)).toBe(isLate ? 3 : 4);
  expect(await partitions("messages")).toEqual([]);
  expect(await makeMonthsInSteps(db, 3)).toBe(0);
  expect(await partitions("messages")).toEqual(isLate ? months.slice(1) : months);
  // Before that day messages_other is readable and writable as before; from then on the month is used.
  expect((await call("POST /messages", { key, body: { to: "+4791234567", text: "Hei" } })).status).toBe(202);
  expect((await call("GET /messages?limit=1", { key })).body.items).toHaveLength(1);
  await addMessages(id, 1, 1, begins);
  expect(await rowsOf(id)).toEqual([
    { name: isLate ? months[1] : months[0], n: 1 },
    { name: "messages_other", n: 10_002 },
  ]);
  await restore(id);
});

test("a large messages_other is never scanned while it is locked", async () => {
  const months = await partitions("messages");
  await dropTables(months);
  const { id } = await workspaceWithKey(database);
  await addMessages(id, 1, 30_000, new Date());
  const seen: { locks: string[]; read: number }[] = [];
  // The figure is per connection, and may still include earlier transactions.
  const tuplesRead = async (tx: Tx) => {
    const { rows } = await sql<{ n: number }>`
      select pg_stat_get_xact_tuples_returned('messages_other'::regclass) as n`.execute(tx);
    return rows[0]?.n ?? 0;
  };
  const watched: typeof db = {
    ...db,
    asSystem: (work) =>
      db.asSystem(async (tx) => {
        const before = await tuplesRead(tx);
        const result = await work(tx);
        // Locks are held until the commit.
        const { rows } = await sql<{ mode: string }>`
          select mode from pg_locks where pid = pg_backend_pid() and relation = 'messages_other'::regclass`.execute(tx);
        seen.push({ locks: rows.map(({ mode }) => mode), read: (await tuplesRead(tx)) - before });
        return result;
      }),
  };
  expect(await makeMonthsInSteps(watched, 3)).toBe(0);
  const locked = seen.filter(({ locks }) => locks.includes("AccessExclusiveLock"));
  const readers = seen.filter(({ read }) => read >= 30_000);
  const made = (await partitions("messages")).length;
  expect(locked).toHaveLength(made + 1); // a step to exclude each month, and one that attaches them all
  // Whether it is large is found by counting up to the limit, before it is locked.
  for (const { read } of locked) expect(read).toBeLessThanOrEqual(10_001);
  expect(readers.length).toBeGreaterThanOrEqual(made);
  // They block neither reads nor writes.
  for (const { locks } of readers) expect(locks.filter((mode) => mode !== "ShareUpdateExclusiveLock")).toEqual([]);
  const { rows } = await db.asSystem((tx) => sql`select 1 from excluded_message_months()`.execute(tx));
  expect(rows).toEqual([]);
  await restore(id);
});

test("a month begins after the last message, even of a clock that is weeks ahead", async () => {
  const months = await partitions("messages");
  await dropTables(months);
  const { id } = await workspaceWithKey(database);
  await addMessages(id, 1, 10_001, new Date());
  const third = startsOf(months)[2] as number;
  await addMessages(id, 10_002, 10_002, new Date(third + 3.5 * day));
  expect(await makeMonthsInSteps(db, 3)).toBe(0);
  await addMessages(id, 1, 1, new Date(third + 4 * day - 1));
  await addMessages(id, 1, 1, new Date(third + 4 * day));
  expect(await rowsOf(id)).toEqual([
    { name: months[2], n: 1 },
    { name: "messages_other", n: 10_003 },
  ]);
  await restore(id);
});

test("a month that was excluded, and could not be attached before it began, is allowed in messages_other again", async () => {
  const months = await partitions("messages");
  const [month = ""] = months;
  await dropTables([month]);
  const today = new Date().toISOString().slice(0, 10);
  await db.pool.query(
    `alter table messages_other add constraint "${month}_from_${today.replaceAll("-", "_")}"
       check (id < '${firstIdAt(new Date(today))}') not valid`,
  );
  const { id } = await workspaceWithKey(database);
  const add = () => addMessages(id, 1, 1, new Date());
  await expect(add()).rejects.toMatchObject({ code: "23514" }); // check_violation
  expect(await makeMonths(db, 3)).toBe(1);
  await add();
  expect(await makeMonths(db, 3)).toBe(0);
  expect(await rowsOf(id)).toEqual([{ name: month, n: 1 }]);
  await restore(id);
});

test("a server whose months are due during a backup starts and sends", async () => {
  const months = await partitions("messages");
  await dropTables([...months, ...(await partitions("smpp_references"))]);
  const { id, key } = await workspaceWithKey(database);
  await beginBackup();
  const server = await startTestServer({ env: { DATABASE_URL: database.connection } });
  onTestFinished(async () => void (await server.stop()));
  const answer = await fetch(`${server.url}/api/v1/messages`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ to: "+4791234567", text: "Hei" }),
  });
  expect(answer.status).toBe(202);
  await untilFinal(db, id);
  expect(await arrived(db, id)).toHaveLength(1);
  expect(server.output()).toContain("partitions of the ledger could not be made");
});
