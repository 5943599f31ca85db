/** A webhook is added for chosen events, receives one, and is changed. */
import { expect, test } from "vitest";
import { openContext } from "../testing/browser.ts";
import { explainFailure, openJourney } from "../testing/journey.ts";
import { expectAccessible, expectNoOverflow, shoot } from "../testing/look.ts";
import { startReceiver } from "../testing/webhook-receiver.ts";

const { must, url, browser, signIn } = await openJourney("webhooks");
const page = await (await openContext(browser)).newPage();

test("a webhook receives the events that were chosen", { timeout: 300_000 }, async (task) => {
  explainFailure(task, page);
  const receiver = await startReceiver();
  await signIn(page);
  await page.goto(`${url}/settings/webhooks`);
  await page.getByRole("button", { name: "Add webhook" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Address").fill(receiver.url);
  // Alerts are chosen from the start.
  expect(await dialog.getByRole("group", { name: "Alerts" }).getByRole("checkbox", { checked: true }).count()).toBe(2);
  for (const checkbox of await dialog.getByRole("group", { name: "Contacts" }).getByRole("checkbox").all())
    await checkbox.check();
  await dialog.getByLabel("Alert raised").uncheck();
  await dialog.getByLabel("Text received").check();
  await expectAccessible(page);
  await shoot(page, "webhook-events");
  await dialog.getByRole("button", { name: "Add webhook" }).click();
  await dialog.getByRole("button", { name: "I have stored it" }).click();
  await page.getByRole("cell", { name: "8 events" }).waitFor();

  await must("POST /contacts", { mobile: "+4790000001", first_name: "Kari" });
  await page.getByRole("link", { name: receiver.url }).click();
  await page.getByRole("row", { name: /Contact created.*Delivered/ }).waitFor();
  expect(receiver.received).toHaveLength(1);
  await expectAccessible(page);
  await expectNoOverflow(page);
  await shoot(page, "webhook-with-an-event");
});
