/** Reading the audit log, and what its events contain. audit.test.ts calls every endpoint that writes one. */
import { beforeAll, expect, test } from "vitest";
import type { AuditEvent } from "../../contract/audit.ts";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { signedInPerson } from "../../testing/people.ts";

const database = await testDatabase();
const app = await testApp(database);
const { call } = app;
const { id: workspaceId } = await workspaceWithKey(database);
const boss = await signedInPerson(app, workspaceId, "super_admin", { name: "Berit Boss" });
const password = "correct horse battery";

async function make(line: string, body?: unknown, as: { cookie: string } | { key: string } = { cookie: boss.cookie }) {
  const answer = await call(line, { ...as, body });
  expect(answer.status, `${line}: ${JSON.stringify(answer.body)}`).toBeLessThan(300);
  return answer.body;
}
let n = 0;
const contact = () => make("POST /contacts", { mobile: `+4791234${500 + ++n}` });

const eventsSince = async (from: string | null, workspace = workspaceId): Promise<AuditEvent[]> => {
  const { body } = await call("GET /audit-events?limit=200", {
    cookie: boss.cookie,
    headers: { "x-workspace": workspace },
  });
  const all: AuditEvent[] = body.items;
  const known = all.findIndex((event) => event.id === from);
  return known === -1 ? all : all.slice(0, known);
};

// Several pages of events, by the person and by a key of theirs.
beforeAll(async () => {
  const { key } = await make("POST /api-keys", { name: "Till", scopes: ["contacts:write"] });
  for (let i = 0; i < 8; i++) {
    await contact();
    await make("POST /lists", { name: `List ${i}` });
    await make("POST /contacts", { first_name: "X" }, { key });
  }
});

test("creating a workspace, also at the set-up, is the first event of its log", async () => {
  const input = { name: "Second", country: "NO", time_zone: "Europe/Oslo", language: "nb" };
  const { id } = await make("POST /workspaces", input);
  expect(await eventsSince(null, id)).toMatchObject([
    { action: "workspace.created", actor: { type: "person", id: boss.id }, target: { id, name: "Second" } },
  ]);
  const fresh = await testDatabase();
  const installation = await testApp(fresh);
  const admin = { name: "Kari", email: "kari@example.com", password };
  const made = await installation.call("POST /setup", {
    body: { token: installation.setUpToken, workspace: input, admin },
    ip: "203.0.113.7",
  });
  expect(made.status).toBe(201);
  const { body } = await installation.call("GET /audit-events", { cookie: made.cookies });
  expect(body.items).toMatchObject([
    { action: "session.opened", actor: { name: "Kari" }, ip: "203.0.113.7" },
    { action: "workspace.created", actor: { type: "person", name: "Kari" }, after: { super_admin: "Kari" } },
  ]);
});

test("a refused sign-in is logged in each workspace of the account, and in no other", async () => {
  const ada = await signedInPerson(app, workspaceId, "viewer", { name: "Ada" });
  const last = (await eventsSince(null))[0]?.id ?? null;
  for (const email of [ada.email, "nobody@example.com"])
    expect(
      (await call("POST /api/auth/sign-in/email", { body: { email, password: "wrong one" }, ip: "203.0.113.9" }))
        .status,
    ).toBe(401);
  expect(await eventsSince(last)).toMatchObject([
    {
      action: "session.refused",
      actor: { type: "anonymous", id: null },
      target: { type: "person", id: ada.id },
      ip: "203.0.113.9",
    },
  ]);
});

test("an IPv4 address is logged in its own form, also from a socket of IPv6", async () => {
  const last = (await eventsSince(null))[0]?.id ?? null;
  const made = await call("POST /lists", { cookie: boss.cookie, body: { name: "By IPv6" }, ip: "::ffff:203.0.113.9" });
  expect(made.status).toBe(201);
  expect(await eventsSince(last)).toMatchObject([{ action: "list.created", ip: "203.0.113.9" }]);
});

test("the event of a call with a key names the key and its maker", async () => {
  const { id, key } = await make("POST /api-keys", { name: "Till", scopes: ["contacts:write"] });
  const last = (await eventsSince(null))[0]?.id ?? null;
  await call("POST /contacts", { key, body: { first_name: "X" } });
  expect(await eventsSince(last)).toMatchObject([
    {
      action: "contact.created",
      actor: { type: "api_key", id, name: "Till", maker: { id: boss.id, name: "Berit Boss" } },
    },
  ]);
});

test("an event has the values before and after; a call that changes nothing writes none", async () => {
  const last = (await eventsSince(null))[0]?.id ?? null;
  await make("PATCH /workspace", { help_text: "Ring oss" });
  await make("PATCH /workspace", { help_text: "Ring oss" });
  const events = await eventsSince(last);
  expect(events).toMatchObject([{ action: "workspace.updated", after: { help_text: "Ring oss" } }]);
  expect(Object.keys(events[0]?.before ?? {})).toEqual(["help_text"]);
});

test("a failed call writes no event, and a repeated one no second event", async () => {
  const { key } = await workspaceWithKey(database);
  const ask = (line: string, body?: unknown, headers = {}) => call(line, { key, body, headers });
  const { body: person } = await ask("POST /contacts", { mobile: "+4791234567" });
  const consent = { contact_id: person.id, subscription_type: "marketing", action: "grant", source: "form" };
  await ask("POST /consent-events", consent);
  const draft = { name: "Spring", text: "Hei", include: { contacts: [person.id] }, subscription_type: "marketing" };
  const { body: made } = await ask("POST /campaigns", draft);
  const headers = { "idempotency-key": "send-it-once" };
  for (let i = 0; i < 2; i++)
    expect((await ask(`POST /campaigns/${made.id}/send`, undefined, headers)).status).toBe(202);
  expect((await ask("POST /lists", { name: "x".repeat(5_000) })).status).toBe(422);
  expect((await ask(`DELETE /campaigns/${made.id}`)).status).toBe(409);
  const { items } = (await ask("GET /audit-events")).body;
  expect(items.map(({ action }: AuditEvent) => action)).toEqual([
    "campaign.sent",
    "campaign.created",
    "consent.granted",
    "contact.created",
  ]);
});

test("exports are audited", async () => {
  const { id } = await contact();
  const last = (await eventsSince(null))[0]?.id ?? null;
  expect((await call(`GET /contacts/${id}/export`, { cookie: boss.cookie })).status).toBe(200);
  const csv = await call("GET /audit-events/export?action=contact", { cookie: boss.cookie });
  expect(csv.headers["content-type"]).toContain("text/csv");
  expect((await eventsSince(last)).map(({ action }) => action)).toEqual(["audit.exported", "contact.exported"]);
});

test("the CSV file has all pages, one line per event, and no formulas", async () => {
  await make("POST /lists", { name: '=HYPERLINK("http://evil.example")' });
  const { body } = await call("GET /audit-events/export?action=list", { cookie: boss.cookie });
  const { items } = (await call("GET /audit-events?action=list&limit=200", { cookie: boss.cookie })).body;
  const lines = String(body).trim().split("\r\n");
  expect(lines).toHaveLength(1 + items.length);
  expect(lines[1]).toContain(`"'=HYPERLINK(""http://evil.example"")"`);
});

test("the log is listed newest first, in pages, by time, person and action", async () => {
  const get = async (query: string) => (await call(`GET /audit-events?${query}`, { cookie: boss.cookie })).body;
  const all: AuditEvent[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const page: { items: AuditEvent[]; next_cursor: string | null } = await get(
      `limit=7${cursor && `&cursor=${cursor}`}`,
    );
    all.push(...page.items);
    cursor = page.next_cursor;
  }
  expect(all.map(({ id }) => id)).toEqual([...new Set(all.map(({ id }) => id))].sort().reverse());
  const ids = async (query: string) => (await get(`limit=200&${query}`)).items.map(({ id }: AuditEvent) => id);
  const idsOf = (events: AuditEvent[]) => events.map(({ id }) => id);
  expect(await ids("action=list.created")).toEqual(idsOf(all.filter(({ action }) => action === "list.created")));
  expect(await ids("action=api_key")).toEqual(idsOf(all.filter(({ action }) => action.startsWith("api_key."))));
  expect(await ids("who=berit")).toEqual(idsOf(all.filter(({ actor }) => actor.name === "Berit Boss")).slice(0, 200));
  expect(await ids(`who=${boss.id}&action=contact.created`)).toEqual(
    idsOf(
      all.filter(
        ({ action, actor }) => action === "contact.created" && (actor.id === boss.id || actor.maker?.id === boss.id),
      ),
    ),
  );
  expect(await ids(`who=${boss.email.toUpperCase()}&action=list`)).toEqual(await ids(`who=${boss.id}&action=list`));
  const [yesterday, soon] = [-1, 2].map((days) =>
    new Date(Date.now() + days * 24 * 3_600_000).toISOString().slice(0, 10),
  );
  expect(await ids(`from=${yesterday}&to=${soon}&action=list`)).toEqual(await ids("action=list"));
  const middle = all[Math.floor(all.length / 2)]?.at as string;
  expect(await ids(`from=${middle}`)).toEqual(idsOf(all.filter(({ at }) => at >= middle)).slice(0, 200));
  expect(await ids(`to=${middle}`)).toEqual(idsOf(all.filter(({ at }) => at < middle)).slice(0, 200));
  for (const [query, field] of [
    ["action=list.exploded", "action"],
    ["from=yesterday", "from"],
    [`from=${middle}&to=${middle}`, "to"],
    ["cursor=x", "cursor"],
  ])
    expect(await call(`GET /audit-events?${query}`, { cookie: boss.cookie })).toMatchObject({
      status: 422,
      body: { error: { field } },
    });
});

test("only super admins may read it", async () => {
  for (const role of ["admin", "marketer", "agent", "viewer"] as const) {
    const { cookie } = await signedInPerson(app, workspaceId, role);
    expect((await call("GET /audit-events", { cookie })).status).toBe(403);
  }
});
