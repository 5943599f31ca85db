/** The properties of contacts are known without reading every contact. */
import { sql } from "kysely";
import { expect, test } from "vitest";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { purgeUnusedPropertyKeys, listPropertyKeys, notePropertyKeys, unusedPropertyKeys } from "./properties.ts";

const database = await testDatabase();
const { db } = database;
const { call } = await testApp(database);

const hour = 3_600_000;

test("a contact's properties are listed by name in its own workspace", async () => {
  const [one, other] = [await workspaceWithKey(database), await workspaceWithKey(database)];
  const keys = async (key: string) => (await call("GET /properties", { key })).body.items;
  const made = await call("POST /contacts", {
    key: one.key,
    body: { mobile: "912 34 567", properties: { town: "Oslo", visits: 3, gone: null } },
  });
  expect(await keys(one.key)).toEqual([{ key: "town" }, { key: "visits" }]);
  await call(`PATCH /contacts/${made.body.id}`, {
    key: one.key,
    body: { properties: { hairdresser: "Åse", town: null } },
  });
  expect(await keys(one.key)).toEqual([{ key: "hairdresser" }, { key: "town" }, { key: "visits" }]);
  expect(await keys(other.key)).toEqual([]);
});

test("a file's columns are listed", async () => {
  const { key } = await workspaceWithKey(database);
  const mapping = encodeURIComponent(JSON.stringify({ Mobil: "mobile", By: "property:by", Kode: "ignore" }));
  const answer = await call(`POST /contacts/imports?mapping=${mapping}`, {
    key,
    body: "Mobil;By;Kode\n91234567;Oslo;7\n",
    headers: { "content-type": "text/csv" },
  });
  expect(answer.status).toBe(202);
  expect((await call("GET /properties", { key })).body.items).toEqual([{ key: "by" }]);
});

test("a key that no contact has any more is purged, unless it was recorded recently", async () => {
  const { id, key } = await workspaceWithKey(database);
  const made = await call("POST /contacts", {
    key,
    body: { mobile: "912 34 567", properties: { town: "Oslo", shoe: "43" } },
  });
  await call(`PATCH /contacts/${made.body.id}`, { key, body: { properties: { shoe: null } } });
  const known = () => db.inWorkspace(id, (tx) => listPropertyKeys(tx, id));
  const purge = (before: Date) => db.asSystem((tx) => purgeUnusedPropertyKeys(tx, before, 100));
  await purge(new Date(Date.now() - hour));
  expect(await known()).toEqual(["shoe", "town"]);
  await purge(new Date(Date.now() + hour));
  expect(await known()).toEqual(["town"]);
  // It is not checked again at once.
  expect(await purge(new Date(Date.now() + hour - 60_000))).toBe(0);
  expect(await db.inWorkspace(id, (tx) => unusedPropertyKeys(tx, id, ["town", "shoe"]))).toEqual(["shoe"]);
});

test("recording a known key writes once an hour", async () => {
  const { id } = await workspaceWithKey(database);
  const start = new Date("2026-03-01T12:00:00Z");
  const note = (at: Date) => db.inWorkspace(id, (tx) => notePropertyKeys(tx, id, ["b", "a", "b"], at));
  const notedAt = async () => {
    const { rows } = await db.inWorkspace(id, (tx) =>
      sql<{ at: Date }>`select noted_at as at from property_keys where workspace_id = ${id} and key = 'a'`.execute(tx),
    );
    return rows[0]?.at;
  };
  await note(start);
  await note(new Date(start.getTime() + hour / 2));
  expect(await notedAt()).toEqual(start);
  const later = new Date(start.getTime() + 2 * hour);
  await note(later);
  expect(await notedAt()).toEqual(later);
});
