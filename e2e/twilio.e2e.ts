/**
 * Connecting Twilio in the browser, with a test double of its servers on loopback: a wrong token, the right one, a test text with
 * each step, a phone's reply, and a name as sender to a country that accepts none.
 */
import { afterAll, expect, inject, test } from "vitest";
import { openContext } from "../testing/browser.ts";
import { explainFailure, openJourney } from "../testing/journey.ts";
import { expectAccessible, shoot } from "../testing/look.ts";
import { type Callback, signedForm, startTwilio } from "../testing/twilio.ts";

const phone = "+4791234567";
const sender = "+4759440000";

const { must, url, browser, signIn } = await openJourney("twilio");
const twilio = await startTwilio({ port: inject("installation").twilio_port });
afterAll(() => twilio.close());
const context = await openContext(browser);
context.setDefaultTimeout(20_000);
const page = await context.newPage();

/** A webhook call as Twilio makes it: over the network, without the URL's fragment. */
async function deliverCallback({ url: called, headers, body }: Callback): Promise<{ status: number; text: string }> {
  const response = await fetch(called.split("#")[0] ?? called, { method: "POST", headers, body });
  return { status: response.status, text: await response.text() };
}

test("Twilio is connected, tested and answered", { timeout: 120_000 }, async (task) => {
  explainFailure(task, page);
  /** Receipts of a text arrive before its create call has returned. */
  twilio.onMessage(async (message) => {
    if (!message.status_callback) return;
    const form = { MessageSid: message.sid, AccountSid: twilio.account_sid, To: message.to, From: message.from ?? "" };
    for (const MessageStatus of ["queued", "sent", "delivered"])
      expect(
        (await deliverCallback(signedForm(twilio.auth_token, message.status_callback, { ...form, MessageStatus })))
          .status,
      ).toBe(204);
  });

  await signIn(page);

  // A wrong token is reported in Twilio's words.
  await page.goto(`${url}/settings/carriers/new`);
  await page.getByText("Twilio", { exact: true }).click();
  await page.getByLabel("Account SID").fill(twilio.account_sid);
  await page.getByLabel("Auth token", { exact: true }).fill("wrong");
  await page.getByRole("button", { name: "Add carrier" }).click();
  await page.getByRole("heading", { level: 1, name: "Twilio" }).waitFor();
  await page.getByText("Not connected").first().waitFor();
  await page
    .getByText(/Authenticate \(20003\)/)
    .first()
    .waitFor();
  await page.getByRole("tab", { name: "Settings" }).click();
  await page.getByLabel("Auth token", { exact: true }).fill(twilio.auth_token);
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByRole("tab", { name: "Overview" }).click();
  await page.getByText("Connected", { exact: true }).first().waitFor();
  const { items } = await must<{ items: { id: string; webhooks: { inbound: string; status: string } }[] }>(
    "GET /carriers",
  );
  const carrier = items[0] as (typeof items)[0];
  expect(await page.getByLabel("For incoming texts").inputValue()).toBe(carrier.webhooks.inbound);
  await expectAccessible(page);
  await shoot(page, "twilio-up");

  // A test text, each of its steps.
  await must("POST /senders", { address: sender, carrier_id: carrier.id });
  await page.getByRole("link", { name: "Send a test text" }).click();
  await page.getByLabel("To", { exact: true }).fill(phone);
  await page.getByRole("button", { name: "Send test text" }).click();
  await page.getByText("The text was delivered.").waitFor();
  await shoot(page, "twilio-test");
  expect(twilio.records).toMatchObject([{ to: phone, from: sender, body: expect.stringContaining("Salong Kari") }]);
  await page.getByText(twilio.records[0]?.sid ?? "").waitFor();

  // The phone's reply is received once, and only if Twilio signed it.
  const form = { MessageSid: `SM${"1".repeat(32)}`, From: phone, To: sender, Body: "Takk, det virket æøå 👍" };
  const inbound = signedForm(twilio.auth_token, carrier.webhooks.inbound, form);
  for (let i = 0; i < 3; i++)
    expect(await deliverCallback(inbound)).toEqual({
      status: 200,
      text: '<?xml version="1.0" encoding="UTF-8"?><Response/>',
    });
  expect((await deliverCallback({ ...inbound, body: `${inbound.body}&x=1` })).status).toBe(403);
  const received = await must<{ items: { text: string }[] }>("GET /messages?status=received");
  expect(received.items).toMatchObject([{ text: form.Body }]);

  // America does not accept names: the number of the same connection is used instead.
  await must("POST /senders", { address: "Salong", carrier_id: carrier.id, rate_per_second: 50 });
  for (const to of [phone, "+12025550123"]) await must("POST /messages", { to, text: "Hei", sender: "Salong" });
  await expect.poll(() => twilio.records.length).toBe(3);
  expect(new Map(twilio.records.slice(1).map(({ to, from }) => [to, from]))).toEqual(
    new Map([
      [phone, "Salong"],
      ["+12025550123", sender],
    ]),
  );
  expect(twilio.violations).toEqual([]);
});
