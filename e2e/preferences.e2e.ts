/** A recipient's page of preferences, on a phone: chosen, saved, left altogether, and taken up again. */
import { expect, test } from "vitest";
import { openContext } from "../testing/browser.ts";
import { explainFailure, openJourney } from "../testing/journey.ts";
import { expectAccessible, expectNoOverflow, shoot } from "../testing/look.ts";

const { must, browser, url: installation, signIn } = await openJourney("preferences");
const context = await openContext(browser, 390);
context.setDefaultTimeout(15_000);

test("a recipient chooses what to get, stops everything, and comes back", async (test) => {
  const page = await context.newPage();
  explainFailure(test, page);
  const contact = { mobile: "+4790000870", email: "kari@example.com", first_name: "Kari" };
  const { id } = await must<{ id: string }>("POST /contacts", contact);
  const consent = { contact_id: id, subscription_type: "marketing", action: "grant", source: "Form" };
  await must("POST /consent-events", { ...consent, channel: "sms" });
  const granted = async () => {
    const { current } = await must<{ current: { channel: string; granted: boolean }[] }>(`GET /contacts/${id}/consent`);
    return current.filter((each) => each.granted).map((each) => each.channel);
  };
  const { url } = await must<{ url: string }>(`GET /contacts/${id}/preferences-link`);
  await page.goto(url);
  await page.getByRole("heading", { level: 1, name: /^What you get from/ }).waitFor();
  const marketing = page.getByRole("group", { name: "Marketing", exact: true });
  const [sms, email] = [marketing.getByLabel("By text message"), marketing.getByLabel("By e-mail")];
  expect([await sms.isChecked(), await email.isChecked()]).toEqual([true, false]);
  await expectAccessible(page);
  await expectNoOverflow(page);
  await shoot(page, "preferences");

  await sms.uncheck();
  await email.check();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("status").getByText("Saved.").waitFor();
  expect(await granted()).toEqual(["email"]);

  await page.getByRole("button", { name: "Stop everything" }).click();
  await page.getByRole("status").getByText("sends you nothing more").waitFor();
  expect(await granted()).toEqual([]);
  await expectAccessible(page);

  await page.goto(url);
  await page.getByText("You have stopped all text messages.").waitFor();
  await sms.check();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("status").waitFor();
  expect(await granted()).toEqual(["sms"]);
  expect(await page.getByText("You have stopped all text messages.").count()).toBe(0);

  // The business reads in words where that came from.
  await signIn(page);
  await page.goto(`${installation}/contacts/${id}?tab=consent`);
  await page.getByText("from the preference page").first().waitFor();
  expect(await page.getByText("preferences", { exact: true }).count()).toBe(0);
});
