/** Partitions are made and dropped beside a backup, which holds every table for as long as it runs, and beside sending. */
import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { arrived, settled, startRoad } from "../../testing/road.ts";
import { startTestServer } from "../../testing/server.ts";
import { until } from "../../testing/until.ts";
import { turnReferences } from "../carriers/smpp-references-store.ts";
import { firstIdAt } from "../kit/id.ts";
import { makeMonths } from "./make-months.ts";

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

/** Holds every table as pg_dump does. */
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

const forget = (names: string[]) => db.asSystem((tx) => sql.raw(`drop table ${names.join(", ")}`).execute(tx));

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

test("a month that is due while a backup runs waits for its end, and texts go on meanwhile", async () => {
  const months = await partitions("messages");
  await forget(months);
  const { id, key } = await workspaceWithKey(database);
  const backup = await beginBackup();
  const sending = keepSending(key);
  await startRoad(db);
  // Every try gives up by itself; what it would have made of this month is kept in the default partition.
  for (let tries = 0; tries < 3; tries++) {
    const before = sending.sent();
    expect(await makeMonths(db, 3)).toBe(4);
    await until(() => expect(sending.sent()).toBeGreaterThan(before + 3));
  }
  await sending.stop();
  await settled(db, id);
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
}, 60_000);

test("whoever waits for a month waits for no lock that a text needs", async () => {
  const months = await partitions("messages");
  await forget(months.slice(-1));
  const { key } = await workspaceWithKey(database);
  // Somebody who writes into the ledger holds it in a way that a backup does not.
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

test("a month that was made apart is as one that was made in place: keys, indexes, room in its pages", async () => {
  const months = await partitions("messages");
  await forget(months);
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

test("a week of carriers' ids is made beside a backup at once, and an old one is dropped after it", async () => {
  const weeks = await partitions("smpp_references");
  await db.asSystem((tx) =>
    sql`create table smpp_references_2026_01_05 partition of smpp_references for values from ('2026-01-05Z') to ('2026-01-12Z')`.execute(
      tx,
    ),
  );
  await forget(weeks);
  const backup = await beginBackup();
  expect(await turnReferences(db)).toEqual({ missing: 0, kept: 1 });
  expect(await partitions("smpp_references")).toEqual(["smpp_references_2026_01_05", ...weeks]);
  await backup.end();
  expect(await turnReferences(db)).toEqual({ missing: 0, kept: 0 });
  expect(await partitions("smpp_references")).toEqual(weeks);
});

test("what is too much to be moved in a moment stays where it is, and its month begins at the next hour", async () => {
  const months = await partitions("messages");
  const { id, key } = await workspaceWithKey(database);
  const rowsOf = async () => {
    const { rows } = await db.asSystem((tx) =>
      sql<{ name: string; n: number }>`
        select tableoid::regclass::text as name, count(*) as n from messages where workspace_id = ${id} group by 1 order by 1`.execute(
        tx,
      ),
    );
    return rows;
  };
  const add = (from: number, to: number, at: Date) =>
    db.inWorkspace(id, (tx) =>
      sql`insert into messages (workspace_id, id, status, class, encoding, segments, source_type, sender_id, number, text, final_at)
        select ${id}, (left(${firstIdAt(at)}::text, 15) || right(md5(i::text)::uuid::text, 21))::uuid, 'delivered', 'marketing',
          '7', 1, 'api', gen_random_uuid(), '+4790000101', 'Hei', now()
        from generate_series(${from}::integer, ${to}::integer) i`.execute(tx),
    );
  const now = new Date();
  const month = months[0] as string;
  const nextHour = new Date((Math.floor(now.getTime() / 3_600_000) + 1) * 3_600_000);
  const isLastHour = nextHour.getUTCMonth() !== now.getUTCMonth();
  // As many as are moved.
  await forget(months);
  await add(1, 10_000, now);
  expect(await makeMonths(db, 3)).toBe(0);
  expect(await rowsOf()).toEqual([{ name: month, n: 10_000 }]);
  // One more, and one that a clock ahead of others wrote.
  await db.asSystem((tx) => sql`delete from messages where workspace_id = ${id}`.execute(tx));
  await forget(months);
  await add(1, 10_001, now);
  await add(10_002, 10_002, new Date(nextHour.getTime() + 60_000));
  expect(await makeMonths(db, 3)).toBe(0);
  expect(await partitions("messages")).toEqual(isLastHour ? months.slice(1) : months);
  const later = isLastHour ? (months[1] as string) : month;
  expect(await rowsOf()).toEqual([
    { name: later, n: 1 },
    { name: "messages_other", n: 10_001 },
  ]);
  // Of this hour it is readable and writable as before.
  expect((await call("POST /messages", { key, body: { to: "+4791234567", text: "Hei" } })).status).toBe(202);
  expect((await call("GET /messages?limit=1", { key })).body.items).toHaveLength(1);
  await db.asSystem(async (tx) => {
    await sql`delete from message_queue where workspace_id = ${id}`.execute(tx);
    await sql`delete from messages where workspace_id = ${id}`.execute(tx);
  });
  await forget(await partitions("messages"));
  expect(await makeMonths(db, 3)).toBe(0);
});

test("a server whose months are due while a backup runs starts and sends", async () => {
  const months = await partitions("messages");
  await forget([...months, ...(await partitions("smpp_references"))]);
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
  await settled(db, id);
  expect(await arrived(db, id)).toHaveLength(1);
  expect(server.output()).toContain("partitions could not be made");
}, 90_000);
