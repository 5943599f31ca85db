/** Every endpoint that changes something writes an audit event: all of the OpenAPI document are called. */
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AuditEvent } from "../../contract/audit.ts";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { mailBatch, send } from "../../testing/mail-batch.ts";
import { newId } from "../../testing/new-id.ts";
import { signedInPerson, type TestPerson } from "../../testing/people.ts";
import { until } from "../../testing/until.ts";
import { accountJobs } from "../accounts/account-jobs.ts";
import { addPossibleOptOuts } from "../consent/possible-opt-outs.ts";
import { checkImport } from "../contacts/import/check-import.ts";
import { runJobs } from "../kit/jobs.ts";
import { everyType, insertStop } from "../mail/stops-store.ts";

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
afterAll(() => runner.stop());
// The first test's events need an earlier one to be compared with.
beforeAll(async () => {
  await contact();
});

/** Calls without an audit event, each with the reason. */
const notAudited: Record<string, string> = {
  messages_send: "thousands a second; each is recorded in the ledger with its source",
  mails_unsubscribe:
    "the recipient of a mail does it; a withdrawn consent is audited, and recorded in the consent ledger",
  segments_count: "reads only",
  campaigns_review: "reads only",
  campaigns_preview: "reads only",
  campaigns_update: "a draft is saved continually while it is written; creating, sending and deleting it are audited",
  editors_keep: "says who has a draft open, every few seconds",
  editors_leave: "says who has a draft open no more",
  contacts_previewImport: "reads only",
  bookings_previewImport: "reads only",
  orders_previewImport: "reads only",
  bookings_wouldTell: "what it does is taken back",
  workflows_preview: "reads only",
  templates_preview: "reads only",
  alerts_see: "records only what one person has seen",
  sandbox_reply: "simulates a handset",
  sandbox_behave: "simulates a handset",
  carrierWebhooks_twilioStatus: "signed by a carrier; recorded in the ledger",
  carrierWebhooks_twilioInbound: "signed by a carrier; recorded in the ledger",
};

const aBooking = { start: "2030-12-04T14:00", end: "2030-12-04T15:00" };
const anEvent = { name: "Concert", start: "2030-12-04T19:00" };
const aBuyer = { first_name: "Olaf", mobile: "+4791234777", email: "olaf@buyer.example" };
const ofBuyer = [aBuyer.first_name, aBuyer.mobile, aBuyer.email];
const aWorkflow = {
  name: "Confirmation",
  when: { trigger: "booking_created" },
  do: [{ action: "send_sms", to: { customer: true }, text: "Hei" }],
};

let layouts = 0;
const aTemplate = () => ({ name: `Layout ${++layouts}`, channel: "sms", text: "Hei #CUSTOMTEXT#" });

type Body = Record<string, unknown> | string | undefined;
interface Try {
  /** The operation's path with ids, under /api/v1 unless it begins with /api. */
  path: string;
  body?: Body;
  /** The caller; by default the super admin. */
  as?: TestPerson | null;
  action: AuditEvent["action"];
  /** Secrets and personal data that the event must not contain. */
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
const heldImport = async (): Promise<string> => {
  const answer = await call("POST /contacts/imports?hold=true", {
    cookie: boss.cookie,
    body: "mobile,first_name\n+4790000001,Olaf\n",
    headers: { "content-type": "text/csv" },
  });
  await checkImport(services, { workspace_id: workspaceId, import_id: answer.body.id });
  return answer.body.id;
};
const list = () => make("POST /lists", { name: `List ${++n}` });
const place = async (path: string): Promise<string> =>
  `${path}/${(await make(`POST ${path}`, { name: `Place ${++n}` })).id}`;
const made = async (path: string, body: Record<string, unknown>): Promise<string> =>
  `${path}/${(await make(`POST ${path}`, body)).id}`;
const item = async (path: "ticket-types" | "products"): Promise<string> => {
  const items = `${await made("/events", anEvent)}/${path}`;
  return `${items}/${(await make(`POST ${items}`, { name: "Stalls" })).id}`;
};
const orderOf = async () => {
  const event = await made("/events", anEvent);
  const { id } = await make(`POST ${event}/ticket-types`, { name: "Stalls" });
  return make(`POST ${event}/orders`, { buyer: aBuyer, lines: [{ ticket_type: id }] });
};
const ticketOf = async (): Promise<string> => `/tickets/${(await orderOf()).lines[0].tickets[0].id}`;
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
const inAWeek = () => new Date(Date.now() + 7 * 86_400_000).toISOString();
const scheduled = async () => {
  const { id } = await campaign();
  await make(`POST /campaigns/${id}/schedule`, { at: inAWeek() });
  return id;
};
const sending = async () => {
  const { id } = await campaign();
  await make(`POST /campaigns/${id}/send`, {});
  return id;
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
  return until(async () => {
    const { rows } = await db.asSystem((tx) =>
      sql<{ text: string }>`select text from sandbox_mails where recipient = ${to} order by at, id`.execute(tx),
    );
    const token = new RegExp(`${path}(\\S+)`).exec(rows.at(-1)?.text ?? "")?.[1];
    if (!token) throw new Error(`no link for ${to}`);
    return decodeURIComponent(token);
  });
}

/** A successful call of each. */
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
    const { id, email } = await signedInPerson(app, workspaceId, "viewer");
    await call("POST /api/auth/request-password-reset", { body: { email } });
    const token = await mailed(email, "/reset-password\\?token=");
    // The token becomes valid after its mail was sent.
    await until(async () => {
      const { rows } = await db.asSystem((tx) => sql`select 1 from verifications where value = ${id}`.execute(tx));
      expect(rows).toHaveLength(1);
    });
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
  contacts_startHeldImport: async () => ({
    path: `/contacts/imports/${await heldImport()}/start`,
    action: "import.started",
    never: ["Olaf", "90000001"],
  }),
  contacts_giveUpImport: async () => ({
    path: `/contacts/imports/${await heldImport()}`,
    action: "import.given_up",
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
    const proof = { source: "said by Olaf", evidence: "on the phone, Olaf Trygvason" };
    const body = { contact_id: id, subscription_type: "marketing", action: "grant", ...proof };
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
        { id: message, number: mobile, unclear: undefined, sender_id: newId(), at: new Date() },
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
  contacts_startBulk: async () => {
    const { id, mobile } = await contact();
    const body = { where: { contacts: [id] }, action: { marketing: false } };
    return { path: "/contacts/bulk", body, action: "bulk.started", never: [mobile] };
  },
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
  services_create: async () => ({ path: "/services", body: { name: "Haircut" }, action: "service.created" }),
  services_update: async () => ({ path: await place("/services"), body: { price: 1 }, action: "service.updated" }),
  services_remove: async () => ({ path: await place("/services"), action: "service.archived" }),
  locations_create: async () => ({ path: "/locations", body: { name: "Salon" }, action: "location.created" }),
  locations_update: async () => ({
    path: await place("/locations"),
    body: { remote: true },
    action: "location.updated",
  }),
  locations_remove: async () => ({ path: await place("/locations"), action: "location.archived" }),
  resources_create: async () => {
    const body = { name: "Anne", mobile: "+4791234999", email: "anne@salon.example" };
    return { path: "/resources", body, action: "resource.created", never: [body.mobile, body.email] };
  },
  resources_update: async () => {
    const body = { mobile: "+4791234999", email: "anne@salon.example" };
    const path = await place("/resources");
    return { path, body, action: "resource.updated", never: [body.mobile, body.email] };
  },
  resources_remove: async () => ({ path: await place("/resources"), action: "resource.archived" }),
  bookingStatuses_replace: async () => {
    const body = { items: [{ name: `Arrived ${++n}`, stands_for: "confirmed" }] };
    return { path: "/booking-statuses", body, action: "booking_statuses.updated" };
  },
  bookings_create: async () => ({ path: "/bookings", body: aBooking, action: "booking.created" }),
  bookings_update: async () => ({
    path: await made("/bookings", aBooking),
    body: { payment: "paid" },
    action: "booking.updated",
  }),
  bookings_startImport: async () => ({
    path: "/bookings/imports?file_name=bookings.csv",
    body: "full_name,start,end\nOla,2031-01-01T10:00,2031-01-01T11:00\n",
    action: "booking_import.started",
  }),
  resources_renewCalendarLink: async () => ({
    path: `${await place("/resources")}/calendar-link`,
    action: "resource.calendar_link_renewed",
  }),
  bookings_cancel: async () => ({
    path: `${await made("/bookings", aBooking)}/cancel`,
    body: {},
    action: "booking.cancelled",
  }),
  bookings_remove: async () => ({ path: await made("/bookings", aBooking), body: {}, action: "booking.cancelled" }),
  events_create: async () => ({ path: "/events", body: anEvent, action: "event.created" }),
  events_update: async () => ({
    path: await made("/events", anEvent),
    body: { venue: "Salen" },
    action: "event.updated",
  }),
  events_remove: async () => ({ path: await made("/events", anEvent), action: "event.cancelled" }),
  ticketTypes_create: async () => ({
    path: `${await made("/events", anEvent)}/ticket-types`,
    body: { name: "Stalls" },
    action: "ticket_type.created",
  }),
  ticketTypes_update: async () => ({
    path: await item("ticket-types"),
    body: { price: 350 },
    action: "ticket_type.updated",
  }),
  ticketTypes_remove: async () => ({ path: await item("ticket-types"), action: "ticket_type.archived" }),
  products_create: async () => ({
    path: `${await made("/events", anEvent)}/products`,
    body: { name: "Programme" },
    action: "product.created",
  }),
  products_update: async () => ({ path: await item("products"), body: { price: 40 }, action: "product.updated" }),
  products_remove: async () => ({ path: await item("products"), action: "product.archived" }),
  orders_create: async () => ({
    path: `${await made("/events", anEvent)}/orders`,
    body: { buyer: aBuyer },
    action: "order.created",
    never: ofBuyer,
  }),
  orders_update: async () => ({
    path: `/orders/${(await orderOf()).id}`,
    body: { buyer: { first_name: "Sigrid", mobile: "+4791234778" } },
    action: "order.updated",
    never: [...ofBuyer, "Sigrid", "+4791234778"],
  }),
  orders_startImport: async () => ({
    path: `${await made("/events", anEvent)}/orders/imports?file_name=orders.csv`,
    body: "order,name,mobile,ticket type\n1,Olaf,+4791234777,Stalls\n",
    action: "order_import.started",
    never: ["Olaf", "orders.csv"],
  }),
  orders_cancel: async () => ({ path: `/orders/${(await orderOf()).id}/cancel`, body: {}, action: "order.cancelled" }),
  orders_updateTicket: async () => ({
    path: await ticketOf(),
    body: { holder: aBuyer },
    action: "order.updated",
    never: ofBuyer,
  }),
  orders_checkIn: async () => ({ path: `${await ticketOf()}/check-in`, action: "ticket.checked_in", never: ofBuyer }),
  orders_undoCheckIn: async () => {
    const path = `${await ticketOf()}/check-in`;
    await make(`POST ${path}`);
    return { path, action: "ticket.check_in_undone", never: ofBuyer };
  },
  workflows_create: async () => ({ path: "/workflows", body: aWorkflow, action: "workflow.created" }),
  workflows_update: async () => ({
    path: await made("/workflows", aWorkflow),
    body: { name: "Changed" },
    action: "workflow.updated",
  }),
  workflows_remove: async () => ({ path: await made("/workflows", aWorkflow), action: "workflow.deleted" }),
  workflows_clone: async () => ({ path: `${await made("/workflows", aWorkflow)}/clone`, action: "workflow.created" }),
  workflows_test: async () => ({
    path: `${await made("/workflows", aWorkflow)}/test`,
    body: { to: "+4791234599" },
    action: "workflow.tested",
    never: ["+4791234599"],
  }),
  templates_create: async () => ({ path: "/templates", body: aTemplate(), action: "template.created" }),
  templates_update: async () => ({
    path: await made("/templates", aTemplate()),
    body: { text: "Hei igjen #CUSTOMTEXT#" },
    action: "template.updated",
    never: ["igjen"],
  }),
  templates_remove: async () => ({ path: await made("/templates", aTemplate()), action: "template.archived" }),
  workflows_fromTemplate: async () => ({ path: "/workflow-templates/reminder", body: {}, action: "workflow.created" }),
  campaigns_create: async () => ({
    path: "/campaigns",
    body: { name: "Spring", text: "Hei" },
    action: "campaign.created",
  }),
  campaigns_remove: async () => ({ path: `/campaigns/${(await campaign()).id}`, action: "campaign.deleted" }),
  campaigns_send: async () => ({ path: `/campaigns/${(await campaign()).id}/send`, action: "campaign.sent" }),
  campaigns_schedule: async () => ({
    path: `/campaigns/${(await campaign()).id}/schedule`,
    body: { at: inAWeek() },
    action: "campaign.scheduled",
  }),
  campaigns_unschedule: async () => ({
    path: `/campaigns/${await scheduled()}/unschedule`,
    action: "campaign.unscheduled",
  }),
  campaigns_pause: async () => ({ path: `/campaigns/${await sending()}/pause`, action: "campaign.paused" }),
  campaigns_resume: async () => {
    const id = await sending();
    await make(`POST /campaigns/${id}/pause`, {});
    return { path: `/campaigns/${id}/resume`, action: "campaign.resumed" };
  },
  campaigns_cancel: async () => ({ path: `/campaigns/${await scheduled()}/cancel`, action: "campaign.cancelled" }),
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
  mails_liftBounce: async () => {
    const address = "olaf@example.com";
    const [mail] = (await send(db, mailBatch(workspaceId, [address]))).mails;
    await db.inWorkspace(workspaceId, (tx) =>
      insertStop(tx, workspaceId, {
        address,
        kind: "bounced",
        subscription_type_id: everyType,
        at: new Date(),
        mail_id: null,
      }),
    );
    return { path: `/mails/${mail?.id}/bounce`, action: "mail.bounce_lifted", never: [address] };
  },
  quietHours_update: async () => ({
    path: "/quiet-hours",
    body: { rules: [{ country: "PL", from: `0${++n % 10}:00`, to: "20:00" }] },
    action: "quiet_hours.updated",
  }),
  retention_update: async () => ({ path: "/retention", body: { audit_months: 13 + ++n }, action: "retention.updated" }),
};

/** Calls that write to another workspace's log, see audit-log.test.ts. */
const elsewhere = ["accounts_setup", "workspaces_create"];

test("every endpoint that changes something is called below, or listed with the reason why it is not audited", () => {
  const known = [...Object.keys(tries), ...Object.keys(notAudited), ...elsewhere].sort();
  expect(mutating.map(({ id }) => id).sort()).toEqual(known);
});

const eventsSince = async (from: string | null): Promise<AuditEvent[]> => {
  const { body } = await call("GET /audit-events?limit=200", { cookie: boss.cookie });
  const all: AuditEvent[] = body.items;
  const known = all.findIndex((event) => event.id === from);
  return known === -1 ? all : all.slice(0, known);
};

test.each(mutating.filter(({ id }) => id in tries))(
  "$line records actor, action, target and address",
  async ({ id, line }) => {
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
    const events = await until(async () => {
      const found = (await eventsSince(last)).filter(({ action }) => action === prepared.action);
      expect(found.length).toBeGreaterThan(0);
      return found;
    });
    expect(events).toHaveLength(1);
    expect(events[0]?.ip).toBe("203.0.113.7");
    if (who) expect(events[0]?.actor).toEqual({ type: "person", id: who.id, name: who.name, maker: null });
    expect(events[0]?.target).not.toBeNull();
    const session = decodeURIComponent(who?.cookie ?? "").split(/[=.]/)[1];
    for (const word of [...(prepared.never ?? []), ...(session ? [session] : [])])
      expect(JSON.stringify(events)).not.toContain(word);
  },
);
