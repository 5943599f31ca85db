/** Attacks on the server, sent over real connections. */
import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { expect, test } from "vitest";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { until } from "../../testing/until.ts";
import { ask, openWire, readAnswer } from "../../testing/wire.ts";
import { identityOf } from "../accounts/account-jobs.ts";
import { createPerson } from "../accounts/create-person.ts";
import { bodyLimits } from "./bodies.ts";

const database = await testDatabase();
const names = { public_url: "https://sms.example.com", link_domain: "go.example.com" };
const installation = await testApp(database, { config: names });
const hasty = await testApp(database, {
  config: names,
  timeouts: { headers_ms: 200, request_ms: 2_000, check_every_ms: 50 },
  bodyLimits: {
    anonymous: { bytes: 16 * 1024, seconds: 0.3 },
    signed: { bytes: 32 * 1024, seconds: 0.3 },
    known: { bytes: 1024 * 1024, seconds: 0.3 },
  },
});
const behind = await testApp(database, { config: { ...names, trusted_proxies: ["127.0.0.0/8", "10.0.0.0/24"] } });
const apart = await testApp(database, { config: { ...names, trusted_proxies: ["10.0.0.0/24"] } });
const { key } = await workspaceWithKey(database);
const authorization = `Authorization: Bearer ${key}`;
for (const each of [installation, hasty]) await each.app.listen({ host: "0.0.0.0", port: 0 });
const portOf = (each: typeof installation) => (each.app.server.address() as AddressInfo).port;
const port = portOf(installation);
const ownAddress = Object.values(networkInterfaces())
  .flat()
  .find((each) => each && !each.internal && each.family === "IPv4")?.address;

const email = "kari@example.com";
const password = "correct horse battery";
let known: Promise<{ userId: string; cookie: string }> | null = null;

/** A person with an account, made once. */
function testPerson(): Promise<{ userId: string; cookie: string }> {
  known ??= (async () => {
    const passwordHash = await identityOf(installation.services).hashPassword(password);
    const { id: userId } = await database.db.asSystem((tx) =>
      createPerson(tx, { name: "Kari", email, passwordHash, verified: true }, new Date()),
    );
    const { cookies: cookie } = await installation.call("POST /api/auth/sign-in/email", { body: { email, password } });
    return { userId, cookie };
  })();
  return known;
}

const getHealth = (...headers: string[]) => ask(port, ["GET /api/health HTTP/1.1", ...headers]);
const errorOf = (answer: { body: string }) => JSON.parse(answer.body).error;

test.each([
  "sms.example.com",
  "SMS.Example.COM",
  "sms.example.com.",
  "sms.example.com:443",
  "sms.example.com:8443",
  "go.example.com",
  "localhost",
  "LOCALHOST:3000",
  "localhost.:3000",
  "localhost:",
  "127.0.0.1",
  "127.0.0.1:9999",
  "127.8.8.8",
  "[::1]",
  "[::1]:3000",
  "[0:0:0:0:0:0:0:1]:3000",
  "[::ffff:127.0.0.1]",
])("a request for %s is accepted", async (host) => {
  expect((await getHealth(`Host: ${host}`)).status).toBe(200);
});

test("a load balancer may ask by our address, or by HTTP/1.0 without a Host", async () => {
  if (ownAddress) {
    expect((await getHealth(`Host: ${ownAddress}:${port}`)).status).toBe(200);
    expect((await ask(port, ["GET /api/health HTTP/1.1", `Host: ${ownAddress}`], "", ownAddress)).status).toBe(200);
  }
  expect((await ask(port, ["GET /api/health HTTP/1.0"])).status).toBe(200);
  expect((await ask(port, ["GET /api/openapi.json HTTP/1.0"])).status).toBe(400);
});

test.each([
  "evil.example",
  "evil.example:3000",
  "sms.example.com.evil.example",
  "evil-sms.example.com",
  "localhost.evil.example",
  "any.localhost",
  "203.0.113.7",
  "10.255.255.1:3000",
  "0.0.0.0",
  "127.1",
  "2130706433",
  "[2001:db8::1]",
])("a request for the foreign name %s is refused, also with a key", async (host) => {
  for (const path of ["/", "/api/health", "/api/v1/workspace", "/api/openapi.json", "/docs", "/nothing", "/metrics"]) {
    const answer = await ask(port, [`GET ${path} HTTP/1.1`, `Host: ${host}`, authorization]);
    expect(answer.status, path).toBe(421);
    expect(errorOf(answer)).toMatchObject({ code: "unknown_host", field: "Host", value: host });
    expect(errorOf(answer).message).toContain("PUBLIC_URL");
    expect(answer.headers["x-content-type-options"]).toBe("nosniff");
  }
});

test.each([
  "",
  "sms.example.com:x",
  "sms.example.com:99999",
  "user@sms.example.com",
  "sms.example.com/path",
  "sms.example.com, evil.example",
  "sms.example.com evil.example",
  "s%6ds.example.com",
  "[::1",
  "::1",
  "[fe80::1%lo]",
  ".",
])("%j is not a valid host", async (host) => {
  const answer = await getHealth(`Host: ${host}`);
  expect(answer.status).toBe(400);
  expect(errorOf(answer).code).toBe("malformed_host");
});

test("there must be exactly one Host header", async () => {
  const none = await getHealth();
  expect([none.status, errorOf(none)]).toEqual([
    400,
    { code: "malformed_host", message: "Host is missing.", field: "Host" },
  ]);
  for (const hosts of [
    ["Host: localhost", "Host: evil.example"],
    ["Host: evil.example", "Host: localhost"],
    ["Host: localhost", "hOST: localhost"],
  ]) {
    const answer = await getHealth(...hosts);
    expect([answer.status, errorOf(answer).code]).toEqual([400, "malformed_host"]);
  }
});

test("a host in the request target is checked as well", async () => {
  const get = (target: string, host: string) => ask(port, [`GET ${target} HTTP/1.1`, `Host: ${host}`, authorization]);
  expect((await get("http://sms.example.com/api/health", "sms.example.com")).body).toBe('{"status":"ok"}');
  expect((await get("HTTPS://SMS.example.com:443/api/v1/segments?", "localhost")).status).toBe(404);
  expect((await get("http://localhost/api/v1/workspace?x=1", "localhost")).status).toBe(200);
  // An unknown API path is not answered with the web app's page.
  expect(errorOf(await get("http://localhost/api/nothing", "localhost")).code).toBe("not_found");
  for (const [target, host] of [
    ["http://evil.example/api/health", "localhost"],
    ["http://localhost@evil.example/api/health", "localhost"],
    ["http://localhost/api/health", "evil.example"],
    ["http:///api/health", "localhost"],
    ["http://evil.example", "localhost"],
  ] as const)
    expect((await get(target, host)).status, `${target} ${host}`).toBeOneOf([400, 421]);
  for (const line of ["CONNECT sms.example.com:443 HTTP/1.1", "OPTIONS * HTTP/1.1", "GET evil.example HTTP/1.1"]) {
    const { socket, read, closed } = openWire(port);
    socket.write(`${line}\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    await closed;
    expect(read(), line).not.toMatch(/^HTTP\/1.1 2/);
  }
});

test("X-Forwarded-Host is accepted from trusted proxies alone", async () => {
  const get = (each: typeof behind, ip: string, headers: Record<string, string>) =>
    each.call("GET /api/health", { ip, headers });
  const forwarded = { host: "varsla:3000", "x-forwarded-host": "sms.example.com" };
  expect((await get(behind, "10.0.0.7", forwarded)).status).toBe(200);
  expect((await get(behind, "10.0.1.7", forwarded)).status).toBe(421);
  expect((await get(behind, "203.0.113.9", { ...forwarded, host: "localhost" })).status).toBe(200); // the header is ignored
  for (const host of ["evil.example", "sms.example.com, evil.example"])
    expect((await get(behind, "10.0.0.7", { host: "localhost", "x-forwarded-host": host })).status).toBe(421);
  // A page of evil.example in a browser on this machine can write that header too.
  expect((await get(behind, "127.0.0.1", { ...forwarded, host: "evil.example" })).status).toBe(421);
  expect((await get(behind, "127.0.0.1", { host: "localhost", "x-forwarded-host": "evil.example" })).status).toBe(421);
});

test("the caller's address is the nearest hop that is not a trusted proxy", async () => {
  const { userId, cookie } = await testPerson();
  const seen = async (each: typeof behind, ip: string, forwardedFor: string) => {
    const headers = { "x-forwarded-for": forwardedFor };
    await each.call("POST /api/auth/sign-in/email", { ip, headers, body: { email, password } });
    const { rows } = await database.db.pool.query<{ ip_address: string }>(
      "select ip_address from sessions where user_id = $1 order by created_at desc, id desc limit 1",
      [userId],
    );
    return rows[0]?.ip_address;
  };
  expect(cookie).not.toBe("");
  for (const [each, ip, header, address] of [
    [behind, "10.0.0.7", "203.0.113.9", "203.0.113.9"],
    [behind, "::ffff:10.0.0.7", "203.0.113.9", "203.0.113.9"],
    [behind, "10.0.0.7", "1.2.3.4, 203.0.113.9", "203.0.113.9"],
    [behind, "10.0.0.7", "1.2.3.4, 203.0.113.9,10.0.0.8", "203.0.113.9"],
    [behind, "10.0.0.7", "203.0.113.9:49152", "203.0.113.9"],
    [behind, "10.0.0.7", "[2001:DB8::9]:49152", "2001:0db8:0000:0000:0000:0000:0000:0000"], // as better-auth stores it
    [behind, "10.0.0.7", "::ffff:203.0.113.9", "203.0.113.9"],
    [behind, "10.0.0.7", "nobody, 203.0.113.9", "203.0.113.9"],
    [behind, "10.0.0.7", "203.0.113.9, unknown", "10.0.0.7"],
    [behind, "10.0.0.7", "unknown", "10.0.0.7"],
    [behind, "10.0.0.7", "<script>", "10.0.0.7"],
    [behind, "10.0.0.7", ", ,", "10.0.0.7"],
    [behind, "10.0.1.7", "203.0.113.9", "10.0.1.7"],
    [apart, "127.0.0.1", "203.0.113.9", "127.0.0.1"],
  ] as const)
    expect(await seen(each, ip, header), `${ip} ${header}`).toBe(address);
});

test("a cookie is Secure when the request came by https, according to a trusted proxy", async () => {
  const { app, call } = await testApp(database, { config: { trusted_proxies: ["10.0.0.0/24"] } });
  await testPerson();
  const signIn = async (ip: string, proto: string) => {
    const headers = { "x-forwarded-proto": proto };
    const answer = await call("POST /api/auth/sign-in/email", { ip, headers, body: { email, password } });
    return /; Secure/i.test(String(answer.headers["set-cookie"]));
  };
  expect(await signIn("10.0.0.7", "https")).toBe(true);
  expect(await signIn("10.0.0.7", "http, https")).toBe(true);
  expect(await signIn("10.0.0.7", "http")).toBe(false);
  expect(await signIn("10.0.0.7", "gopher")).toBe(false);
  expect(await signIn("203.0.113.9", "https")).toBe(false);
  await app.close();
});

test("a /64 counts as one caller, and an untrusted X-Forwarded-For changes nothing", async () => {
  const limits = { stranger: { max: 3, seconds: 60 }, wrongKey: { max: 3, seconds: 60 } };
  const { call } = await testApp(database, { config: { trusted_proxies: ["10.0.0.0/24"] }, limits });
  const statuses = async (from: (n: number) => { ip: string; headers?: Record<string, string> }) => {
    const all = [];
    for (let n = 0; n < 5; n++) all.push((await call("GET /installation", from(n))).status);
    return all;
  };
  const limited = [200, 200, 200, 429, 429];
  expect(await statuses((n) => ({ ip: `2001:db8:1:2::${n}` }))).toEqual(limited);
  expect(await statuses((n) => ({ ip: "203.0.113.1", headers: { "x-forwarded-for": `1.2.3.${n}` } }))).toEqual(limited);
  expect(await statuses((n) => ({ ip: "10.0.0.7", headers: { "x-forwarded-for": `x${n}` } }))).toEqual(limited);
  expect(await statuses((n) => ({ ip: "10.0.0.7", headers: { "x-forwarded-for": `1.2.3.${n}` } }))).toEqual(
    Array(5).fill(200),
  );
});

const signIn = "POST /api/auth/sign-in/email HTTP/1.1";
const hook = "POST /api/v1/carriers/x/twilio/status HTTP/1.1";
const json = "Content-Type: application/json";

test("a body that is too large is refused by its length before it is read; the error names the limit", async () => {
  for (const [line, bytes, limit, ...headers] of [
    [signIn, 16 * 1024 + 1, "16 KiB", json],
    [hook, 32 * 1024 + 1, "32 KiB", "Content-Type: application/x-www-form-urlencoded"],
    ["POST /api/v1/contacts HTTP/1.1", 1024 * 1024 + 1, "1 MiB", json, authorization],
  ] as const) {
    const answer = await ask(port, [line, "Host: localhost", `Content-Length: ${bytes}`, ...headers]);
    expect([answer.status, errorOf(answer).message], line).toEqual([413, `The body is larger than ${limit}.`]);
    // A body without Content-Length is refused once it exceeds the limit.
    const chunk = `${bytes.toString(16)}\r\n${" ".repeat(bytes)}\r\n0\r\n\r\n`;
    const chunked = await ask(port, [line, "Host: localhost", "Transfer-Encoding: chunked", ...headers], chunk);
    expect([chunked.status, errorOf(chunked).message], line).toEqual([413, `The body is larger than ${limit}.`]);
  }
  expect(bodyLimits.anonymous).toEqual({ bytes: 16_384, seconds: 30 });
  expect(bodyLimits.signed).toEqual({ bytes: 32_768, seconds: 30 });
});

test("Expect: 100-continue is answered with 100 only when the body will be read", async () => {
  const expecting = (line: string, length: number, ...headers: string[]) =>
    ask(portOf(hasty), [
      line,
      "Host: localhost",
      "Expect: 100-continue",
      `Content-Length: ${length}`,
      json,
      ...headers,
    ]);
  for (const [answer, status] of [
    [await expecting("POST /api/v1/contacts HTTP/1.1", 10), 401],
    [await expecting("POST /api/v1/contacts HTTP/1.1", 2_000_000, authorization), 413],
    [await expecting("POST /nothing HTTP/1.1", 10), 404],
  ] as const)
    expect([answer.status, answer.interim]).toEqual([status, []]);
  const { socket, read, closed } = openWire(port);
  const body = JSON.stringify({ first_name: "Kari" });
  socket.write(
    `POST /api/v1/contacts HTTP/1.1\r\nHost: localhost\r\n${authorization}\r\n${json}\r\nExpect: 100-continue\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`,
  );
  await until(() => expect(read()).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\n/));
  socket.write(body);
  await closed;
  expect(readAnswer(read())).toMatchObject({ status: 201, interim: [100] });
});

test.each([
  ["a stranger's", signIn, []],
  ["a carrier's", hook, []],
  ["a key's", "POST /api/v1/contacts HTTP/1.1", [authorization]],
])("%s body that arrives too slowly is cut off", async (_whose, line, headers) => {
  const { socket, read, closed } = openWire(portOf(hasty));
  const type = line === hook ? "Content-Type: application/x-www-form-urlencoded" : json;
  socket.write(`${[line, "Host: localhost", type, "Content-Length: 1000", ...headers].join("\r\n")}\r\n\r\n{`);
  const drip = setInterval(() => socket.write(" "), 20);
  await closed;
  clearInterval(drip);
  const answer = readAnswer(read());
  expect([answer.status, answer.headers["connection"]]).toEqual([408, "close"]);
  expect(errorOf(answer)).toEqual({
    code: "request_timeout",
    message: "The body did not arrive within 0.3 seconds.",
    field: "body",
  });
});

test("an unauthorized request is refused before its body is read, and its connection is closed", async () => {
  for (const [line, ...headers] of [
    ["POST /api/v1/contacts HTTP/1.1"],
    ["POST /api/v1/contacts/imports HTTP/1.1", "Content-Type: text/csv"],
    ["POST /api/v1/contacts HTTP/1.1", "Authorization: Bearer vk_wrong"],
    ["GET /api/health HTTP/1.1"],
    ["POST /nothing/here HTTP/1.1"],
  ] as [string, ...string[]][]) {
    const { socket, read, closed } = openWire(port);
    socket.write(`${[line, "Host: localhost", "Content-Length: 1000000", ...headers].join("\r\n")}\r\n\r\nx`);
    await closed; // by the server: the request has no Connection: close
    expect(readAnswer(read()).status, line).toBeOneOf([200, 401, 404]);
  }
});

test("slow headers and silent connections time out", async () => {
  const dripping = openWire(portOf(hasty));
  dripping.socket.write("GET /api/health HTTP/1.1\r\nHost: localhost\r\n");
  const drip = setInterval(() => dripping.socket.write("X-A: b\r\n"), 20);
  const silent = openWire(portOf(hasty));
  await Promise.all([dripping.closed, silent.closed]);
  clearInterval(drip);
  const answer = readAnswer(dripping.read());
  expect([answer.status, errorOf(answer)]).toEqual([
    408,
    { code: "request_timeout", message: "The headers did not arrive within 0.2 seconds." },
  ]);
});

test("malformed HTTP is refused with the API's error shape", async () => {
  const large = await ask(port, ["GET / HTTP/1.1", "Host: localhost", `X-A: ${"a".repeat(20_000)}`]);
  expect([large.status, errorOf(large).code]).toEqual([431, "headers_too_large"]);
  const { socket, read, closed } = openWire(port);
  socket.write("EHLO mail.example\r\n\r\n");
  await closed;
  expect(errorOf(readAnswer(read())).code).toBe("malformed_request");
  const both = ["POST /api/v1/contacts HTTP/1.1", "Host: localhost", "Content-Length: 5", "Transfer-Encoding: chunked"];
  expect((await ask(port, both, "0\r\n\r\nGET / HTTP/1.1\r\n")).status).toBe(400);
});
