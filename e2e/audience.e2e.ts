/** Choosing the audience of a campaign: searching while typing, by keyboard and by mouse, wide and narrow, light and dark. */
import type { Locator, Page } from "playwright-core";
import { afterEach, beforeAll, beforeEach, expect, test, type TestContext } from "vitest";
import type { Campaign } from "../contract/campaigns.ts";
import { openContext } from "../testing/browser.ts";
import { explainIfFailed, openJourney } from "../testing/journey.ts";
import { expectAccessible, expectNoOverflow, shoot } from "../testing/look.ts";

const { must, url, browser, signIn } = await openJourney("audience");
const context = await openContext(browser, 1000);
const listNames = ["Kunder", "Kunder i Bergen", "Kunder i Oslo", "Prøvekunder"];
const lists = new Map<string, string>();
let anna: string;

/** For what happens shortly after a key. */
const soon = { timeout: 15_000, interval: 30 };

let page: Page;
let campaign: Campaign;
let faults: string[];

beforeAll(async () => {
  for (const name of listNames) lists.set(name, (await must<{ id: string }>("POST /lists", { name })).id);
  ({ id: anna } = await must<{ id: string }>("POST /contacts", { mobile: "+4792345678", first_name: "Anna" }));
  context.setDefaultTimeout(15_000);
  const first = await context.newPage();
  await signIn(first);
  await first.close();
});

beforeEach(async () => {
  page = await context.newPage();
  faults = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(message.text());
  });
  campaign = await must<Campaign>("POST /campaigns", { name: "Høstklipp", text: "Vi sees!" });
  await page.goto(`${url}/campaigns/${campaign.id}/edit`);
  await sendTo().waitFor();
});

afterEach(closePage);

async function closePage(ended: TestContext) {
  await explainIfFailed(ended, page);
  await page.close();
  expect(faults).toEqual([]);
}

const sendTo = () => page.getByRole("combobox", { name: "Send to", exact: true });
const viewAs = () => page.getByRole("combobox", { name: "View as" });
const option = (name: string) => page.getByRole("option", { name: new RegExp(`^${name}`) });
const options = () => page.getByRole("listbox").getByRole("option");
const chip = (name: string) => page.getByRole("button", { name: new RegExp(`^Remove ${name} ·`) });
const chips = () => page.getByRole("button", { name: /^Remove/ });
const press = async (...keys: string[]) => {
  for (const each of keys) await page.keyboard.press(each);
};
const included = async () => (await must<Campaign>(`GET /campaigns/${campaign.id}`)).include;
const idsOf = (...names: string[]) => names.map((name) => lists.get(name));
/** The option that Enter would choose, as a screen reader announces it. */
const highlighted = async (field: Locator) => {
  const id = await field.getAttribute("aria-activedescendant");
  return id === null ? null : page.locator(`[id="${id}"]`).innerText();
};

test("arrows open the list and move in it, Enter chooses and keeps it open, Backspace removes the last chip", async () => {
  await sendTo().focus();
  expect(await sendTo().getAttribute("aria-expanded")).toBe("false");
  await press("ArrowDown");
  await option("Kunder List").first().waitFor();
  expect(await sendTo().getAttribute("aria-expanded")).toBe("true");
  await expect.poll(() => highlighted(sendTo()), soon).toMatch(/^Kunder\s+List/);
  await press("ArrowDown", "ArrowDown", "ArrowUp");
  await expect.poll(() => highlighted(sendTo()), soon).toMatch(/^Kunder i Bergen/);
  await press("Enter");
  await chip("Kunder i Bergen").waitFor();
  expect(await option("Kunder i Bergen").getAttribute("aria-selected")).toBe("true");
  expect(await sendTo().getAttribute("aria-expanded")).toBe("true");

  // Typing narrows the list, and choosing from it clears the text.
  await page.keyboard.type("Kunder i O");
  await expect.poll(() => options().count(), soon).toBe(1);
  await expect.poll(() => highlighted(sendTo()), soon).toMatch(/^Kunder i Oslo/);
  await press("Enter");
  await chip("Kunder i Oslo").waitFor();
  expect(await sendTo().inputValue()).toBe("");
  await expect.poll(included, soon).toEqual({ lists: idsOf("Kunder i Bergen", "Kunder i Oslo"), contacts: [] });

  await press("Escape");
  await expect.poll(() => options().count(), soon).toBe(0);
  expect(await sendTo().getAttribute("aria-expanded")).toBe("false");
  expect(await sendTo().evaluate((element) => element === document.activeElement)).toBe(true);
  await press("Backspace");
  await expect.poll(() => chips().count(), soon).toBe(1);
  await expect.poll(included, soon).toEqual({ lists: idsOf("Kunder i Bergen"), contacts: [] });
  await press("Backspace");
  await expect.poll(included, soon).toEqual({ lists: [], contacts: [] });
});

test("the mouse chooses several, deselects one in the list and another at its chip, and a press outside closes the list", async () => {
  await sendTo().click();
  await option("Kunder i Bergen").click();
  await option("Kunder i Oslo").click();
  await option("Anna").click();
  await expect.poll(included, soon).toEqual({ lists: idsOf("Kunder i Bergen", "Kunder i Oslo"), contacts: [anna] });
  await option("Kunder i Oslo").click();
  await expect.poll(included, soon).toEqual({ lists: idsOf("Kunder i Bergen"), contacts: [anna] });
  await page.getByRole("heading", { name: "Høstklipp" }).click();
  await expect.poll(() => options().count(), soon).toBe(0);
  await chip("Kunder i Bergen").click();
  await expect.poll(included, soon).toEqual({ lists: [], contacts: [anna] });
});

test("a click counts once, also when the pointer moved just before it", async () => {
  await sendTo().click();
  // In one task, so that React has not drawn the movement when the click comes.
  const moveAndClick = (name: string) =>
    option(name).evaluate((element) => {
      for (const type of ["mousemove", "mousedown", "mouseup", "click"])
        element.dispatchEvent(new MouseEvent(type, { bubbles: true, cancelable: true }));
    });
  await option("Kunder i Oslo").waitFor();
  await moveAndClick("Kunder i Oslo");
  await expect.poll(included, soon).toEqual({ lists: idsOf("Kunder i Oslo"), contacts: [] });
  await moveAndClick("Kunder i Oslo");
  await expect.poll(included, soon).toEqual({ lists: [], contacts: [] });
  await moveAndClick("Kunder i Bergen");
  await expect.poll(included, soon).toEqual({ lists: idsOf("Kunder i Bergen"), contacts: [] });
});

test("a search without matches says so, and its text is cleared when the field loses focus", async () => {
  await sendTo().click();
  await page.keyboard.type("zzz");
  await page.getByText("No matches").waitFor();
  await press("Enter");
  expect(await chips().count()).toBe(0);
  await press("Tab");
  await expect.poll(() => sendTo().inputValue(), soon).toBe("");
  expect(await page.getByText("No matches").count()).toBe(0);
  expect(await sendTo().evaluate((element) => element === document.activeElement)).toBe(false);
});

test("Enter chooses nothing while the options are those of the previous text", async () => {
  await sendTo().click();
  await option("Prøvekunder").waitFor();
  await page.keyboard.type("Pr");
  await press("Enter");
  expect(await chips().count()).toBe(0);
  await expect.poll(() => options().count(), soon).toBe(1);
  await press("Enter");
  await expect.poll(included, soon).toEqual({ lists: idsOf("Prøvekunder"), contacts: [] });
});

test("one contact is chosen by typing, stays when another search is abandoned, and is cleared", async () => {
  await viewAs().click();
  await page.keyboard.type("Ann");
  // Enter chooses once the search has ended.
  await expect
    .poll(async () => {
      await press("Enter");
      return viewAs().inputValue();
    }, soon)
    .toBe("Anna");
  await expect.poll(() => options().count(), soon).toBe(0);

  await viewAs().click();
  await page.keyboard.type("x");
  await press("Escape");
  await expect.poll(() => viewAs().inputValue(), soon).toBe("Anna");
  await page.getByRole("button", { name: "Clear" }).click();
  await expect.poll(() => viewAs().inputValue(), soon).toBe("");
});

test("the open list is accessible and fits a phone", async () => {
  await sendTo().click();
  await option("Kunder i Bergen").click();
  await option("Kunder i Oslo").click();
  await page.getByText("Saved", { exact: true }).waitFor();
  await expectAccessible(page);
  await shoot(page, "audience-open");
  await page.setViewportSize({ width: 390, height: 844 });
  if ((await options().count()) === 0) await sendTo().click();
  await options().first().waitFor();
  await expectNoOverflow(page);
  const box = await page.getByRole("listbox").boundingBox();
  expect(box?.x).toBeGreaterThanOrEqual(0);
  expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(390);
  await expectAccessible(page);
  await press("Escape");
  await shoot(page, "audience");
});
