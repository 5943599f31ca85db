/** A problem is shown by the banner, the bell, the mail and the webhook, and so is its end. */
import { expect, test, vi } from "vitest";
import { openContext } from "../testing/browser.ts";
import { explainFailure, openJourney } from "../testing/journey.ts";
import { expectAccessible, expectNoOverflow, shoot } from "../testing/look.ts";
import { startReceiver, verifies } from "../testing/webhook-receiver.ts";

const { must, url, email, browser, signIn } = await openJourney("alerts");
const page = await (await openContext(browser)).newPage();

/** Axe finds nothing, nothing is wider than a phone, and screenshots are taken. */
async function lookAt(name: string): Promise<void> {
  await expectAccessible(page);
  await page.setViewportSize({ width: 390, height: 844 });
  await expectNoOverflow(page);
  await page.setViewportSize({ width: 1440, height: 900 });
  await shoot(page, name);
}

test("an exhausted quota is reported everywhere, once, and resolved when the allowance is raised", async (context) => {
  explainFailure(context, page);
  const receiver = await startReceiver();
  await signIn(page);

  // A webhook, whose secret is shown once.
  await page.goto(`${url}/settings/webhooks`);
  await page.getByText("No webhook yet").waitFor();
  await shoot(page, "webhooks-empty");
  await page.getByRole("button", { name: "Add webhook" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Address").fill("example.com");
  await dialog.getByRole("button", { name: "Add webhook" }).click();
  await dialog.getByText("An address begins with https:// or http://.").waitFor();
  await shoot(page, "webhook-new");
  await dialog.getByLabel("Address").fill(receiver.url);
  await dialog.getByRole("button", { name: "Add webhook" }).click();
  await dialog.getByText("Copy the secret now.").waitFor();
  const secret = await dialog.locator("code").innerText();
  await lookAt("webhook-secret");
  await dialog.getByRole("button", { name: "I have stored it" }).click();

  // On a phone the row of sections is wider than the screen, and the open one is scrolled into view.
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${url}/settings/webhooks`);
  await vi.waitFor(async () => {
    const section = await page.getByRole("link", { name: "Webhooks", exact: true }).boundingBox();
    expect(section && section.x + section.width).toBeLessThanOrEqual(390);
  }, 20_000);
  await page.setViewportSize({ width: 1440, height: 900 });

  // A test delivery, whose outcome is shown on the open page.
  await page.getByRole("link", { name: receiver.url }).click();
  await page.getByText("Nothing was sent yet").waitFor();
  await page.getByRole("button", { name: "Send a test" }).click();
  await page.getByRole("table", { name: "Deliveries" }).getByText("Delivered").waitFor();
  await page.getByRole("button", { name: "Test", exact: true }).click();
  await page.getByRole("dialog").getByText("HTTP 204").waitFor();
  await lookAt("webhook-delivery");
  await page.keyboard.press("Escape");
  await shoot(page, "webhook");

  await page.getByRole("link", { name: "Alerts", exact: true }).click();
  await page.getByText("All is well").waitFor();
  await shoot(page, "alerts-none");

  // Two segments a month, and both are used.
  await page.goto(url);
  await must("PATCH /subscription", { allowance: 2 });
  for (const to of ["+4790000001", "+4790000002"]) await must("POST /messages", { to, text: "Hei" });
  await page.getByRole("status").getByText("The quota is used up").waitFor();
  await page.getByRole("link", { name: "Alerts, 1 new" }).waitFor();
  await lookAt("alert-banner");
  await page.getByRole("link", { name: "See alerts" }).click();
  await page.getByRole("heading", { name: "The quota is used up" }).waitFor();
  await page.getByRole("link", { name: "Alerts", exact: true }).waitFor(); // seen by now
  await lookAt("alerts");

  const said = () => receiver.received.map(({ body }) => JSON.parse(body));
  await vi.waitFor(() =>
    expect(
      said()
        .filter(({ type }) => type === "alert.raised")
        .map(({ data }) => data.alert.params.threshold)
        .toSorted(),
    ).toEqual([100, 50, 80, 90]),
  );
  expect(receiver.received.every((request) => verifies(request, secret))).toBe(true);
  // Whether half of the quota was reported first depends on when the periodic check ran.
  const subjects = async () =>
    (await must<{ items: { subject: string }[] }>(`GET /sandbox/mailbox?to=${email}`)).items.map(
      ({ subject }) => subject,
    );
  await vi.waitFor(async () => expect(await subjects()).toContain("Salong Kari: The quota is used up"), {
    timeout: 10_000,
  });

  await must("PATCH /subscription", { allowance: 1_000 });
  await page.getByText("All is well").waitFor();
  await page.getByRole("tab", { name: "Past" }).click();
  await page.getByRole("heading", { name: "50 % of the quota is used or reserved" }).waitFor();
  expect(await page.getByRole("list", { name: "Past" }).innerText()).not.toContain("Nothing more goes out");
  await shoot(page, "alerts-past");
  await page.getByRole("link", { name: "Go to subscription" }).first().click();
  await page.getByRole("heading", { level: 1, name: "Subscription" }).waitFor();
  await vi.waitFor(() => expect(said().filter(({ type }) => type === "alert.resolved")).toHaveLength(4));
});
