/** A conversation with one contact, from their page and their handset; and many contacts: all of a search, a new list, a campaign to it. */
import { expect, test } from "vitest";
import type { BulkChange } from "../contract/bulk-changes.ts";
import type { Campaign } from "../contract/campaigns.ts";
import type { Contact } from "../contract/contacts.ts";
import type { List } from "../contract/lists.ts";
import type { Message } from "../contract/messages.ts";
import type { Sender } from "../contract/senders.ts";
import { openContext } from "../testing/browser.ts";
import { explainFailure, openJourney } from "../testing/journey.ts";
import { expectAccessible, expectNoOverflow, shoot } from "../testing/look.ts";

const { must, url, browser, signIn } = await openJourney("contact-conversation");
const context = await openContext(browser);
context.setDefaultTimeout(20_000);
const page = await context.newPage();
const mobile = "+4791000501";

const button = (name: string) => page.getByRole("button", { name, exact: true });
const dialog = page.getByRole("dialog");
const texts = page.getByRole("region", { name: "Texts with Ida Vik" });
const field = page.getByRole("textbox", { name: "Message text" });

/** Axe on the page as it is, and at a phone's width. */
async function look(name: string) {
  await expectAccessible(page);
  await page.setViewportSize({ width: 390, height: 844 });
  await expectNoOverflow(page);
  await page.setViewportSize({ width: 1440, height: 900 });
  await shoot(page, name);
}

const reply = (to: string, text: string) =>
  must(`POST /sandbox/phones/${encodeURIComponent(mobile)}/reply`, { to, text });

test(
  "a text is sent from the contact's page, answered on the handset, and answered again",
  { timeout: 120_000 },
  async (task) => {
    explainFailure(task, page);
    await signIn(page);
    const { id } = await must<Contact>("POST /contacts", { first_name: "Ida", last_name: "Vik", mobile });
    await page.goto(`${url}/contacts/${id}`);
    await page.getByText("Can be texted").waitFor();
    await page.getByText("No consent to marketing").waitFor();
    await texts.getByText("No texts yet").waitFor();
    await look("contact-no-texts");

    // Sent once, however often the button is pressed.
    await field.fill("Hei {{ contact.first_name }}! Passer det i morgen kl. 10?");
    await page.getByText("1 segment").first().waitFor();
    await button("Send").dblclick();
    await texts.getByText("Hei Ida! Passer det i morgen kl. 10?").waitFor();
    await texts.getByText("Delivered", { exact: true }).waitFor();
    expect(await field.inputValue()).toBe("");
    const sent = (await must<{ items: Message[] }>(`GET /messages?contact=${id}`)).items;
    expect(sent).toMatchObject([{ class: "transactional", source: { type: "api" } }]);

    // The answer appears by itself, and is answered with the keyboard, from the same number.
    const [sender] = (await must<{ items: Sender[] }>("GET /senders")).items as [Sender];
    await reply(sender.address, "Ja, det passer fint 👍");
    await texts.getByText("Ja, det passer fint 👍").waitFor();
    await field.pressSequentially("Så bra, da ses vi!");
    await page.keyboard.press("Control+Enter");
    await texts.getByText("Så bra, da ses vi!").waitFor();
    await expect.poll(() => texts.getByText("Delivered", { exact: true }).count(), { timeout: 15_000 }).toBe(2);
    expect(await texts.getByText("Today", { exact: true }).count()).toBe(1);
    await look("contact-conversation");

    // A STOP shows at once; what it forbids is refused, and what was typed stays.
    await reply(sender.address, "STOP");
    await texts.getByText("Opted out with this text").waitFor();
    await page
      .getByRole("list", { name: "Status" })
      .getByText(/^Opted out of/)
      .waitFor();
    await texts.getByText("Answer to STOP").waitFor();
    await field.fill("En siste ting …");
    await button("Send").click();
    await page.getByText("Not sent: Opted out. What you wrote is still here.").waitFor();
    expect(await field.inputValue()).toBe("En siste ting …");
    await look("contact-opted-out");
    await reply(sender.address, "START");
    await page.getByText("Can be texted").waitFor();
    await button("Send").click();
    await texts.getByText("En siste ting …").waitFor();
  },
);

test("older texts are loaded as one scrolls up, and the place is kept", { timeout: 120_000 }, async (task) => {
  explainFailure(task, page);
  const [sender] = (await must<{ items: Sender[] }>("GET /senders")).items as [Sender];
  for (let i = 1; i <= 45; i++) await reply(sender.address, `Melding nummer ${i}`);
  await page.reload();
  await texts.getByText("Melding nummer 45").waitFor();
  expect(await texts.getByText("Melding nummer 10", { exact: true }).count()).toBe(0);
  await texts.hover();
  await page.mouse.wheel(0, -20_000);
  await texts.getByText("Melding nummer 10", { exact: true }).waitFor();
  await page.mouse.wheel(0, -40_000);
  await texts.getByText("Hei Ida!").waitFor();
});

test(
  "all of a search become a list, a campaign is begun from it, and they are deleted by their number",
  { timeout: 120_000 },
  async (task) => {
    explainFailure(task, page);
    const rows = Array.from({ length: 180 }, (_, i) => `+47920${String(10_000 + i)};Gjest;Nr${i}`);
    const { id } = await must<{ id: string }>(
      "POST /contacts/imports",
      `mobile;first_name;last_name\n${rows.join("\n")}\n`,
    );
    await expect
      .poll(async () => (await must<{ status: string }>(`GET /contacts/imports/${id}`)).status, { timeout: 30_000 })
      .toBe("done");
    await page.goto(`${url}/contacts?query=Gjest`);
    await page.getByRole("status").filter({ hasText: "180 contacts" }).waitFor();
    await page.getByRole("link", { name: "Gjest Nr" }).first().waitFor();
    await page.getByRole("checkbox", { name: "Select all" }).check();
    await page.getByText("50 selected").waitFor();
    await button("Select all 180").click();
    await page.getByText("All 180 selected").waitFor();
    await look("contacts-all-selected");
    await button("Add to list").click();
    await page.getByRole("menuitem", { name: "New list …" }).click();
    await dialog.getByText("New list of 180 contacts").waitFor();
    await dialog.getByLabel("Name").fill("Gjester");
    await dialog.getByRole("button", { name: "Create list" }).click();
    await page.getByText("180 contacts put on “Gjester”").waitFor();
    expect((await must<{ items: List[] }>("GET /lists")).items).toMatchObject([{ name: "Gjester", members: 180 }]);
    await look("contacts-bulk-done");

    // The name is taken now: the dialog says so, and a filter makes a list too.
    await button("New list from these").click();
    await dialog.getByLabel("Name").fill("gjester");
    await dialog.getByRole("button", { name: "Create list" }).click();
    await dialog.getByText("There is one of this name already.").waitFor();
    await expectAccessible(page);
    await dialog.getByRole("button", { name: "Close" }).click();

    // From the list's page a campaign to it.
    await page.getByRole("link", { name: "Open list" }).click();
    await page.getByRole("heading", { level: 1, name: "Gjester" }).waitFor();
    await look("list-with-campaign");
    await button("Campaign to this list").click();
    await page.getByText("Gjester · 180").waitFor();
    const [draft] = (await must<{ items: Campaign[] }>("GET /campaigns")).items as [Campaign];
    const [list] = (await must<{ items: List[] }>("GET /lists")).items as [List];
    expect(draft).toMatchObject({ status: "draft", name: "To Gjester", include: { lists: [list.id], contacts: [] } });

    // Deleted once their number is typed; the page that was left meanwhile shows the result.
    await page.goto(`${url}/contacts?query=Gjest`);
    await page.getByRole("link", { name: "Gjest Nr" }).first().waitFor();
    await page.getByRole("checkbox", { name: "Select all" }).check();
    await button("Select all 180").click();
    await page.getByRole("main").getByRole("button", { name: "Delete", exact: true }).click();
    await dialog.getByLabel("Type 180 to confirm").fill("18");
    await dialog.getByRole("button", { name: "Delete 180 contacts" }).click();
    await dialog.getByText("That is another number, so nothing was deleted.").waitFor();
    await look("contacts-delete");
    await dialog.getByLabel("Type 180 to confirm").fill("180");
    await dialog.getByRole("button", { name: "Delete 180 contacts" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.goto(`${url}/`);
    const last = async () => (await must<{ items: BulkChange[] }>("GET /contacts/bulk")).items[0];
    await expect.poll(async () => (await last())?.status, { timeout: 30_000 }).toBe("done");
    expect(await last()).toMatchObject({ action: "delete", done: 180, of: 180, changed: 180 });
    await page.goto(`${url}/contacts`);
    await page.getByText("180 contacts were deleted").waitFor();
    await page.getByRole("status").filter({ hasText: "1 contact" }).first().waitFor();
  },
);
