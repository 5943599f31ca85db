/** Calls every endpoint as callers who must be refused: a stranger, one without the permission, another workspace. */
import { sql } from "kysely";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Permission, permissions, permissionsOf, roles } from "../../contract/permissions.ts";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { untilSubmitted } from "../../testing/mails.ts";
import { until } from "../../testing/until.ts";
import { identityOf } from "../accounts/account-jobs.ts";
import { newApiKey, storeApiKey } from "../accounts/api-keys.ts";
import { createPerson, joinWorkspace } from "../accounts/create-person.ts";

const database = await testDatabase();
const { db } = database;
const many = { max: 100_000, seconds: 60 };
const { call, services } = await testApp(database, { limits: { stranger: many, wrongKey: many, session: many } });
const ours = await workspaceWithKey(database, { name: "Ours" });
const theirs = await workspaceWithKey(database, { name: "Theirs" });
const superuser = new pg.Client({ connectionString: database.superuser });
await superuser.connect();
afterAll(() => superuser.end());

interface Operation {
  line: string;
  id: string;
  permission: Permission | "anyone" | "signed-in";
  hasBody: boolean;
  parameters: string[];
}

const document = (await call("GET /api/openapi.json")).body;
const operations: Operation[] = Object.entries<Record<string, never>>(document.paths)
  .flatMap(([path, methods]) =>
    Object.entries<Record<string, unknown>>(methods).map(([method, o]) => ({ path, method, o })),
  )
  .filter(({ path }) => path !== "/api/health")
  .map(({ path, method, o }) => ({
    line: `${method.toUpperCase()} ${path}`,
    id: String(o.operationId),
    permission: o["x-permission"] as Operation["permission"],
    hasBody: o.requestBody !== undefined,
    parameters: [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ""),
  }));

/** One of each thing that an id in a path can name, made by its own workspace through the API. */
async function fixtures(key: string, n: number) {
  const make = async (line: string, body: unknown) => {
    const answer = await call(line, { key, body });
    expect(answer.status, `${line}: ${JSON.stringify(answer.body)}`).toBeLessThan(300);
    return answer.body;
  };
  const contact = await make("POST /contacts", { mobile: `+479123456${n}`, first_name: "Ola" });
  const list = await make("POST /lists", { name: "Customers" });
  await make(`POST /lists/${list.id}/members`, { contacts: [contact.id] });
  await make("POST /consent-events", {
    contact_id: contact.id,
    subscription_type: "marketing",
    action: "grant",
    source: "form",
  });
  const person = await make("POST /people", { email: `invited${n}@example.com`, role: "viewer" });
  const apiKey = await make("POST /api-keys", { name: "other", scopes: ["workspace:read"] });
  const message = await make("POST /messages", { to: contact.mobile, text: "Hei" });
  const campaign = await make("POST /campaigns", { name: "Spring", text: "Hei", include: { lists: [list.id] } });
  const sender = (await call("GET /senders", { key })).body.items[0];
  await make(`POST /sandbox/phones/${encodeURIComponent(contact.mobile)}/reply`, {
    to: sender.address,
    text: "Stop. Thank you",
  });
  const possibleOptOut = await until(async () => {
    const [item] = (await call("GET /tray", { key })).body.items;
    expect(item).toBeDefined();
    return item;
  });
  const service = await make("POST /services", { name: "Haircut" });
  const location = await make("POST /locations", { name: "Salon" });
  const resource = await make("POST /resources", { name: "Anne" });
  const booking = await make("POST /bookings", {
    customer: { id: contact.id },
    service: service.id,
    start: "2030-12-04T14:00",
    end: "2030-12-04T15:00",
  });
  const workflow = await make("POST /workflows", {
    name: "Confirmation",
    when: { trigger: "booking_created" },
    do: [{ action: "send_sms", to: { customer: true }, text: "Hei" }],
  });
  const event = await make("POST /events", { name: "Concert", start: "2030-12-04T19:00" });
  const ticketType = await make(`POST /events/${event.id}/ticket-types`, { name: "Stalls" });
  const product = await make(`POST /events/${event.id}/products`, { name: "Programme" });
  const order = await make(`POST /events/${event.id}/orders`, {
    buyer: { id: contact.id },
    lines: [{ ticket_type: ticketType.id }],
  });
  const template = await make("POST /templates", { name: "Layout", channel: "sms", text: "Hei #CUSTOMTEXT#" });
  const bookingImport = await call("POST /bookings/imports", {
    key,
    headers: { "content-type": "text/csv" },
    body: "full_name,start,end\nOla,2031-01-01T10:00,2031-01-01T11:00\n",
  });
  expect(bookingImport.status, JSON.stringify(bookingImport.body)).toBe(202);
  const orderImport = await call(`POST /events/${event.id}/orders/imports`, {
    key,
    headers: { "content-type": "text/csv" },
    body: "order,name,ticket type\n1,Ola,Stalls\n",
  });
  expect(orderImport.status, JSON.stringify(orderImport.body)).toBe(202);
  // Disabled, so that no connection is attempted.
  const carrier = await make("POST /carriers", {
    kind: "smpp",
    enabled: false,
    settings: { host: "smsc.example", system_id: "us" },
    secrets: { password: "secret" },
  });
  const webhook = await make("POST /webhooks", { url: "https://hooks.example/", events: ["alert.raised"] });
  const delivery = await make(`POST /webhooks/${webhook.id}/test`, undefined);
  const imported = await call("POST /contacts/imports", {
    key,
    headers: { "content-type": "text/csv" },
    body: `mobile\n+479223456${n}\nnonsense\n`,
  });
  expect(imported.status, JSON.stringify(imported.body)).toBe(202);
  // Of the invitation.
  const mail = (await call("GET /mails", { key })).body.items[0];
  return {
    contact,
    list,
    person,
    apiKey,
    message,
    campaign,
    sender,
    service,
    location,
    resource,
    booking,
    workflow,
    event,
    ticketType,
    product,
    order,
    ticket: order.lines[0].tickets[0],
    template,
    bookingImport: bookingImport.body,
    orderImport: orderImport.body,
    carrier,
    webhook,
    delivery,
    import: imported.body,
    possibleOptOut,
    mail,
  };
}
type Fixtures = Awaited<ReturnType<typeof fixtures>>;

/** The path with the ids of `of` in it. */
function pathWith(operation: Operation, of: Fixtures): string {
  const line = operation.line.replace("/api/v1", "");
  const kind: [RegExp, string][] = [
    [/^\w+ \/contacts\/imports\//, of.import.id],
    [/^\w+ \/contacts\//, of.contact.id],
    [/^\w+ \/lists\//, of.list.id],
    [/^\w+ \/people\//, of.person.id],
    [/^\w+ \/api-keys\//, of.apiKey.id],
    [/^\w+ \/messages\//, of.message.id],
    [/^\w+ \/mails\//, of.mail.id],
    [/^\w+ \/campaigns\//, of.campaign.id],
    [/^\w+ \/senders\//, of.sender.id],
    [/^\w+ \/services\//, of.service.id],
    [/^\w+ \/locations\//, of.location.id],
    [/^\w+ \/resources\//, of.resource.id],
    [/^\w+ \/bookings\/imports\//, of.bookingImport.id],
    [/^\w+ \/bookings\//, of.booking.id],
    [/^\w+ \/events\//, of.event.id],
    [/^\w+ \/orders\//, of.order.id],
    [/^\w+ \/tickets\//, of.ticket.id],
    [/^\w+ \/workflows\//, of.workflow.id],
    [/^\w+ \/templates\//, of.template.id],
    [/^\w+ \/workflow-templates\//, "no-such-key"],
    [/^\w+ \/carriers\//, of.carrier.id],
    [/^\w+ \/webhooks\//, of.webhook.id],
    [/^\w+ \/sandbox\/phones\//, encodeURIComponent(of.contact.mobile)],
    [/^\w+ \/invitations\//, "no-such-token"],
    [/^\w+ \/tray\//, of.possibleOptOut.id],
  ];
  if (operation.parameters.length === 0) return line;
  const id = kind.find(([pattern]) => pattern.test(line))?.[1];
  if (!id) throw new Error(`say in pathWith() what ${line} names`);
  return line
    .replace(/\{\w+\}/, id)
    .replace("{message_id}", of.message.id)
    .replace("{delivery_id}", of.delivery.id)
    .replace("ticket-types/{item_id}", `ticket-types/${of.ticketType.id}`)
    .replace("{import_id}", of.orderImport.id)
    .replace("products/{item_id}", `products/${of.product.id}`)
    .replace(/^(GET .*\/imports\/.*\/rows)$/, "$1?kind=new")
    .replace(/^(GET .*\/audience)$/, "$1?view=will")
    .replace(/^(GET .*\/explain)$/, `$1?contact=${of.contact.id}`);
}

/** Valid bodies, so that only the access check refuses. */
function bodyFor(operation: Operation, own: Fixtures): unknown {
  const bodies: Record<string, unknown> = {
    people_update: { role: "agent" },
    people_remove: { keys: "take_over" },
    contacts_update: { first_name: "Changed" },
    lists_rename: { name: "Changed" },
    lists_addMembers: { contacts: [own.contact.id] },
    lists_removeMembers: { contacts: [own.contact.id] },
    senders_update: { is_default: true },
    services_update: { name: "Changed" },
    locations_update: { name: "Changed" },
    resources_update: { name: "Changed" },
    bookings_update: { notes: "Changed" },
    bookings_cancel: {},
    bookings_remove: {},
    events_update: { venue: "Changed" },
    ticketTypes_create: { name: "Changed" },
    ticketTypes_update: { name: "Changed" },
    products_create: { name: "Changed" },
    products_update: { name: "Changed" },
    orders_create: { buyer: { id: own.contact.id } },
    orders_update: { complimentary: true },
    orders_cancel: {},
    orders_startImport: "order,name\n1,Ola\n",
    orders_previewImport: "order,name\n1,Ola\n",
    orders_updateTicket: { holder: { first_name: "Changed" } },
    workflows_update: { name: "Changed" },
    templates_update: { name: "Changed" },
    workflows_test: { to: own.contact.mobile },
    workflows_fromTemplate: {},
    carriers_update: { name: "Changed" },
    carriers_test: { to: own.contact.mobile },
    webhooks_update: { events: ["alert.resolved"] },
    consent_optOut: { reason: "asked for it" },
    consent_liftOptOut: { reason: "asked for it" },
    erasures_create: { confirm: inOurs.contact.id },
    campaigns_update: { name: "Changed" },
    campaigns_send: {},
    campaigns_review: {},
    campaigns_schedule: { at: "2026-12-24T10:00" },
    sandbox_reply: { to: own.sender.address, text: "Hei" },
    sandbox_behave: { behaviour: "deliver" },
    tray_decide: { decision: "opt_out" },
  };
  if (operation.hasBody && !(operation.id in bodies)) throw new Error(`say in bodyFor() what ${operation.id} takes`);
  return bodies[operation.id];
}

let inOurs: Fixtures;
let inTheirs: Fixtures;
beforeAll(async () => {
  inOurs = await fixtures(ours.key, 1);
  inTheirs = await fixtures(theirs.key, 2);
  await untilSubmitted(services);
});

const guarded = operations.filter(({ permission }) => permission !== "anyone");

test.each(guarded)("a stranger gets 401 from $line", async (operation) => {
  const path = pathWith(operation, inOurs);
  const request = operation.hasBody && !operation.line.includes("/imports") ? { body: {} } : {};
  for (const credentials of [{}, { key: newApiKey() }, { cookie: "varsla.session_token=made.up" }]) {
    const answer = await call(path, { ...request, ...credentials });
    expect(answer.status, JSON.stringify(credentials)).toBe(401);
    expect(Object.keys(answer.body)).toEqual(["error"]);
  }
});

test("the calls that strangers may make are listed", () => {
  const open = operations.filter(({ permission }) => permission === "anyone").map(({ line }) => line);
  expect(open.sort()).toEqual([
    "GET /api/v1/installation",
    "GET /api/v1/invitations/{token}",
    // By a token of the mail: server/mail/unsubscribe.test.ts.
    "GET /api/v1/unsubscribe/{token}",
    "POST /api/auth/request-password-reset",
    "POST /api/auth/reset-password",
    "POST /api/auth/sign-in/email",
    "POST /api/auth/sign-out",
    // Signed: server/carriers/twilio/signed-webhooks.test.ts.
    "POST /api/v1/carriers/{id}/twilio/inbound",
    "POST /api/v1/carriers/{id}/twilio/status",
    "POST /api/v1/invitations/{token}/accept",
    "POST /api/v1/setup",
    "POST /api/v1/unsubscribe/{token}",
  ]);
});

describe("without the permission", () => {
  const cookies = new Map<string, string>();
  const keysWithout = new Map<Permission, string>();
  beforeAll(async () => {
    const password = "correct horse battery";
    const passwordHash = await identityOf(services).hashPassword(password);
    const at = new Date();
    await db.asSystem(async (tx) => {
      for (const role of roles) {
        const email = `${role}@example.com`;
        const user = await createPerson(tx, { name: role, email, passwordHash, verified: true }, at);
        await joinWorkspace(tx, { workspaceId: ours.id, userId: user.id, role, smsSetup: false }, at);
      }
      for (const missing of permissions) {
        const key = newApiKey();
        const scopes = permissions.filter((permission) => permission !== missing);
        await storeApiKey(tx, ours.id, key, { name: `no ${missing}`, role: "super_admin", scopes }, at);
        keysWithout.set(missing, key);
      }
    });
    for (const role of roles) {
      const body = { email: `${role}@example.com`, password };
      cookies.set(role, (await call("POST /api/auth/sign-in/email", { body })).cookies);
    }
  });

  const needing = guarded.filter(({ permission }) => permission !== "signed-in");

  test.each(needing)("$line is refused to roles and keys that lack $permission", async (operation) => {
    const permission = operation.permission as Permission;
    const path = pathWith(operation, inOurs);
    const before = await everythingOf(ours.id);
    const refused = { status: 403, body: { error: { code: "forbidden", field: "permission", value: permission } } };
    for (const role of roles) {
      if (permissionsOf({ role, sms_setup: false }).has(permission)) continue;
      expect(await call(path, { cookie: cookies.get(role) ?? "" }), role).toMatchObject(refused);
    }
    expect(await call(path, { key: keysWithout.get(permission) ?? "" })).toMatchObject(refused);
    expect(await everythingOf(ours.id)).toEqual(before);
  });

  test("every permission is needed by some endpoint", () => {
    const asked = new Set(needing.map(({ permission }) => permission));
    expect(permissions.filter((permission) => !asked.has(permission))).toEqual([]);
  });
});

const naming = guarded.filter(({ parameters }) => parameters.length > 0 && !parameters.includes("number"));

test.each(naming)("$line with an id of another workspace gives 404 and changes nothing", async (operation) => {
  const before = await everythingOf(ours.id);
  const body = bodyFor(operation, inTheirs);
  const answer = await call(pathWith(operation, inOurs), {
    key: theirs.key,
    ...(body === undefined ? {} : { body }),
    ...(typeof body === "string" && { headers: { "content-type": "text/csv" } }),
  });
  expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: 404, body: { error: { code: "not_found" } } });
  expect(await everythingOf(ours.id)).toEqual(before);
});

test("ids of another workspace in bodies and queries find nothing", async () => {
  const before = await everythingOf(ours.id);
  const { contact, list, sender } = inOurs;
  const as = { key: theirs.key };
  const consent = { contact_id: contact.id, subscription_type: "marketing", action: "grant", source: "x" };
  expect((await call("POST /consent-events", { ...as, body: consent })).status).toBeGreaterThanOrEqual(404);
  const members = await call(`POST /lists/${inTheirs.list.id}/members`, { ...as, body: { contacts: [contact.id] } });
  expect(members.status === 200 ? members.body.added : 0).toBe(0);
  const sent = await call("POST /messages", { ...as, body: { to: contact.mobile, text: "x", sender: sender.id } });
  expect(sent.status).toBe(422);
  // Another workspace's address is unknown: with a carrier as the default, a workspace must add an address first.
  const own = await call("POST /messages", { ...as, body: { to: contact.mobile, text: "x", sender: sender.address } });
  expect(own).toMatchObject({ status: 422, body: { error: { code: "unknown_sender", field: "sender" } } });
  expect((await call("GET /senders", as)).body.items.map(({ id }: { id: string }) => id)).not.toContain(sender.id);
  const { carrier } = inOurs;
  expect(
    (await call(`PATCH /senders/${inTheirs.sender.id}`, { ...as, body: { carrier_id: carrier.id } })).body.error.code,
  ).toBe("unknown_carrier");
  const routes = { items: [{ country: "NO", carriers: [carrier.id] }] };
  expect((await call("PUT /carrier-routes", { ...as, body: routes })).body.error.code).toBe("unknown_carrier");
  expect((await call(`GET /contacts?list=${list.id}`, as)).body.items ?? []).toEqual([]);
  expect((await call(`GET /messages?contact=${contact.id}`, as)).body.items).toEqual([]);
  const audience = {
    name: "x",
    text: "Hei",
    subscription_type: "marketing",
    include: { lists: [list.id], contacts: [contact.id] },
  };
  const campaign = await call("POST /campaigns", { ...as, body: audience });
  if (campaign.status === 201) {
    const review = await call(`POST /campaigns/${campaign.body.id}/review`, as);
    expect(review.body.recipients.will).toBe(0);
    expect(review.body.recipients.wont).toBe(0);
  }
  const preview = { text: "{{ contact.first_name }}", contact_id: contact.id };
  expect((await call("POST /campaigns/preview", { ...as, body: preview })).body.text ?? "").not.toContain("Ola");
  expect(await everythingOf(ours.id)).toEqual(before);
});

test("lists show only the workspace's own items", async () => {
  const collections = operations.filter(
    ({ line, parameters, permission }) =>
      line.startsWith("GET /api/v1/") &&
      parameters.length === 0 &&
      permission !== "signed-in" &&
      !line.endsWith("/news"),
  );
  for (const { line } of collections) {
    const answer = await call(line.replace("/api/v1", ""), { key: theirs.key });
    expect(answer.status, line).toBe(200);
    const shown = JSON.stringify(answer.body);
    for (const thing of Object.values(inOurs)) expect(shown, line).not.toContain(thing.id);
    expect(shown, line).not.toContain(ours.id);
  }
});

test("a handset shows a workspace only its own texts", async () => {
  const phone = encodeURIComponent(inOurs.contact.mobile);
  expect((await call(`GET /sandbox/phones/${phone}/messages`, { key: theirs.key })).body.items).toEqual([]);
  const before = await everythingOf(ours.id);
  for (const to of [inOurs.sender.address, "+4759000000"])
    await call(`POST /sandbox/phones/${phone}/reply`, { key: theirs.key, body: { to, text: "STOP" } });
  expect(await everythingOf(ours.id)).toEqual(before);
});

test("a handset's behaviour is set for each workspace, which others cannot see or change", async () => {
  const line = `/sandbox/phones/${encodeURIComponent(inOurs.contact.mobile)}`;
  const fail = { behaviour: "fail", error_code: "30006", delay_ms: 7 };
  expect((await call(`PUT ${line}`, { key: ours.key, body: fail })).status).toBe(200);
  const usual = { behaviour: "deliver", error_code: null, delay_ms: 150 };
  expect((await call(`GET ${line}`, { key: theirs.key })).body).toMatchObject(usual);
  expect((await call(`PUT ${line}`, { key: theirs.key, body: { behaviour: "throttle" } })).status).toBe(200);
  expect((await call(`GET ${line}`, { key: ours.key })).body).toMatchObject(fail);
});

describe("row-level security", () => {
  test("every table with a workspace_id has forced row-level security and the tenant policy", async () => {
    const { rows } = await superuser.query(`
      select c.relname as name, c.relrowsecurity and c.relforcerowsecurity as forced,
        exists (select from pg_policies p where p.tablename = c.relname and p.policyname = 'workspace_wall') as policy
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'workspace_id'
      where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace
      order by 1`);
    expect(rows.length).toBeGreaterThan(15);
    expect(rows.filter((row) => !row.forced || !row.policy).map((row) => row.name)).toEqual([]);
  });

  test("the server's database role cannot bypass it", async () => {
    const { rows } = await db.pool.query(
      "select rolsuper or rolbypassrls as free from pg_roles where rolname = current_user",
    );
    expect(rows).toEqual([{ free: false }]);
  });

  test("in one workspace's scope no query, even without a condition, can see, change or add another's rows", async () => {
    for (const table of await tenantTables()) {
      const rows = await db.inWorkspace(theirs.id, (tx) =>
        sql<{ n: number }>`
          select count(*) as n from ${sql.table(table)} where workspace_id <> ${theirs.id}`.execute(tx),
      );
      expect(rows.rows[0]?.n, table).toBe(0);
      const outside = await db.pool.query(`select count(*) as n from ${table}`);
      expect(outside.rows[0].n, table).toBe(0);
    }
    const changed = await db.inWorkspace(theirs.id, (tx) =>
      sql<{ workspace_id: string }>`update contacts set first_name = 'Changed' returning workspace_id`.execute(tx),
    );
    expect(new Set(changed.rows.map((row) => row.workspace_id))).toEqual(new Set([theirs.id]));
    await expect(
      db.inWorkspace(theirs.id, (tx) =>
        sql`insert into lists (workspace_id, id, name, created_at) values (${ours.id}, ${theirs.id}, 'x', now())`.execute(
          tx,
        ),
      ),
    ).rejects.toMatchObject({ code: "42501" });
  });

  async function tenantTables(): Promise<string[]> {
    const { rows } = await superuser.query<{ name: string }>(`
      select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'workspace_id'
      where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace`);
    return rows.map((row) => row.name);
  }
});

/** A digest of each table's rows of a workspace, read as superuser, without columns that change by themselves. */
async function everythingOf(workspaceId: string): Promise<Record<string, string>> {
  const { rows } = await superuser.query<{ name: string }>(`
    select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'workspace_id'
    where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace`);
  const digests: Record<string, string> = {};
  for (const { name } of rows) {
    const found = await superuser.query<{ digest: string }>(
      `select coalesce(md5(string_agg(row, '|' order by row)), '') as digest
       from (select (to_jsonb(t) - 'last_used_at')::text as row from ${name} t where workspace_id = $1) as all_rows`,
      [workspaceId],
    );
    digests[name] = found.rows[0]?.digest ?? "";
  }
  return digests;
}
