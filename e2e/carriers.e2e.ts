/**
 * Connecting a carrier in the browser, against a real SMSC on loopback: add it, give it a sender, send a test text and watch
 * each step, reply to it, see it go down and a fallback carrier take over.
 */
import { afterAll, expect, test } from "vitest";
import { openContext } from "../testing/browser.ts";
import { explainFailure, openJourney } from "../testing/journey.ts";
import { expectAccessible, expectNoOverflow, shoot } from "../testing/look.ts";
import { type Smsc, startSmsc } from "../testing/smsc.ts";

const phone = "+4791234567";
const sender = "+4759440000";

const { must, url, browser, signIn } = await openJourney("carriers");
const [first, second] = [await startSmsc(), await startSmsc()];
afterAll(() => Promise.all([first.stop(), second.stop()]));
const context = await openContext(browser);
context.setDefaultTimeout(20_000);
const page = await context.newPage();

const heading = (name: string | RegExp) => page.getByRole("heading", { level: 1, name });

async function addSmpp(name: string, smsc: Smsc, password = "secret") {
  await page.goto(`${url}/settings/carriers/new`);
  await page.getByText("SMPP", { exact: true }).click();
  await page.getByRole("textbox", { name: "Name (optional)" }).fill(name);
  await page.getByRole("textbox", { name: "Host" }).fill("127.0.0.1");
  await page.getByLabel("Port").fill(String(smsc.port));
  await page.getByRole("textbox", { name: "System ID" }).fill("varsla");
  await page.getByLabel("Password", { exact: true }).fill(password);
  // Encrypted by default; the test SMSC is not.
  expect(await page.getByLabel("Encryption").inputValue()).toBe("on");
  await page.getByLabel("Encryption").selectOption({ label: "None" });
  await page.getByRole("button", { name: "Add carrier" }).click();
  await heading(name).waitFor();
}

test("a carrier is connected, tested, and replaced by its fallback", { timeout: 180_000 }, async (task) => {
  explainFailure(task, page);
  await signIn(page);

  // The empty page explains what carriers are for.
  await page.goto(`${url}/settings/carriers`);
  await page.getByText("No carrier is connected yet").waitFor();
  await expectAccessible(page);
  await shoot(page, "carriers-empty");

  // A wrong password is reported in the provider's words.
  await addSmpp("Operator", first, "wrong");
  await page.getByText("Not connected").first().waitFor();
  await page
    .getByText(/password|ESME_RINVPASWD|0x0e/i)
    .first()
    .waitFor();
  await shoot(page, "carrier-down");
  await page.getByRole("tab", { name: "Settings" }).click();
  // The stored password is not sent to another host unless it is typed again.
  await page.getByRole("textbox", { name: "Host" }).fill("localhost");
  await page.getByText("Enter it again: after this change").waitFor();
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.locator('[aria-invalid="true"][type="password"]').waitFor();
  await page.getByRole("textbox", { name: "Host" }).fill("127.0.0.1");
  await page.getByText("Leave it empty to keep it").waitFor();
  await page.getByLabel("Password", { exact: true }).fill("secret");
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByRole("tab", { name: "Overview" }).click();
  await page.getByText("Connected", { exact: true }).first().waitFor();
  await expectAccessible(page);
  await shoot(page, "carrier-up");

  // Its sender, and a test text whose steps are shown until it is delivered.
  await must("POST /senders", { address: sender, kind: "long_number", can_receive: true });
  await page.getByRole("link", { name: "Send a test text" }).click();
  await page.getByLabel("To", { exact: true }).fill(phone);
  await page.getByRole("button", { name: "Send test text" }).click();
  await page.getByText("The text was delivered.").waitFor();
  await expectAccessible(page);
  await shoot(page, "carrier-test");
  await expect.poll(() => first.taken.length).toBe(1);
  expect(first.taken[0]).toMatchObject({ from: sender.slice(1), to: phone.slice(1) });

  // The phone's reply is received.
  first.sendText({ from: phone, to: sender, text: "Takk, det virket æøå 👍" });
  await expect
    .poll(
      async () => (await must<{ items: { text: string; status: string }[] }>("GET /messages?status=received")).items,
    )
    .toMatchObject([{ text: "Takk, det virket æøå 👍", status: "received" }]);

  // The fallback serves Norway once the first carrier is down, and no text is sent twice.
  await addSmpp("Reserve", second);
  await page.getByText("Connected", { exact: true }).first().waitFor();
  await page.goto(`${url}/settings/carriers/fallback`);
  // With the keyboard: moving through the options of a select adds nothing yet.
  await page.getByRole("combobox", { name: "Add a fallback carrier for All countries" }).focus();
  for (const key of ["ArrowDown", "ArrowDown"]) await page.keyboard.press(key);
  await page.keyboard.press("Tab");
  await page.getByText("No fallback: texts wait").waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Move Reserve up" }).waitFor();
  // A country without a fallback carrier is not stored.
  await page.getByRole("combobox", { name: "Add country" }).selectOption({ label: "Sweden" });
  await page.getByRole("button", { name: "Add country" }).click();
  await page.getByRole("heading", { name: "Sweden" }).waitFor();
  await expectAccessible(page);
  await shoot(page, "carrier-fallback");
  await page.getByRole("button", { name: "Save order" }).click();
  await expect
    .poll(async () => (await must<{ items: { country: string }[] }>("GET /carrier-routes")).items)
    .toMatchObject([{ country: "*" }]);
  await first.stop();
  await page.goto(`${url}/settings/carriers`);
  await page.getByText("Not connected").first().waitFor();
  const { id } = await must<{ id: string }>("POST /messages", { to: phone, text: "Over the reserve", sender });
  await expect
    .poll(async () => must<{ status: string; carrier: string }>(`GET /messages/${id}`), { timeout: 30_000 })
    .toMatchObject({ status: "delivered", carrier: "Reserve" });
  expect(second.taken).toHaveLength(1);
  await shoot(page, "carriers-list");

  // On a phone.
  await page.setViewportSize({ width: 390, height: 844 });
  for (const path of ["/settings/carriers", "/settings/carriers/new", "/settings/carriers/fallback"]) {
    await page.goto(`${url}${path}`);
    await page.locator("h1").waitFor();
    await expectNoOverflow(page);
    await expectAccessible(page);
  }
});
