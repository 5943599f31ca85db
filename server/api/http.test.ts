import { type AddressInfo, connect } from "node:net";
import { sql } from "kysely";
import pg from "pg";
import { expect, test } from "vitest";
import { contacts } from "../../contract/contacts.ts";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { until } from "../../testing/until.ts";
import { identityOf } from "../accounts/account-jobs.ts";
import { createPerson, joinWorkspace } from "../accounts/create-person.ts";

const database = await testDatabase();
const { app, call, services } = await testApp(database);
const { key, id: workspaceId } = await workspaceWithKey(database);
await app.listen({ host: "127.0.0.1", port: 0 });
const { port } = app.server.address() as AddressInfo;
const narrow = await testApp(database, {
  limits: { key: { max: 5, seconds: 60 }, wrongKey: { max: 3, seconds: 60 } },
});
const closing = await testApp(database, { webRoot: "/nonexistent" });
const overHttps = await testApp(database, { config: { public_url: "https://sms.example.com" } });
const gone = await testDatabase({ max: 2 });
const cutOff = await testApp(gone);
const authorization = `Bearer ${key}`;

async function signedIn(): Promise<string> {
  const password = "correct horse battery";
  const email = "kari@example.com";
  const passwordHash = await identityOf(services).hashPassword(password);
  await database.db.asSystem(async (tx) => {
    const at = new Date();
    const user = await createPerson(tx, { name: "Kari", email, passwordHash, verified: true }, at);
    await joinWorkspace(tx, { workspaceId, userId: user.id, role: "admin", smsSetup: false }, at);
  });
  return (await call("POST /api/auth/sign-in/email", { body: { email, password } })).cookies;
}
const cookie = await signedIn();

test("an unknown address gives 404 for any body, and an empty body is never a 5xx", async () => {
  for (const type of ["application/json", "text/csv", "image/png"])
    for (const body of ["", "{not json"])
      for (const line of ["POST /nothing/here", "DELETE /nothing/here", "PUT /workspace", "POST /api/nothing"])
        expect(await call(line, { key, body, headers: { "content-type": type } }), `${line} ${type}`).toMatchObject({
          status: 404,
          body: { error: { code: "not_found" } },
        });
  const headers = { "content-type": "application/json" };
  expect(await call("POST /messages", { key, body: "", headers })).toMatchObject({
    status: 422,
    body: { error: { code: "invalid", field: "body" } },
  });
});

test("a contacts file is accepted with its media types, and with none that a form of another site can send", async () => {
  const send = (type: string) =>
    call("POST /contacts/imports", { key, body: "Mobil\tNavn\n12\tOla\n", headers: { "content-type": type } });
  const { bodyType, bodyTypes } = contacts.startImport;
  for (const type of [bodyType, "text/csv; charset=windows-1252", ...bodyTypes])
    expect((await send(type)).status, type).toBe(202);
  for (const type of ["text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"])
    expect((await send(type)).status, type).toBe(415);
});

test("every error has the same shape, with the field and the value", async () => {
  const post = (body: string, headers: Record<string, string> = {}) =>
    call("POST /contacts", { key, body, headers: { "content-type": "application/json", ...headers } });
  expect(await post("{not json")).toMatchObject({
    status: 400,
    body: { error: { code: "malformed_json", message: "The body is not valid JSON." } },
  });
  expect(await post('{"first_name": 7}')).toMatchObject({
    status: 422,
    body: { error: { code: "invalid", field: "first_name", value: 7 } },
  });
  expect(await post('{"properties": {"Not A Key": 1}}')).toMatchObject({
    status: 422,
    body: { error: { code: "invalid" } },
  });
  expect(await post("")).toMatchObject({ status: 422, body: { error: { code: "invalid", field: "body" } } });
  expect(await post("[]")).toMatchObject({ status: 422, body: { error: { field: "body" } } });
  expect(await post("{}", { "content-type": "text/plain" })).toMatchObject({
    status: 415,
    body: { error: { code: "unsupported_media_type" } },
  });
  expect(await post("{}", { "content-type": "text/csv" })).toMatchObject({ status: 415 });
  expect(await post(JSON.stringify({ first_name: "x".repeat(1024 * 1024) }))).toMatchObject({
    status: 413,
    body: { error: { code: "body_too_large", message: "The body is larger than 1 MiB." } },
  });
  expect(await call("GET /contacts?limit=many", { key })).toMatchObject({
    status: 422,
    body: { error: { field: "limit", value: "many" } },
  });
  expect(await call("GET /lists/not-an-id", { key })).toMatchObject({
    status: 404,
    body: { error: { code: "not_found", field: "id", value: "not-an-id" } },
  });
  expect(await call("GET /nothing/here", { key })).toMatchObject({
    status: 404,
    body: { error: { code: "not_found" } },
  });
  expect(await call("GET /api/nothing")).toMatchObject({ status: 404, body: { error: { code: "not_found" } } });
  expect(await call("PUT /workspace", { key })).toMatchObject({ status: 404 });
  expect(await call("GET /lists/%zz", { key })).toMatchObject({
    status: 400,
    body: { error: { code: "malformed_url" } },
  });
});

test("errors never contain passwords", async () => {
  const body = { workspace: { name: "x" }, admin: { name: "x", email: "x@example.com", password: "hunter2" } };
  const answer = await call("POST /setup", {
    body: { ...body, workspace: { name: "A", country: "NO", time_zone: "Europe/Oslo", language: "en" } },
  });
  expect(answer).toMatchObject({ status: 422, body: { error: { field: "admin.password" } } });
  expect(JSON.stringify(answer.body)).not.toContain("hunter2");
});

test("a character that the database cannot store is refused, naming the field", async () => {
  for (const text of ["a\\u0000b", "\\ud800"]) {
    const body = `{"properties":{"note":"${text}"}}`;
    expect(await call("POST /contacts", { key, body })).toMatchObject({
      status: 422,
      body: { error: { code: "impossible_character", field: "properties.note" } },
    });
  }
  expect(await call("GET /contacts?query=%00", { key })).toMatchObject({
    status: 422,
    body: { error: { field: "query" } },
  });
  expect((await call("POST /lists", { key, body: '{"name":"\\ud83d\\ude00 friends"}' })).status).toBe(201);
  const deep = 150_000;
  expect(
    await call("POST /contacts", { key, body: `${'{"a":'.repeat(deep)}"\\u0000"${"}".repeat(deep)}` }),
  ).toMatchObject({ status: 422, body: { error: { code: "too_deep", field: "body" } } });
});

test("a forged cursor is refused by every paged list", async () => {
  const id = (await call("POST /contacts", { key, body: { mobile: "+4790011991" } })).body.id;
  const cursors = ["x", "-".repeat(36), `${"-".repeat(36)}.1`, madeUp("-updated_at", "x"), madeUp("timeline", "x")];
  for (const path of [
    "/campaigns",
    "/contacts",
    "/contacts/imports",
    `/contacts/${id}/timeline`,
    "/lists",
    "/messages",
    "/sandbox/mailbox",
    "/sandbox/phones",
    "/usage/segments",
  ]) {
    for (const cursor of cursors) {
      expect(await call(`GET ${path}?cursor=${cursor}`, { key }), `${path} ${cursor}`).toMatchObject({
        status: 422,
        body: { error: { code: "invalid_cursor", field: "cursor" } },
      });
    }
  }
  // Times that an id cannot contain cannot be the end of a page.
  for (const at of ["0001-01-01T00:00:00Z", "+200000-01-01T00:00:00Z"])
    expect((await call(`GET /contacts/${id}/timeline?cursor=${madeUp("timeline", at)}`, { key })).status).toBe(422);
});

/** A cursor in our format, with a valid id. */
function madeUp(sort: string, at: string): string {
  return Buffer.from(JSON.stringify([sort, at, "019a0000-0000-7000-8000-000000000000"])).toString("base64url");
}

test("requests have an id: the caller's when it is safe to log, else ours", async () => {
  expect((await call("GET /workspace", { key, headers: { "x-request-id": "order-17" } })).headers["x-request-id"]).toBe(
    "order-17",
  );
  for (const given of ["", "two words", "x".repeat(101), "a\tb"]) {
    const { headers } = await call("GET /workspace", { key, headers: { "x-request-id": given } });
    expect(headers["x-request-id"]).toMatch(/^[0-9a-f]{20}-\d+$/);
  }
});

test("another site cannot use a visitor's cookie", async () => {
  const send = (headers: Record<string, string>, line = "POST /lists") =>
    call(line, { cookie, headers, body: { name: `list ${Math.random()}` } });
  const host = "127.0.0.1:3000";
  for (const headers of [
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { "sec-fetch-site": "cross-site", origin: "http://localhost:3000" },
    { host, origin: "https://evil.example" },
    { host, origin: "null" },
    { host, origin: "https://127.0.0.1.evil.example:3000" },
    { host, origin: `http://127.0.0.1:5173` },
    { host, origin: `https://${host}` },
  ] as Record<string, string>[]) {
    expect(await send(headers), JSON.stringify(headers)).toMatchObject({
      status: 403,
      body: { error: { code: "cross_site" } },
    });
  }
  for (const headers of [
    { "sec-fetch-site": "same-origin" },
    { host, origin: `http://${host}` },
    { host, "x-forwarded-host": "localhost", "x-forwarded-proto": "https", origin: "https://localhost" },
    { origin: "http://localhost:3000" }, // PUBLIC_URL, behind a proxy
    {},
  ] as Record<string, string>[]) {
    expect((await send(headers)).status, JSON.stringify(headers)).toBe(201);
  }
  const form = { "content-type": "application/x-www-form-urlencoded" };
  expect((await call("POST /lists", { cookie, headers: form, body: "name=x" })).status).toBe(415);
  const signIn = { email: "kari@example.com", password: "correct horse battery" };
  const elsewhere = { origin: "https://evil.example" };
  expect((await call("POST /api/auth/sign-in/email", { headers: elsewhere, body: signIn })).status).toBe(403);
  expect((await call("POST /api/auth/sign-out", { headers: elsewhere, cookie })).status).toBe(403);
});

test("other sites' scripts may not read responses (no CORS)", async () => {
  const answer = await call("GET /workspace", { key, headers: { origin: "https://evil.example" } });
  expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
  expect((await call("OPTIONS /workspace", { headers: { origin: "https://evil.example" } })).status).toBe(404);
});

test("every response has the security headers, and scripts load from this origin only", async () => {
  const styles = { "/docs": "'self' 'unsafe-inline'", "/": "'self'", "/campaigns/1": "'self'" };
  for (const [page, style] of Object.entries(styles)) {
    const policy = String((await app.inject(page)).headers["content-security-policy"]);
    expect(policy).toMatch(/^default-src 'none';object-src 'none';script-src 'self';/);
    expect(policy).toMatch(/;base-uri 'none';form-action 'self';frame-ancestors 'none'$/);
    expect(policy.match(/style-src ([^;]*)/)?.[1]).toBe(style);
  }
  for (const url of ["/api/v1/workspace", "/api/health", "/api/openapi.json", "/api/nothing", "/metrics"])
    expect((await app.inject(url)).headers["content-security-policy"], url).toBe(
      "default-src 'none';object-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'",
    );
  for (const url of ["/", "/docs", "/docs/scalar.js", "/api/v1/workspace", "/api/nothing", "/nothing.js", "/%zz"]) {
    const { headers } = await app.inject(url);
    expect(headers["content-security-policy"]).toMatch(/frame-ancestors 'none'/);
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "same-origin",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
    });
    expect(headers["permissions-policy"]).toMatch(/\bcamera=\(\), .*\bgeolocation=\(\), .*\bmicrophone=\(\)/);
    // Browsers write a warning to the console for a feature that they do not know.
    expect(headers["permissions-policy"]).not.toMatch(/bluetooth/);
    expect(headers["strict-transport-security"]).toBeUndefined();
    expect(headers["x-powered-by"]).toBeUndefined();
  }
  const secure = await overHttps.call("GET /workspace", { key });
  expect(secure.headers["strict-transport-security"]).toBe("max-age=31536000; includeSubDomains");
});

test("over https the session cookie is Secure", async () => {
  const body = { email: "kari@example.com", password: "correct horse battery" };
  const { headers } = await overHttps.call("POST /api/auth/sign-in/email", { body });
  expect(String(headers["set-cookie"])).toMatch(/^__Host-varsla\.session_token=.*; Secure/);
});

test("a caller that floods gets 429 with Retry-After, and others are served", async () => {
  const answers = [];
  for (let n = 0; n < 8; n++) answers.push(await narrow.call("GET /workspace", { key }));
  expect(answers.filter((answer) => answer.status === 200)).toHaveLength(5);
  const refused = answers.find((answer) => answer.status === 429);
  expect(refused?.body.error.code).toBe("too_many_requests");
  expect(Number(refused?.headers["retry-after"])).toBeGreaterThan(0);
  const other = await workspaceWithKey(database);
  expect((await narrow.call("GET /workspace", { key: other.key })).status).toBe(200);
  const guesses = [];
  for (let n = 0; n < 5; n++) guesses.push((await narrow.call("GET /workspace", { key: `vk_${n}` })).status);
  expect(guesses).toEqual([401, 401, 401, 429, 429]);
  expect((await narrow.call("GET /workspace", { key: other.key })).status).toBe(200); // known keys pass
});

test("metrics are served to this machine and to super admins", async () => {
  await database.db.asSystem((tx) =>
    sql`insert into due_work (name, next_at, lag_ms, done) values ('test.late', now() - interval '1 hour', 5, 7)`.execute(
      tx,
    ),
  );
  const here = await app.inject({ url: "/metrics", headers: { host: "127.0.0.1:3000" } });
  const late = /varsla_due_work_lag_seconds\{work="test.late"\} (\d+)/.exec(here.body)?.[1];
  expect(Number(late)).toBeGreaterThan(3_500);
  expect(here.body).toContain('varsla_due_work_done{work="test.late"} 7');
  expect(here.statusCode).toBe(200);
  expect(here.body).toContain(
    'varsla_http_request_duration_seconds_count{method="GET",route="/api/v1/workspace",status="200"}',
  );
  expect(here.body).toContain("varsla_message_queue_length 0");
  const proxied = { host: "127.0.0.1", "x-forwarded-for": "203.0.113.9" };
  expect((await app.inject({ url: "/metrics", headers: proxied })).statusCode).toBe(401);
  expect((await app.inject({ url: "/metrics", remoteAddress: "203.0.113.9" })).statusCode).toBe(401);
  expect((await app.inject({ url: "/metrics", headers: { host: "evil.example" } })).statusCode).toBe(421);
  expect((await app.inject({ url: "/metrics", headers: { ...proxied, authorization } })).statusCode).toBe(200);
});

test("without a build, pages say how to make one", async () => {
  const page = await closing.app.inject("/contacts");
  expect(page.statusCode).toBe(503);
  expect(page.body).toContain("npm start");
});

test("live updates of the workspace arrive as server-sent events until the server stops", async () => {
  await closing.app.listen({ host: "127.0.0.1", port: 0 });
  const at = `http://127.0.0.1:${(closing.app.server.address() as AddressInfo).port}`;
  const answer = await fetch(`${at}/api/v1/news?workspace=${workspaceId}`, { headers: { authorization } });
  expect(answer.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  expect(answer.headers.get("cache-control")).toContain("no-transform");
  let got = "";
  const reading = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of answer.body ?? []) got += decoder.decode(chunk as Uint8Array);
  })();
  await until(() => expect(got).toContain("retry:"));
  services.liveUpdates.publish(workspaceId, "campaign", null);
  services.liveUpdates.publish("00000000-0000-7000-8000-000000000000", "contact", null);
  await until(() => expect(got).toContain('event: news\ndata: {"topic":"campaign","id":null}\n\n'));
  expect(got).not.toContain("contact");
  await closing.app.close();
  await reading;
});

test("a file that is refused is not read to its end", async () => {
  const socket = connect(port, "127.0.0.1");
  let got = "";
  socket.on("data", (chunk) => (got += chunk));
  const closed = new Promise((done) => socket.once("close", done));
  socket.on("error", () => {});
  socket.write(
    "POST /api/v1/contacts/imports HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\nContent-Length: 5000000000\r\n\r\nmobile\n",
  );
  await closed;
  expect(got).toMatch(/^HTTP\/1.1 40[14] /);
});

test("an unavailable database gives 503 with Retry-After", async () => {
  const made = await workspaceWithKey(gone);
  expect((await cutOff.call("GET /api/health")).status).toBe(200);
  const name = new URL(gone.connection).pathname.slice(1);
  const superuser = new pg.Client({ connectionString: database.superuser });
  await superuser.connect();
  try {
    // Gives error 53300: no connection is left for the role that owns the tables.
    await superuser.query(`alter database ${name} connection limit 0`);
    await superuser.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [name]);
    for (const line of ["GET /api/health", "GET /workspace"]) {
      const answer = await until(async () => {
        const last = await cutOff.call(line, { key: made.key });
        expect(last.status).toBe(503); // a good health check is reused for a second
        return last;
      });
      expect(answer).toMatchObject({ status: 503, body: { error: { code: "database_unavailable" } } });
      expect(answer.headers["retry-after"]).toBe("2");
    }
  } finally {
    await superuser.end();
  }
});
