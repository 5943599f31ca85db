/** While the database is unavailable every call gets 503 with Retry-After, and afterwards works as before. */
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { addTwilio, callBack } from "../../testing/twilio-connection.ts";
import { signedForm } from "../../testing/twilio.ts";
import { identityOf } from "../accounts/account-jobs.ts";
import { createPerson, joinWorkspace } from "../accounts/create-person.ts";

const database = await testDatabase({ max: 4 });
const many = { max: 100_000, seconds: 60 };
const limits = { stranger: many, wrongKey: many, session: many };
let now = new Date();
const { app, call, services } = await testApp(database, { limits, clock: { now: () => now } });
const workspace = await workspaceWithKey(database);
const email = "kari@example.com";
const password = "correct horse battery";
await database.db.asSystem(async (tx) => {
  const passwordHash = await identityOf(services).hashPassword(password);
  const user = await createPerson(tx, { name: "Kari", email, passwordHash, verified: true }, now);
  await joinWorkspace(tx, { workspaceId: workspace.id, userId: user.id, role: "admin", smsSetup: true }, now);
});
const { cookies } = await call("POST /api/auth/sign-in/email", { body: { email, password } });
const auth_token = "a token of Twilio's";
const account = { account_sid: `AC${"1".repeat(32)}`, auth_token };
const twilio = await addTwilio(database.db, services.seal, workspace.id, account);

const document = (await call("GET /api/openapi.json")).body;
const operations = Object.entries<Record<string, Record<string, unknown>>>(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    line: `${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, "01990000-0000-7000-8000-000000000001")}`,
    permission: String(operation["x-permission"]),
  })),
);
const guarded = operations.filter(({ permission, line }) => permission !== "anyone" && !line.endsWith("/health"));
const reads = guarded.filter(
  ({ line, permission }) => line.startsWith("GET") && permission !== "signed-in" && !line.endsWith("/news"),
);

/** What calls need in their query, by the end of their path. */
const queries = {
  "/mailbox": "?to=kari@example.com",
  "/rows": "?kind=new",
  "/audience": "?view=will",
  "/explain": "?contact=01990000-0000-7000-8000-000000000001",
};

const name = new URL(database.connection).pathname.slice(1);
const elsewhere = new URL(database.superuser);
elsewhere.pathname = "/postgres";
const superuser = new pg.Client({ connectionString: elsewhere.href });

beforeAll(async () => {
  await superuser.connect();
  // Caches the key, so that handlers are tested too and not only the authorization.
  await call("GET /workspace", { key: workspace.key });
  await superuser.query(`alter database ${name} connection limit 0`);
  await superuser.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [name]);
});
afterAll(() => superuser.end());

const away = { status: 503, body: { error: { code: "database_unavailable" } }, headers: { "retry-after": "2" } };

test("the document lists the calls that are tested here", () => {
  expect(guarded.length).toBeGreaterThan(60);
  expect(reads.length).toBeGreaterThan(20);
});

test.each(reads)("$line, with a cached key", async ({ line }) => {
  const [, query = ""] = Object.entries(queries).find(([end]) => line.endsWith(end)) ?? [];
  expect(await call(`${line}${query}`, { key: workspace.key })).toMatchObject(away);
});

test.each(["status?message=01990000-0000-7000-8000-000000000001", "inbound"])(
  "Twilio's %s, so that Twilio retries",
  async (path) => {
    const form = {
      MessageStatus: "delivered",
      MessageSid: "SM1",
      From: "+4791234567",
      To: "+4790000000",
      Body: "STOP",
    };
    const url = `http://localhost:3000/api/v1/carriers/${twilio}/twilio/${path}`;
    const answer = await callBack(app, signedForm(auth_token, url, form));
    expect({ ...answer, body: JSON.parse(answer.body) }).toMatchObject(away);
  },
);

describe("once no key is cached", () => {
  beforeAll(() => {
    now = new Date(now.getTime() + 60_000);
  });

  test.each(guarded.filter(({ permission }) => permission !== "signed-in"))("$line, with a key", async ({ line }) => {
    expect(await call(line, { key: workspace.key })).toMatchObject(away);
  });

  test.each(guarded)("$line, with a session", async ({ line }) => {
    const headers = { origin: "http://localhost:3000" };
    expect(await call(line, { cookie: cookies, headers })).toMatchObject(away);
  });

  test("signing in, and asking for a new password", async () => {
    expect(await call("POST /api/auth/sign-in/email", { body: { email, password } })).toMatchObject(away);
    expect(await call("POST /api/auth/request-password-reset", { body: { email } })).toMatchObject(away);
  });

  test("a text with an Idempotency-Key, which is sent once when the database is back", async () => {
    const text = {
      key: workspace.key,
      body: { to: "+4791234567", text: "Hei" },
      headers: { "idempotency-key": "once" },
    };
    expect(await call("POST /messages", text)).toMatchObject(away);
    await superuser.query(`alter database ${name} connection limit -1`);
    const sent = await call("POST /messages", text);
    expect(sent).toMatchObject({ status: 202 });
    expect((await call("POST /messages", text)).body).toEqual(sent.body);
    expect((await call("GET /messages", { key: workspace.key })).body.items).toHaveLength(1);
  });
});
