/** What an erasure, an export and the retention rule do to orders and events. */
import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import type { OrderWithHistory } from "../../contract/orders.ts";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { until } from "../../testing/until.ts";
import { finishErasureOf } from "./finish-erasure.ts";
import { purge } from "./purge.ts";

const database = await testDatabase();
const { db } = database;
const now = new Date("2026-06-15T12:00:00Z");
const { call, services } = await testApp(database, { clock: { now: () => now } });
const never = new AbortController().signal;

const person = {
  first_name: "Unikeline",
  last_name: "Sjeldensen",
  mobile: "+4790000101",
  email: "unike@example.com",
};

let workspace: { id: string; key: string };
let unike: { id: string };
let event: { id: string };
beforeEach(async () => {
  workspace = await workspaceWithKey(database);
  unike = await make("POST /contacts", { ...person, locale: "sv" });
  event = await eventOn("2026-07-01");
});

async function make(line: string, body?: unknown) {
  const answer = await call(line, { key: workspace.key, body });
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
  return answer.body;
}
async function eventOn(day: string, rest: object = {}) {
  const made = await make("POST /events", { name: "Concert", start: `${day}T19:00`, ...rest });
  await make(`POST /events/${made.id}/ticket-types`, { name: "Stalls" });
  return made;
}
const order = (body: object, of: { id: string } = event): Promise<OrderWithHistory> =>
  make(`POST /events/${of.id}/orders`, { lines: [{ ticket_type: "Stalls", quantity: 2 }], ...body });
const get = ({ id }: { id: string }): Promise<OrderWithHistory> => make(`GET /orders/${id}`);

async function erase() {
  const erasure = await make(`POST /contacts/${unike.id}/erasure`, { confirm: unike.id });
  await until(async () => {
    const context = { ...services, eraseNumbers: [], chunk: 2 };
    expect(await finishErasureOf(context, { workspace_id: workspace.id, id: erasure.id }, never)).toBe(true);
  });
}

/** The tables that have a text in any row. */
const tablesWith = (text: string) =>
  db.asSystem(async (tx) => {
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

test("an erased person is in no order any more: not as buyer or holder, not in the history; tickets stay valid", async () => {
  const consents = [{ subscription_type: "marketing", granted: true, evidence: "Unikeline Sjeldensen said yes" }];
  const own = await order({ buyer: { id: unike.id }, locale: "sv-SE", consents, external_id: "T-1" });
  const names = { first_name: "Unikeline", last_name: "Sjeldensen" };
  await make(`PATCH /tickets/${own.lines[0]?.tickets[1]?.id}`, { holder: names });
  const held = await order({ buyer: { first_name: "Ola", mobile: "+4790000102" } });
  const [, second] = held.lines[0]?.tickets ?? [];
  await make(`PATCH /tickets/${second?.id}`, { holder: { ...person, first_name: "Ulla" } });
  const former = await order({ buyer: { id: unike.id } });
  await make(`PATCH /orders/${former.id}`, { buyer: { first_name: "Per", mobile: "+4790000103" } });
  await make(`POST /orders/${former.id}/cancel`, { reason: "Unikeline Sjeldensen asked for it" });
  await erase();

  for (const text of ["Unikeline", "Sjeldensen", "Ulla", "90000101", "unike@example.com"])
    expect([text, await tablesWith(text)]).toEqual([text, []]);
  expect(await get(own)).toMatchObject({
    buyer: null,
    locale: null,
    consents: [],
    external_id: "T-1",
    lines: [
      {
        tickets: [
          { holder: null, valid: true },
          { holder: null, valid: true },
        ],
      },
    ],
  });
  expect(await get(held)).toMatchObject({
    buyer: { name: "Ola" },
    lines: [{ tickets: [{ holder: null }, { id: second?.id, holder: null, valid: true }] }],
  });
  expect((await make(`GET /events/${event.id}`)).counts).toEqual({ orders: 2, tickets: 4, checked_in: 0 });
});

test("the export has the person's orders and tickets, and nothing of others who hold some", async () => {
  const own = await order({
    buyer: { id: unike.id },
    lines: [{ ticket_type: "Stalls", quantity: 2, holders: [{ first_name: "Siri" }] }],
  });
  const held = await order({
    buyer: { first_name: "Ola", mobile: "+4790000102" },
    lines: [
      { ticket_type: "Stalls", quantity: 2, holders: [{ ...person, first_name: "Ulla" }, { first_name: "Jonas" }] },
    ],
  });
  await order({ buyer: { first_name: "Per" } });
  const { body } = await call(`GET /contacts/${unike.id}/export`, { key: workspace.key });
  const all: { is_buyer: boolean; tickets: unknown[] }[] = (typeof body === "string" ? JSON.parse(body) : body).orders;
  const orders = all.toSorted((a, b) => Number(a.is_buyer) - Number(b.is_buyer));
  expect(orders).toMatchObject([
    { reference: held.reference, is_buyer: false, tickets: [{ held_as: { first_name: "Ulla" } }] },
    { reference: own.reference, is_buyer: true, tickets: [{ ticket_type: "Stalls", valid: true }], event: "Concert" },
  ]);
  expect(orders.map(({ tickets }) => tickets.length)).toEqual([1, 1]);
  for (const other of ["Siri", "Jonas", "Ola", "Per"]) expect(JSON.stringify(orders)).not.toContain(other);
});

test("events go with their orders once their last date was so many months ago, and are kept for ever without a rule", async () => {
  const old = await eventOn("2026-02-10");
  const orders = [await order({ buyer: { id: unike.id } }, old), await order({}, old)];
  const emptyOne = await eventOn("2026-02-11");
  const series = await make("POST /events", {
    name: "Course",
    dates: [{ start: "2026-02-10T19:00" }, { start: "2026-04-10T19:00" }],
  });
  await order({});
  const run = () => purge({ ...services, purgeOld: [], chunk: 1 }, never);
  expect(await run()).toMatchObject({ orders: 0 });
  const tried = await call("GET /retention?event_months=3", { key: workspace.key });
  expect(tried.body).toMatchObject({
    event_months: 3,
    would_go: { events: { before: "2026-03-01T00:00:00.000Z", events: 2 }, bookings: null },
  });
  await make("PATCH /retention", { event_months: 3 });
  expect(await run()).toMatchObject({ orders: 4 });
  for (const { id } of [old, emptyOne])
    expect((await call(`GET /events/${id}`, { key: workspace.key })).status).toBe(404);
  expect((await make("GET /events")).items.map(({ id }: { id: string }) => id)).toEqual([event.id, series.id]);
  for (const { id } of orders) expect(await tablesWith(id)).toEqual(["audit_events"]);
  expect((await make("GET /orders")).items).toHaveLength(1);
  expect(await run()).toMatchObject({ orders: 0 });
});

test("another workspace's orders of a person with the same number stay", async () => {
  const own = workspace;
  const elsewhere = await workspaceWithKey(database);
  workspace = elsewhere;
  const there = await eventOn("2026-07-01");
  const kept = await order({ buyer: person }, there);
  workspace = own;
  await erase();
  workspace = elsewhere;
  expect(await get(kept)).toMatchObject({ buyer: { name: "Unikeline Sjeldensen" } });
});
