/** What keys with few scopes may do with workflows, which send texts for whoever writes them. */
import { expect, test } from "vitest";
import type { Permission } from "../../../contract/permissions.ts";
import { testDatabase } from "../../../testing/database.ts";
import { day, later, morning, salonsOf } from "../../../testing/workflows.ts";
import { newApiKey, storeApiKey } from "../../accounts/api-keys.ts";

const database = await testDatabase();
const salons = await salonsOf(database);
type Salon = Awaited<ReturnType<typeof salons.open>>;

async function callsOf(salon: Salon, ...scopes: Permission[]) {
  const key = newApiKey();
  const rights = { name: "Few scopes", role: "super_admin", scopes } as const;
  await database.db.asSystem((tx) => storeApiKey(tx, salon.id, key, rights, later(morning, -day)));
  return (line: string, body?: unknown) => salons.call(line, { key, ...(body !== undefined && { body }) });
}

const forbidden = (permission: Permission) => ({
  status: 403,
  body: { error: { code: "forbidden", field: "permission", value: permission } },
});
const when = { trigger: "booking_created" };
const text = { action: "send_sms", to: { numbers: ["+4791234567"] }, text: "x" };
const mail = { action: "send_email", to: { customer: true }, subject: "x", text: "x" };
const turn = { action: "change_status", status: "confirmed" };

test("without messages:send nobody writes a workflow that sends, by making, changing, copying or enabling it", async () => {
  const salon = await salons.open();
  const call = await callsOf(salon, "workflows:write", "bookings:read");
  const { id, revision } = await salon.workflow({ name: "Confirmation" });
  const needsSending = forbidden("messages:send");
  for (const action of [text, mail])
    expect(await call("POST /workflows", { name: "x", when, do: [turn, action] })).toMatchObject(needsSending);
  expect(await call("POST /workflows", { name: "x", when, do: [text], enabled: false })).toMatchObject(needsSending);
  const own = await call("POST /workflows", { name: "Own", when, do: [turn] });
  expect(own.status).toBe(201);
  expect(await call(`PATCH /workflows/${own.body.id}`, { do: [text] })).toMatchObject(needsSending);
  expect((await call(`PATCH /workflows/${own.body.id}`, { name: "Owned" })).status).toBe(200);
  for (const change of [{ name: "Other" }, { enabled: true }, { enabled: false, name: "Other" }, { when }])
    expect(await call(`PATCH /workflows/${id}`, change)).toMatchObject(needsSending);
  expect(await call(`POST /workflows/${id}/clone`)).toMatchObject(needsSending);
  const [template] = (await call("GET /workflow-templates")).body.items;
  expect(await call(`POST /workflow-templates/${template.key}`, {})).toMatchObject(needsSending);
  const names = (await salon.all<{ name: string }>("/workflows")).map(({ name }) => name);
  expect(names).toEqual(["Confirmation", "Owned"]);
  expect((await call(`PATCH /workflows/${id}`, { enabled: false, revision })).body).toMatchObject({ enabled: false });
  expect((await call(`PATCH /workflows/${id}`, { do: [turn] })).status).toBe(200);
  expect((await call(`DELETE /workflows/${id}`)).status).toBe(204);
});

test("with both it does", async () => {
  const salon = await salons.open();
  const call = await callsOf(salon, "workflows:write", "messages:send");
  const { status, body } = await call("POST /workflows", { name: "x", when, do: [text] });
  expect(status).toBe(201);
  expect((await call(`PATCH /workflows/${body.id}`, { enabled: true })).status).toBe(200);
  expect((await call(`POST /workflows/${body.id}/clone`)).status).toBe(201);
});

test("a test of a workflow is filled with a booking, so it needs bookings:read, and it sends", async () => {
  const salon = await salons.open();
  const { id } = await salon.workflow();
  const booking = await salon.book();
  const sending = await callsOf(salon, "messages:send");
  for (const body of [{ to: "+4791234567" }, { to: "+4791234567", booking: booking.id }])
    expect(await sending(`POST /workflows/${id}/test`, body)).toMatchObject(forbidden("bookings:read"));
  const reading = await callsOf(salon, "bookings:read", "workflows:write");
  expect(await reading(`POST /workflows/${id}/test`, { to: "+4791234567" })).toMatchObject(forbidden("messages:send"));
  expect(await salon.all("/messages")).toEqual([]);
  const both = await callsOf(salon, "messages:send", "bookings:read");
  expect((await both(`POST /workflows/${id}/test`, { to: "+4791234567" })).status).toBe(200);
});

test("what a change would tell is asked by whoever may make it: it finds people among the contacts", async () => {
  const salon = await salons.open();
  await salon.workflow();
  const { start, end } = await salon.book();
  const body = { change: { start, end, customer: { mobile: "+4791234567" } } };
  const reading = await callsOf(salon, "bookings:read");
  expect(await reading("POST /bookings/would-tell", body)).toMatchObject(forbidden("bookings:write"));
  const writing = await callsOf(salon, "bookings:write");
  expect(await writing("POST /bookings/would-tell", body)).toMatchObject(forbidden("bookings:read"));
  const both = await callsOf(salon, "bookings:write", "bookings:read");
  expect((await both("POST /bookings/would-tell", body)).status).toBe(200);
});
