/** What an erasure, an export and the retention rule do to bookings, and to what workflows decided about them. */
import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { bookingsOf } from "../../testing/bookings.ts";
import { testDatabase } from "../../testing/database.ts";
import { newId } from "../../testing/new-id.ts";
import { until } from "../../testing/until.ts";
import { insertNewCustomers } from "../bookings/happenings-store.ts";
import { type DecisionRow, insertDecisions } from "../bookings/workflows/decisions-store.ts";
import type { Tx } from "../kit/db.ts";
import { finishErasureOf } from "./finish-erasure.ts";
import { purge } from "./purge.ts";

const database = await testDatabase();
const { db } = database;
let now = new Date("2026-06-15T12:00:00Z");
const { call, services } = await testApp(database, { clock: { now: () => now } });
const never = new AbortController().signal;

const person = {
  first_name: "Unikeline",
  last_name: "Sjeldensen",
  mobile: "+4790000101",
  email: "unike@example.com",
  locale: "sv",
};

let workspace: { id: string; key: string };
let unike: { id: string };
let workflow: string;
beforeEach(async () => {
  now = new Date("2026-06-15T12:00:00Z");
  workspace = await workspaceWithKey(database);
  unike = await make("POST /contacts", person);
  workflow = newId();
  await inWorkspace((tx) =>
    sql`insert into workflows (workspace_id, id, name, enabled, trigger, "when", "do", created_at, updated_at)
      values (${workspace.id}, ${workflow}, 'Påminnelse', true, 'before_start', '{}', '[]', ${now}, ${now})`.execute(
      tx,
    ),
  );
});

const inWorkspace = <T>(work: (tx: Tx) => Promise<T>) => db.inWorkspace(workspace.id, work);
async function make(line: string, body: unknown) {
  const answer = await call(line, { key: workspace.key, body });
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
  return answer.body;
}
const bookings = () => bookingsOf(db, workspace.id, () => now);
const at = (start: string) => ({ start: `${start}T14:00`, end: `${start}T15:00` });

function decision(bookingId: string, recipient: string, rest: Partial<DecisionRow> = {}): DecisionRow {
  return {
    booking_id: bookingId,
    workflow_id: workflow,
    occurrence: now,
    action: "a",
    recipient,
    contact_id: null,
    name: null,
    to: null,
    action_kind: "send_sms",
    channel: "sms",
    state: "sent",
    reason: null,
    due_at: now,
    decided_at: now,
    message_id: newId(),
    mail_id: null,
    ...rest,
  };
}
const decide = (...rows: DecisionRow[]) => inWorkspace((tx) => insertDecisions(tx, workspace.id, rows));
const decisions = async () =>
  (
    await inWorkspace((tx) =>
      sql<DecisionRow>`select * from workflow_decisions where workspace_id = ${workspace.id} order by due_at, recipient`.execute(
        tx,
      ),
    )
  ).rows;

async function erase() {
  const erasure = await make(`POST /contacts/${unike.id}/erasure`, { confirm: unike.id });
  await until(async () => {
    const context = { ...services, eraseNumbers: [], chunk: 2 };
    expect(await finishErasureOf(context, { workspace_id: workspace.id, id: erasure.id }, never)).toBe(true);
  });
}

/** The tables that have a text in any row. */
async function tablesWith(text: string): Promise<string[]> {
  return db.asSystem(async (tx) => {
    const tables = await sql<{ name: string }>`
      select relname as name from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition order by 1`.execute(
      tx,
    );
    const found = [];
    for (const { name } of tables.rows) {
      const { rows } = await sql`
        select 1 from ${sql.table(name)} t where strpos(lower(t::text), lower(${text})) > 0 limit 1`.execute(tx);
      if (rows.length > 0) found.push(name);
    }
    return found;
  });
}

test("an erased person is in no booking any more: not as customer or attendee, not in notes, history or decisions", async () => {
  const customer = { id: unike.id };
  const own = await bookings().make({
    ...at("2026-06-19"),
    customer,
    attendees: [customer, { first_name: "UNIKELINE", last_name: "Sjeldensen" }, { first_name: "Siri" }],
    notes: "Unikeline liker te",
    locale: "sv",
  });
  await bookings().change(own.id, { notes: "Sjeldensen liker kaffe" });
  const attended = await bookings().make({
    ...at("2026-06-20"),
    customer: { first_name: "Ola" },
    attendees: [{ ...person, first_name: "Unikelinemor" }, { first_name: "Jonas" }],
    notes: "Ring Unikelinemor på 900 00 101 om bordet",
  });
  await bookings().change(attended.id, { notes: "Unikelinemor ringte" });
  const former = await bookings().make({ ...at("2026-06-21"), customer });
  await bookings().change(former.id, { customer: { first_name: "Per" } });
  const left = await bookings().make({ ...at("2026-06-22"), attendees: [customer, { first_name: "Jonas" }] });
  await bookings().change(left.id, { attendees: [{ first_name: "Jonas" }] });
  await inWorkspace((tx) => insertNewCustomers(tx, workspace.id, [unike.id], now));
  const about = { contact_id: unike.id, name: "Unikeline Sjeldensen", to: person.mobile };
  await decide(
    decision(own.id, `customer:${unike.id}`, about),
    decision(own.id, `attendee:${newId()}`, about),
    decision(own.id, `number:${person.mobile}`, { to: person.mobile }),
    decision(own.id, `address:${person.email}`, { to: person.email, channel: "email" }),
    decision(own.id, "number:+4790000999", { to: "+4790000999" }),
    decision(unike.id, `customer:${unike.id}`, about),
  );

  await erase();
  for (const text of ["Unikeline", "Sjeldensen", "unike@example.com", person.mobile, "900 00 101"])
    expect(await tablesWith(text), text).toEqual([]);
  expect(await tablesWith(unike.id)).toEqual(["audit_events", "erasures"]);
  const kept = await decisions();
  expect(kept.map(({ to, name, contact_id }) => [to, name, contact_id]).sort()).toEqual([
    ["+4790000999", null, null],
    ...Array.from({ length: 4 }, () => [null, null, null]),
  ]);

  // What is left can be read and changed.
  const after = await bookings().change(own.id, { payment: "paid" });
  expect(after).toMatchObject({ reference: own.reference, customer_id: null, notes: null, locale: null });
  expect(after.sequence).toBeGreaterThan(own.sequence);
  expect(after.attendees.map(({ first_name }) => first_name)).toEqual([null, null, "Siri"]);
  const others = await bookings().change(attended.id, { payment: "paid" });
  expect(others.customer?.first_name).toBe("Ola");
  expect(others.attendees.map(({ first_name }) => first_name)).toEqual([null, "Jonas"]);
});

test("a booking that was being written during the erasure is found when it ends", async () => {
  const erasure = await make(`POST /contacts/${unike.id}/erasure`, { confirm: unike.id });
  const { id } = await bookings().make({ ...at("2026-06-19"), notes: "Te" });
  await inWorkspace((tx) =>
    sql`update bookings set customer_id = ${unike.id} where workspace_id = ${workspace.id} and id = ${id}`.execute(tx),
  );
  await decide(decision(id, `customer:${unike.id}`, { contact_id: unike.id, to: person.mobile }));
  const context = { ...services, eraseNumbers: [] };
  await until(async () =>
    expect(await finishErasureOf(context, { workspace_id: workspace.id, id: erasure.id }, never)).toBe(true),
  );
  expect(await bookings().change(id, {})).toMatchObject({ customer_id: null, notes: null });
  expect(await decisions()).toMatchObject([{ to: null, contact_id: null }]);
});

test("another workspace's bookings of a person with the same number stay", async () => {
  const elsewhere = await workspaceWithKey(database, { name: "Elsewhere" });
  const there = await bookingsOf(db, elsewhere.id).make({ ...at("2026-06-19"), customer: person, notes: "Te" });
  await erase();
  const after = await bookingsOf(db, elsewhere.id).change(there.id, {});
  expect(after).toMatchObject({ customer: { first_name: "Unikeline" }, notes: "Te" });
});

test("deleting a contact without erasing it leaves its bookings as they are, without the customer", async () => {
  const own = await bookings().make({
    ...at("2026-06-19"),
    customer: { id: unike.id },
    attendees: [{ ...person, first_name: "Ulla" }],
    notes: "Te",
  });
  expect((await call(`DELETE /contacts/${unike.id}`, { key: workspace.key })).status).toBe(204);
  const after = await bookings().change(own.id, { start: "2026-06-19T16:00" });
  expect(after).toMatchObject({ customer: null, notes: "Te", attendees: [{ contact: null, first_name: "Ulla" }] });
});

test("the export has the person's bookings and decisions, and nothing of others who come", async () => {
  const own = await bookings().make({ ...at("2026-06-19"), customer: { id: unike.id }, notes: "Liker te" });
  await bookings().change(own.id, { attendees: [{ id: unike.id }, { first_name: "Siri" }] });
  const attended = await bookings().make({
    ...at("2026-06-18"),
    customer: { first_name: "Ola" },
    attendees: [{ ...person, first_name: "Ulla", time_zone: "Europe/Stockholm" }, { first_name: "Jonas" }],
    notes: "Hemmelig",
  });
  await bookings().make({ ...at("2026-06-17"), customer: { first_name: "Per" } });
  await decide(
    decision(own.id, `customer:${unike.id}`, { contact_id: unike.id, to: person.mobile }),
    decision(own.id, "number:+4790000999", { to: "+4790000999" }),
  );
  const { body } = await call(`GET /contacts/${unike.id}/export`, { key: workspace.key });
  const { bookings: exported, workflow_decisions } = typeof body === "string" ? JSON.parse(body) : body;
  expect(exported).toMatchObject([
    {
      reference: attended.reference,
      is_customer: false,
      attends_as: [{ first_name: "Ulla", last_name: "Sjeldensen", time_zone: "Europe/Stockholm" }],
    },
    { reference: own.reference, is_customer: true, notes: "Liker te", attends_as: [{ first_name: "Unikeline" }] },
  ]);
  expect(workflow_decisions).toMatchObject([{ workflow: "Påminnelse", to: person.mobile, state: "sent" }]);
  for (const other of ["Siri", "Jonas", "Ola", "Per", "Hemmelig", "+4790000999"])
    expect(JSON.stringify(exported)).not.toContain(other);
});

test("bookings go with all that belongs to them once they ended so many months ago, and are kept for ever without a rule", async () => {
  const old = await bookings().make({
    ...at("2026-02-10"),
    customer: { id: unike.id },
    attendees: [{ first_name: "Siri" }],
  });
  const long = await bookings().make({ start: "2026-02-10T14:00", end: "2026-04-10T14:00" });
  const recent = await bookings().make(at("2026-06-10"));
  await decide(
    decision(old.id, "number:+4790000999"),
    decision(recent.id, "number:+4790000999"),
    decision(unike.id, "customer:x", { contact_id: unike.id, decided_at: new Date("2026-01-02T00:00:00Z") }),
  );
  const run = () => purge({ ...services, purgeOld: [], chunk: 1 }, never);
  expect(await run()).toMatchObject({ bookings: 0 });
  const tried = await call("GET /retention?booking_months=3", { key: workspace.key });
  expect(tried.body).toMatchObject({
    booking_months: 3,
    would_go: { bookings: { before: "2026-03-01T00:00:00.000Z", bookings: 1 } },
  });
  expect((await call("GET /retention", { key: workspace.key })).body).toMatchObject({
    booking_months: null,
    would_go: { bookings: null },
  });
  await make("PATCH /retention", { booking_months: 3 });
  expect(await run()).toMatchObject({ bookings: 1 });
  for (const table of [
    "bookings",
    "booking_attendees",
    "booking_history",
    "booking_happenings",
    "workflow_decisions",
  ]) {
    const { rows } = await inWorkspace((tx) =>
      sql<{ id: string }>`
        select distinct ${table === "bookings" ? sql`id` : sql`booking_id as id`} from ${sql.table(table)}
        where workspace_id = ${workspace.id}`.execute(tx),
    );
    const ids = rows.map(({ id }) => id);
    expect(ids, table).not.toContain(old.id);
    if (table === "bookings") expect(ids.sort()).toEqual([long.id, recent.id].sort());
    if (table === "workflow_decisions") expect(ids).toEqual([recent.id]);
  }
  expect(await run()).toMatchObject({ bookings: 0 });
  expect((await call("PATCH /retention", { key: workspace.key, body: { booking_months: 0 } })).status).toBe(422);
});

test("decisions lose numbers, addresses and names when the messages of their month go", async () => {
  const { id } = await bookings().make(at("2026-06-10"));
  const old = new Date("2026-01-10T12:00:00Z");
  await decide(
    decision(id, "number:+4790000999", { to: "+4790000999", decided_at: old, due_at: old }),
    decision(id, `customer:${unike.id}`, {
      contact_id: unike.id,
      name: "Unikeline",
      to: person.mobile,
      decided_at: old,
      due_at: old,
    }),
    decision(id, "number:+4790000998", { to: "+4790000998" }),
  );
  await make("PATCH /retention", { ledger_months: 3 });
  await purge({ ...services, purgeOld: [], chunk: 1 }, never);
  expect(await decisions()).toMatchObject([
    { recipient: `customer:${unike.id}`, to: null, name: null },
    { recipient: expect.stringMatching(/^erased:/), to: null, name: null },
    { recipient: "number:+4790000998", to: "+4790000998" },
  ]);
});
