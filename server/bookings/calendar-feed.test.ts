/** Resources' calendar feeds, and the calls that give their addresses. */
import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { bookingsOf } from "../../testing/bookings.ts";
import { testDatabase } from "../../testing/database.ts";

const database = await testDatabase();
const { db } = database;
let now = new Date("2026-06-15T12:00:00Z");
const { app, call } = await testApp(database, { clock: { now: () => now } });

let workspace: { id: string; key: string };
let eva: { id: string };
beforeEach(async () => {
  now = new Date("2026-06-15T12:00:00Z");
  workspace = await workspaceWithKey(database);
  await as("POST /services", { name: "Klipp", duration_minutes: 60 });
  eva = (await as("POST /resources", { name: "Eva; Åse" })).body;
});

const as = (line: string, body?: object, key = workspace.key) => call(line, { key, ...(body && { body }) });
const link = async (id = eva.id) => new URL((await as(`GET /resources/${id}/calendar-link`)).body.url).pathname;
const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers });
const bookings = () => bookingsOf(db, workspace.id, () => now);
const booking = (start: string, rest: object = {}) =>
  bookings().make({
    customer: { first_name: "Kari", last_name: "Nordmann", mobile: "+4791000001" },
    service: "Klipp",
    resources: [eva.id],
    notes: "Liker te,\nikke kaffe",
    start,
    ...rest,
  });
const entries = (body: string) => [...body.replaceAll("\r\n ", "").matchAll(/UID:(\S+)/g)].map(([, uid]) => uid);

test("the address is made when it is asked for first, also by two at once, and stays the same", async () => {
  const [one, two] = await Promise.all([link(), link()]);
  expect(one).toBe(two);
  expect(one).toMatch(/^\/calendars\/[0-9A-Za-z]{22}\.ics$/);
  expect(await link()).toBe(one);
});

test("a new address ends the one before, and who renewed it is recorded without the address", async () => {
  const before = await link();
  const renewed = await as(`POST /resources/${eva.id}/calendar-link`);
  const after = new URL(renewed.body.url).pathname;
  expect(after).not.toBe(before);
  expect([(await get(before)).statusCode, (await get(after)).statusCode]).toEqual([404, 200]);
  const events = (await as("GET /audit-events")).body;
  expect(JSON.stringify(events)).not.toContain(after.slice(11, 30));
  expect(events.items[0]).toMatchObject({
    action: "resource.calendar_link_renewed",
    target: { type: "resource", id: eva.id, name: "Eva; Åse" },
  });
});

test("another workspace, an unknown resource and a caller who may only read get no address", async () => {
  const elsewhere = await workspaceWithKey(database);
  const reader = await workspaceWithKey(database, { scopes: ["bookings:read"] });
  for (const line of [`GET /resources/${eva.id}/calendar-link`, `POST /resources/${eva.id}/calendar-link`]) {
    expect((await as(line, undefined, elsewhere.key)).status).toBe(404);
    expect((await as(line, undefined, reader.key)).status).toBe(403);
  }
  expect((await as("GET /resources/00000000-0000-7000-8000-000000000000/calendar-link")).status).toBe(404);
});

test("an entry says who comes, for what, how to reach them and what was noted", async () => {
  const { id, reference } = await booking("2026-06-19T14:00");
  const feed = await get(await link());
  expect(feed.headers["content-type"]).toBe("text/calendar; charset=utf-8");
  expect(feed.headers["x-robots-tag"]).toBe("noindex, nofollow");
  expect(feed.body.replaceAll("\r\n ", "").split("\r\n")).toEqual(
    expect.arrayContaining([
      "NAME:Eva\\; Åse",
      `UID:${id}`,
      "DTSTART:20260619T120000Z",
      "SUMMARY;LANGUAGE=nb:Klipp – Kari Nordmann",
      `DESCRIPTION;LANGUAGE=nb:+4791000001\\nLiker te\\,\\nikke kaffe\\nReferanse: ${reference}`,
      "STATUS:CONFIRMED",
    ]),
  );
});

test("the feed has the resource's own bookings from 30 days back to a year ahead", async () => {
  const other = (await as("POST /resources", { name: "Stol 2" })).body;
  await booking("2026-06-19T14:00", { resources: [other.id] });
  await booking("2026-05-10T14:00");
  await booking("2027-07-01T14:00");
  const shown = [
    await booking("2026-05-20T14:00"),
    await booking("2026-06-19T14:00"),
    await booking("2027-06-01T14:00"),
  ];
  expect(entries((await get(await link())).body)).toEqual(shown.map(({ id }) => id));
});

test("what was cancelled is shown so for 30 days, whatever is written on it later", async () => {
  const { id } = await booking("2026-08-20T14:00");
  now = new Date("2026-06-16T12:00:00Z");
  await bookings().change(id, { status: "cancelled" });
  const path = await link();
  now = new Date("2026-07-16T11:00:00Z");
  expect((await get(path)).body).toContain("STATUS:CANCELLED");
  now = new Date("2026-07-17T12:00:00Z");
  await bookings().change(id, { notes: "Ringte" });
  expect(entries((await get(path)).body)).toEqual([]);
});

test("a calendar that has the feed already is told so, until something changes", async () => {
  const { id } = await booking("2026-06-19T14:00");
  const path = await link();
  const { etag } = (await get(path)).headers;
  for (const header of [etag, `"x", W/${etag}`, "*"]) {
    const same = await get(path, { "if-none-match": String(header) });
    expect([same.statusCode, same.body]).toEqual([304, ""]);
  }
  await bookings().change(id, { start: "2026-06-19T15:00" });
  const changed = await get(path, { "if-none-match": String(etag) });
  expect([changed.statusCode, changed.headers.etag === etag]).toEqual([200, false]);
});

test("an archived resource's feed still answers, a deleted customer's booking stays in it", async () => {
  const { customer_id } = await booking("2026-06-19T14:00");
  const path = await link();
  await as(`DELETE /resources/${eva.id}`);
  await as(`DELETE /contacts/${customer_id}`);
  const feed = await get(path);
  expect(feed.statusCode).toBe(200);
  expect(feed.body).toContain("SUMMARY;LANGUAGE=nb:Klipp\r\n");
});

test("unknown and malformed addresses give the page of unknown links", async () => {
  const path = await link();
  const bodies = new Set<string>();
  for (const each of [
    path.slice(0, -4),
    `${path}.ics`,
    `/calendars/${"0".repeat(22)}.ics`,
    "/calendars/%00.ics",
    "/calendars/'--.ics",
  ]) {
    const answer = await get(each);
    expect(answer.statusCode, each).toBe(404);
    bodies.add(answer.body);
  }
  expect([...bodies]).toEqual([(await get("/p/000000000000")).body]);
});

test("asking for the feed writes nothing", async () => {
  await booking("2026-06-19T14:00");
  const path = await link();
  const read = () =>
    db.inWorkspace(
      workspace.id,
      async (tx) => (await sql`select r::text, r.xmin::text from resources r`.execute(tx)).rows,
    );
  const before = await read();
  await get(path);
  expect(await read()).toEqual(before);
});
