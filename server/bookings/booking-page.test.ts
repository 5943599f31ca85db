/** The public page of a booking and its entry for calendars, over HTTP as a browser opens them. */
import { beforeEach, expect, test } from "vitest";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { bookingsOf } from "../../testing/bookings.ts";
import { testDatabase } from "../../testing/database.ts";

const database = await testDatabase();
const { db } = database;
let now = new Date("2026-06-15T12:00:00Z");
const { app, call } = await testApp(database, { clock: { now: () => now } });

let workspace: { id: string; key: string };
beforeEach(async () => {
  now = new Date("2026-06-15T12:00:00Z");
  workspace = await workspaceWithKey(database, { name: "Saks & <Søn>" });
  await post("/services", { name: "Klipp", duration_minutes: 60 });
  await post("/resources", { name: "Eva" });
  await post("/locations", {
    name: "Torggata",
    address: "Torggata 1, Oslo",
    phone: "+47 22 33 44 55",
    directions: "Opp trappen. https://kart.example/torggata?x=1&y=2.",
  });
});

const post = async (path: string, body: object) => {
  const answer = await call(`POST ${path}`, { key: workspace.key, body });
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
  return answer.body;
};
const bookings = () => bookingsOf(db, workspace.id, () => now);
const open = (url: string, headers: Record<string, string> = {}, method: "GET" | "HEAD" = "GET") =>
  app.inject({ method, url, headers });
const kari = {
  customer: { first_name: "Kari", last_name: "Nordmann", mobile: "+4791000001", email: "kari@example.com" },
  start: "2026-06-19T14:00",
  service: "Klipp",
  resources: ["Eva"],
  location: "Torggata",
  notes: "Liker ikke hunder",
};

test("a booking's page says what, when, where, with whom and how to reach the business, and nothing of people and notes", async () => {
  const { manage_code, reference, id } = await bookings().make({
    ...kari,
    attendees: [{ first_name: "Siri", mobile: "+4791000002" }, { first_name: "Jonas" }],
  });
  const page = await open(`/b/${manage_code}`);
  expect(page.statusCode).toBe(200);
  for (const shown of [
    '<html lang="nb">',
    "Bestillingen din hos Saks &amp; &lt;Søn&gt;",
    "Fredag 19. juni 2026, 14:00–15:00",
    "Klipp",
    "Eva",
    "Torggata 1, Oslo",
    '<a href="https://kart.example/torggata?x=1&amp;y=2">https://kart.example/torggata?x=1&amp;y=2</a>.',
    '<a href="tel:+4722334455">+47 22 33 44 55</a>',
    reference,
    "Bekreftet",
    `href="/b/${manage_code}.ics"`,
  ])
    expect(page.body).toContain(shown);
  for (const secret of ["Kari", "Nordmann", "Siri", "Jonas", "91000001", "91000002", "kari@", "hunder", id])
    expect(page.body).not.toContain(secret);
  expect(page.body).not.toMatch(/<script|<form|<button/);
  expect(page.headers).toMatchObject({
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow",
  });
});

test("it speaks the booking's language, else the customer's, the browser's, the workspace's", async () => {
  const danish = await bookings().make({ ...kari, locale: "da" });
  const ofSwede = await bookings().make({ ...kari, customer: { first_name: "Sven", locale: "sv-SE" } });
  const ofFinn = await bookings().make({ ...kari, customer: { first_name: "Aino", locale: "fi" } });
  const english = { "accept-language": "en-GB,en;q=0.8" };
  expect((await open(`/b/${danish.manage_code}`, english)).body).toContain("Din booking hos");
  expect((await open(`/b/${ofSwede.manage_code}`, english)).body).toContain("Din bokning hos");
  expect((await open(`/b/${ofFinn.manage_code}`, english)).body).toContain("Your booking with");
  expect((await open(`/b/${ofFinn.manage_code}`)).body).toContain("Bestillingen din hos");
});

test("a cancelled booking says so first, and a booking that is over or off offers no calendar entry", async () => {
  const { id, manage_code } = await bookings().make(kari);
  const pending = await bookings().make({ ...kari, status: "pending" });
  expect((await open(`/b/${pending.manage_code}`)).body).toContain("ikke bekreftet ennå. Du hører fra");
  await bookings().change(id, { status: "cancelled" });
  const cancelled = (await open(`/b/${manage_code}`)).body;
  expect(cancelled).toContain("<h1>Bestillingen er avlyst</h1>");
  expect(cancelled).not.toContain(".ics");
  await bookings().change(pending.id, { status: "rejected" });
  expect((await open(`/b/${pending.manage_code}`)).body).toContain("<h1>Bestillingen ble avslått</h1>");
  const over = await bookings().make(kari);
  now = new Date("2026-06-20T12:00:00Z");
  expect((await open(`/b/${over.manage_code}`)).body).not.toContain(".ics");
});

test("a booking that was moved says when it was before, as long as it is ahead", async () => {
  const { id, manage_code } = await bookings().make(kari);
  const shown = async () => (await open(`/b/${manage_code}`)).body;
  expect(await shown()).not.toContain('class="note"');
  await bookings().change(id, { end: "2026-06-19T16:00" });
  expect(await shown()).not.toContain('class="note"');
  await bookings().change(id, { start: "2026-06-20T09:30" });
  expect(await shown()).toContain("Tiden er endret. Den var fredag 19. juni 2026, 14:00.");
  await bookings().change(id, { locale: "en" });
  expect(await shown()).toContain("The time has changed. It was Friday 19 June 2026, 14:00.");
  await bookings().change(id, { status: "cancelled" });
  expect(await shown()).not.toContain('class="note"');
});

test("where people take part from where they are, the zone stands with the time: the customer's where the customer alone comes", async () => {
  await post("/locations", { name: "Video", remote: true });
  const remote = { ...kari, location: "Video" };
  const ofOslo = await bookings().make(remote);
  expect((await open(`/b/${ofOslo.manage_code}`)).body).toContain("14:00–15:00 (Oslo-tid)");
  const contact = await post("/contacts", { first_name: "Ann", time_zone: "America/New_York", locale: "en-US" });
  const ofAnn = await bookings().make({ ...remote, customer: { id: contact.id } });
  expect((await open(`/b/${ofAnn.manage_code}`)).body).toContain("8:00 AM–9:00 AM (New York time)");
  const group = await bookings().make({ ...remote, customer: { id: contact.id }, attendees: [{ first_name: "Bo" }] });
  expect((await open(`/b/${group.manage_code}`)).body).toContain("(Oslo time)");
});

test("a booking over midnight shows both days, one without a length its start alone", async () => {
  const night = await bookings().make({ ...kari, start: "2026-06-19T22:00", end: "2026-06-20T07:00" });
  expect((await open(`/b/${night.manage_code}`)).body).toContain(
    "Fredag 19. juni 2026, 22:00 – lørdag 20. juni 2026, 07:00",
  );
  const moment = await bookings().make({ start: "2026-06-19T22:00", end: "2026-06-19T22:00" });
  const page = (await open(`/b/${moment.manage_code}`)).body;
  expect(page).toContain("<dd>Fredag 19. juni 2026, 22:00</dd>");
  expect(page).toContain("Ta kontakt med Saks &amp; &lt;Søn&gt;.");
});

test("unknown, malformed and other workspaces' codes all give the same page", async () => {
  const { manage_code } = await bookings().make(kari);
  const bodies = new Set<string>();
  for (const code of [
    "000000000000",
    "AAAAAAAAAAAA",
    "000000000000.ics",
    `${manage_code}x`,
    manage_code.slice(1),
    `${manage_code}.pdf`,
    `${manage_code}.ics.ics`,
    "%00",
    "..%2f..%2fetc",
    "'%20or%201=1--",
    "%C3%A9".repeat(12),
  ]) {
    const answer = await open(`/b/${code}`);
    expect(answer.statusCode, code).toBe(404);
    bodies.add(answer.body);
  }
  expect([...bodies]).toEqual([(await open("/p/000000000000")).body]);
});

test("opening the page or its calendar entry changes nothing", async () => {
  const { id, manage_code } = await bookings().make(kari);
  const read = async () => (await bookings().change(id, {})).updated_at;
  const before = await read();
  for (const url of [`/b/${manage_code}`, `/b/${manage_code}.ics`, `/b/${manage_code}?confirm=1&cancel=1`]) {
    await open(url);
    await open(url, {}, "HEAD");
  }
  expect(await read()).toEqual(before);
  expect((await app.inject({ method: "POST", url: `/b/${manage_code}` })).statusCode).toBe(404);
});

test("the calendar entry is the same one after a change, with a higher sequence, and is cancelled with the booking", async () => {
  const { id, manage_code, reference } = await bookings().make(kari);
  const lines = async () => {
    const answer = await open(`/b/${manage_code}.ics`);
    expect(answer.headers["content-type"]).toBe("text/calendar; charset=utf-8");
    expect(answer.headers["content-disposition"]).toBe(`attachment; filename="${reference}.ics"`);
    for (const secret of ["Kari", "91000001", "hunder"]) expect(answer.body).not.toContain(secret);
    return answer.body.replaceAll("\r\n ", "").split("\r\n");
  };
  const first = await lines();
  expect(first).toEqual(
    expect.arrayContaining([
      "METHOD:PUBLISH",
      `UID:${id}`,
      "SEQUENCE:0",
      "DTSTART:20260619T120000Z",
      "DTEND:20260619T130000Z",
      "SUMMARY;LANGUAGE=nb:Klipp – Saks & <Søn>",
      "STATUS:CONFIRMED",
      `URL:http://localhost:3000/b/${manage_code}`,
    ]),
  );
  now = new Date("2026-06-15T13:00:00Z");
  await bookings().change(id, { start: "2026-06-19T15:00" });
  expect(await lines()).toEqual(expect.arrayContaining([`UID:${id}`, "SEQUENCE:1", "DTSTART:20260619T130000Z"]));
  await bookings().change(id, { status: "cancelled" });
  expect(await lines()).toEqual(expect.arrayContaining([`UID:${id}`, "SEQUENCE:2", "STATUS:CANCELLED"]));
});

test("whoever tries many codes is slowed down", async () => {
  const { app: slow } = await testApp(database, { limits: { stranger: { max: 3, seconds: 60 } } });
  const statuses = [];
  for (let i = 0; i < 4; i++) statuses.push((await slow.inject({ url: `/b/00000000000${i}` })).statusCode);
  expect(statuses).toEqual([404, 404, 404, 429]);
});

test("a booking whose customer was deleted keeps its page", async () => {
  const { customer_id, manage_code } = await bookings().make(kari);
  expect((await call(`DELETE /contacts/${customer_id}`, { key: workspace.key })).status).toBe(204);
  expect((await open(`/b/${manage_code}`)).body).toContain("Fredag 19. juni 2026, 14:00–15:00");
});
