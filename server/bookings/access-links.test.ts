/** Access links and the customer's own page, over HTTP as a browser without scripts uses them. */
import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { bookingsOf } from "../../testing/bookings.ts";
import { testDatabase } from "../../testing/database.ts";
import { purge } from "../privacy/purge.ts";
import { createAccessLinks } from "./access-links.ts";

const database = await testDatabase();
const { db } = database;
const start = new Date("2026-06-15T12:00:00Z");
let now = start;
const clock = { now: () => now };
const { app, call, services } = await testApp(database, { clock });
const links = createAccessLinks(services.config);
const minutes = (count: number) => new Date(start.getTime() + count * 60_000);
const days = (count: number) => minutes(count * 24 * 60);

let workspace: { id: string; key: string };
let kari: { id: string };
let path: string;
beforeEach(async () => {
  now = start;
  workspace = await workspaceWithKey(database, { name: "Saks & <Søn>" });
  await giveAccess(true);
  kari = (
    await call("POST /contacts", {
      key: workspace.key,
      body: { first_name: "Kari", last_name: "Nordmann", mobile: "+4791000001" },
    })
  ).body;
  path = await linkOf(kari.id);
});

const giveAccess = (customer_access: boolean) =>
  db.inWorkspace(workspace.id, (tx) =>
    sql`update workspaces set customer_access = ${customer_access} where workspace_id = ${workspace.id}`.execute(tx),
  );
async function linkOf(contactId: string): Promise<string> {
  const made = await db.inWorkspace(workspace.id, (tx) => links.make(tx, workspace.id, [contactId], now));
  return new URL(made.get(contactId) as string).pathname;
}
const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers });
const post = (url: string, headers: Record<string, string> = {}) =>
  app.inject({ method: "POST", url, headers: { "content-type": "application/x-www-form-urlencoded", ...headers } });
/** Uses a link; answers the cookie of the visit. */
async function signIn(at = path): Promise<string> {
  const answer = await post(at);
  expect([answer.statusCode, answer.headers.location]).toEqual([303, "/c"]);
  return String(answer.headers["set-cookie"]).split(";")[0] as string;
}
const visit = (cookie: string) => get("/c", { cookie });
const rows = async (table: "access_links" | "customer_visits") =>
  (
    await db.inWorkspace(workspace.id, (tx) =>
      sql<Record<string, unknown>>`select * from ${sql.table(table)}`.execute(tx),
    )
  ).rows;

test("a link is as long as what stands for it, is made anew each time, and only its hash is stored", async () => {
  const made = await db.inWorkspace(workspace.id, (tx) => links.make(tx, workspace.id, [kari.id, kari.id], now));
  const url = made.get(kari.id) as string;
  expect(url).toMatch(/^http:\/\/localhost:3000\/a\/[0-9A-Za-z]{17}$/);
  expect(url).toHaveLength(links.filler.length);
  expect(new URL(url).pathname).not.toBe(path);
  const stored = JSON.stringify(await rows("access_links"));
  expect(await rows("access_links")).toHaveLength(2);
  for (const each of [url, path]) expect(stored).not.toContain(each.slice(-17));
  expect(await db.inWorkspace(workspace.id, (tx) => links.make(tx, workspace.id, [], now))).toEqual(new Map());
});

test("robots that open a link of a message do not use it up: GET shows one button and changes nothing", async () => {
  const before = await rows("access_links");
  for (let i = 0; i < 3; i++) {
    const page = await get(path);
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain("<button>Fortsett</button>");
    expect(page.body).toContain("Saks &amp; &lt;Søn&gt;");
    for (const secret of ["Kari", "Nordmann", "91000001"]) expect(page.body).not.toContain(secret);
    expect(page.headers["set-cookie"]).toBeUndefined();
  }
  await app.inject({ method: "HEAD", url: path });
  expect(await rows("access_links")).toEqual(before);
  expect(await rows("customer_visits")).toEqual([]);
});

test("the button signs in by a cookie that scripts and other sites cannot use", async () => {
  const answer = await post(path);
  expect(String(answer.headers["set-cookie"])).toMatch(
    /^varsla\.visit=[0-9A-Za-z]{22}; Path=\/c; HttpOnly; SameSite=Lax$/,
  );
  expect(answer.headers["cache-control"]).toBe("no-store");
  const page = await visit(String(answer.headers["set-cookie"]).split(";")[0] as string);
  expect(page.statusCode).toBe(200);
  expect(page.body).toContain("Logget inn som Kari Nordmann.");
  const { app: secure } = await testApp(database, { clock, config: { public_url: "https://varsla.example" } });
  const host = "varsla.example";
  const secured = await secure.inject({ method: "POST", url: await linkOf(kari.id), headers: { host } });
  expect(String(secured.headers["set-cookie"])).toMatch(/; Secure$/);
});

test("a link works until 15 minutes after its first use, however often it is used, and 14 days without", async () => {
  now = days(13);
  const first = await signIn();
  now = new Date(days(13).getTime() + 14 * 60_000);
  expect(await signIn()).not.toBe(first);
  expect((await get(path)).statusCode).toBe(200);
  now = new Date(days(13).getTime() + 16 * 60_000);
  for (const answer of [await get(path), await post(path)]) {
    expect(answer.statusCode).toBe(404);
    expect(answer.body).toContain("This link does not work any more");
    expect(answer.headers["set-cookie"]).toBeUndefined();
  }
  now = start;
  const unused = await linkOf(kari.id);
  now = new Date(days(14).getTime() - 1_000);
  expect((await get(unused)).statusCode).toBe(200);
  now = days(14);
  expect((await post(unused)).statusCode).toBe(404);
});

test("two uses at once both sign in, and leave the link the same time", async () => {
  const [one, two] = await Promise.all([signIn(), signIn()]);
  expect(one).not.toBe(two);
  expect(await rows("access_links")).toMatchObject([{ first_used_at: start, expires_at: minutes(15) }]);
  for (const cookie of [one, two]) expect((await visit(cookie)).statusCode).toBe(200);
});

test("links that are unknown, used up, malformed or of a contact that is gone look the same", async () => {
  const used = path;
  await signIn();
  now = minutes(20);
  const ofDeleted = await linkOf(kari.id);
  await call(`DELETE /contacts/${kari.id}`, { key: workspace.key });
  const bodies = new Set<string>();
  for (const each of [used, ofDeleted, "/a/00000000000000000", `${used}x`, "/a/%00", "/a/'or'1'='1", "/a/..%2fc"])
    for (const answer of [await get(each), await post(each)]) {
      expect(answer.statusCode, each).toBe(404);
      bodies.add(answer.body);
    }
  expect(bodies.size).toBe(1);
});

test("a visit lasts 15 minutes from page to page, two hours at most, and ends on the server by signing out", async () => {
  const cookie = await signIn();
  for (let minute = 14; minute < 120; minute += 14) {
    now = minutes(minute);
    expect((await visit(cookie)).statusCode, String(minute)).toBe(200);
  }
  now = minutes(120);
  expect((await visit(cookie)).statusCode).toBe(403);

  path = await linkOf(kari.id);
  const other = await signIn();
  now = minutes(136);
  expect((await visit(other)).statusCode).toBe(403);

  path = await linkOf(kari.id);
  const left = await signIn();
  // A form on another site signs nobody out, and nobody in.
  await post("/c", { cookie: left, "sec-fetch-site": "cross-site" });
  expect((await visit(left)).statusCode).toBe(200);
  expect((await post(await linkOf(kari.id), { "sec-fetch-site": "cross-site" })).headers["set-cookie"]).toBeUndefined();
  const out = await post("/c", { cookie: left, "sec-fetch-site": "same-origin" });
  expect(out.headers["set-cookie"]).toContain("varsla.visit=; Path=/c; HttpOnly; SameSite=Lax; Max-Age=0");
  expect((await visit(left)).body).toContain("You are not signed in");
});

test("made up, foreign and malformed cookies open nothing", async () => {
  for (const cookie of [
    "",
    "varsla.visit=",
    `varsla.visit=${"0".repeat(22)}`,
    `varsla.visit=${"0".repeat(9_000)}`,
    "varsla.visit=' or 1=1",
    `other.varsla.visit=${"0".repeat(22)}`,
    `varsla.visit=${path.slice(3)}`,
  ])
    expect((await visit(cookie)).statusCode, cookie.slice(0, 50)).toBe(403);
});

test("the own page lists the bookings of the customer and of the attendee, coming and past, and nothing of others", async () => {
  const bookings = bookingsOf(db, workspace.id, () => now);
  await call("POST /services", { key: workspace.key, body: { name: "Klipp" } });
  const make = (start: string, rest: object) =>
    bookings.make({ start, end: `${start.slice(0, 11)}23:00`, service: "Klipp", notes: "Hemmelig", ...rest });
  const customer = { id: kari.id };
  const own = await make("2026-06-19T14:00", { customer });
  const attended = await make("2026-06-18T14:00", {
    customer: { first_name: "Ola" },
    attendees: [customer, { first_name: "Siri" }],
  });
  const past = await make("2026-06-01T14:00", { customer });
  const running = await make("2026-06-15T13:00", { customer });
  const cancelled = await make("2026-06-20T14:00", { customer, status: "cancelled" });
  const foreign = await make("2026-06-19T15:00", { customer: { first_name: "Ola" } });
  const page = (await visit(await signIn())).body;
  const shown = [...page.matchAll(/href="\/b\/(\w+)"/g)].map(([, code]) => code);
  expect(shown).toEqual([running, attended, own, cancelled, past].map((each) => each.manage_code));
  expect(page).toContain("Fredag 19. juni 2026, 14:00");
  expect(page).toContain("avlyst");
  for (const secret of ["Ola", "Siri", "Hemmelig", foreign.manage_code, kari.id]) expect(page).not.toContain(secret);
  expect(page.indexOf("Tidligere")).toBeGreaterThan(page.indexOf(own.manage_code));
});

test("a visit shows nothing of another workspace, though the person is its customer too", async () => {
  const elsewhere = await workspaceWithKey(database, { name: "Elsewhere" });
  const there = (
    await call("POST /contacts", { key: elsewhere.key, body: { first_name: "Kari", mobile: "+4791000001" } })
  ).body;
  const foreign = await bookingsOf(db, elsewhere.id).make({
    customer: { id: there.id },
    start: "2026-06-19T14:00",
    end: "2026-06-19T15:00",
  });
  expect((await visit(await signIn())).body).not.toContain(foreign.manage_code);
});

test("where the workspace gives no access, links and visits say so and begin nothing", async () => {
  const cookie = await signIn();
  const unused = await linkOf(kari.id);
  await giveAccess(false);
  for (const answer of [await get(unused), await post(unused), await visit(cookie)]) {
    expect(answer.body).toContain("Siden din er ikke tilgjengelig");
    expect(answer.body).not.toMatch(/<button|Kari/);
    expect(answer.headers["set-cookie"]).toBeUndefined();
  }
  await giveAccess(true);
  expect((await post(unused)).statusCode).toBe(303);
});

test("erasing a contact ends its links and visits at once", async () => {
  const cookie = await signIn();
  const unused = await linkOf(kari.id);
  await call(`POST /contacts/${kari.id}/erasure`, { key: workspace.key, body: { confirm: kari.id } });
  expect((await get(unused)).statusCode).toBe(404);
  expect((await visit(cookie)).statusCode).toBe(403);
  expect([await rows("access_links"), await rows("customer_visits")]).toEqual([[], []]);
});

test("what has expired is purged, what works stays", async () => {
  await signIn();
  now = days(1);
  const works = await linkOf(kari.id);
  await signIn(works);
  await linkOf(kari.id);
  await purge({ ...services, purgeOld: [], chunk: 1 }, new AbortController().signal);
  expect([await rows("access_links"), await rows("customer_visits")].map((each) => each.length)).toEqual([2, 1]);
});

test("no code or token is ever logged", async () => {
  const lines: string[] = [];
  const log = Object.assign(Object.create(services.log), { isLevelEnabled: () => true });
  for (const level of ["debug", "info", "warn", "error"])
    log[level] = (...parts: unknown[]) => lines.push(JSON.stringify(parts));
  const { app: logged } = await testApp(database, { clock, services: { log } });
  const booking = await bookingsOf(db, workspace.id).make({ start: "2026-06-19T14:00", end: "2026-06-19T15:00" });
  const answer = await logged.inject({ method: "POST", url: path });
  const cookie = String(answer.headers["set-cookie"]).split(";")[0] as string;
  await logged.inject({ url: "/c", headers: { cookie } });
  await logged.inject({ url: `/b/${booking.manage_code}.ics` });
  await logged.inject({ url: `/a/${path.slice(3)}x` });
  expect(lines.join("\n")).toContain("/a/:code");
  for (const secret of [path.slice(3), cookie.split("=")[1] as string, booking.manage_code])
    expect(lines.join("\n")).not.toContain(secret);
});
