/** What customers see of their bookings on a phone, in a browser without scripts: the page of a booking, the access link, and their own page. */
import { sql } from "kysely";
import type { Page, Response } from "playwright-core";
import { afterAll, afterEach, beforeEach, expect, inject, test } from "vitest";
import type { Workspace } from "../contract/accounts.ts";
import type { Booking } from "../contract/bookings.ts";
import { openDb } from "../server/kit/db.ts";
import { explainIfFailed, openJourney } from "../testing/journey.ts";
import { expectAccessible, expectNoOverflow, shoot } from "../testing/look.ts";
import { until } from "../testing/until.ts";

const { must, browser, url: installation } = await openJourney("customer-pages");
const { connection, workspaces } = inject("installation");
const db = openDb({ connection, workspaces, max: 1 });
afterAll(() => db.close());

const phone = { reducedMotion: "reduce", locale: "sv-SE", viewport: { width: 390, height: 844 } } as const;
const plain = await browser.newContext({ ...phone, javaScriptEnabled: false });
/** Axe is a script: it looks at the same pages in a browser that runs them. */
const looking = await browser.newContext(phone);
for (const context of [plain, looking]) context.setDefaultTimeout(15_000);

const { id: workspaceId } = await must<Workspace>("PATCH /workspace", { language: "nb", customer_access: true });
await must("POST /locations", {
  name: "Torggata",
  address: "Torggata 1, 0181 Oslo",
  phone: "22 33 44 55",
  directions: "Opp trappen. https://kart.example/torggata-1?et-langt-navn-paa-et-kart=ja&som=ikke-kan-brytes",
});
await must("POST /services", { name: "Klipp", duration_minutes: 60 });
await must("POST /workflows", {
  name: "Lenker",
  when: { trigger: "booking_created" },
  do: [{ action: "send_sms", to: { customer: true }, text: "{{ booking.manage_link }} {{ access.link }}" }],
});

const mobile = "+4790000881";
const book = (more: object = {}) =>
  must<Booking>("POST /bookings", {
    customer: { first_name: "Kari", last_name: "Nordmann", mobile },
    service: "Klipp",
    location: "Torggata",
    start: "2031-06-11T10:00",
    notes: "Liker ikke hunder",
    notify: false,
    ...more,
  });

/** The two links of a new text to the customer, as paths of this server. */
async function textedLinks(): Promise<{ booking: Booking; manage: string; access: string }> {
  const path = `GET /sandbox/phones/${encodeURIComponent(mobile)}/messages` as const;
  const read = async () => (await must<{ items: { text: string }[] }>(path)).items.map(({ text }) => text);
  const before = new Set(await read());
  const booking = await book({ notify: true });
  return until(async () => {
    const text = (await read()).find((each) => !before.has(each));
    const [manage, access] = [/\/b\/\S+/, /\/a\/\S+/].map((link) => link.exec(text ?? "")?.[0]);
    if (!manage || !access) throw new Error(`there is no text with both links yet: ${text}`);
    return { booking, manage, access };
  });
}

let page: Page;
const asked: string[] = [];
beforeEach(async () => {
  asked.length = 0;
  await plain.clearCookies();
  page = await plain.newPage();
  page.on("request", (request) => asked.push(request.url()));
});
afterEach(async (task) => {
  await explainIfFailed(task, page);
  await page.close();
});

const heading = (name: string | RegExp) => page.getByRole("heading", { level: 1, name });
const open = async (path: string) => (await page.goto(`${installation}${path}`)) as Response;

/** A page that is one person's: nothing keeps it, tells of it, frames it, or lets anything else into it; and it asks for nothing else. */
async function expectPrivate(response: Response | null) {
  expect(await response?.allHeaders()).toMatchObject({
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow",
    "x-content-type-options": "nosniff",
    "content-security-policy": expect.stringMatching(/^default-src 'none'; .*frame-ancestors 'none'$/),
  });
  expect(asked.filter((url) => new URL(url).origin !== installation || /\.(js|css|woff2)$/.test(url))).toEqual([]);
}

/** Nothing is wider than a phone; axe finds nothing in light and dark; pictures are taken. */
async function look(name: string) {
  await expectNoOverflow(page);
  const shown = await looking.newPage();
  await looking.addCookies(await plain.cookies());
  await shown.goto(page.url());
  await expectAccessible(shown);
  await expectNoOverflow(shown);
  await shoot(shown, name);
  await shown.close();
}

test("a booking's link opens its page in the customer's language, which says when it was moved and cancelled", async () => {
  const { id, manage_url } = await book({ locale: "da", customer: { first_name: "Mads", mobile: "+4790000883" } });
  const path = new URL(manage_url).pathname;
  await expectPrivate(await open(path));
  await heading("Din booking hos Salong Kari").waitFor();
  expect(await page.locator("html").getAttribute("lang")).toBe("da");
  await page

    .getByText("Onsdag 11. juni 2031, 10.00–11.00")
    .waitFor();
  for (const secret of ["Mads", "hunder", "90000883"]) expect(await page.content()).not.toContain(secret);
  await look("booking-page");

  // Leading on, it does not tell where from: the address is a secret.
  expect(await page.evaluate(() => document.referrer)).toBe("");
  const calendar = page.getByRole("link", { name: "Føj til kalender" });
  const [file] = await Promise.all([page.waitForEvent("download"), calendar.click()]);
  expect(file.suggestedFilename()).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}\.ics$/);

  await must(`PATCH /bookings/${id}`, { start: "2031-06-12T14:00", notify: false });
  await open(path);
  await page.getByText("Tidspunktet er ændret. Det var onsdag").waitFor();
  await look("booking-page-moved");

  await must(`POST /bookings/${id}/cancel`, { notify: false });
  await expectPrivate(await open(path));
  await heading("Bookingen er aflyst").waitFor();
  expect(await calendar.count()).toBe(0);
  await look("booking-page-cancelled");
});

test("an unknown code gets a page in the browser's language that says what to check", async () => {
  const response = await open("/b/000000000000");
  expect(response.status()).toBe(404);
  await expectPrivate(response);
  await heading("Vi hittar inte sidan").waitFor();
  await page.getByText("Kontrollera att du fick med hela länken").waitFor();
  await look("booking-page-unknown");
});

test("an access link signs in by a button, its code stays in no address, and a booking opens from there", async () => {
  const { access, manage } = await textedLinks();
  const past = await book({ start: "2026-01-14T10:00" });
  const off = await book({ start: "2031-06-18T10:00", status: "cancelled" });
  await book({ customer: { first_name: "Ola", mobile: "+4790000882" }, start: "2031-07-01T10:00" });
  await expectPrivate(await open(access));
  // The customer has no language of their own, so the browser's counts.
  await heading("Din sida hos Salong Kari").waitFor();
  expect(await plain.cookies()).toEqual([]);
  await look("access-link");

  await page.getByRole("button", { name: "Fortsätt" }).click();
  await heading("Dina bokningar hos Salong Kari").waitFor();
  await page.getByText("Inloggad som Kari Nordmann.").waitFor();
  expect(page.url()).toBe(`${installation}/c`);
  expect(await page.evaluate(() => document.referrer)).toBe("");
  expect(await plain.cookies()).toMatchObject([{ path: "/c", httpOnly: true, sameSite: "Lax", expires: -1 }]);
  const items = (name: string) => page.locator("h2", { hasText: name }).locator("+ ul").getByRole("link");
  const addresses = (name: string) =>
    items(name).evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  expect(await addresses("Kommande")).toEqual([manage, new URL(off.manage_url).pathname]);
  await page.getByRole("listitem").filter({ hasText: "Onsdag 18 juni 2031" }).getByText("Avbokad").waitFor();
  expect(await addresses("Tidigare")).toEqual([new URL(past.manage_url).pathname]);
  await expectPrivate(await page.reload());
  await look("customer-page");

  await items("Kommande").first().click();
  await heading("Din bokning hos Salong Kari").waitFor();
  await page.goBack();
  await page.getByRole("button", { name: "Logga ut" }).click();
  await heading("Du är inte inloggad").waitFor();
  expect(await plain.cookies()).toEqual([]);
  await look("customer-page-signed-out");
  // Nothing of it is kept by the browser.
  await page.goBack();
  expect(await page.getByText("Kari Nordmann").count()).toBe(0);
});

test("a link that was used, has expired, never was, or leads to a page that the business closed, says so", async () => {
  const { access } = await textedLinks();
  await open(access);
  await page.getByRole("button", { name: "Fortsätt" }).click();
  await heading("Dina bokningar hos Salong Kari").waitFor();
  const over = async (path: string) => {
    await page.goto("about:blank");
    const response = await open(path);
    expect(response.status()).toBe(404);
    await expectPrivate(response);
    await heading("Länken fungerar inte längre").waitFor();
  };
  // As if a quarter of an hour had gone by since its use.
  await db.inWorkspace(workspaceId, (tx) =>
    sql`update access_links set expires_at = now() - interval '1 second' where workspace_id = ${workspaceId}`.execute(
      tx,
    ),
  );
  await over(access);
  await look("access-link-over");
  await over("/a/00000000000000000");

  // A page that was open when the link expired: its button says so too.
  const { access: other } = await textedLinks();
  await open(other);
  await db.inWorkspace(workspaceId, (tx) =>
    sql`update access_links set expires_at = now() - interval '1 second' where workspace_id = ${workspaceId}`.execute(
      tx,
    ),
  );
  await page.getByRole("button", { name: "Fortsätt" }).click();
  await heading("Länken fungerar inte längre").waitFor();

  const { access: third } = await textedLinks();
  await must("PATCH /workspace", { customer_access: false });
  await expectPrivate(await open(third));
  await heading("Din sida är inte tillgänglig").waitFor();
  await look("access-link-closed");
  await must("PATCH /workspace", { customer_access: true });
});
