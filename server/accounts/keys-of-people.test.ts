/** API keys depend on their makers: narrowed, revoked and taken over with them. */
import { sql } from "kysely";
import pg from "pg";
import { afterAll, expect, test } from "vitest";
import { permissionsOfRole, type Scope } from "../../contract/permissions.ts";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { signedInPerson, type TestPerson } from "../../testing/people.ts";
import { until } from "../../testing/until.ts";
import { startLiveUpdates } from "../kit/live-updates.ts";
import { accessChannel, readAccessChange } from "./access-changes.ts";
import { createApiKeyCache } from "./api-key-cache.ts";
import { storeApiKey } from "./api-keys.ts";

const database = await testDatabase();
const { db } = database;
let now = new Date("2026-03-01T12:00:00Z");
const clock = { now: () => now };
const app = await testApp(database, { clock });
const { call } = app;
const { key: workspaceKey, id: workspaceId } = await workspaceWithKey(database);
const boss = await signedInPerson(app, workspaceId, "super_admin", { name: "Berit Boss" });

// The cache of another process: since the clock stands still, only notifications invalidate it.
const elsewhere = createApiKeyCache({ db, clock });
const liveUpdates = await startLiveUpdates({ connection: database.connection, pool: db.pool, log: app.services.log });
await liveUpdates.subscribe(accessChannel, (payload) => elsewhere.invalidate(readAccessChange(payload)));
afterAll(() => liveUpdates.stop());

type Made = { id: string; key: string; scopes: Scope[]; maker: { id: string; name: string } | null };

async function make(as: { key?: string; cookie?: string }, scopes: Scope[], more: object = {}): Promise<Made> {
  const answer = await call("POST /api-keys", { ...as, body: { name: "Till", scopes, ...more } });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body;
}
const listed = async (id: string) => {
  const { body } = await call("GET /api-keys", { cookie: boss.cookie });
  return body.items.find((item: { id: string }) => item.id === id);
};
const statusOf = async (key: string, line = "GET /contacts") => (await call(line, { key })).status;
const permissionsElsewhere = async (key: string) => [...((await elsewhere.find(key))?.actor.permissions ?? [])];
const person = (role: "admin" | "marketer" | "super_admin", name: string): Promise<TestPerson> =>
  signedInPerson(app, workspaceId, role, { name });

test("a key shows its maker, and a key made with it has the same maker", async () => {
  const ada = await person("admin", "Ada");
  const made = await make(ada, ["contacts:read", "api-keys:write"]);
  expect(made).toMatchObject({ maker: { id: ada.id, name: "Ada" }, effective_scopes: made.scopes, expires_at: null });
  const second = await make({ key: made.key }, ["contacts:read"]);
  expect(second.maker).toEqual({ id: ada.id, name: "Ada" });
  expect((await make({ key: workspaceKey }, ["contacts:read"])).maker).toBeNull();
});

test("a key loses the permissions that its maker loses, in every process at once", async () => {
  const ada = await person("admin", "Ada");
  const { id, key } = await make(ada, ["contacts:read", "contacts:write", "workspace:write", "api-keys:write"]);
  expect(await permissionsElsewhere(key)).toContain("contacts:write");
  const demoted = await call(`PATCH /people/${ada.id}`, { cookie: boss.cookie, body: { role: "viewer" } });
  expect(demoted.status).toBe(200);
  expect(await statusOf(key, "GET /contacts")).toBe(200);
  expect(await call("POST /contacts", { key, body: { first_name: "X" } })).toMatchObject({
    status: 403,
    body: { error: { code: "forbidden", value: "contacts:write" } },
  });
  // The clock stands still, so this is the notification's effect, not the cache entry's expiry.
  await until(async () => expect(await permissionsElsewhere(key)).toEqual(["contacts:read"]));
  expect(await listed(id)).toMatchObject({ effective_scopes: ["contacts:read"] });
  await call(`PATCH /people/${ada.id}`, { cookie: boss.cookie, body: { role: "admin" } });
  expect(await statusOf(key, "GET /api-keys")).toBe(200);
});

test("a key for everything may what its maker may at the moment; one for less cannot make it, and it is taken over as it is", async () => {
  const ada = await person("admin", "Ada");
  const { id, key, scopes } = await make(ada, ["everything"]);
  expect(scopes).toEqual(["everything"]);
  const effective = async () => (await listed(id)).effective_scopes.toSorted();
  expect(await effective()).toEqual([...permissionsOfRole.admin].sort());
  expect(await statusOf(key, "GET /carriers")).toBe(403);
  await call(`PATCH /people/${ada.id}`, { cookie: boss.cookie, body: { role: "super_admin" } });
  expect(await statusOf(key, "GET /carriers")).toBe(200);
  await call(`PATCH /people/${ada.id}`, { cookie: boss.cookie, body: { role: "viewer" } });
  await until(async () =>
    expect((await permissionsElsewhere(key)).sort()).toEqual([...permissionsOfRole.viewer].sort()),
  );
  await call(`PATCH /people/${ada.id}`, { cookie: boss.cookie, body: { role: "admin" } });
  // It makes one like itself, and one with less makes none with more.
  await make({ key }, ["everything"]);
  const narrow = await make(ada, [...permissionsOfRole.admin]);
  const more = await call("POST /api-keys", { key: narrow.key, body: { name: "More", scopes: ["everything"] } });
  expect(more).toMatchObject({ status: 403, body: { error: { code: "scope_not_yours", value: "everything" } } });
  const takeOver = await call(`DELETE /people/${ada.id}?keys=take_over`, { cookie: boss.cookie });
  expect(takeOver.status, JSON.stringify(takeOver.body)).toBeLessThan(300);
  const taken = await listed(id);
  expect(taken.scopes.toSorted()).toEqual([...permissionsOfRole.admin].sort());
});

test("the operator's first key may everything, also what an update adds", async () => {
  const { key } = await workspaceWithKey(database, { scopes: ["everything"] });
  expect((await permissionsElsewhere(key)).sort()).toEqual([...permissionsOfRole.super_admin].sort());
});

test("taking SMS set-up from a person takes it from their keys", async () => {
  const ada = await signedInPerson(app, workspaceId, "marketer", { smsSetup: true });
  const admin = await person("admin", "Anna");
  await call(`PATCH /people/${ada.id}`, { cookie: boss.cookie, body: { role: "admin", sms_setup: true } });
  const { key, id } = await make(ada, ["sms-setup:write"]);
  expect(await statusOf(key, "GET /carriers")).toBe(200);
  // A person without the permission cannot revoke a key that has it.
  expect(await call(`DELETE /api-keys/${id}`, admin)).toMatchObject({
    status: 403,
    body: { error: { code: "key_above_own", field: "scopes", value: "sms-setup:write" } },
  });
  await call(`PATCH /people/${ada.id}`, { cookie: boss.cookie, body: { sms_setup: false } });
  expect(await statusOf(key, "GET /carriers")).toBe(403);
});

test("removing a person revokes their keys by default", async () => {
  const ada = await person("admin", "Ada");
  const keys = [await make(ada, ["contacts:read"]), await make(ada, ["messages:read"])];
  for (const { key } of keys) expect(await elsewhere.find(key)).not.toBeNull();
  expect((await call(`DELETE /people/${ada.id}`, { cookie: boss.cookie })).status).toBe(204);
  for (const { id, key } of keys) {
    expect(await call("GET /contacts", { key })).toMatchObject({
      status: 401,
      body: { error: { code: "invalid_api_key" } },
    });
    await until(async () => expect(await elsewhere.find(key)).toBeNull());
    expect(await listed(id)).toBeUndefined();
  }
});

test("keys that are taken over belong to the person who removed their maker, and may do no more than before", async () => {
  const ada = await person("admin", "Ada");
  const kept = await make(ada, ["contacts:read", "campaigns:send", "contacts:write"]);
  const empty = await make(ada, ["workspace:write"]);
  await call(`PATCH /people/${ada.id}`, { cookie: boss.cookie, body: { role: "agent" } });
  const query = `DELETE /people/${ada.id}?keys=take_over`;
  expect((await call(query, { cookie: boss.cookie })).status).toBe(204);
  expect(await listed(kept.id)).toMatchObject({
    maker: { id: boss.id, name: "Berit Boss" },
    scopes: ["contacts:read", "contacts:write"],
  });
  expect(await statusOf(kept.key)).toBe(200);
  // A key without any permission left is revoked.
  expect(await listed(empty.id)).toBeUndefined();
});

test("`keys` may be in the body as well; callers who cannot make keys, or who leave, cannot take keys over", async () => {
  const ada = await person("admin", "Ada");
  const made = await make(ada, ["contacts:read"]);
  const body = { keys: "take_over" };
  const peopleOnly = await make(boss, ["people:write", "contacts:read"]);
  expect(await call(`DELETE /people/${ada.id}`, { key: peopleOnly.key, body })).toMatchObject({ status: 403 });
  expect(await call(`DELETE /people/${ada.id}`, { cookie: ada.cookie, body })).toMatchObject({
    status: 409,
    body: { error: { code: "cannot_take_over_own", field: "keys" } },
  });
  const wrong = await call(`DELETE /people/${ada.id}?keys=keep`, { cookie: boss.cookie });
  expect(wrong).toMatchObject({ status: 422, body: { error: { field: "keys", value: "keep" } } });
  expect(await listed(made.id)).toBeDefined();
  expect((await call(`DELETE /people/${ada.id}`, { key: workspaceKey, body })).status).toBe(204);
  expect(await listed(made.id)).toMatchObject({ maker: null });
});

test("only super admins make and revoke the workspace's own keys", async () => {
  const { id } = await make({ key: workspaceKey }, ["contacts:read"]);
  const admin = await person("admin", "Anna");
  const refused = { status: 403, body: { error: { code: "super_admins_only" } } };
  expect(await call(`DELETE /api-keys/${id}`, { cookie: admin.cookie })).toMatchObject(refused);
  // An admin's key from before makers were recorded still works, but cannot make keys without a maker.
  const grants = { name: "old", role: "admin", scopes: ["api-keys:write", "contacts:read"] } as const;
  await db.inWorkspace(workspaceId, (tx) => storeApiKey(tx, workspaceId, "an-old-key-of-an-admin", grants, now));
  expect(await statusOf("an-old-key-of-an-admin")).toBe(200);
  expect(
    await call("POST /api-keys", { key: "an-old-key-of-an-admin", body: { name: "x", scopes: ["contacts:read"] } }),
  ).toMatchObject(refused);
  expect((await call(`DELETE /api-keys/${id}`, { cookie: boss.cookie })).status).toBe(204);
});

test("a key cannot revoke a key that may do more, but can revoke itself", async () => {
  const wide = await make(boss, ["contacts:read", "subscription:write"]);
  const narrow = await make(boss, ["contacts:read", "api-keys:write"]);
  expect(await call(`DELETE /api-keys/${wide.id}`, { key: narrow.key })).toMatchObject({
    status: 403,
    body: { error: { code: "key_above_own", value: "subscription:write" } },
  });
  expect((await call(`DELETE /api-keys/${narrow.id}`, { key: narrow.key })).status).toBe(204);
  expect(await statusOf(narrow.key)).toBe(401);
});

test("a key is refused from the moment it expires, even when it is cached", async () => {
  const expires_at = new Date(now.getTime() + 2_000).toISOString();
  const { id, key } = await make(boss, ["contacts:read"], { expires_at });
  expect(await statusOf(key)).toBe(200);
  now = new Date(now.getTime() + 1_999);
  expect(await statusOf(key)).toBe(200);
  now = new Date(now.getTime() + 1);
  expect(await call("GET /contacts", { key })).toMatchObject({
    status: 401,
    body: { error: { code: "api_key_expired" } },
  });
  expect(await listed(id)).toMatchObject({ expires_at, effective_scopes: [] });
  for (const past of [now.toISOString(), "2020-01-01T00:00:00Z"]) {
    expect(
      await call("POST /api-keys", {
        cookie: boss.cookie,
        body: { name: "x", scopes: ["contacts:read"], expires_at: past },
      }),
    ).toMatchObject({ status: 422, body: { error: { code: "expires_in_past", field: "expires_at", value: past } } });
  }
});

test("a key that expires cannot make a key that outlives it", async () => {
  const expires_at = new Date(now.getTime() + 60_000).toISOString();
  const brief = await make(boss, ["contacts:read", "api-keys:write"], { expires_at });
  const later = new Date(now.getTime() + 60_001).toISOString();
  for (const wanted of [{}, { expires_at: null }, { expires_at: later }]) {
    const body = { name: "longer", scopes: ["contacts:read"], ...wanted };
    expect(await call("POST /api-keys", { key: brief.key, body })).toMatchObject({
      status: 403,
      body: { error: { code: "outlives_maker", field: "expires_at" } },
    });
  }
  await make({ key: brief.key }, ["contacts:read"], { expires_at });
});

test("no key is left that was made while its maker was being removed", async () => {
  for (let i = 0; i < 5; i++) {
    const ada = await person("admin", "Ada");
    const body = { name: "late", scopes: ["contacts:read"] };
    const [made, removed] = await Promise.all([
      call("POST /api-keys", { cookie: ada.cookie, body }),
      call(`DELETE /people/${ada.id}`, { cookie: boss.cookie }),
    ]);
    expect(removed.status).toBe(204);
    if (made.status === 201) expect(await statusOf(made.body.key)).toBe(401);
    else expect(made.status).toBe(403);
    const left = await db.asSystem((tx) => sql`select 1 from api_keys where made_by = ${ada.id}`.execute(tx));
    expect(left.rows).toEqual([]);
  }
});

test("a removal that fails leaves the keys as they were", async () => {
  const ada = await person("super_admin", "Ada");
  const { id, key } = await make(ada, ["contacts:read"]);
  const superuser = new pg.Client({ connectionString: database.superuser });
  await superuser.connect();
  try {
    await superuser.query(`create function refuse_removal() returns trigger language plpgsql as
      $$ begin raise exception 'no'; end $$;
      create trigger refuse_removal before delete on memberships for each row execute function refuse_removal()`);
    expect((await call(`DELETE /people/${ada.id}`, { cookie: boss.cookie })).status).toBe(500);
    await superuser.query("drop trigger refuse_removal on memberships; drop function refuse_removal()");
  } finally {
    await superuser.end();
  }
  expect(await statusOf(key)).toBe(200);
  // No event was recorded for the revocation that was rolled back.
  const { body } = await call("GET /audit-events?action=api_key.revoked&limit=200", { cookie: boss.cookie });
  expect(body.items.map((event: { target: { id: string } }) => event.target.id)).not.toContain(id);
});
