import { pino } from "pino";
import { afterAll, expect, test, vi } from "vitest";
import type { NewsItem } from "../../contract/news.ts";
import { testDatabase } from "../../testing/database.ts";
import { newId } from "../../testing/new-id.ts";
import { startNews } from "./news.ts";

const { db, connection } = await testDatabase();
const log = pino({ level: "silent" });
const here = await startNews({ connection, pool: db.pool, log });
const there = await startNews({ connection, pool: db.pool, log });
afterAll(() => Promise.all([here.stop(), there.stop()]));

function collect(news: typeof here, workspaceId: string): NewsItem[] {
  const items: NewsItem[] = [];
  news.listen(workspaceId, (item) => items.push(item));
  return items;
}

test("news told in one process is heard in every process, and only in its workspace", async () => {
  const [ours, theirs] = [newId(), newId()];
  const heard = [collect(here, ours), collect(there, ours)];
  const elsewhere = collect(there, theirs);
  here.tell(ours, "campaign", "c1");
  there.tell(ours, "usage", null);
  for (const items of heard) {
    await vi.waitFor(() =>
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

test("a thing that keeps changing is told at once and then once an interval, the last change included", async () => {
  const workspace = newId();
  const items = collect(there, workspace);
  for (let i = 0; i < 1_000; i++) here.tell(workspace, "campaign", "busy");
  await vi.waitFor(() => expect(items).toHaveLength(2), 5_000);
  here.tell(workspace, "import", "other");
  await vi.waitFor(() => expect(items).toContainEqual({ topic: "import", id: "other" }));
  expect(items).toHaveLength(3);
});

test("who no longer listens hears nothing", async () => {
  const workspace = newId();
  const items: NewsItem[] = [];
  const leave = there.listen(workspace, (item) => items.push(item));
  const stays = collect(there, workspace);
  leave();
  here.tell(workspace, "contact", "x");
  await vi.waitFor(() => expect(stays).toHaveLength(1));
  expect(items).toEqual([]);
});

test("listening goes on after its connection was cut", async () => {
  const workspace = newId();
  const items = collect(there, workspace);
  const { rowCount } = await db.pool.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'varsla news' and datname = current_database()",
  );
  expect(rowCount).toBe(2);
  await vi.waitFor(
    () => {
      here.tell(workspace, "sandbox", newId());
      expect(items.length).toBeGreaterThan(0);
    },
    { timeout: 10_000, interval: 100 },
  );
});
