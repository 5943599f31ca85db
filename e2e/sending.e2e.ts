/** Sending a campaign one can trust: scheduled, paused, cancelled, taken back, and never other than what was reviewed. */
import type { Page } from "playwright-core";
import { afterEach, beforeAll, beforeEach, expect, test, type TestContext } from "vitest";
import type { Campaign } from "../contract/campaigns.ts";
import { openContext } from "../testing/browser.ts";
import { explainIfFailed, openJourney } from "../testing/journey.ts";
import { expectAccessible, expectNoOverflow, shoot } from "../testing/look.ts";

const { must, url, browser, signIn } = await openJourney("sending");
const context = await openContext(browser, 1000);
context.setDefaultTimeout(20_000);
const soon = { timeout: 30_000, interval: 50 };

let list: string;
let landline: string;
let outsider: string;
let sender: string;
let page: Page;
let faults: string[];

const consented = async (body: object) => {
  const { id } = await must<{ id: string }>("POST /contacts", body);
  const grant = { contact_id: id, subscription_type: "marketing", action: "grant", source: "form" };
  await must("POST /consent-events", grant);
  return id;
};

beforeAll(async () => {
  list = (await must<{ id: string }>("POST /lists", { name: "Kunder" })).id;
  const members = [];
  for (const n of [1, 2, 3, 4, 5]) {
    members.push(await consented({ mobile: `+479234000${n}`, first_name: `Anna ${n}` }));
  }
  landline = await consented({ phone: "+4722334455", first_name: "Fast", last_name: "Telefon" });
  outsider = await consented({ mobile: "+4792340009", first_name: "Utenfor" });
  await must(`POST /lists/${list}/members`, { contacts: [...members, landline] });
  const { items } = await must<{ items: { id: string; is_default: boolean }[] }>("GET /senders");
  sender = items.find((one) => one.is_default)?.id ?? "";
  const first = await context.newPage();
  await signIn(first);
  await first.close();
});

beforeEach(async () => {
  faults = [];
  page = await context.newPage();
  watch(page);
  await must("PATCH /workspace", { undo_seconds: 0, segment_price: null });
  await must(`PATCH /senders/${sender}`, { rate_per_second: null });
});
afterEach(closePage);

async function closePage(ended: TestContext) {
  await explainIfFailed(ended, page);
  for (const each of context.pages()) await each.close();
  expect(faults).toEqual([]);
}

function watch(of: Page) {
  of.on("pageerror", (error) => faults.push(error.message));
  of.on("console", (message) => {
    if (message.type() === "error" && !/status of (409|422)/.test(message.text())) faults.push(message.text());
  });
}

const button = (name: string | RegExp, on: Page = page) =>
  on.getByRole("button", { name, exact: typeof name === "string" });
const draft = (name: string, more: object = {}) =>
  must<Campaign>("POST /campaigns", {
    name,
    text: "Vi sees!",
    include: { lists: [list] },
    subscription_type: "marketing",
    ...more,
  });
const get = (id: string) => must<Campaign>(`GET /campaigns/${id}`);
const review = async (id: string, on: Page = page) => {
  await on.goto(`${url}/campaigns/${id}/review`);
  await button("Send now", on).waitFor();
};

test("a campaign is scheduled, moved and unscheduled; the zone is named, and a time that is past is refused", async () => {
  const { id } = await draft("Julehilsen");
  await must("PUT /quiet-hours", { enabled: true });
  await review(id);
  await button("Schedule").click();
  const dialog = page.getByRole("dialog", { name: "Schedule “Julehilsen”" });
  await dialog.getByLabel("Central European Time (Oslo)").waitFor();
  await dialog.getByLabel("Date").fill("2020-01-01");
  // At once, at the time, and without saying when it would begin.
  await dialog.getByText("This time has passed already.").waitFor();
  expect(await dialog.getByLabel("Time", { exact: true }).getAttribute("aria-invalid")).toBe("true");
  expect(await dialog.getByText("It begins").count()).toBe(0);
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await dialog.waitFor({ state: "detached" });
  await button("Schedule").click();
  await dialog.getByLabel("Date").fill("2020-01-01");
  await button("Schedule").last().click();
  await dialog.getByText("This time has passed already.").waitFor();
  expect((await get(id)).status).toBe("draft");
  await dialog.getByLabel("Date").fill("2299-01-01");
  await button("Schedule").last().click();
  await dialog.getByText("This is more than a year ahead.").waitFor();
  // The clocks go forward on the last Sunday of March: 02:30 is never shown.
  const now = new Date();
  const year = now.getUTCMonth() < 2 ? now.getUTCFullYear() : now.getUTCFullYear() + 1;
  const march = new Date(Date.UTC(year, 2, 31));
  march.setUTCDate(31 - march.getUTCDay());
  await dialog.getByLabel("Date").fill(march.toISOString().slice(0, 10));
  await dialog.getByLabel("Time", { exact: true }).fill("02:30");
  await dialog.getByText("never show 02:30. It begins at 03:30 instead.").waitFor();
  // A night to Sunday: whether there is a Monday in time depends on Easter.
  await dialog.getByText(/^5 texts (wait for quiet hours to end|would expire before quiet hours end)/).waitFor();
  await must("PUT /quiet-hours", { enabled: false });
  await expectAccessible(page);
  await shoot(page, "schedule-dialog");
  await button("Schedule").last().click();
  await page.getByText(/Begins .*03:30, Central European Time \(Oslo\)/).waitFor();
  expect(await get(id)).toMatchObject({
    status: "scheduled",
    scheduled_at: `${march.toISOString().slice(0, 10)}T01:30:00.000Z`,
  });
  await page.getByText("It cannot be changed while it is scheduled.").waitFor();
  await expectAccessible(page);
  await expectNoOverflow(page);
  await shoot(page, "scheduled");

  await button("Change the time").click();
  await page.getByLabel("Each recipient’s own time").check();
  await page.getByLabel("Time", { exact: true }).fill("10:00");
  await button("Change the time").last().click();
  await page.getByText(/Begins .*10:00, at each recipient’s own time/).waitFor();
  expect((await get(id)).schedule).toEqual({ at: `${march.toISOString().slice(0, 10)}T10:00`, local: true });
  // Its editor leads here.
  await page.goto(`${url}/campaigns/${id}/edit`);
  await button("Unschedule").click();
  await page.getByRole("textbox", { name: "Message text" }).waitFor();
  expect((await get(id)).status).toBe("draft");
});

test("Send is bound to what was reviewed, and says who has changed it since", async () => {
  const { id, revision } = await draft("Bundet");
  await review(id);
  await button("Send now").click();
  await button("Send to 5 people").waitFor();
  const second = await context.newPage();
  watch(second);
  await second.goto(`${url}/campaigns/${id}/edit`);
  await second.getByRole("textbox", { name: "Message text" }).fill("Vi sees i morgen!");
  await expect.poll(async () => (await get(id)).revision, soon).toBeGreaterThan(revision);
  await button("Send to 5 people").click();
  await page.getByText("Nothing was sent: the campaign has changed").waitFor();
  await page.getByText("Kari changed it.").waitFor();
  expect(await page.getByRole("dialog").count()).toBe(0);
  await page
    .getByRole("region", { name: /^Phone showing/ })
    .getByText("Vi sees i morgen!")
    .waitFor();
  expect((await get(id)).status).toBe("draft");
  await expectAccessible(page);
  await shoot(page, "changed");
  await button("Send now").click();
  await button("Send to 5 people").click();
  await expect.poll(async () => (await get(id)).status, soon).toBe("sent");
});

test("a dialog that works cannot be closed, and says so", async () => {
  const { id } = await draft("Arbeider");
  await review(id);
  await button("Send now").click();
  let go = () => {};
  const held = new Promise<void>((resolve) => (go = resolve));
  await page.route("**/send", async (route) => {
    await held;
    await route.fallback();
  });
  await button("Send to 5 people").click();
  const dialog = page.getByRole("dialog");
  await page.keyboard.press("Escape");
  await dialog.getByText("This is being done and cannot be stopped here.").waitFor();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await dialog.getByRole("button", { name: "Close" }).click();
  await page.mouse.click(5, 5);
  expect(await dialog.count()).toBe(1);
  await expectAccessible(page);
  go();
  await expect.poll(() => dialog.count(), soon).toBe(0);
  await expect.poll(async () => (await get(id)).status, soon).toBe("sent");
});

test("Send can be taken back for some seconds on every page, and its result is told there", async () => {
  await must("PATCH /workspace", { undo_seconds: 30 });
  const { id } = await draft("Angret");
  await review(id);
  await button("Send now").click();
  await page.getByText("For 30 seconds after that you can still take it back.").waitFor();
  await button("Send to 5 people").click();
  await button("Undo").waitFor();
  expect((await get(id)).status).toBe("scheduled");
  // Its page offers nothing beside Undo, and does not look like that of one scheduled for later.
  await page.getByText("The campaign is about to be sent").waitFor();
  for (const other of ["Unschedule", "Change the time"]) expect(await button(other).count()).toBe(0);
  expect(await page.getByText("Scheduled", { exact: true }).count()).toBe(0);
  await shoot(page, "about-to-be-sent");
  await page.getByRole("link", { name: "Lists", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "Lists" }).waitFor();
  await expectAccessible(page);
  await shoot(page, "undo");
  // Also after a reload.
  await page.reload();
  await button("Undo").click();
  await page.getByText("“Angret” was not sent. It is a draft again.").waitFor();
  expect((await get(id)).status).toBe("draft");
  await expect.poll(() => button("Undo").count(), soon).toBe(0);

  await must("PATCH /workspace", { undo_seconds: 1 });
  await page.reload();
  await review(id);
  await button("Send now").click();
  await button("Send to 5 people").click();
  await page.getByRole("link", { name: "Lists", exact: true }).click();
  await page.getByText(/“Angret” has been sent to 5 people. 1 did not get it./).waitFor({ timeout: 60_000 });
  await expectAccessible(page);
  await button("See campaign").click();
  await page.getByRole("heading", { level: 1, name: "Angret" }).waitFor();
});

test("a campaign is paused, resumed and cancelled; what has left is told", async () => {
  await must(`PATCH /senders/${sender}`, { rate_per_second: 1 });
  // At one a second it lasts longer than the journey, on a busy machine too.
  const many = Array.from({ length: 90 }, (_, n) => ({ mobile: `+47924100${String(n).padStart(2, "0")}` }));
  const { id } = await draft("Langsom", { include: { contacts: await Promise.all(many.map(consented)) } });
  await must(`POST /campaigns/${id}/send`, {});
  await expect.poll(async () => (await get(id)).counts.sent, soon).toBeGreaterThan(0);
  await page.goto(`${url}/campaigns/${id}`);
  await button("Pause").click();
  await page.getByText(/Paused: \d+ of 90 submitted/).waitFor();
  await page.getByText(/^Started \d+ \w+ \d{4}, /).waitFor();
  const { counts } = await get(id);
  expect(counts.pending).toBeGreaterThan(0);
  await expectAccessible(page);
  await shoot(page, "paused");
  await page.getByRole("tab", { name: "Recipients" }).click();
  await page.getByText("Waits: the campaign is paused").first().waitFor();
  await button("Resume").click();
  await page
    .getByText(/\d+ of 90 submitted/)
    .first()
    .waitFor();
  await button("Pause").click();
  await page.getByText(/Paused: \d+ of 90/).waitFor();
  await button("Cancel sending").click();
  const dialog = page.getByRole("dialog", { name: "Cancel “Langsom”?" });
  await dialog.getByRole("button", { name: "Go back" }).waitFor();
  await dialog.getByText(/ha(s|ve) left and cannot be called back/).waitFor();
  await expectAccessible(page);
  await shoot(page, "cancel");
  await button("Cancel campaign").click();
  await page.getByText(/Cancelled after \d+ messages? had left/).waitFor();
  await expect.poll(async () => (await get(id)).finished_at, soon).not.toBeNull();
  const after = await get(id);
  expect(after.counts.sent).toBeLessThan(90);
  expect(after.status).toBe("cancelled");
  await expectAccessible(page);
});

test("the review says from whom, to whom, at what price, and who they are; the sandbox is unmistakable", async () => {
  await must("PATCH /workspace", { segment_price: { amount: 0.5, currency: "NOK" } });
  const { id } = await draft("Hvem");
  await review(id);
  await page.getByText("Sandbox: no real handset gets what you send").waitFor();
  await page.getByText("Sandbox: no real handset gets this.").first().waitFor();
  await page.getByText("NOK 2.50").waitFor();
  await page.getByText("Kunder · 6").waitFor();
  await page.getByRole("heading", { name: "Will this person get it, and why?" }).waitFor();
  await expectAccessible(page);
  await expectNoOverflow(page);
  await shoot(page, "review");
  await button("See who: 1 person doesn’t get it").click();
  const people = page.getByRole("dialog", { name: "1 person doesn’t get it" });
  await people.getByRole("row", { name: /Fast Telefon.*Landline/ }).waitFor();
  await expectAccessible(page);
  await shoot(page, "who");
  expect(page.url()).toContain("who=wont");
  await page.keyboard.press("Escape");
  const ask = async (name: string) => {
    const field = page.getByRole("combobox", { name: "Contact" });
    await field.click();
    await field.fill(name);
    await page.getByRole("option", { name: new RegExp(`^${name}`) }).click();
  };
  await ask("Fast");
  await page.getByText("Fast Telefon does not get it. Reason: Landline, cannot receive texts.").waitFor();
  await ask("Utenfor");
  await page.getByText("Utenfor does not get it. Reason: Not among “Send to”.").waitFor();
  await ask("Anna 1");
  await page.getByText("Anna 1 gets it.").waitFor();
  await must(`POST /campaigns/${id}/send`, {});
  await page.getByRole("heading", { level: 1, name: "Hvem", exact: true }).waitFor();
  // Until all are delivered, what comes in above moves the field.
  await page.getByText("5 of 5").first().waitFor();
  await ask("Anna 1");
  await page.getByText("Anna 1 was sent it.").waitFor();
  expect(await must(`GET /campaigns/${id}/explain?contact=${landline}`)).toMatchObject({
    will: false,
    reason: "landline",
  });
  expect(await must(`GET /campaigns/${id}/explain?contact=${outsider}`)).toEqual({
    will: false,
    reason: "not_in_audience",
    message_id: null,
  });
});

test("of two who write at once nobody overwrites the other silently, and what was typed stays", async () => {
  const { id } = await draft("To om en");
  await page.goto(`${url}/campaigns/${id}/edit`);
  const area = page.getByRole("textbox", { name: "Message text" });
  await area.waitFor();
  // The key is another editor than the person.
  await must(`PUT /campaigns/${id}/editors`);
  await page.getByText("API_KEY has this open too").waitFor();
  await expectAccessible(page);
  await shoot(page, "two-editors");
  await page.route(`**/api/v1/campaigns/${id}`, (route) =>
    route.request().method() === "GET" ? route.abort() : route.fallback(),
  );
  await must(`PATCH /campaigns/${id}`, { text: "Fra den andre" });
  await page.unroute(`**/api/v1/campaigns/${id}`);
  await area.fill("Fra meg");
  await page.getByText(/API_KEY changed this draft at/).waitFor();
  await page.getByText("What you changed has not been saved: message.").waitFor();
  expect(await area.inputValue()).toBe("Fra meg");
  expect((await get(id)).text).toBe("Fra den andre");
  await expectAccessible(page);
  await shoot(page, "conflict");
  await button("Keep mine").click();
  await expect.poll(async () => (await get(id)).text, soon).toBe("Fra meg");
  await page.getByText("Saved", { exact: true }).waitFor();

  await must(`PATCH /campaigns/${id}`, { text: "Ny fra den andre" });
  await page.getByText("You have changed nothing since.").waitFor();
  await button("Take theirs").click();
  await expect.poll(() => area.inputValue(), soon).toBe("Ny fra den andre");

  // Sent by somebody else while it is open.
  await must(`POST /campaigns/${id}/send`, {});
  await page.getByText("This campaign has been sent meanwhile").waitFor();
});
