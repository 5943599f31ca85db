/** README's first screen in a real browser: set up, import, write, review, send, see it arrive, STOP, START, usage. */
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openContext } from "../testing/browser.ts";
import { openBrowser } from "../testing/journey.ts";
import { expectAccessible, expectNoOverflow, shoot } from "../testing/look.ts";
import { startTestServer, type TestServer } from "../testing/server.ts";

const csv =
  "Fornavn;Etternavn;Mobil\nOla;Nordmann;912 34 567\nÅse;Ness;923 45 678\nFast;Telefon;22 33 44 55\nFeil;Nummer;12\n";

const browser = await openBrowser();
let server: TestServer;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  server = await startTestServer();
  context = await openContext(browser);
  page = await context.newPage();
});
afterAll(() => server.stop());

const heading = (name: string | RegExp) => page.getByRole("heading", { level: 1, name });

test("a salon sends its first campaign and honours STOP", { timeout: 180_000 }, async ({ onTestFailed }) => {
  onTestFailed(async () => {
    await page.screenshot({ path: `${server.dataDir}-failed.png`, fullPage: true });
    console.error(`The page as it stood: ${server.dataDir}-failed.png, ${page.url()}`);
  });
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(`${page.url()}: ${error.message}`));
  page.on("console", (message) => {
    const isFault = message.type() === "error" && !/status of 40[149]/.test(message.text());
    // Chromium only warns of a policy that it does not know.
    if (isFault || /Permissions-Policy/.test(message.text())) faults.push(message.text());
  });

  // First visit: without the link from the terminal …
  const withoutLink = await openContext(browser);
  const stranger = await withoutLink.newPage();
  await stranger.goto(server.url);
  await stranger.getByRole("heading", { level: 1, name: "Welcome to Varsla" }).waitFor();
  await stranger.getByText("the terminal that runs npm start").waitFor();
  await expectAccessible(stranger);
  await withoutLink.close();
  // … then with it, in a browser without cookies or storage of the application.
  await page.goto(server.setUpLink ?? "");
  await page.getByLabel("Name of the business").waitFor();
  expect(page.url()).toBe(`${server.url}/setup`);
  await expectAccessible(page);
  await page.getByLabel("Name of the business").fill("Salong Kari");
  await page.getByLabel("Country").selectOption("NO");
  await page.getByLabel("Your name").fill("Kari Hansen");
  await page.getByLabel("E-mail").fill("kari@salong.example");
  await page.getByLabel("Password", { exact: true }).fill("correct horse battery");
  await page.getByRole("button", { name: "Create workspace" }).click();
  await page.getByRole("navigation", { name: "Main navigation" }).waitFor();
  await expectAccessible(page);

  // Import, with a consent that can be proved.
  await page.getByRole("link", { name: "Contacts" }).first().click();
  await heading("Contacts").waitFor();
  await expectAccessible(page);
  await page.getByRole("link", { name: "Import", exact: true }).click();
  await heading("Import contacts").waitFor();
  await page
    .getByLabel("File")
    .setInputFiles({ name: "kunder.csv", mimeType: "text/csv", buffer: Buffer.from(csv, "latin1") });
  await page.getByText("Windows-1252, separated by semicolons").waitFor();
  await page.getByRole("cell", { name: "Åse Ness" }).waitFor();
  await page.getByLabel("Put everyone on a list").fill("Kunder");
  await page.getByLabel("Record consent to").selectOption({ label: "Marketing" });
  await page.getByLabel("Source of the consent").fill("Skjema i salongen");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Check the file" }).click();
  await page.getByRole("heading", { name: "Before you import" }).waitFor();
  await expectAccessible(page);
  await page.getByRole("button", { name: /^Import \d+ (person|people)$/ }).click();
  await heading("Import of kunder.csv").waitFor();
  await page.getByText("Done", { exact: true }).waitFor();
  await page.getByText("Mobile is not a valid number").waitFor();
  await expectAccessible(page);

  // Write.
  await page.getByRole("link", { name: "Write a campaign" }).click();
  await page.getByLabel("Name").fill("Høstklipp");
  await page.getByRole("button", { name: "Create and write" }).click();
  const editor = page.getByRole("textbox", { name: "Message" });
  await editor.click();
  await editor.pressSequentially("Hei! 20 % på klipp i dag 😀");
  await page.getByText("UCS-2").first().waitFor();
  await editor.press("Backspace");
  await page.getByText("GSM-7").first().waitFor();
  await page.getByRole("combobox", { name: /^Send to/ }).click();
  await page.getByRole("option", { name: /^Kunder/ }).click();
  await page.keyboard.press("Escape");
  await page.getByLabel("Subscription type").selectOption({ label: "Marketing" });
  await page.getByText("Saved", { exact: true }).waitFor();
  await expectAccessible(page);
  await page
    .getByRole("link", { name: "Review" })
    .or(page.getByRole("button", { name: "Review" }))
    .click();

  // Review: two contacts receive it, the landline does not.
  await heading(/Review/).waitFor();
  await page.getByText("Landline, cannot receive texts").waitFor();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Send now" }).click();
  await page.getByRole("button", { name: "Send to 2 people" }).click();
  await page.getByText("2 of 2").first().waitFor({ timeout: 30_000 });
  await expectAccessible(page);
  // The chart's figures stay readable on a phone.
  for (const width of [390, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    const chart = page.getByRole("img", { name: "Over time" });
    await expect.poll(() => chart.evaluate((svg: SVGSVGElement) => svg.getScreenCTM()?.a.toFixed(2))).toBe("1.00");
    const size = await chart
      .locator("text")
      .first()
      .evaluate((text) => Number.parseFloat(getComputedStyle(text).fontSize));
    expect(size).toBeGreaterThanOrEqual(11);
    await expectNoOverflow(page);
  }
  await page.getByRole("tab", { name: "Recipients" }).click();
  await page.getByText("Ola Nordmann").waitFor();
  await expectAccessible(page);
  const width = async (name: string) => (await page.getByRole("columnheader", { name }).boundingBox())?.width ?? 0;
  expect(await width("Contact")).toBeGreaterThan(await width("Reason"));
  await shoot(page, "recipients");

  // The handset shows it; STOP is confirmed there without a reload.
  await page.getByRole("link", { name: "Sandbox" }).click();
  await heading("Sandbox").waitFor();
  await expectAccessible(page);
  await page.getByRole("link", { name: /912\s?34\s?567/ }).click();
  const texts = page.getByRole("region", { name: /^Phone showing/ }).locator("[aria-live]");
  await texts.getByText("20 % på klipp i dag").waitFor();
  await expectAccessible(page);
  const before = await texts.locator(":scope > div").count();
  await page.getByRole("button", { name: "Reply STOP" }).click();
  await expect.poll(() => texts.locator(":scope > div").count(), { timeout: 20_000 }).toBe(before + 2);

  // The contact shows it, and the next campaign skips the contact.
  await page.getByRole("link", { name: "Contacts" }).first().click();
  await page.getByRole("searchbox").fill("ola nord");
  await page.getByText("Opted out").waitFor();
  await page.getByRole("link", { name: "Ola Nordmann" }).click();
  await page.getByText(/by SMS\. All marketing stays away.*every other text from the same sender/).waitFor();
  await page.getByText("What they wrote: “STOP”").waitFor();
  await expectAccessible(page);
  await page.getByRole("link", { name: "Campaigns" }).first().click();
  await heading("Campaigns").waitFor();
  await expectAccessible(page);
  await page.getByRole("link", { name: "New campaign" }).click();
  await page.getByLabel("Name").fill("Vinterklipp");
  await page.getByRole("button", { name: "Create and write" }).click();
  await editor.click();
  await editor.pressSequentially("Vi sees i vinter");
  await page.getByRole("combobox", { name: /^Send to/ }).click();
  await page.getByRole("option", { name: /^Kunder/ }).click();
  await page.keyboard.press("Escape");
  await page.getByLabel("Subscription type").selectOption({ label: "Marketing" });
  await page.getByText("Saved", { exact: true }).waitFor();
  await page
    .getByRole("link", { name: "Review" })
    .or(page.getByRole("button", { name: "Review" }))
    .click();
  await page.getByText("Opted out").waitFor();

  // START includes the contact again: the same review, reloaded.
  const reviewUrl = page.url();
  await page.goto(`${server.url}/sandbox/phones/%2B4791234567`);
  const texted = await texts.locator(":scope > div").count();
  await page.getByRole("button", { name: "Reply START" }).click();
  await expect
    .poll(() => texts.locator(":scope > div").count(), { timeout: 20_000 })
    .toBeGreaterThanOrEqual(texted + 1);
  await page.goto(reviewUrl);
  await page.getByText("Landline, cannot receive texts").waitFor();
  await expect.poll(() => page.getByText("Opted out").count()).toBe(0);

  // Usage.
  await page.getByRole("button", { name: /Your account/ }).click();
  await page.getByRole("menuitem", { name: "Subscription" }).click();
  await heading("Current subscription").waitFor();
  // Two campaign texts and the confirmations of STOP and START.
  await page.getByText("9,996", { exact: true }).waitFor();
  await page.getByRole("table", { name: "Segment log" }).getByRole("link", { name: "Høstklipp" }).first().waitFor();
  await page.getByText("renewed on the 1st of each month").waitFor();
  await expectAccessible(page);
  await shoot(page, "subscription");

  // Nobody subscribes to what needs no consent.
  await page.goto(`${server.url}/settings/subscription-types`);
  await page.getByRole("row", { name: /^Marketing .* \d+$/ }).waitFor();
  await page.getByRole("row", { name: /^Transactional .* –$/ }).waitFor();

  expect(faults).toEqual([]);
});

test("every page fits a phone and is accessible there", { timeout: 120_000 }, async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const path of [
    "/",
    "/campaigns",
    "/contacts",
    "/contacts/imports/new",
    "/lists",
    "/sandbox",
    "/sandbox/mailbox",
    "/sandbox/phones/%2B4791234567",
    "/settings/workspace",
    "/settings/people",
    "/settings/api-keys",
    "/settings/senders",
    "/settings/subscription-types",
    "/subscription",
  ]) {
    await page.goto(`${server.url}${path}`);
    await page.locator("h1").waitFor();
    await page.getByRole("button", { name: /Your account/ }).waitFor();
    await expect.poll(() => page.locator(".late").count()).toBe(0);
    await expectNoOverflow(page);
    await expectAccessible(page);
  }
});
