/** A link from its dialog to its clicks: written, shortened for each recipient, sent, clicked by a person and by a robot. */
import type { Page } from "playwright-core";
import { beforeAll, expect, test } from "vitest";
import type { Campaign } from "../contract/campaigns.ts";
import type { Message } from "../contract/messages.ts";
import { openContext } from "../testing/browser.ts";
import { explainFailure, openJourney } from "../testing/journey.ts";
import { expectAccessible, expectNoOverflow, shoot } from "../testing/look.ts";
import { until } from "../testing/until.ts";

const { must, url, browser, signIn } = await openJourney("links");
const context = await openContext(browser, 1000);
const numbers = ["+4791234501", "+4791234502"] as const;
const target = "https://example.com/autumn?utm_source=sms&utm_medium=sms&utm_campaign=Autumn%20offer";
const iphone =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1";
let list: string;
let page: Page;

beforeAll(async () => {
  ({ id: list } = await must<{ id: string }>("POST /lists", { name: "Customers" }));
  for (const [i, mobile] of numbers.entries()) {
    const { id } = await must<{ id: string }>("POST /contacts", { mobile, first_name: `Person ${i + 1}` });
    await must(`POST /lists/${list}/members`, { contacts: [id] });
    const consent = { subscription_type: "marketing", channel: "sms", action: "grant", source: "Form" };
    await must("POST /consent-events", { contact_id: id, ...consent });
  }
  context.setDefaultTimeout(15_000);
  page = await context.newPage();
  await signIn(page);
});

/** The short link in the text that a handset has received. */
async function shortLink(number: string): Promise<string> {
  const { items } = await must<{ items: { text: string }[] }>(
    `GET /sandbox/phones/${encodeURIComponent(number)}/messages`,
  );
  return /https?:\/\/\S+\/l\/[0-9A-Za-z]{10}/.exec(items[0]?.text ?? "")?.[0] as string;
}

const open = (address: string, headers: Record<string, string>, method = "GET") =>
  fetch(address, { method, headers, redirect: "manual" });

test("a link is inserted by its dialog, and the performance page tells people from robots", async (context) => {
  explainFailure(context, page);
  const campaign = await must<Campaign>("POST /campaigns", {
    name: "Autumn offer",
    subscription_type: "marketing",
    include: { lists: [list], contacts: [] },
  });
  await page.goto(`${url}/campaigns/${campaign.id}/edit`);
  const area = page.getByRole("textbox", { name: "Message text" });
  await area.click();
  await page.keyboard.type("New prices: ");
  await page.getByRole("button", { name: "Link", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Insert a link" });
  await dialog.getByLabel("Address").fill("javascript:alert(1)");
  await dialog.getByRole("button", { name: "Insert link" }).click();
  await dialog.getByText("“javascript:alert(1)” is not a web address.").waitFor();
  await dialog.getByLabel("Address").fill(`${url}/l/AbCdEfGhIj`);
  await dialog.getByRole("button", { name: "Insert link" }).click();
  await dialog.getByText("is the short link of one recipient").waitFor();
  await dialog.getByLabel("Address").fill("example.com/autumn");
  expect(await dialog.getByLabel("Shorten the links and count clicks").isChecked()).toBe(true);
  await dialog.getByRole("button", { name: /Tags for web analytics/ }).click();
  expect(await dialog.getByLabel("Campaign").inputValue()).toBe("Autumn offer");
  await expectAccessible(page);
  await shoot(page, "link-dialog");
  await dialog.getByRole("button", { name: "Insert link" }).click();
  await page.getByLabel("Shorten the link and count clicks").waitFor();
  await expect
    .poll(() => must<Campaign>(`GET /campaigns/${campaign.id}`), { timeout: 15_000 })
    .toMatchObject({ text: `New prices: ${target}`, links: { shorten: true } });

  // The bubble has its size before the code that fills in its text is there.
  const code = /text-with-defaults/;
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  await page.route(code, async (route) => {
    await released;
    await route.continue();
  });
  await page.goto(`${url}/campaigns/${campaign.id}/review`);
  const bubble = page.getByRole("region", { name: /^Phone showing/ }).locator("[style*=font-size]");
  await bubble.waitFor();
  const early = await bubble.boundingBox();
  release();
  await page.getByText(/^New prices: https?:\S+\/l\/0{10}/).waitFor();
  expect(await bubble.boundingBox()).toEqual(early);
  await page.unroute(code);
  await must(`POST /campaigns/${campaign.id}/send`);
  await until(async () => {
    const { items } = await must<{ items: Message[] }>(`GET /campaigns/${campaign.id}/recipients?view=delivered`);
    expect(items).toHaveLength(2);
  });
  const [person, robot] = await Promise.all(numbers.map(shortLink));
  expect(person).not.toBe(robot);
  // So soon after the receipt nobody has read it.
  const delivered = Date.now();
  await expect.poll(() => Date.now() - delivered, { timeout: 15_000 }).toBeGreaterThan(2_500);

  const clicked = await open(person as string, { "user-agent": iphone });
  expect([clicked.status, clicked.headers.get("location")]).toEqual([302, target]);
  await open(robot as string, { "user-agent": iphone }, "HEAD");
  await open(robot as string, { "user-agent": iphone, "sec-purpose": "prefetch" });

  await page.goto(`${url}/campaigns/${campaign.id}`);
  const links = page.getByRole("table", { name: "Clicks by link" });
  await links.getByRole("row", { name: /example\.com\/autumn.* 1 1 2$/ }).waitFor();
  await page.getByText("Click rate").waitFor();
  await page.getByText("1 of 2").first().waitFor();
  await expectAccessible(page);
  await expectNoOverflow(page);
  await shoot(page, "campaign-clicks");

  await page.getByRole("link", { name: "See who clicked" }).click();
  await page.getByRole("table", { name: "Clicked" }).getByText("Person 1").waitFor();
  expect(await page.getByText("Person 2").count()).toBe(0);
  await page.getByRole("link", { name: "Person 1" }).click();
  await page.getByRole("tab", { name: "Activity" }).click();
  await page.getByText("Link clicked").waitFor();
});

test("a link that is typed is offered for shortening, and counts what it has until then", async (context) => {
  explainFailure(context, page);
  const campaign = await must<Campaign>("POST /campaigns", { name: "Typed", subscription_type: "marketing" });
  await page.goto(`${url}/campaigns/${campaign.id}/edit`);
  const area = page.getByRole("textbox", { name: "Message text" });
  await area.click();
  await page.getByLabel("Add the default opt-out text").uncheck();
  await area.click();
  await page.keyboard.type("https://example.com/a");
  await page.getByText("21 characters").waitFor();
  const shorten = page.getByLabel("Shorten the link and count clicks");
  expect(await shorten.isChecked()).toBe(false);
  await shorten.check();
  await page.getByText("36 characters").first().waitFor();
  // The phone shows what recipients get.
  const bubble = page.getByRole("region", { name: /^Phone/ });
  await bubble.getByText(/\/l\/0{10}$/).waitFor();
  expect(await bubble.getByText("https://example.com/a").count()).toBe(0);
  await expect
    .poll(() => must<Campaign>(`GET /campaigns/${campaign.id}`), { timeout: 15_000 })
    .toMatchObject({ text: "https://example.com/a", links: { shorten: true } });
});

test("a link that leads nowhere says so in the visitor's language", async (context) => {
  explainFailure(context, page);
  await page.goto(`${url}/l/0000000000`);
  await page.getByRole("heading", { name: "We can’t find that page" }).waitFor();
  await expectAccessible(page);
  const answer = await open(`${url}/l/0000000000`, { "accept-language": "nb-NO,nb;q=0.9,en;q=0.8" });
  expect([answer.status, answer.headers.get("content-language")]).toEqual([404, "nb"]);
});
