import { sql } from "kysely";
import { expect, test } from "vitest";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { createApiKeyCache } from "./api-key-cache.ts";
import { hashApiKey, newApiKey } from "./api-keys.ts";

const database = await testDatabase();
const { db } = database;
let now = new Date("2026-03-01T12:00:00Z");
const clock = { now: () => now };
const { call } = await testApp(database, { clock });
const { key, id: workspaceId } = await workspaceWithKey(database);

const create = (body: object, as = key) => call("POST /api-keys", { key: as, body });

test("a key is 256 random bits in base 62", () => {
  const keys = Array.from({ length: 1000 }, () => newApiKey());
  for (const made of keys) expect(made).toMatch(/^vk_[0-9A-Za-z]{43}$/);
  expect(new Set(keys).size).toBe(1000);
  expect(newApiKey(Buffer.alloc(32))).toBe(`vk_${"0".repeat(43)}`);
});

test("a key is shown once, stored as a hash, and limited to its scopes", async () => {
  const made = await create({ name: "Booking system", scopes: ["messages:send", "messages:send"] });
  expect(made).toMatchObject({
    status: 201,
    body: { name: "Booking system", scopes: ["messages:send"], last_used_at: null },
  });
  expect(made.body.key.startsWith(made.body.prefix)).toBe(true);
  const listed = await call("GET /api-keys", { key });
  expect(JSON.stringify(listed.body)).not.toContain(made.body.key);
  const kept = await db.asSystem((tx) =>
    sql<{ key_hash: string }>`select * from api_keys where id = ${made.body.id}`.execute(tx),
  );
  expect(kept.rows[0]?.key_hash).toBe(hashApiKey(made.body.key));
  expect(JSON.stringify(kept.rows)).not.toContain(made.body.key.slice(8));
  expect(await call("GET /contacts", { key: made.body.key })).toMatchObject({
    status: 403,
    body: { error: { code: "forbidden", field: "permission", value: "contacts:read" } },
  });
});

test("a key cannot grant more than it has", async () => {
  const limited = (await create({ name: "Limited", scopes: ["api-keys:write", "contacts:read"] })).body.key;
  expect((await create({ name: "Wider", scopes: ["contacts:write"] }, limited)).status).toBe(403);
  expect((await create({ name: "Narrower", scopes: ["contacts:read"] }, limited)).status).toBe(201);
  const inviting = (await create({ name: "Inviting", scopes: ["people:read", "people:write"] })).body.key;
  expect(await call("POST /people", { key: inviting, body: { email: "x@example.com", role: "viewer" } })).toMatchObject(
    {
      status: 403,
      body: { error: { code: "role_above_own", field: "role", value: "viewer" } },
    },
  );
  const all = await call("POST /people", { key, body: { email: "x@example.com", role: "super_admin" } });
  expect(all.status).toBe(201);
});

test("a revoked key stops at once", async () => {
  const made = (await create({ name: "Lost", scopes: ["workspace:read"] })).body;
  expect((await call("GET /workspace", { key: made.key })).status).toBe(200);
  expect((await call(`DELETE /api-keys/${made.id}`, { key })).status).toBe(204);
  expect(await call("GET /workspace", { key: made.key })).toMatchObject({
    status: 401,
    body: { error: { code: "invalid_api_key" } },
  });
  expect((await call(`DELETE /api-keys/${made.id}`, { key })).status).toBe(404);
});

test("another process refuses a revoked key within three seconds even without a notification", async () => {
  const made = (await create({ name: "Lost", scopes: ["workspace:read"] })).body;
  const elsewhere = createApiKeyCache({ db, clock });
  expect(await elsewhere.find(made.key)).not.toBeNull();
  await call(`DELETE /api-keys/${made.id}`, { key });
  expect(await elsewhere.find(made.key)).not.toBeNull();
  now = new Date(now.getTime() + 3_001);
  expect(await elsewhere.find(made.key)).toBeNull();
});

test("a thousand concurrent uses of a key cause one query", async () => {
  let transactions = 0;
  const counting = {
    ...db,
    asSystem: <T>(work: (tx: never) => Promise<T>) => (transactions++, db.asSystem(work as never)),
  };
  const apiKeyCache = createApiKeyCache({ db: counting as typeof db, clock });
  const holders = await Promise.all(Array.from({ length: 1000 }, () => apiKeyCache.find(key)));
  expect(holders.every((holder) => holder?.actor.workspaceId === workspaceId)).toBe(true);
  expect(transactions).toBe(1);
});

test("the time of last use is precise to the minute", async () => {
  const made = (await create({ name: "Used", scopes: ["workspace:read"] })).body;
  const lastUsed = async () => {
    const { items } = (await call("GET /api-keys", { key })).body;
    return items.find((item: { id: string }) => item.id === made.id).last_used_at;
  };
  await call("GET /workspace", { key: made.key });
  const firstUse = now.toISOString();
  expect(await lastUsed()).toBe(firstUse);
  now = new Date(now.getTime() + 30_000);
  await call("GET /workspace", { key: made.key });
  expect(await lastUsed()).toBe(firstUse);
  now = new Date(now.getTime() + 31_000);
  await call("GET /workspace", { key: made.key });
  expect(await lastUsed()).toBe(now.toISOString());
});

test("a key cannot make the calls that need a session, nor enter another workspace", async () => {
  expect(await call("GET /session", { key })).toMatchObject({
    status: 403,
    body: { error: { code: "session_required" } },
  });
  const other = await workspaceWithKey(database);
  expect((await call("GET /workspace", { key, headers: { "x-workspace": other.id } })).status).toBe(404);
  expect((await call("GET /workspace", { key, headers: { "x-workspace": workspaceId } })).status).toBe(200);
});

test("a malformed Authorization header gets 401", async () => {
  for (const authorization of ["Basic a2V5", "Bearer", "Bearer two words", key]) {
    expect(await call("GET /workspace", { headers: { authorization } })).toMatchObject({ status: 401 });
  }
});
