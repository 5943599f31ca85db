/** Invitations are mails to strangers in our name: the limits by inviter, by workspace and by address. */
import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import { beforeEach, expect, test, vi } from "vitest";
import { permissions } from "../../contract/permissions.ts";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { newId } from "../../testing/new-id.ts";
import { newApiKey, storeApiKey } from "./api-keys.ts";
import { createPerson, joinWorkspace } from "./create-person.ts";
import { setToken } from "./invitations.ts";

vi.setConfig({ testTimeout: 60_000 }); // hundreds of transactions a test
const database = await testDatabase();
const { db } = database;
let now = new Date("2026-03-01T12:00:00Z");
const { call } = await testApp(database, { clock: { now: () => now } });
let ours = await workspaceWithKey(database);
beforeEach(async () => {
  now = new Date(now.getTime() + 2 * 86_400_000);
  ours = await workspaceWithKey(database);
});

const invite = (email: string, { key } = ours) => call("POST /people", { key, body: { email, role: "viewer" } });

async function statuses(all: Promise<{ status: number }>[]): Promise<Record<number, number>> {
  const counted: Record<number, number> = {};
  for (const { status } of await Promise.all(all)) counted[status] = (counted[status] ?? 0) + 1;
  return counted;
}

async function queuedMails(): Promise<number> {
  const found = await db.asSystem((tx) =>
    sql<{ n: number }>`
      select count(*) as n from mails where source_type = 'invitation'`.execute(tx),
  );
  return found.rows[0]?.n ?? 0;
}

test("an inviter may send thirty an hour, and other inviters are not affected", async () => {
  const before = await queuedMails();
  const many = Array.from({ length: 45 }, (_, n) => invite(`person-${n}@example.com`));
  expect(await statuses(many)).toEqual({ 201: 30, 429: 15 });
  expect(await queuedMails()).toBe(before + 30);
  const refused = await invite("one-more@example.com");
  expect(refused).toMatchObject({ status: 429, body: { error: { code: "too_many_invitations" } } });
  expect(Number(refused.headers["retry-after"])).toBeGreaterThan(3_000);
  expect((await invite("one-more@example.com", await workspaceWithKey(database))).status).toBe(201);
  now = new Date(now.getTime() + 3_600_000);
  expect((await invite("one-more@example.com")).status).toBe(201);
});

test("workspace keys have limits of their own, a person's keys share the person's", async () => {
  const storeKey = async (madeBy: string | null) => {
    const key = newApiKey();
    const grants = { name: "Till", role: "super_admin", scopes: permissions, madeBy } as const;
    await db.asSystem((tx) => storeApiKey(tx, ours.id, key, grants, now));
    return { id: ours.id, key };
  };
  const maker = await db.asSystem(async (tx) => {
    const given = { name: "Kari", email: `${newId()}@example.com`, passwordHash: "x", verified: true };
    const user = await createPerson(tx, given, now);
    await joinWorkspace(tx, { workspaceId: ours.id, userId: user.id, role: "super_admin", smsSetup: true }, now);
    return user.id;
  });
  const from = async (name: string, key: { id: string; key: string }, n: number) =>
    statuses(Array.from({ length: n }, (_, i) => invite(`${name}-${i}@example.com`, key)));
  expect(await from("a", await storeKey(null), 30)).toEqual({ 201: 30 });
  expect(await from("b", await storeKey(null), 30)).toEqual({ 201: 30 });
  expect(await from("c", await storeKey(maker), 20)).toEqual({ 201: 20 });
  expect(await from("d", await storeKey(maker), 20)).toEqual({ 201: 10, 429: 10 });
});

test("a workspace may send a hundred a day", async () => {
  for (let hour = 0; hour < 4; hour++) {
    const many = Array.from({ length: 30 }, (_, n) => invite(`person-${hour}-${n}@example.com`));
    expect(await statuses(many)).toEqual(hour < 3 ? { 201: 30 } : { 201: 10, 429: 20 });
    now = new Date(now.getTime() + 3_600_000);
  }
});

test("an address gets at most five a day, from all workspaces together", async () => {
  const others = await Promise.all(Array.from({ length: 4 }, () => workspaceWithKey(database)));
  const all = [ours, ...others].flatMap((from) => [
    invite("victim@example.com", from),
    invite("VICTIM@example.com", from),
  ]);
  expect(await statuses(all)).toEqual({ 201: 5, 429: 5 });
});

test("at most two hundred are open; expired ones don't count", async () => {
  const open = (n: number, days: number) =>
    db.asSystem((tx) =>
      sql`
        insert into invitations (workspace_id, id, email, role, sms_setup, invited_by, created_at, expires_at)
        values (${ours.id}, ${newId(now)}, ${`open-${n}-${days}@example.com`}, 'viewer', false, 'x', ${now},
          ${new Date(now.getTime() + days * 86_400_000)})`.execute(tx),
    );
  for (let n = 0; n < 198; n++) await open(n, 7);
  for (let n = 0; n < 20; n++) await open(n, 0);
  expect(await statuses(Array.from({ length: 5 }, (_, n) => invite(`person-${n}@example.com`)))).toEqual({
    201: 2,
    409: 3,
  });
  expect((await invite("open-1-7@example.com")).status).toBe(201); // replaces an open one
  expect((await invite("another@example.com")).body.error.code).toBe("too_many_open_invitations");
});

test("a new invitation invalidates the links of the one before", async () => {
  const first = (await invite("ola@example.com")).body.id;
  const issue = async (id: string) => {
    const token = randomBytes(32).toString("base64url");
    await db.asSystem((tx) => setToken(tx, { workspace_id: ours.id, invitation_id: id }, token));
    return token;
  };
  const old = await issue(first);
  expect((await call(`GET /invitations/${old}`)).status).toBe(200);
  const second = (await invite("OLA@example.com")).body.id;
  expect((await call(`GET /invitations/${old}`)).status).toBe(404);
  const token = await issue(second);
  expect((await call(`GET /invitations/${token}`)).status).toBe(200);
  expect(await issue(second)).not.toBe(token);
  expect((await call(`GET /invitations/${token}`)).status).toBe(404);
});

test("when a member is removed or demoted, their invitations that would grant more are withdrawn", async () => {
  const member = async (role: "super_admin" | "admin") => {
    const key = newApiKey();
    const id = await db.asSystem(async (tx) => {
      const given = { name: "Kari", email: `${newId()}@example.com`, passwordHash: "x", verified: true };
      const user = await createPerson(tx, given, now);
      await joinWorkspace(tx, { workspaceId: ours.id, userId: user.id, role, smsSetup: false }, now);
      await storeApiKey(tx, ours.id, key, { name: "Till", role, scopes: permissions, madeBy: user.id }, now);
      return user.id;
    });
    return { id, key };
  };
  const inviteAs = async (key: string, name: string, role: string) => {
    now = new Date(now.getTime() + 1_000);
    const { status } = await call("POST /people", { key, body: { email: `${name}@example.com`, role } });
    expect(status, name).toBe(201);
  };
  const open = async () => {
    const { body } = await call("GET /people", { key: ours.key });
    const people: { email: string; joined_at: string | null }[] = body.items;
    return people.flatMap(({ email, joined_at }) => (joined_at ? [] : [email.replace("@example.com", "")])).sort();
  };
  const [leaving, demoted] = [await member("admin"), await member("super_admin")];
  await member("super_admin"); // who stays
  await inviteAs(leaving.key, "left-own", "admin");
  await inviteAs(leaving.key, "left-mine-since", "viewer");
  await inviteAs(ours.key, "left-mine-since", "viewer");
  await inviteAs(ours.key, "mine", "admin");
  await inviteAs(ours.key, "left-mine-before", "viewer");
  await inviteAs(leaving.key, "left-mine-before", "viewer");
  await inviteAs(demoted.key, "demoted-boss", "super_admin");
  await inviteAs(demoted.key, "demoted-admin", "admin");
  expect((await call(`DELETE /people/${leaving.id}`, { key: ours.key })).status).toBe(204);
  expect(await open()).toEqual(["demoted-admin", "demoted-boss", "left-mine-since", "mine"]);
  const demote = (role: string) => call(`PATCH /people/${demoted.id}`, { key: ours.key, body: { role } });
  expect((await demote("admin")).status).toBe(200);
  expect(await open()).toEqual(["demoted-admin", "left-mine-since", "mine"]);
  expect((await demote("viewer")).status).toBe(200);
  expect(await open()).toEqual(["left-mine-since", "mine"]);
  const events = await call("GET /audit-events?action=invitation.withdrawn", { key: ours.key });
  expect(events.body.items).toHaveLength(4);
});
