// oxlint-disable vitest/expect-expect -- each response is checked in send()
/** Sends hostile input to every endpoint. It must be answered as the caller's error, never with a 5xx. */
import type { Readable } from "node:stream";
import { beforeAll, expect, test } from "vitest";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import {
  forgedCursors,
  hostileBodies,
  hostileJson,
  hostilePathParts,
  hostileQueryValues,
  hostileTexts,
} from "../../testing/hostile.ts";
import { newId } from "../../testing/new-id.ts";
import { addContacts } from "../../testing/pipeline.ts";
import { runs } from "../../testing/runs.ts";
import { identityOf } from "../accounts/account-jobs.ts";
import { createPerson, joinWorkspace } from "../accounts/create-person.ts";

const database = await testDatabase();
const { db } = database;
const many = { max: 10_000_000, seconds: 60 };
const { app, call, services } = await testApp(database, { limits: { key: many, stranger: many, session: many } });
const { id: workspaceId, key } = await workspaceWithKey(database);
const password = "correct horse battery";
let cookie = "";

interface Operation {
  line: string;
  method: string;
  path: string;
  hasBody: boolean;
  takesCsv: boolean;
  parameters: { name: string; in: string }[];
  fields: string[];
}
interface Described {
  requestBody?: { content: Record<string, { schema?: { properties?: Record<string, unknown> } }> };
  parameters: Operation["parameters"];
}
const document = (await call("GET /api/openapi.json")).body;
const operations: Operation[] = Object.entries<Record<string, Described>>(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { requestBody, parameters = [] }]) => {
    const content = requestBody?.content ?? {};
    return {
      line: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path,
      hasBody: requestBody !== undefined,
      takesCsv: "text/csv" in content,
      parameters,
      fields: Object.keys(content["application/json"]?.schema?.properties ?? {}),
    };
  }),
);

/** A valid value of each field, so that the hostile one in another field is reached; a field not listed is a text. */
const good: Record<string, unknown> = {
  to: "+4791234567",
  email: "ola@example.com",
  country: "NO",
  time_zone: "Europe/Oslo",
  language: "nb",
  subscription_type: "marketing",
  channel: "sms",
  action: "grant",
  class: "transactional",
  role: "viewer",
  kind: "smpp",
  scopes: ["workspace:read"],
  events: ["alert.raised"],
  url: "https://hooks.example/",
  settings: { host: "smsc.example", system_id: "us" },
  secrets: { password: "secret" },
  include: { lists: [], contacts: [] },
  exclude: { lists: [], contacts: [] },
  contacts: [],
  items: [],
  properties: {},
  allowance: 100_000,
  renewal_day: 1,
  behaviour: "deliver",
  duration_minutes: 45,
  price: 499,
  currency: "NOK",
  remote: false,
  locale: "nb-NO",
  mobile: "+4791234567",
  enabled: false,
  text_months: 120,
  ledger_months: 240,
};
/** Left out unless it is the hostile field. */
const optional = new Set([
  "rate_per_second",
  "carrier_id",
  "validity_seconds",
  "is_default",
  "at",
  "marketing",
  "delay_ms",
  "archived",
]);

let real: Record<string, string> = {};
/** A path with existing ids, with one of its parameters replaced. */
const pathOf = ({ path }: Operation, replaced?: { name: string; by: string }) =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    if (name === replaced?.name) return replaced.by;
    if (name === "number") return encodeURIComponent("+4791234567");
    const resource = /\/v1\/([\w-]+(?:\/imports)?)/.exec(path)?.[1] ?? "";
    return real[name === "id" ? resource : name] ?? newId();
  });

async function send(operation: Operation, url: string, body?: string | Readable, headers: Record<string, string> = {}) {
  const answer = await app.inject({
    method: operation.method as "POST",
    url,
    headers: {
      ...(operation.line.includes("/session")
        ? { cookie, origin: "http://localhost:3000" }
        : { authorization: `Bearer ${key}` }),
      ...(body !== undefined && { "content-type": operation.takesCsv ? "text/csv" : "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { payload: body }),
  });
  const what = `${operation.method} ${url.slice(0, 200)} ${JSON.stringify(headers)} ${typeof body === "string" ? body.slice(0, 300) : ""}`;
  expect(answer.statusCode, `${what}\n${answer.body.slice(0, 500)}`).toBeLessThan(500);
  if (answer.statusCode >= 400) expect(answer.json(), what).toMatchObject({ error: { code: expect.any(String) } });
  return answer;
}

beforeAll(async () => {
  await db.asSystem(async (tx) => {
    const passwordHash = await identityOf(services).hashPassword(password);
    const at = new Date();
    const user = await createPerson(tx, { name: "Kari", email: "kari@example.com", passwordHash, verified: true }, at);
    await joinWorkspace(tx, { workspaceId, userId: user.id, role: "super_admin", smsSetup: true }, at);
  });
  cookie = (await call("POST /api/auth/sign-in/email", { body: { email: "kari@example.com", password } })).cookies;
  const make = async (line: string, body: unknown, headers = {}) => {
    const answer = await call(line, { key, body, headers });
    expect(answer.status, `${line}: ${JSON.stringify(answer.body)}`).toBeLessThan(300);
    return answer.body.id as string;
  };
  const contacts = await addContacts(db, workspaceId, [{ mobile: "+4791000001" }, { mobile: "+4791000002" }]);
  for (const name of ["One", "Two"]) {
    real = {
      contacts: contacts[0] as string,
      lists: await make("POST /lists", { name }),
      people: await make("POST /people", { email: `${name}@example.com`, role: "viewer" }),
      "api-keys": await make("POST /api-keys", { name, scopes: ["workspace:read"] }),
      messages: await make("POST /messages", { to: "+4791000001", text: name }),
      campaigns: await make("POST /campaigns", { name, text: "Hei", include: { lists: [], contacts } }),
      carriers: await make("POST /carriers", { kind: "smpp", enabled: false, ...pick("settings", "secrets") }),
      webhooks: await make("POST /webhooks", { ...pick("url", "events") }),
      "contacts/imports": await make("POST /contacts/imports", "mobile\n12\n13\n", { "content-type": "text/csv" }),
      senders: (await call("GET /senders", { key })).body.items[0].id,
      services: await make("POST /services", { name }),
      locations: await make("POST /locations", { name }),
      resources: await make("POST /resources", { name }),
    };
    for (const action of ["grant", "withdraw"])
      await make("POST /consent-events", {
        contact_id: real.contacts,
        subscription_type: "marketing",
        source: "form",
        action,
      });
  }
});
const pick = (...names: string[]) => Object.fromEntries(names.map((name) => [name, good[name]]));

/**
 * Picks the values to try: all in the long run; in `npm test` a part, and a different one at each call, so that each value is
 * tried with many operations and fields, and each field with several values.
 */
const parts = runs(6, 1);
let turn = 0;
function some<T>(values: readonly T[]): T[] {
  const first = turn++ % parts;
  return values.filter((_, i) => i % parts === first);
}

const alive = (operation: Operation) => !operation.line.endsWith("/news");
const named = operations.filter(({ parameters }) => parameters.some((each) => each.in === "path"));
const queried = operations.filter((each) => each.method === "GET" && alive(each));
const bodied = operations.filter((each) => each.method !== "GET" && !each.takesCsv);

test("the document lists the operations that are tested here", () => {
  expect(named.length).toBeGreaterThan(40);
  expect(queried.length).toBeGreaterThan(30);
  expect(bodied.filter(({ fields }) => fields.length > 0).length).toBeGreaterThan(25);
});

test.each(named)("$line, with hostile path parameters", async (operation) => {
  for (const { name } of operation.parameters.filter((each) => each.in === "path")) {
    for (const by of some(hostilePathParts)) {
      await send(operation, pathOf(operation, { name, by }), operation.hasBody ? "{}" : undefined);
    }
  }
});

test.each(queried)("$line, with a hostile query", { timeout: 120_000 }, async (operation) => {
  const names = operation.parameters.filter((each) => each.in === "query").map(({ name }) => name);
  const path = pathOf(operation);
  for (const name of names) {
    for (const value of some(hostileQueryValues)) await send(operation, `${path}?${name}=${value}`);
  }
  for (const name of [...names, "workspace", "__proto__"]) {
    await send(operation, `${path}?${name}=1&${name}=2&${name}[a]=3`);
    await send(operation, `${path}?${name}=%00&${name}`);
  }
  for (const value of some(hostilePathParts)) await send(operation, `${path}?${value}`);
});

test.each(queried.filter(({ parameters }) => parameters.some(({ name }) => name === "cursor")))(
  "$line, with forged cursors",
  async (operation) => {
    const path = pathOf(operation);
    const seeds = new Set([
      Buffer.from(JSON.stringify(["x", newId()])).toString("base64url"),
      Buffer.from(JSON.stringify(["x", new Date().toISOString(), newId()])).toString("base64url"),
      `${newId()}.1`,
    ]);
    const sorts = ["", "&sort=last_name", "&sort=created_at", "&view=will", "&view=sent", "&view=not_sent"];
    for (const more of sorts) {
      const first = await send(operation, `${path}?limit=1${more}`);
      if (first.statusCode === 200 && first.json().next_cursor) seeds.add(first.json().next_cursor);
    }
    for (const seed of seeds)
      for (const cursor of some(forgedCursors(seed)))
        for (const more of operation.line.endsWith("/contacts") ? sorts.slice(0, 2) : [""])
          await send(operation, `${path}?cursor=${encodeURIComponent(cursor)}${more}`);
  },
);

test.each(bodied)("$line, with hostile bodies", { timeout: 120_000 }, async (operation) => {
  const once = operation.parameters.some(({ name }) => name === "Idempotency-Key");
  for (const [i, body] of some(hostileBodies).entries()) {
    await send(operation, pathOf(operation), body);
    if (once) await send(operation, pathOf(operation), body, { "idempotency-key": `body ${i}`.replace(" ", "-") });
  }
  for (const type of ["text/plain", "application/json; charset=utf-16", "application/xml", "multipart/form-data", "\t"])
    await send(operation, pathOf(operation), "{}", { "content-type": type });
});

const withFields = bodied.filter(({ fields }) => fields.length > 0);

test.each(withFields)("$line, with hostile fields", async (operation) => {
  const usual = operation.fields.filter((field) => !optional.has(field));
  const base = Object.fromEntries(
    usual.map((field) => [field, good[field] ?? (field.endsWith("_id") ? newId() : "Text")]),
  );
  const once = operation.parameters.some(({ name }) => name === "Idempotency-Key");
  const values = [...hostileJson, ...hostileTexts.map((text) => JSON.stringify(text))];
  let n = 0;
  for (const field of operation.fields) {
    const { [field]: _, ...others } = base;
    const rest = JSON.stringify(others).slice(1, -1);
    const inside = base[field] !== null && typeof base[field] === "object" ? ["", "inner"] : [""];
    for (const value of some(values)) {
      for (const where of inside) {
        const written = where === "" ? value : intoEach(base[field], value);
        const body = `{${rest === "" ? "" : `${rest},`}${JSON.stringify(field)}:${written}}`;
        await send(operation, pathOf(operation), body);
        if (once && n++ % 8 === 0) await send(operation, pathOf(operation), body, { "idempotency-key": `field-${n}` });
      }
    }
  }
});

/** A structure with the value in every place. */
function intoEach(structure: unknown, value: string): string {
  if (Array.isArray(structure)) return `[${value},${value}]`;
  const keys = [...Object.keys(structure as object), "other"];
  return `{${keys.map((name) => `${JSON.stringify(name)}:${value}`).join(",")}}`;
}

test.each(operations.filter(({ takesCsv }) => takesCsv))("$line, with hostile files", async (operation) => {
  const names = operation.parameters.filter((each) => each.in === "query").map(({ name }) => name);
  const files = [
    "",
    "\0",
    "\ufeff",
    '"',
    "a,b\n\ud800,\0",
    "mobile\n\0\n",
    ",".repeat(100_000),
    '"'.repeat(100_001),
    "\xff\xfe",
  ];
  for (const file of files) await send(operation, pathOf(operation), file);
  for (const name of names) {
    for (const value of some(hostileQueryValues)) {
      await send(operation, `${pathOf(operation)}?${name}=${value}`, "mobile,first_name\n+4791000003,Ola\n");
    }
  }
});

test.each(operations.filter(alive))("$line, with hostile headers", { timeout: 60_000 }, async (operation) => {
  const headers: Record<string, string>[] = [
    { "idempotency-key": "" },
    { "idempotency-key": "\u00ff" },
    { "idempotency-key": "a".repeat(10_000) },
    { "x-workspace": "%00" },
    { "x-workspace": "9".repeat(400) },
    { "x-workspace": "__proto__" },
    { authorization: "Bearer \u00e5" },
    { authorization: `Bearer ${"a".repeat(500)}` },
    { authorization: "Basic Og==" },
    { cookie: "varsla.session_token=%; __Secure-varsla.session_token=%00" },
    { origin: "http://[" },
    { origin: "\u00ff" },
    { host: "[" },
    { "x-request-id": "\u00e5".repeat(200) },
    { "x-forwarded-for": "999.1.1.1, ::ffff:1" },
    { "x-forwarded-proto": "javascript" },
    { "accept-encoding": "\u00ff" },
    { range: "bytes=5-1" },
    { "if-none-match": "\u00ff" },
  ];
  for (const each of some(headers))
    await send(operation, pathOf(operation), operation.hasBody ? "{}" : undefined, each);
  const sessions = { authorization: "", cookie, origin: "http://localhost:3000" };
  for (const workspace of some(hostilePathParts.slice(0, 12)).map((part) => ({ ...sessions, "x-workspace": part })))
    await send(operation, pathOf(operation), operation.hasBody ? "{}" : undefined, workspace);
});

test("pages and files, with hostile paths", async () => {
  const get = { line: "GET /", method: "GET", path: "/", hasBody: false, takesCsv: false, parameters: [], fields: [] };
  for (const part of hostilePathParts) {
    for (const path of [
      `/${part}`,
      `/${part}/`,
      `/assets/${part}`,
      `/assets/${part}.js`,
      `/campaigns/${part}`,
      `/docs/${part}`,
    ]) {
      for (const query of ["", `?${part}`, `?a=${part}`]) {
        for (const method of ["GET", "HEAD", "POST", "DELETE", "OPTIONS"]) {
          const answer = await app.inject({ method: method as "GET", url: `${path}${query}` });
          expect(answer.statusCode, `${method} ${path}${query}`).toBeLessThan(500);
          expect(answer.body, `${method} ${path}${query}`).not.toContain("root:x:");
        }
      }
    }
    for (const path of [
      `/api/${part}`,
      `/api/v1/${part}`,
      `/api/auth/${part}`,
      `/api/v1/contacts/${part}/${part}`,
      `/metrics/${part}`,
    ])
      await send(get, path);
  }
});

test("afterwards the server still works", async () => {
  expect((await call("GET /api/health")).status).toBe(200);
  const other = await workspaceWithKey(database);
  expect((await call("POST /messages", { key: other.key, body: { to: "+4791000001", text: "Hei" } })).status).toBe(202);
});
