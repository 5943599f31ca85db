/** Sessions: how long they last, what ends them, and that no person sees or ends another person's. */
import { sql } from "kysely";
import { beforeEach, expect, test, vi } from "vitest";
import { type TestAnswer, testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { identityOf } from "./account-jobs.ts";
import { createPerson, joinWorkspace } from "./create-person.ts";

vi.setConfig({ testTimeout: 90_000 }); // scrypt, some ten times a test
const database = await testDatabase();
const { db } = database;
const { call, services } = await testApp(database);
const password = "correct horse battery";
const { id: workspaceId } = await workspaceWithKey(database);
const passwordHash = await identityOf(services).hashPassword(password);
const people = { kari: "kari@example.com", ola: "ola@example.com" };
for (const [name, email] of Object.entries(people)) {
  await db.asSystem(async (tx) => {
    const user = await createPerson(tx, { name, email, passwordHash, verified: true }, new Date());
    await joinWorkspace(tx, { workspaceId, userId: user.id, role: "admin", smsSetup: false }, new Date());
  });
}
beforeEach(() => db.asSystem((tx) => sql`delete from sessions`.execute(tx)));

const signIn = (email = people.kari, more: { cookie?: string; agent?: string; body?: object } = {}) =>
  call("POST /api/auth/sign-in/email", {
    body: { email, password, ...more.body },
    ip: "192.0.2.1",
    ...(more.cookie && { cookie: more.cookie }),
    headers: { "user-agent": more.agent ?? "Firefox" },
  });
const session = async (answer: TestAnswer) => (await call("GET /session", { cookie: answer.cookies })).status;
const listed = async (answer: TestAnswer) =>
  (await call("GET /account/sessions", { cookie: answer.cookies })).body.items;

/** Backdates all sessions' creation by so many days. */
const age = (days: number) =>
  db.asSystem((tx) => sql`update sessions set created_at = now() - make_interval(days => ${days})`.execute(tx));

test("signing in ends the session that was open in the same browser, so that a planted session is useless", async () => {
  const before = await signIn(people.ola);
  const after = await signIn(people.kari, { cookie: before.cookies });
  expect(await session(before)).toBe(401);
  expect(await session(after)).toBe(200);
  // A wrong password ends no session.
  const body = { email: people.ola, password: "not it" };
  expect((await call("POST /api/auth/sign-in/email", { body, cookie: after.cookies })).status).toBe(401);
  expect(await session(after)).toBe(200);
});

/** Makes every `event` of a table fail until `work` is done. */
async function failing<T>(event: "delete on sessions" | "insert on audit_events", work: () => Promise<T>): Promise<T> {
  const define = sql.raw(`
    create function fail() returns trigger language plpgsql as $$ begin raise exception 'not now'; end $$;
    create trigger fail before ${event} for each row execute function fail()`);
  await db.asSystem((tx) => define.execute(tx));
  try {
    return await work();
  } finally {
    await db.asSystem((tx) => sql`drop function fail cascade`.execute(tx));
  }
}

test("signing out and its audit event commit together or not at all", async () => {
  const events = async () => {
    const { rows } = await db.asSystem((tx) =>
      sql<{
        action: string;
      }>`select action from audit_events where action = 'session.ended' and actor_name = 'ola'`.execute(tx),
    );
    return rows.length;
  };
  const answer = await signIn(people.ola);
  const signOut = () => call("POST /api/auth/sign-out", { cookie: answer.cookies });
  for (const event of ["delete on sessions", "insert on audit_events"] as const) {
    expect((await failing(event, signOut)).status, event).toBe(500);
    expect([await session(answer), await events()], event).toEqual([200, 0]);
  }
  expect(String((await signOut()).headers["set-cookie"])).toMatch(/Max-Age=0/);
  expect([await session(answer), await events()]).toEqual([401, 1]);
  expect((await signOut()).status).toBe(200);
  expect(await events()).toBe(1);
});

test("a sign-in whose audit event cannot be written returns no cookie", async () => {
  const answer = await failing("insert on audit_events", () => signIn());
  expect(answer).toMatchObject({ status: 500, cookies: "" });
});

test("a session ends thirty days after it was opened, however often it is used", async () => {
  const answer = await signIn();
  await age(29);
  expect(await session(answer)).toBe(200);
  await age(30);
  const ended = await call("GET /session", { cookie: answer.cookies });
  expect(ended).toMatchObject({ status: 401, body: { error: { code: "session_expired" } } });
  expect(String(ended.headers["set-cookie"])).toMatch(/Max-Age=0/);
  await age(1);
  expect(await session(answer)).toBe(401); // it was deleted, not only hidden
});

test("a person sees where they are signed in, but no session token", async () => {
  const here = await signIn(people.kari, { agent: "Firefox here" });
  await signIn(people.kari, { agent: "Chrome there" });
  await signIn(people.ola, { agent: "Safari of Ola" });
  const items = await listed(here);
  expect(items).toMatchObject([
    { current: false, user_agent: "Chrome there", ip: "192.0.2.1" },
    { current: true, user_agent: "Firefox here", ip: "192.0.2.1" },
  ]);
  const { rows } = await db.asSystem((tx) => sql<{ token: string }>`select token from sessions`.execute(tx));
  for (const { token } of rows) expect(JSON.stringify(items)).not.toContain(token);
});

test("one session is ended, or all others; another person's is not found", async () => {
  const [here, there, third, ola] = [await signIn(), await signIn(), await signIn(), await signIn(people.ola)];
  const [olas] = await listed(ola);
  const theirs = await call(`DELETE /account/sessions?id=${olas.id}`, { cookie: here.cookies });
  expect(theirs).toMatchObject({ status: 404, body: { error: { code: "not_found" } } });
  const invalid = await call("DELETE /account/sessions?id=all", { cookie: here.cookies });
  expect(invalid).toMatchObject({ status: 422, body: { error: { field: "id" } } });
  expect(await session(there)).toBe(200);
  const [newest] = await listed(here);
  expect((await call(`DELETE /account/sessions?id=${newest.id}`, { cookie: here.cookies })).status).toBe(204);
  expect(await session(third)).toBe(401);
  expect(await session(there)).toBe(200);
  expect((await call("DELETE /account/sessions", { cookie: here.cookies })).status).toBe(204);
  expect(await session(there)).toBe(401);
  expect(await session(here)).toBe(200);
  expect(await session(ola)).toBe(200);
});

test("a person changes their own name, and only their name", async () => {
  const here = await signIn();
  const body = { name: "  Kari Nordmann ", email: "eve@example.com", id: "00000000-0000-7000-8000-000000000000" };
  const changed = await call("PATCH /account", { cookie: here.cookies, body });
  expect(changed).toMatchObject({ status: 200, body: { name: "Kari Nordmann", email: people.kari } });
  expect((await call("GET /session", { cookie: here.cookies })).body.user).toEqual(changed.body);
  for (const name of ["", "   ", "x".repeat(101), null]) {
    const refused = await call("PATCH /account", { cookie: here.cookies, body: { name } });
    expect(refused).toMatchObject({ status: 422, body: { error: { field: "name" } } });
  }
});

test("a lowered role and a removal take effect with the next request, in every session", async () => {
  const [one, two] = [await signIn(people.ola), await signIn(people.ola)];
  const boss = await signIn();
  const { id } = one.body.user;
  expect((await call("GET /people", { cookie: one.cookies })).status).toBe(200);
  expect((await call(`PATCH /people/${id}`, { cookie: boss.cookies, body: { role: "viewer" } })).status).toBe(200);
  for (const { cookies } of [one, two]) {
    const body = { email: "x@example.com", role: "viewer" };
    expect((await call("POST /people", { cookie: cookies, body })).status).toBe(403);
  }
  expect((await call(`DELETE /people/${id}`, { cookie: boss.cookies })).status).toBe(204);
  for (const { cookies } of [one, two]) expect((await call("GET /people", { cookie: cookies })).status).toBe(403);
});
