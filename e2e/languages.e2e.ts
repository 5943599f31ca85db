/** Texts: the reader's language is changed on an open page, and each page's texts are loaded with it. */
import { expect, test } from "vitest";
import { openContext } from "../testing/browser.ts";
import { explainFailure, openJourney } from "../testing/journey.ts";

const { url, browser, signIn } = await openJourney("languages");
const context = await openContext(browser);
context.setDefaultTimeout(20_000);

test("a change of language changes the open page, and pages opened later have their texts in it", async (task) => {
  const page = await context.newPage();
  explainFailure(task, page);
  // A missing text is reported on the console.
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  const heading = (name: string) => page.getByRole("heading", { name, level: 1 });

  await signIn(page);
  await page.goto(`${url}/settings/audit-log`);
  await heading("Audit log").waitFor();
  await page.getByRole("button", { name: /Your account/ }).click();
  await page.getByRole("menuitemradio", { name: "Norsk bokmål" }).click();
  await heading("Revisjonslogg").waitFor();
  expect(await page.locator("html").getAttribute("lang")).toBe("nb-NO");

  const navigation = page.getByRole("navigation", { name: "Hovednavigasjon" });
  await navigation.getByRole("link", { name: "Kampanjer" }).click();
  await heading("Kampanjer").waitFor();
  await navigation.getByRole("link", { name: "Lister" }).click();
  await heading("Lister").waitFor();
  await page.reload();
  await heading("Lister").waitFor();
  await page.goBack();
  await heading("Kampanjer").waitFor();
  expect(faults).toEqual([]);
  await page.close();
});

test("an open menu stays open while texts are loaded in the background", async (task) => {
  const other = await openContext(browser);
  const page = await other.newPage();
  explainFailure(task, page);
  let release = () => {};
  const held = new Promise<void>((done) => {
    release = done;
  });
  const palette = /\/assets\/commands-/;
  await page.route(palette, async (route) => {
    await held;
    await route.continue();
  });
  await signIn(page);
  await page.goto(`${url}/settings/senders`);
  await page.getByRole("button", { name: /^Actions for/ }).click();
  const item = await page.getByRole("menuitem").first().elementHandle();
  const loaded = page.waitForResponse(palette);
  release();
  await loaded;
  await page.waitForTimeout(500);
  expect(await item?.evaluate((element) => element.isConnected)).toBe(true);
  await other.close();
});
