/** A live-updates stream ends when its caller's access ends, in whichever process that happens. */
import type { AddressInfo } from "node:net";
import { sql } from "kysely";
import pg from "pg";
import { expect, test } from "vitest";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { signedInPerson, signIn } from "../../testing/people.ts";
import { until } from "../../testing/until.ts";

const database = await testDatabase();
const here = await testApp(database);
/** In effect another process: the two share only the database. */
const there = await testApp(database);
await there.app.listen({ host: "127.0.0.1", port: 0 });
const at = `http://127.0.0.1:${(there.app.server.address() as AddressInfo).port}`;
const { call } = here;
const { key: workspaceKey, id: workspaceId } = await workspaceWithKey(database);
const boss = await signedInPerson(here, workspaceId, "super_admin");

interface Stream {
  text: string;
  ended: boolean;
}

/** A stream that is open in the other process. */
async function listen(headers: Record<string, string>): Promise<Stream> {
  const answer = await fetch(`${at}/api/v1/news?workspace=${workspaceId}`, { headers });
  expect(answer.status).toBe(200);
  const stream = { text: "", ended: false };
  void (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of answer.body ?? []) stream.text += decoder.decode(chunk as Uint8Array);
  })()
    .catch(() => {}) // a broken connection has ended too
    .finally(() => (stream.ended = true));
  await until(() => expect(stream.text).toContain("retry:"));
  return stream;
}
const byCookie = ({ cookie }: { cookie: string }) => listen({ cookie });
const byKey = (key: string) => listen({ authorization: `Bearer ${key}` });
/** Waits for its end. */
const ends = (stream: Stream) => until(() => stream.ended || Promise.reject(new Error("still open")));

/** Checks that a stream still receives updates, after all earlier notifications were handled. */
async function receives(stream: Stream): Promise<void> {
  const id = `seen ${Math.random()}`;
  here.services.liveUpdates.publish(workspaceId, "campaign", id);
  await until(() => expect(stream.text).toContain(id));
  expect(stream.ended).toBe(false);
}

async function makeKey(cookie: string, more: object = {}): Promise<{ id: string; key: string }> {
  const made = await call("POST /api-keys", { cookie, body: { name: "Till", scopes: ["workspace:read"], ...more } });
  expect(made.status).toBe(201);
  return made.body;
}

test("a session's stream ends when it signs out, and another session's of the same person does not", async () => {
  const ada = await signedInPerson(here, workspaceId, "viewer");
  const second = await signIn(here, ada.email);
  const [first, other] = [await byCookie(ada), await byCookie({ cookie: second })];
  await receives(first);
  expect((await call("POST /api/auth/sign-out", { cookie: ada.cookie })).status).toBe(200);
  expect(await ends(first)).toBe(true);
  await receives(other);
});

test("a session that is deleted by any means ends its stream", async () => {
  const ada = await signedInPerson(here, workspaceId, "viewer");
  const stream = await byCookie(ada);
  await here.services.db.pool.query("delete from sessions where user_id = $1", [ada.id]);
  expect(await ends(stream)).toBe(true);
});

test("a session that expires ends its stream at that moment", async () => {
  const ada = await signedInPerson(here, workspaceId, "viewer");
  // Set after the stream is open, since a request would renew a session that is about to end.
  const stream = await byCookie(ada);
  const soon = new Date(Date.now() + 1_500);
  await here.services.db.pool.query("update sessions set expires_at = $2 where user_id = $1", [ada.id, soon]);
  await receives(stream);
  expect(await ends(stream)).toBe(true);
  expect(Date.now()).toBeGreaterThanOrEqual(soon.getTime());
});

test("removing a person ends their streams and those of their keys", async () => {
  const ada = await signedInPerson(here, workspaceId, "admin");
  const { key } = await makeKey(ada.cookie);
  const streams = [await byCookie(ada), await byKey(key)];
  const others = await byCookie(boss);
  expect((await call(`DELETE /people/${ada.id}`, { cookie: boss.cookie })).status).toBe(204);
  for (const stream of streams) expect(await ends(stream)).toBe(true);
  await receives(others);
});

test("a lower role ends the streams of the person and of their keys that lose a permission; a higher role ends none", async () => {
  const ada = await signedInPerson(here, workspaceId, "marketer");
  const first = await byCookie(ada);
  await call(`PATCH /people/${ada.id}`, { cookie: boss.cookie, body: { role: "admin" } });
  await receives(first);
  const narrow = await byKey((await makeKey(ada.cookie)).key);
  const wide = await byKey((await makeKey(ada.cookie, { scopes: ["workspace:read", "workspace:write"] })).key);
  await call(`PATCH /people/${ada.id}`, { cookie: boss.cookie, body: { role: "viewer" } });
  expect(await ends(first)).toBe(true);
  expect(await ends(wide)).toBe(true);
  await receives(narrow);
});

test("a revoked key's stream ends, and an expired one's when it expires", async () => {
  const expires = new Date(Date.now() + 1_500);
  const lost = await makeKey(boss.cookie);
  const brief = await makeKey(boss.cookie, { expires_at: expires.toISOString() });
  const streams = [await byKey(lost.key), await byKey(brief.key)];
  const own = await byKey(workspaceKey);
  expect((await call(`DELETE /api-keys/${lost.id}`, { cookie: boss.cookie })).status).toBe(204);
  for (const stream of streams) expect(await ends(stream)).toBe(true);
  expect(Date.now()).toBeGreaterThanOrEqual(expires.getTime());
  await receives(own);
});

test("a change missed while the notification connection was down is noticed when it is back", async () => {
  const ada = await signedInPerson(here, workspaceId, "viewer");
  const stream = await byCookie(ada);
  const superuser = new pg.Client({ connectionString: database.superuser });
  await superuser.connect();
  try {
    // No notification of the deletion is sent, as if the connection were lost at that moment.
    await superuser.query("alter table sessions disable trigger session_ended");
    await superuser.query("delete from sessions where user_id = $1", [ada.id]);
    await superuser.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'varsla news' and datname = current_database()",
    );
    expect(await ends(stream)).toBe(true);
    await superuser.query("alter table sessions enable trigger session_ended");
  } finally {
    await superuser.end();
  }
});

test("notifications contain only ids", async () => {
  const received: string[] = [];
  await there.services.liveUpdates.subscribe("varsla_access", (payload) => payload && received.push(payload));
  const ada = await signedInPerson(here, workspaceId, "admin");
  await makeKey(ada.cookie);
  await call(`DELETE /people/${ada.id}`, { cookie: boss.cookie });
  await here.services.db.asSystem((tx) => sql`delete from sessions where user_id = ${ada.id}`.execute(tx));
  await until(() => expect(received.length).toBeGreaterThanOrEqual(3));
  const uuid = "[0-9a-f-]{36}";
  for (const payload of received)
    expect(payload).toMatch(new RegExp(`^\\{"\\w+_id" ?: ?"${uuid}"(, ?"\\w+_id" ?: ?"${uuid}")?\\}$`));
});
