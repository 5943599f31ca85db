import { pino } from "pino";
import { afterAll, expect, onTestFinished, test } from "vitest";
import type { LiveUpdate } from "../../contract/live-updates.ts";
import { testDatabase } from "../../testing/database.ts";
import { newId } from "../../testing/new-id.ts";
import { until } from "../../testing/until.ts";
import { startLiveUpdates } from "./live-updates.ts";

const { db, connection } = await testDatabase();
const log = pino({ level: "silent" });
const here = await startLiveUpdates({ connection, pool: db.pool, log });
const there = await startLiveUpdates({ connection, pool: db.pool, log });
afterAll(() => Promise.all([here.stop(), there.stop()]));

function collect(liveUpdates: typeof here, workspaceId: string): LiveUpdate[] {
  const items: LiveUpdate[] = [];
  liveUpdates.listen(workspaceId, (item) => items.push(item));
  return items;
}

test("an update that one process publishes arrives in every process, and only in its workspace", async () => {
  const [ours, theirs] = [newId(), newId()];
  const received = [collect(here, ours), collect(there, ours)];
  const elsewhere = collect(there, theirs);
  here.publish(ours, "campaign", "c1");
  there.publish(ours, "usage", null);
  for (const items of received) {
    await until(() =>
      expect(items).toEqual(
        expect.arrayContaining([
          { topic: "campaign", id: "c1" },
          { topic: "usage", id: null },
        ]),
      ),
    );
  }
  expect(elsewhere).toEqual([]);
});

test("repeated changes of a thing are published at once and then once per interval, including the last change", async () => {
  const workspace = newId();
  const items = collect(there, workspace);
  for (let i = 0; i < 1_000; i++) here.publish(workspace, "campaign", "busy");
  await until(() => expect(items).toHaveLength(2));
  here.publish(workspace, "import", "other");
  await until(() => expect(items).toContainEqual({ topic: "import", id: "other" }));
  expect(items).toHaveLength(3);
});

test("changes of messages are published under the topic that their source has registered, once a source, and others not", async () => {
  const topics = { campaign: "campaign" } as const;
  const sender = await startLiveUpdates({ connection, pool: db.pool, log, topics });
  onTestFinished(() => sender.stop());
  const workspace = newId();
  const items = collect(there, workspace);
  sender.publishSources(workspace, [
    { source_type: "api", source_id: newId() },
    { source_type: "campaign", source_id: null },
    { source_type: "campaign", source_id: "c1" },
    { source_type: "campaign", source_id: "c1" },
  ]);
  sender.publish(workspace, "usage", null);
  await until(() => expect(items).toHaveLength(2));
  expect(items).toEqual([
    { topic: "campaign", id: "c1" },
    { topic: "usage", id: null },
  ]);
});

test("a listener that has left receives nothing", async () => {
  const workspace = newId();
  const items: LiveUpdate[] = [];
  const leave = there.listen(workspace, (item) => items.push(item));
  const stays = collect(there, workspace);
  leave();
  here.publish(workspace, "contact", "x");
  await until(() => expect(stays).toHaveLength(1));
  expect(items).toEqual([]);
});

test("listening goes on after its connection was lost", async () => {
  const workspace = newId();
  const items = collect(there, workspace);
  const { rowCount } = await db.pool.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'varsla news' and datname = current_database()",
  );
  expect(rowCount).toBe(2);
  await until(() => {
    here.publish(workspace, "sandbox", newId());
    expect(items.length).toBeGreaterThan(0);
  });
});
