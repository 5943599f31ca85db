/** Everything that changes something is in the audit log: every such endpoint of the OpenAPI document is tried. */
import { sql } from "kysely";
import pg from "pg";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { AuditEvent } from "../../contract/audit.ts";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { signedInPerson, type TestPerson } from "../../testing/people.ts";
import { addPossibleOptOuts } from "../consent/possible-opt-outs.ts";
import { newId } from "../kit/id.ts";
import { runJobs } from "../kit/jobs.ts";
import { accountJobs } from "../workspaces/account-jobs.ts";

const database = await testDatabase();
const { db } = database;
const app = await testApp(database);
const { call, services } = app;
const { id: workspaceId } = await workspaceWithKey(database);
const boss = await signedInPerson(app, workspaceId, "super_admin", { name: "Berit Boss" });
const runner = await runJobs({
  connection: database.connection,
  pool: db.pool,
  handlers: accountJobs(services),
  log: services.log,
});
const superuser = new pg.Client({ connectionString: database.superuser });
await superuser.connect();
afterAll(() => Promise.all([runner.stop(), superuser.end()]));

/** What changes something and is written elsewhere, or changes nothing of the workspace's own. */
const notAudited: Record<string, string> = {
  messages_send: "by the thousand a second; each is a line of the ledger with its source",
  segments_count: "counts",
  campaigns_review: "looks",
  campaigns_preview: "looks",
  campaigns_update: "a draft saves itself while it is written; that it was made, sent or deleted is told",
  contacts_previewImport: "looks",
  alerts_see: "what one person has looked at",
  sandbox_reply: "plays a handset: somebody outside",
  sandbox_behave: "plays a handset: somebody outside",
  carrierWebhooks_twilioStatus: "a carrier's, signed; the ledger has it",
  carrierWebhooks_twilioInbound: "a carrier's, signed; the ledger has it",
};

type Body = Record<string, unknown> | string | undefined;
interface Try {
  /** Under /api/v1 unless it begins with /api; the operation's own path with ids in it. */
  path: string;
  body?: Body;
  /** Else the super admin. */
  as?: TestPerson | null;
  action: AuditEvent["action"];
  /** Of secrets and people: what must not stand in the event. */
  never?: string[];
}

const document = (await call("GET /api/openapi.json")).body;
const mutating = Object.entries<Record<string, { operationId: string }>>(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods)
    .filter(([method]) => method !== "get")
    .map(([method, { operationId }]) => ({ id: operationId, line: `${method.toUpperCase()} ${path}` })),
);

async function make(line: string, body?: unknown) {
  const answer = await call(line, { cookie: boss.cookie, body });
  expect(answer.status, `${line}: ${JSON.stringify(answer.body)}`).toBeLessThan(300);
  return answer.body;
}
let n = 0;
const contact = () =>
  make("POST /contacts", { mobile: `+4791234${500 + ++n}`, first_name: "Olaf", last_name: "Trygvason" });
const list = () => make("POST /lists", { name: `List ${++n}` });
const campaign = async () => {
  const { id } = await contact();
  const consent = { contact_id: id, subscription_type: "marketing", action: "grant", source: "form" };
  await make("POST /consent-events", consent);
  return make("POST /campaigns", {
    name: "Spring",
    text: "Hei",
    include: { contacts: [id] },
    subscription_type: "marketing",
  });
};
const carrierBody = {
  kind: "smpp",
  enabled: false,
  settings: { host: "smsc.example", system_id: "us" },
  secrets: { password: "verysecret" },
};
const carrier = () => make("POST /carriers", { ...carrierBody, name: `Carrier ${++n}` });
const webhook = () => make("POST /webhooks", { url: `https://hooks.example/in/token${++n}`, events: ["alert.raised"] });
const invited = () => make("POST /people", { email: `guest${++n}@example.com`, role: "viewer" });
const password = "correct horse battery";

async function mailed(to: string, path: string): Promise<string> {
  return vi.waitFor(async () => {
    const { rows } = await db.asSystem((tx) =>
      sql<{ text: string }>`select text from sandbox_mails where recipient = ${to} order by at, id`.execute(tx),
    );
    const token = new RegExp(`${path}(\\S+)`).exec(rows.at(-1)?.text ?? "")?.[1];
    if (!token) throw new Error(`no link for ${to}`);
    return decodeURIComponent(token);
  }, 15_000);
}

/** How each of them is called so that it succeeds. */
const tries: Record<string, () => Promise<Try>> = {
  authentication_signIn: async () => {
    const { email } = await signedInPerson(app, workspaceId, "viewer");
    return {
      path: "/api/auth/sign-in/email",
      body: { email, password },
      as: null,
      action: "session.opened",
      never: [password, email],
    };
  },
  authentication_signOut: async () => {
    const as = await signedInPerson(app, workspaceId, "viewer");
    return { path: "/api/auth/sign-out", as, action: "session.ended" };
  },
  authentication_requestPasswordReset: async () => {
    const { email } = await signedInPerson(app, workspaceId, "viewer");
    return { path: "/api/auth/request-password-reset", body: { email }, as: null, action: "password.reset_requested" };
  },
  authentication_resetPassword: async () => {
    const { email } = await signedInPerson(app, workspaceId, "viewer");
    await call("POST /api/auth/request-password-reset", { body: { email } });
    const token = await mailed(email, "/reset-password\\?token=");
    const next = "quite another horse";
    const body = { token, newPassword: next };
    return { path: "/api/auth/reset-password", body, as: null, action: "password.reset", never: [next, token] };
  },
  accounts_updateAccount: async () => {
    const as = await signedInPerson(app, workspaceId, "viewer");
    return { path: "/api/v1/account", body: { name: "Kari Nord" }, as, action: "person.updated" };
  },
  accounts_endSessions: async () => {
    const as = await signedInPerson(app, workspaceId, "viewer");
    return { path: "/api/v1/account/sessions", as, action: "session.ended" };
  },
  authentication_changePassword: async () => {
    const as = await signedInPerson(app, workspaceId, "viewer");
    const body = { currentPassword: password, newPassword: "quite another horse" };
    return { path: "/api/auth/change-password", body, as, action: "password.changed", never: Object.values(body) };
  },
  accounts_acceptInvitation: async () => {
    const { email } = await invited();
    const token = await mailed(email, "/invitations/");
    const body = { name: "Gunn Gjest", password };
    return { path: `/invitations/${token}/accept`, body, as: null, action: "person.joined", never: [password, token] };
  },
  workspaces_update: async () => ({ path: "/workspace", body: { name: `Salong ${++n}` }, action: "workspace.updated" }),
  people_invite: async () => ({
    path: "/people",
    body: { email: `new${++n}@example.com`, role: "viewer" },
    action: "person.invited",
  }),
  people_update: async () => {
    const { id } = await signedInPerson(app, workspaceId, "viewer");
    return { path: `/people/${id}`, body: { role: "agent" }, action: "person.updated" };
  },
  people_remove: async () => {
    const { id } = await signedInPerson(app, workspaceId, "viewer");
    return { path: `/people/${id}`, action: "person.removed" };
  },
  apiKeys_create: async () => ({
    path: "/api-keys",
    body: { name: "Till", scopes: ["contacts:read"] },
    action: "api_key.created",
  }),
  apiKeys_remove: async () => {
    const { id, key } = await make("POST /api-keys", { name: "Till", scopes: ["contacts:read"] });
    return { path: `/api-keys/${id}`, action: "api_key.revoked", never: [key] };
  },
  subscription_update: async () => ({
    path: "/subscription",
    body: { allowance: 20_000 + ++n },
    action: "subscription.updated",
  }),
  contacts_create: async () => ({
    path: "/contacts",
    body: { mobile: "+4798765432", first_name: "Olaf" },
    action: "contact.created",
    never: ["Olaf", "98765432"],
  }),
  contacts_update: async () => {
    const { id, mobile } = await contact();
    const body = { first_name: "Harald", email: "harald@example.com" };
    return { path: `/contacts/${id}`, body, action: "contact.updated", never: [mobile, ...Object.values(body)] };
  },
  contacts_remove: async () => {
    const { id, mobile } = await contact();
    return { path: `/contacts/${id}`, action: "contact.deleted", never: [mobile, "Olaf", "Trygvason"] };
  },
  contacts_startImport: async () => ({
    path: "/contacts/imports?file_name=Olaf%20Trygvason.csv",
    body: "mobile,first_name\n+4790000001,Olaf\n",
    action: "import.started",
    never: ["Olaf", "90000001"],
  }),
  erasures_create: async () => {
    const { id, mobile } = await contact();
    return {
      path: `/contacts/${id}/erasure`,
      body: { confirm: id },
      action: "contact.erased",
      never: [mobile, "Olaf"],
    };
  },
  consent_createType: async () => ({
    path: "/subscription-types",
    body: { name: `Letter ${++n}` },
    action: "subscription_type.created",
  }),
  consent_record: async () => {
    const { id } = await contact();
    const said = { source: "said by Olaf", evidence: "on the phone, Olaf Trygvason" };
    const body = { contact_id: id, subscription_type: "marketing", action: "grant", ...said };
    return { path: "/consent-events", body, action: "consent.granted", never: ["Olaf"] };
  },
  consent_optOut: async () => {
    const { id, mobile } = await contact();
    const body = { reason: "Olaf said so" };
    return { path: `/contacts/${id}/opt-outs`, body, action: "contact.opted_out", never: [mobile, "Olaf"] };
  },
  consent_liftOptOut: async () => {
    const { id } = await contact();
    const body = { reason: "Olaf said so" };
    return { path: `/contacts/${id}/opt-outs`, body, action: "contact.opt_out_lifted", never: ["Olaf"] };
  },
  tray_decide: async () => {
    const { mobile } = await contact();
    const message = newId();
    await db.inWorkspace(workspaceId, (tx) =>
      addPossibleOptOuts(tx, workspaceId, [
        { id: message, number: mobile, others: [], sender_id: newId(), at: new Date() },
      ]),
    );
    return { path: `/tray/${message}`, body: { decision: "opt_out" }, action: "contact.opted_out", never: [mobile] };
  },
  lists_create: async () => ({ path: "/lists", body: { name: `New ${++n}` }, action: "list.created" }),
  lists_rename: async () => {
    const { id } = await list();
    return { path: `/lists/${id}`, body: { name: `Renamed ${++n}` }, action: "list.renamed" };
  },
  lists_remove: async () => ({ path: `/lists/${(await list()).id}`, action: "list.deleted" }),
  lists_addMembers: async () => {
    const body = { contacts: [(await contact()).id] };
    return { path: `/lists/${(await list()).id}/members`, body, action: "list.members_added" };
  },
  lists_removeMembers: async () => {
    const body = { contacts: [(await contact()).id] };
    return { path: `/lists/${(await list()).id}/members`, body, action: "list.members_removed" };
  },
  senders_create: async () => ({ path: "/senders", body: {}, action: "sender.created" }),
  senders_update: async () => {
    const { id } = await make("POST /senders", {});
    return { path: `/senders/${id}`, body: { rate_per_second: 7 }, action: "sender.updated" };
  },
  campaigns_create: async () => ({
    path: "/campaigns",
    body: { name: "Spring", text: "Hei" },
    action: "campaign.created",
  }),
  campaigns_remove: async () => ({ path: `/campaigns/${(await campaign()).id}`, action: "campaign.deleted" }),
  campaigns_send: async () => ({ path: `/campaigns/${(await campaign()).id}/send`, action: "campaign.sent" }),
  carriers_create: async () => ({
    path: "/carriers",
    body: { ...carrierBody, name: "First" },
    action: "carrier.created",
    never: ["verysecret"],
  }),
  carriers_update: async () => {
    const { id } = await carrier();
    const body = { settings: { port: 2999 }, secrets: { password: "verysecret2" } };
    return { path: `/carriers/${id}`, body, action: "carrier.updated", never: ["verysecret"] };
  },
  carriers_remove: async () => ({ path: `/carriers/${(await carrier()).id}`, action: "carrier.removed" }),
  carriers_test: async () => {
    const { id } = await make("POST /carriers", { ...carrierBody, enabled: true, name: `Carrier ${++n}` });
    await make("POST /senders", { address: `+47590001${++n}`, carrier_id: id });
    return {
      path: `/carriers/${id}/tests`,
      body: { to: "+4791234999" },
      action: "carrier.tested",
      never: ["91234999"],
    };
  },
  carriers_setRoutes: async () => {
    const body = { items: [{ country: "NO", carriers: [(await carrier()).id] }] };
    return { path: "/carrier-routes", body, action: "carrier_routes.updated" };
  },
  webhooks_create: async () => ({
    path: "/webhooks",
    body: { url: "https://hooks.example/in/s3cret", events: ["alert.raised"] },
    action: "webhook.created",
    never: ["s3cret"],
  }),
  webhooks_update: async () => {
    const { id, secret } = await webhook();
    const body = { url: "https://hooks.example/in/s3cret" };
    return { path: `/webhooks/${id}`, body, action: "webhook.updated", never: ["s3cret", secret] };
  },
  webhooks_remove: async () => ({ path: `/webhooks/${(await webhook()).id}`, action: "webhook.deleted" }),
  webhooks_rotate: async () => ({ path: `/webhooks/${(await webhook()).id}/secret`, action: "webhook.secret_rotated" }),
  webhooks_test: async () => ({ path: `/webhooks/${(await webhook()).id}/test`, action: "webhook.tested" }),
  webhooks_redeliver: async () => {
    const { id } = await webhook();
    const delivery = await make(`POST /webhooks/${id}/test`);
    return { path: `/webhooks/${id}/deliveries/${delivery.id}/redeliver`, action: "webhook.redelivered" };
  },
  retention_update: async () => ({ path: "/retention", body: { audit_months: 13 + ++n }, action: "retention.updated" }),
};

/** Those of another workspace than the one that is watched: tested by themselves below. */
const elsewhere = ["accounts_setup", "workspaces_create"];

test("every endpoint that changes something is tried, or says why it is not audited", () => {
  const known = [...Object.keys(tries), ...Object.keys(notAudited), ...elsewhere].sort();
  expect(mutating.map(({ id }) => id).sort()).toEqual(known);
});

const eventsSince = async (from: string | null, workspace = workspaceId): Promise<AuditEvent[]> => {
  const { body } = await call("GET /audit-events?limit=200", {
    cookie: boss.cookie,
    headers: { "x-workspace": workspace },
  });
  const all: AuditEvent[] = body.items;
  const known = all.findIndex((event) => event.id === from);
  return known === -1 ? all : all.slice(0, known);
};

test.each(mutating.filter(({ id }) => id in tries))("$line writes who did what from where", async ({ id, line }) => {
  const prepared = await (tries[id] as () => Promise<Try>)();
  const who = prepared.as === undefined ? boss : prepared.as;
  const last = (await eventsSince(null))[0]?.id ?? null;
  const method = line.split(" ")[0];
  const csv = typeof prepared.body === "string";
  const answer = await call(`${method} ${prepared.path}`, {
    ...(who && { cookie: who.cookie }),
    ...(prepared.body !== undefined && { body: prepared.body }),
    ...(csv && { headers: { "content-type": "text/csv" } }),
    ip: "203.0.113.7",
  });
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
  const events = await vi.waitFor(async () => {
    const found = (await eventsSince(last)).filter(({ action }) => action === prepared.action);
    expect(found.length).toBeGreaterThan(0);
    return found;
  }, 15_000);
  expect(events).toHaveLength(1);
  expect(events[0]?.ip).toBe("203.0.113.7");
  if (who) expect(events[0]?.actor).toEqual({ type: "person", id: who.id, name: who.name, maker: null });
  expect(events[0]?.target).not.toBeNull();
  const session = decodeURIComponent(who?.cookie ?? "").split(/[=.]/)[1];
  for (const word of [...(prepared.never ?? []), ...(session ? [session] : [])])
    expect(JSON.stringify(events)).not.toContain(word);
});

test("set-up and a further workspace are the first events of their logs", async () => {
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

test("a refused sign-in is in the log of each workspace of whose address it was, and of no other", async () => {
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

test("an address is the same one by whichever socket it comes: of a server on :: too", async () => {
  const last = (await eventsSince(null))[0]?.id ?? null;
  const made = await call("POST /lists", { cookie: boss.cookie, body: { name: "By IPv6" }, ip: "::ffff:203.0.113.9" });
  expect(made.status).toBe(201);
  expect(await eventsSince(last)).toMatchObject([{ action: "list.created", ip: "203.0.113.9" }]);
});

test("what a key does is its own, and its maker's", async () => {
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

test("before and after stand beside each other; what changes nothing is no event", async () => {
  const last = (await eventsSince(null))[0]?.id ?? null;
  await make("PATCH /workspace", { help_text: "Ring oss" });
  await make("PATCH /workspace", { help_text: "Ring oss" });
  const events = await eventsSince(last);
  expect(events).toMatchObject([{ action: "workspace.updated", after: { help_text: "Ring oss" } }]);
  expect(Object.keys(events[0]?.before ?? {})).toEqual(["help_text"]);
});

test("what fails leaves no event, and a repeated call no second one", async () => {
  // Of its own, without the carriers that were connected above.
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

test("exports are events too", async () => {
  const { id } = await contact();
  const last = (await eventsSince(null))[0]?.id ?? null;
  expect((await call(`GET /contacts/${id}/export`, { cookie: boss.cookie })).status).toBe(200);
  const csv = await call("GET /audit-events/export?action=contact", { cookie: boss.cookie });
  expect(csv.headers["content-type"]).toContain("text/csv");
  expect((await eventsSince(last)).map(({ action }) => action)).toEqual(["audit.exported", "contact.exported"]);
});

test("the file has all pages, one line an event, and no formula of anybody's making", async () => {
  await make("POST /lists", { name: '=HYPERLINK("http://evil.example")' });
  const { body } = await call("GET /audit-events/export?action=list", { cookie: boss.cookie });
  const { items } = (await call("GET /audit-events?action=list&limit=200", { cookie: boss.cookie })).body;
  const lines = String(body).trim().split("\r\n");
  expect(lines).toHaveLength(1 + items.length);
  expect(lines[1]).toContain(`"'=HYPERLINK(""http://evil.example"")"`);
});

test("the log is read newest first, in pages, by time, person and action", async () => {
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

test("only super admins read it", async () => {
  for (const role of ["admin", "marketer", "agent", "viewer"] as const) {
    const { cookie } = await signedInPerson(app, workspaceId, role);
    expect((await call("GET /audit-events", { cookie })).status).toBe(403);
  }
});

beforeAll(async () => {
  // Else the log of the first test has nothing to be compared with.
  await contact();
});
