import { sql } from "kysely";
import { expect, test } from "vitest";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { newId } from "../../testing/new-id.ts";
import { ledger } from "../../testing/pipeline.ts";
import { until } from "../../testing/until.ts";
import { noSource } from "../messages/counts.ts";
import { monthsBefore } from "../messages/purge-messages.ts";
import { purge } from "./purge.ts";

const database = await testDatabase();
const { db } = database;
const clock = { now: () => new Date("2026-06-15T12:00:00Z") };
const { call, services } = await testApp(database, { clock });
const never = new AbortController().signal;
const run = () => purge({ ...services, purgeOld: [], chunk: 2 }, never);

async function month(name: string) {
  const start = `${name}-01T00:00:00Z`;
  await db.asSystem((tx) =>
    sql
      .raw(`create table if not exists messages_${name.replace("-", "_")} partition of messages
      for values from ('${firstId(start)}') to ('${firstId(nextMonth(start))}')`)
      .execute(tx),
  );
}
const nextMonth = (start: string) => {
  const at = new Date(start);
  return new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1)).toISOString();
};
const firstId = (at: string) => `${newId(new Date(at)).slice(0, 13)}-7000-8000-000000000000`;

async function message(workspaceId: string, at: string, status = "delivered"): Promise<string> {
  const id = newId(new Date(at));
  await db.inWorkspace(workspaceId, (tx) =>
    sql`insert into messages (workspace_id, id, status, class, encoding, segments, source_type, sender_id, number, text)
      values (${workspaceId}, ${id}, ${status}, 'marketing', '7', 1, 'api', ${newId()}, '+4790000001', 'Hei')`.execute(
      tx,
    ),
  );
  return id;
}

const partitions = async () =>
  (await db.asSystem((tx) => monthsBefore(tx, new Date("2026-06-01")))).map((each) => each.partition);
const texts = async (workspaceId: string) =>
  (await ledger(db, workspaceId)).map((row) => [
    new Date(Number.parseInt(row.id.slice(0, 8) + row.id.slice(9, 13), 16)).toISOString().slice(0, 7),
    row.text,
  ]);

test("messages older than their workspace's rule are purged, and a month that no workspace keeps is dropped as a whole", async () => {
  for (const name of ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05"]) await month(name);
  const short = await workspaceWithKey(database, { name: "Kort" });
  const long = await workspaceWithKey(database, { name: "Lang" });
  const rule = await call("PATCH /retention", { key: short.key, body: { text_months: 1, ledger_months: 3 } });
  expect(rule.status).toBe(200);
  for (const at of ["2025-11-03", "2026-01-05", "2026-02-05", "2026-03-05", "2026-04-05", "2026-05-05", "2026-06-05"])
    for (let i = 0; i < 3; i++) await message(short.id, `${at}T0${i}:00:00Z`);
  await message(long.id, "2026-02-05T10:00:00Z");
  const queued = await message(short.id, "2026-02-07T10:00:00Z", "queued");

  const dry = await call("GET /retention", { key: short.key });
  expect(dry.body).toMatchObject({
    text_months: 1,
    would_go: {
      texts: { before: "2026-05-01T00:00:00.000Z", messages: 16 },
      messages: { before: "2026-03-01T00:00:00.000Z", months: ["2025-11", "2026-01", "2026-02"], messages: 10 },
    },
  });
  expect((await call("GET /retention", { key: long.key })).body.would_go).toEqual({
    texts: null,
    messages: null,
    bookings: null,
    events: null,
  });
  const tried = await call("GET /retention?ledger_months=2", { key: long.key });
  expect(tried.body.would_go.messages).toMatchObject({ months: ["2026-02"], messages: 1 });

  const done = await run();
  expect(done).toMatchObject({ months: ["messages_2026_01"], messages: 6, texts: 6 });
  expect(await partitions()).not.toContain("messages_2026_01");
  expect(await partitions()).toContain("messages_2026_02");
  expect(await texts(long.id)).toEqual([["2026-02", "Hei"]]);
  const kept = await texts(short.id);
  expect(kept.filter(([, text]) => text === "Hei").map(([at]) => at)).toEqual([
    "2026-02", // queued
    ...Array.from({ length: 3 }, () => "2026-05"),
    ...Array.from({ length: 3 }, () => "2026-06"),
  ]);
  expect(kept.filter(([, text]) => text === "")).toHaveLength(6);
  expect((await ledger(db, short.id)).some((row) => row.id === queued)).toBe(true);
  expect((await call("GET /retention", { key: short.key })).body).toMatchObject({
    texts_gone_before: "2026-05-01T00:00:00.000Z",
    messages_gone_before: "2026-03-01T00:00:00.000Z",
    would_go: { messages: { messages: 1 } },
  });
  expect(await run()).toMatchObject({ months: [], messages: 0, texts: 0 });
});

test("texts cannot be kept longer than their messages", async () => {
  const { key } = await workspaceWithKey(database);
  const wrong = await call("PATCH /retention", { key, body: { text_months: 6, ledger_months: 3 } });
  expect(wrong).toMatchObject({
    status: 422,
    body: { error: { code: "messages_before_texts", field: "ledger_months" } },
  });
});

test("messages of a running campaign are not purged, however long it has been sending", async () => {
  const workspace = await workspaceWithKey(database);
  await call("PATCH /retention", { key: workspace.key, body: { ledger_months: 1 } });
  await message(workspace.id, "2026-03-10T10:00:00Z");
  await message(workspace.id, "2026-04-10T10:00:00Z");
  await db.inWorkspace(workspace.id, (tx) =>
    sql`insert into campaigns (workspace_id, id, name, status, text, include, exclude, opt_out_text, created_by_name, created_at, updated_at, sent_at)
      values (${workspace.id}, ${newId()}, 'x', 'sending', 'x', '{}', '{}', true, 'x', now(), now(), '2026-04-02')`.execute(
      tx,
    ),
  );
  await run();
  expect((await texts(workspace.id)).map(([at]) => at)).toEqual(["2026-04"]);
});

test("a message of a month without a partition is stored, and moves into the partition once it is created", async () => {
  const { id } = await workspaceWithKey(database);
  const now = new Date();
  const ahead = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 5, 7));
  await message(id, ahead.toISOString());
  await message(id, "1999-01-01T00:00:00Z");
  await db.asSystem((tx) => sql`call create_message_partitions(6)`.execute(tx));
  const { rows } = await db.asSystem((tx) =>
    sql<{
      name: string;
    }>`select tableoid::regclass::text as name from messages where workspace_id = ${id} order by id`.execute(tx),
  );
  expect(rows.map(({ name }) => name)).toEqual([
    "messages_other",
    `messages_${ahead.toISOString().slice(0, 7).replace("-", "_")}`,
  ]);
});

test("dropping a month waits briefly for readers of the ledger and is retried until they are done", async () => {
  await month("2024-01");
  const { id, key } = await workspaceWithKey(database);
  await call("PATCH /retention", { key, body: { ledger_months: 1 } });
  await message(id, "2024-01-05T00:00:00Z");
  const reader = await db.pool.connect();
  await reader.query("begin; select 1 from messages limit 1");
  const running = run();
  await until(async () => {
    const { rows } = await reader.query(
      `select 1 from pg_locks where locktype = 'relation' and mode = 'AccessExclusiveLock' and not granted
         and database = (select oid from pg_database where datname = current_database())`,
    );
    expect(rows).toHaveLength(1);
  });
  // Without the short lock timeout these inserts would be blocked until the reader is done.
  for (let i = 0; i < 5; i++) await message(id, new Date().toISOString());
  await reader.query("commit");
  reader.release();
  expect((await running)?.months).toEqual(["messages_2024_01"]);
});

test("the references of inbound texts are purged after a month", async () => {
  const { id } = await workspaceWithKey(database);
  for (const at of ["2026-05-10", "2026-05-20"]) {
    await db.inWorkspace(id, (tx) =>
      sql`insert into inbound_seen values (${id}, 'sandbox', ${at}, ${newId(new Date(at))})`.execute(tx),
    );
  }
  await run();
  const { rows } = await db.inWorkspace(id, (tx) =>
    sql<{ carrier_reference: string }>`select carrier_reference from inbound_seen`.execute(tx),
  );
  expect(rows.map((row) => row.carrier_reference)).toEqual(["2026-05-20"]);
});

test("figures of texts without a source are purged after a week, and rejected rows after three months, in every workspace", async () => {
  const ids = [(await workspaceWithKey(database)).id, (await workspaceWithKey(database)).id];
  const campaign = newId();
  for (const id of ids)
    await db.inWorkspace(id, async (tx) => {
      for (const at of ["2026-06-07T10:00Z", "2026-06-07T10:01Z", "2026-06-07T10:02Z", "2026-06-09T10:00Z"])
        for (const source of [noSource, campaign])
          await sql`insert into message_counts (workspace_id, source_type, source_id, minute, status, n)
            values (${id}, 'api', ${source}, ${at}, 'sent', 1)`.execute(tx);
      for (const at of ["2026-03-10", "2026-03-11", "2026-03-12", "2026-03-20"])
        await sql`insert into import_rejections (workspace_id, import_id, row, reason, line)
          values (${id}, ${newId(new Date(at))}, 7, 'no_number', ${[at]}::text[])`.execute(tx);
      for (const at of ["2026-03-12", "2026-03-20"])
        await sql`insert into booking_import_rejections (workspace_id, import_id, row, reason, value, message)
          values (${id}, ${newId(new Date(at))}, 7, 'start_missing', ${at}, 'A booking has a start.')`.execute(tx);
    });
  await run();
  for (const id of ids) {
    const left = await db.inWorkspace(id, async (tx) => ({
      counts: await sql<{ minute: Date }>`
        select minute from message_counts where workspace_id = ${id} and source_id = ${noSource}`.execute(tx),
      ofCampaign: await sql`
        select 1 from message_counts where workspace_id = ${id} and source_id = ${campaign}`.execute(tx),
      rejections: await sql<{ line: string[] }>`
        select line from import_rejections where workspace_id = ${id}`.execute(tx),
      ofBookings: await sql<{ value: string }>`
        select value from booking_import_rejections where workspace_id = ${id}`.execute(tx),
    }));
    expect(left.counts.rows.map(({ minute }) => minute.toISOString())).toEqual(["2026-06-09T10:00:00.000Z"]);
    expect(left.ofCampaign.rows).toHaveLength(4);
    expect(left.rejections.rows.map(({ line }) => line)).toEqual([["2026-03-20"]]);
    expect(left.ofBookings.rows).toEqual([{ value: "2026-03-20" }]);
  }
});
