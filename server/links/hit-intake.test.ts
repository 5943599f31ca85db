import { sql } from "kysely";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { writeCode } from "../../rules/short-link-code.ts";
import { testDatabase } from "../../testing/database.ts";
import { farDatabase } from "../../testing/far-database.ts";
import { newId } from "../../testing/new-id.ts";
import { startTestServer } from "../../testing/server.ts";
import { until } from "../../testing/until.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";
import { openDb } from "../kit/db.ts";
import { createHitIntake, type NewHit } from "./hit-intake.ts";

const database = await testDatabase({ max: 20 });
const { db, connection } = database;
const log = pino({ level: process.env.TEST_LOG ?? "silent" });

const hit = (workspace_id: string): NewHit => ({
  workspace_id,
  id: newId(),
  message_id: newId(),
  link_id: newId(),
  user_agent: "test",
  reason: null,
});
const written = async (workspaceId: string) =>
  (
    await db.inWorkspace(workspaceId, (tx) =>
      sql<{ id: string }>`select id from hits where workspace_id = ${workspaceId} order by id`.execute(tx),
    )
  ).rows.map((row) => row.id);

test("a visitor does not wait for a database that is away, and their hit is written once when it is back", async () => {
  const workspace = await createTestWorkspace(db);
  const { proxy, far } = await farDatabase(database, 2);
  const intake = createHitIntake({ db: far, log }, { patience: 50 });
  const first = hit(workspace.id);
  await intake.take(first);
  await until(async () => expect(await written(workspace.id)).toEqual([first.id]));
  proxy.refuse(true);
  proxy.reset();
  const others = [hit(workspace.id), hit(workspace.id)];
  await Promise.all(others.map((each) => intake.take(each)));
  expect(await written(workspace.id)).toEqual([first.id]);
  proxy.refuse(false);
  await until(async () =>
    expect(await written(workspace.id)).toEqual([first.id, ...others.map((each) => each.id)].sort()),
  );
  // A commit whose answer is lost is tried again.
  const last = hit(workspace.id);
  const taken = intake.take(last);
  await proxy.resetHalfway();
  await taken;
  await until(async () => expect(await written(workspace.id)).toHaveLength(4));
  await intake.stop();
  expect(await written(workspace.id)).toHaveLength(4);
});

test("hits in memory are bounded: beyond that visitors are led on and not counted", async () => {
  const workspace = await createTestWorkspace(db);
  const nowhere = { host: "127.0.0.1", port: 9, user: "x", database: "x" };
  const away = openDb({ connection: nowhere, workspaces: nowhere, max: 2 });
  onTestFinished(() => away.close());
  let said = "";
  const intake = createHitIntake(
    { db: away, log: { warn() {}, error: (_fields, text) => void (said += text) } },
    { patience: 1, most: 100 },
  );
  await Promise.all(Array.from({ length: 1_000 }, () => intake.take(hit(workspace.id))));
  expect(said).toContain("too many wait for the database");
  // It ends all the same, and says what is lost.
  await intake.stop();
  expect(said).toContain("hits on short links are lost");
});

test("hits of a workspace that does not exist any more are dropped, and hold up nobody else's", async () => {
  const workspace = await createTestWorkspace(db);
  const intake = createHitIntake({ db, log });
  const own = hit(workspace.id);
  await Promise.all([intake.take(hit(newId())), intake.take(own)]);
  await intake.stop();
  expect(await written(workspace.id)).toEqual([own.id]);
});

test("a server that is killed has written every hit whose redirect was answered", async () => {
  const workspace = await createTestWorkspace(db);
  const codes = await db.inWorkspace(workspace.id, async (tx) => {
    await sql`insert into links (workspace_id, id, source_type, source_id, url, created_at)
      values (${workspace.id}, ${workspace.id}, 'campaign', ${workspace.id}, 'https://example.com/', now())`.execute(
      tx,
    );
    const { rows } = await sql<{ code: string }>`
      insert into short_links as s (workspace_id, message_id, link_id, code)
      select w.workspace_id, overlay(gen_random_uuid()::text placing substr(first_id_at(now())::text, 1, 13) from 1 for 13)::uuid,
        w.workspace_id, (random() * 839299365868340000)::bigint
      from workspaces w, generate_series(1, 200) where w.workspace_id = ${workspace.id}
      returning s.code::text as code`.execute(tx);
    return rows.map(({ code }) => writeCode(BigInt(code)));
  });
  // Only the API: nothing judges, and so nothing leaves the table.
  const server = await startTestServer({ env: { DATABASE_URL: connection, ROLES: "api" } });
  let answered = 0;
  let killed = false;
  const open = async (code: string) => {
    const answer = await fetch(`${server.url}/l/${code}`, { redirect: "manual" }).catch(() => null);
    if (answer?.status === 302) answered++;
  };
  const load = codes.map(async (code) => {
    while (!killed) await open(code);
  });
  await until(() => expect(answered).toBeGreaterThan(300));
  await server.kill();
  killed = true;
  await Promise.all(load);
  const kept = await written(workspace.id);
  expect(kept.length).toBeGreaterThanOrEqual(answered);
  // At most what was under way when it was killed.
  expect(kept.length).toBeLessThanOrEqual(answered + codes.length);
});
