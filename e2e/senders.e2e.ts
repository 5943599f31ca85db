/** Senders: a free sandbox number, an own number and name, their rate, their carrier, and the default. */
import { afterAll, expect, test } from "vitest";
import type { Carrier } from "../contract/carriers.ts";
import type { Sender } from "../contract/senders.ts";
import { formatPhoneNumber } from "../rules/phone-number-format.ts";
import { openContext } from "../testing/browser.ts";
import { explainFailure, openJourney } from "../testing/journey.ts";
import { expectAccessible, expectNoOverflow, shoot } from "../testing/look.ts";
import { startSmsc } from "../testing/smsc.ts";

const number = "+4759440000";

const { must, url, browser, signIn } = await openJourney("senders");
const smsc = await startSmsc();
afterAll(() => smsc.stop());
const context = await openContext(browser);
context.setDefaultTimeout(20_000);
const page = await context.newPage();

const senders = async () => (await must<{ items: Sender[] }>("GET /senders")).items;
const shown = (address: string) => formatPhoneNumber(address, "NO");
const row = (address: string) => page.getByRole("row").filter({ hasText: shown(address) });
/** For what happens shortly after a key. */
const soon = { timeout: 15_000 };
const dialog = page.getByRole("dialog");

async function choose(address: string, item: string) {
  await page.getByRole("button", { name: `Actions for ${shown(address)}` }).click();
  await page.getByRole("menuitem", { name: item }).click();
}

/** Opens the dialog for an own sender and types the address. */
async function write(address: string) {
  await page.getByRole("button", { name: "New sender" }).click();
  // The dialog starts on the first choice; the arrow key moves to the other.
  await dialog.getByRole("radio", { name: "A free number of the sandbox" }).press("ArrowDown");
  await dialog.getByRole("textbox", { name: "Number or name" }).fill(address);
}

const expectError = async (text: string) => {
  await dialog.getByText(text).waitFor();
  expect(await dialog.locator("[aria-invalid=true]").count()).toBe(1);
};

test(
  "a number and a name are added, limited, assigned to a carrier and made the default",
  {
    timeout: 180_000,
  },
  async (task) => {
    explainFailure(task, page);
    const [first] = (await senders()) as [Sender];
    await signIn(page);
    await page.getByRole("link", { name: "Settings", exact: true }).click();
    await page.getByRole("link", { name: "Senders", exact: true }).click();
    await row(first.address).getByText("Default").waitFor();
    expect(await page.getByRole("row").count()).toBe(2);

    // A free number of the sandbox.
    await page.getByRole("button", { name: "New sender" }).click();
    await dialog.getByRole("button", { name: "Add sender" }).click();
    await dialog.waitFor({ state: "detached" });
    await expect.poll(async () => (await senders()).length, soon).toBe(2);
    await expect.poll(() => page.getByRole("row").count(), soon).toBe(3);

    // Without a carrier an own sender stays in the sandbox, and the dialog expectError so. An invalid address is reported at its field.
    await write("");
    await dialog.getByText("No carrier is connected yet").waitFor();
    expect(await dialog.getByLabel("Carrier").inputValue()).toBe("sandbox");
    await page.keyboard.press("Enter");
    await expectError("Write the number or name.");
    await dialog.getByRole("textbox", { name: "Number or name" }).fill("Kari Klipp AS");
    await page.keyboard.press("Enter");
    await expectError("This is neither a number nor a name that can be a sender.");
    await dialog.getByRole("textbox", { name: "Number or name" }).fill("Kari Klipp");
    await dialog.getByLabel("Texts per second").fill("0");
    await page.keyboard.press("Enter");
    await expectError("A whole number from 1 to 10,000.");
    await expectAccessible(page);
    await page.setViewportSize({ width: 390, height: 844 });
    await expectNoOverflow(page);
    await page.setViewportSize({ width: 1440, height: 900 });
    await shoot(page, "sender-new");
    await dialog.getByLabel("Texts per second").fill("20");
    await page.keyboard.press("Enter");
    await page.getByText("Kari Klipp was added.").waitFor();
    await row("Kari Klipp").getByText("Cannot be answered").waitFor();
    await row("Kari Klipp").getByRole("cell", { name: "20", exact: true }).waitFor();

    // The same name in capitals is the same sender.
    await write("KARI KLIPP");
    await page.keyboard.press("Enter");
    await expectError("This sender is here already.");
    await page.keyboard.press("Escape");

    // With a carrier connected, a number uses it by default.
    const { id } = await must<Carrier>("POST /carriers", {
      name: "Operator",
      kind: "smpp",
      settings: { host: "127.0.0.1", port: smsc.port, system_id: "varsla", tls: "off" },
      secrets: { password: "secret" },
    });
    await page.reload();
    await write("+47 59 44 00 00");
    await expect.poll(() => dialog.getByLabel("Carrier").inputValue(), soon).toBe(id);
    await dialog.getByLabel("Use it unless a campaign says otherwise").check();
    await dialog.getByRole("button", { name: "Add sender" }).click();
    await page.getByText(`${shown(number)} was added.`).waitFor();
    await row(number).getByRole("link", { name: "Operator" }).waitFor();
    await row(number).getByText("Default").waitFor();
    expect(await page.getByRole("table").getByText("Default", { exact: true }).count()).toBe(1);

    // Its own rate, and back to the carrier's.
    await choose(number, "Limit speed");
    await dialog.getByLabel("Texts per second").fill("1.5");
    await page.keyboard.press("Enter");
    await expectError("A whole number from 1 to 10,000.");
    await expectAccessible(page);
    await dialog.getByLabel("Texts per second").fill("1500");
    await page.keyboard.press("Enter");
    await row(number).getByRole("cell", { name: "1,500", exact: true }).waitFor();
    await choose("Kari Klipp", "Limit speed");
    expect(await dialog.getByLabel("Texts per second").inputValue()).toBe("20");
    await dialog.getByLabel("Texts per second").fill("");
    await page.keyboard.press("Enter");
    await row("Kari Klipp").getByText("Carrier’s limit").waitFor();

    // Another carrier, another default sender.
    await choose("Kari Klipp", "Change carrier");
    await dialog.getByLabel("Carrier").selectOption({ label: "Operator" });
    await expectAccessible(page);
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByText("Kari Klipp now sends through Operator.").waitFor();
    await choose(number, "Change carrier");
    await dialog.getByLabel("Carrier").selectOption({ label: "Sandbox (built in)" });
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByText(`${shown(number)} now sends through Sandbox (built in).`).waitFor();
    await choose("Kari Klipp", "Make default");
    await page.getByText("Kari Klipp is the default sender now.").waitFor();
    await row("Kari Klipp").getByText("Default").waitFor();
    await row(number).getByText("Default").waitFor({ state: "detached" });

    // The API lists what the page shows, the default first.
    const now = await senders();
    expect(now.map((each) => [each.address, each.is_default, each.rate_per_second, each.carrier_id])).toEqual([
      ["Kari Klipp", true, null, id],
      ...now.slice(1).map(({ address }) => [address, false, address === number ? 1500 : null, null]),
    ]);
    expect(now).toHaveLength(4);
    const cells = await page
      .getByRole("row")
      .evaluateAll((rows) => rows.map((each) => each.querySelector("td")?.innerText));
    expect(cells.slice(1).map((text) => text?.replace(/\s*Default$/, ""))).toEqual(
      now.map(({ address }) => shown(address)),
    );
    await expectAccessible(page);
    await page.setViewportSize({ width: 390, height: 844 });
    await expectNoOverflow(page);
    await shoot(page, "senders");
    // A new campaign uses the default sender unless another is chosen.
    await page.setViewportSize({ width: 1440, height: 900 });
    const { id: campaign } = await must<{ id: string }>("POST /campaigns", { name: "Vårklipp" });
    await page.goto(`${url}/campaigns/${campaign}/edit`);
    await page
      .getByRole("region", { name: /^Phone showing/ })
      .getByText("Kari Klipp")
      .waitFor();
  },
);
