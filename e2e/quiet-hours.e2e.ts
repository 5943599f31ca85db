/** Quiet hours and the frequency cap are set by somebody who has read where the hours come from. */
import { expect, test } from "vitest";
import { openContext } from "../testing/browser.ts";
import { explainFailure, openJourney } from "../testing/journey.ts";
import { expectAccessible, expectNoOverflow, shoot } from "../testing/look.ts";

const { must, url, browser, signIn } = await openJourney("quiet-hours");
const page = await (await openContext(browser)).newPage();

/** Axe finds nothing, nothing is wider than a phone, and screenshots are taken. */
async function lookAt(name: string): Promise<void> {
  await expectAccessible(page);
  await page.setViewportSize({ width: 390, height: 844 });
  await expectNoOverflow(page);
  await page.setViewportSize({ width: 1440, height: 900 });
  await shoot(page, name);
}

interface Rules {
  enabled: boolean;
  rules: { country: string; class: string; from: string; to: string; sundays: boolean; source: string | null }[];
}
const ruleOf = async (country: string) =>
  (await must<Rules>("GET /quiet-hours")).rules.find((rule) => rule.country === country);

test("quiet hours are switched on, changed for a country, added for another, and given back", async (context) => {
  explainFailure(context, page);
  await signIn(page);
  await page.goto(`${url}/settings/quiet-hours`);
  const table = page.getByRole("table", { name: "Hours by country" });
  const norway = table.getByRole("row", { name: /Norway/ });
  await norway.getByText("09:00–20:00").waitFor();
  await norway.getByText("Good practice").waitFor();
  await table.getByText("47 CFR § 64.1200(c)(1)").waitFor();
  // By name, and what a source leads to opens beside.
  const places = await table.locator("tbody td:first-child > span:first-child").allInnerTexts();
  expect(places).toEqual(places.toSorted(new Intl.Collator("en").compare));
  const source = table.getByRole("link", { name: "https://developers.brevo.com/reference/sendtransacsms" });
  expect([await source.getAttribute("target"), await source.getAttribute("rel")]).toEqual([
    "_blank",
    "noopener noreferrer",
  ]);
  await lookAt("quiet-hours");

  await page.getByLabel("Texts wait for the hours below").check();
  await page.getByText("Quiet hours are on").waitFor();
  expect((await must<Rules>("GET /quiet-hours")).enabled).toBe(true);

  // A country's hours, with who says so.
  await norway.getByRole("button", { name: "Change Norway" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("From", { exact: true }).fill("10:00");
  await dialog.getByLabel("Also on Sundays").check();
  await dialog.getByLabel("Source", { exact: false }).first().fill("Our own policy");
  await lookAt("quiet-hours-edit");
  await dialog.getByRole("button", { name: "Save" }).click();
  await norway.getByText("10:00–20:00").waitFor();
  await norway.getByText("changed").waitFor();
  expect(await ruleOf("NO")).toMatchObject({ from: "10:00", to: "20:00", sundays: true, source: "Our own policy" });

  await norway.getByRole("button", { name: "Change Norway" }).click();
  await dialog.getByRole("button", { name: "Use the default" }).click();
  await norway.getByText("09:00–20:00").waitFor();
  expect(await norway.getByText("changed").count()).toBe(0);

  // A country without a default.
  await page.getByRole("button", { name: "Add rule" }).click();
  await dialog.getByLabel("Country").selectOption({ label: "Poland" });
  await dialog.getByLabel("From", { exact: true }).fill("");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.getByText("Enter a time.").waitFor();
  await dialog.getByLabel("From", { exact: true }).fill("08:00");
  await dialog.getByRole("button", { name: "Save" }).click();
  const poland = table.getByRole("row", { name: /Poland/ });
  await poland.getByText("08:00–20:00").waitFor();
  await poland.getByRole("button", { name: "Change Poland" }).click();
  await dialog.getByRole("button", { name: "Remove rule" }).click();
  await dialog.waitFor({ state: "detached" });
  await poland.waitFor({ state: "detached" });
  expect(await ruleOf("PL")).toBeUndefined();
});

test("the frequency cap is set and removed", async (context) => {
  explainFailure(context, page);
  await page.goto(`${url}/settings/workspace`);
  const panel = page.locator("section", { has: page.getByRole("heading", { name: "Frequency cap" }) });
  await panel.getByLabel("Marketing messages").fill("2");
  await panel.getByRole("button", { name: "Save" }).click();
  await panel.getByText("Write a number of days here, or empty the messages too: then there is no limit.").waitFor();
  await panel.getByLabel("Within this many days").fill("7");
  await panel.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved", { exact: true }).first().waitFor();
  expect(await must("GET /workspace")).toMatchObject({ frequency_cap: { messages: 2, days: 7 } });
  await expectAccessible(page);
  await panel.getByLabel("Marketing messages").fill("");
  await panel.getByRole("button", { name: "Save" }).click();
  await panel.getByText("Write a number here, or empty the days too: then there is no limit.").waitFor();
  await panel.getByLabel("Within this many days").fill("");
  await panel.getByRole("button", { name: "Save" }).click();
  await expect.poll(() => must("GET /workspace")).toMatchObject({ frequency_cap: null });
});

test("the first carrier switches quiet hours on, and the page says so until somebody decides", async (context) => {
  explainFailure(context, page);
  await must("PUT /quiet-hours", { enabled: false });
  await must("POST /carriers", {
    kind: "twilio",
    name: "Twilio",
    enabled: false,
    settings: { account_sid: `AC${"0".repeat(32)}` },
    secrets: { auth_token: "a".repeat(32) },
  });
  await page.goto(`${url}/alerts`);
  await page.getByText("Quiet hours are on").waitFor();
  await page.getByRole("link", { name: "Go to quiet hours" }).click();
  await page.getByText("Switched on with the first carrier").waitFor();
  await lookAt("quiet-hours-told");
  await page.getByRole("button", { name: "Leave it so" }).click();
  await page.getByText("Switched on with the first carrier").waitFor({ state: "detached" });
  expect((await must<Rules>("GET /quiet-hours")).enabled).toBe(true);
});

test("a campaign whose texts wait for quiet hours says how many wait, and until when", async (context) => {
  explainFailure(context, page);
  // In Norway texts may leave for an hour only, which begins in an hour or two.
  const oslo = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", timeZone: "Europe/Oslo" }).format(Date.now());
  const hour = (ahead: number) => `${String((Number(oslo) + ahead) % 24).padStart(2, "0")}:00`;
  const rule = { country: "NO", from: hour(2), to: hour(3), sundays: true, holidays: true };
  await must("PUT /quiet-hours", { enabled: true, rules: [rule] });
  const { id: contact } = await must<{ id: string }>("POST /contacts", { mobile: "+4791234567" });
  const consent = { subscription_type: "marketing", channel: "sms", action: "grant", source: "Skjema" };
  await must("POST /consent-events", { contact_id: contact, ...consent });
  await must("POST /senders", { kind: "number", address: "+4759440000", is_default: true });
  const { id } = await must<{ id: string }>("POST /campaigns", {
    name: "I morgen",
    text: "Vi sees!",
    include: { contacts: [contact] },
    subscription_type: "marketing",
  });
  await must(`POST /campaigns/${id}/send`, {});
  await page.goto(`${url}/campaigns/${id}`);
  await page.getByText(/1 text waits for quiet hours to end.* (Central European|Norway) Time/).waitFor();
  const { waiting } = await must<{ waiting: { count: number; until: string } }>(`GET /campaigns/${id}`);
  const shown = new Intl.DateTimeFormat("en-GB", { timeStyle: "short", timeZone: "Europe/Oslo" });
  expect({ ...waiting, until: shown.format(new Date(waiting.until)) }).toEqual({ count: 1, until: rule.from });
  await lookAt("campaign-waits");

  // Paused, it waits for nothing but its resumption.
  await must(`POST /campaigns/${id}/pause`);
  await page.getByText("1 text waits for quiet hours to end").waitFor({ state: "detached" });
});
