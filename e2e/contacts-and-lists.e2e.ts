/** Contacts created by hand and their lists: what is refused and where the error is shown, and what a campaign does with them. */
import { expect, test } from "vitest";
import type { Campaign } from "../contract/campaigns.ts";
import type { Contact } from "../contract/contacts.ts";
import type { List } from "../contract/lists.ts";
import { openContext } from "../testing/browser.ts";
import { explainFailure, openJourney } from "../testing/journey.ts";
import { expectAccessible, expectNoOverflow, shoot } from "../testing/look.ts";

const { must, url, browser, signIn } = await openJourney("contacts-and-lists");
const context = await openContext(browser);
context.setDefaultTimeout(20_000);
const page = await context.newPage();

const heading = (name: string) => page.getByRole("heading", { level: 1, name, exact: true });
const button = (name: string) => page.getByRole("button", { name, exact: true });
const link = (name: string) => page.getByRole("link", { name, exact: true });
/** For what happens shortly after a key. */
const soon = { timeout: 15_000 };
const dialog = page.getByRole("dialog");
const idHere = () => page.url().split("/").at(-1) as string;
const contacts = async () => (await must<{ items: Contact[] }>("GET /contacts?sort=created_at")).items;
const lists = async () =>
  (await must<{ items: List[] }>("GET /lists")).items.map(({ name, members }) => [name, members]);

/** Axe on the page as it is, and at a phone's width. */
async function look(name: string) {
  await expectAccessible(page);
  await page.setViewportSize({ width: 390, height: 844 });
  await expectNoOverflow(page);
  await page.setViewportSize({ width: 1440, height: 900 });
  await shoot(page, name);
}

/** A field's error text; the field must have the focus and keep the typed value. */
async function errorAt(label: string, error: string, typed: string) {
  await page.getByText(error).waitFor();
  const field = page.getByLabel(label, { exact: true });
  expect(await field.getAttribute("aria-invalid")).toBe("true");
  expect(await field.getAttribute("aria-describedby")).toContain("error");
  await expect.poll(() => field.evaluate((element) => element === document.activeElement), soon).toBe(true);
  expect(await field.inputValue()).toBe(typed);
}

test("a contact is created, corrected, changed and deleted", { timeout: 120_000 }, async (task) => {
  explainFailure(task, page);
  await signIn(page);
  await link("Contacts").click();
  await page.getByText("No contacts yet").waitFor();
  await link("New contact").click();
  await heading("New contact").waitFor();

  // With the keyboard, field by field; an invalid number is reported at its field.
  await page.getByLabel("First name").focus();
  for (const text of ["Åse", "Ness", "912 34"]) {
    await page.keyboard.type(text);
    await page.keyboard.press("Tab");
  }
  await page.getByLabel("E-mail").fill("ase@example");
  await button("Add property").click();
  await page.getByRole("menuitem", { name: "New property" }).click();
  await page.getByLabel("Value").fill("rød");
  await button("Save").click();
  // Two fields are wrong at once, and fixing one leaves the caret in it.
  await page.getByText("Give each property a name with letters.").waitFor();
  await page.getByLabel("Property", { exact: true }).pressSequentially("Hårfarge 1");
  await button("Save").click();
  await errorAt("E-mail", "Write a whole e-mail address, like name@example.com.", "ase@example");
  await page.getByLabel("E-mail").fill("Ase@Example.com");
  await page.getByLabel("Language and region").fill("norsk bokmål");
  await page.keyboard.press("Enter");
  await errorAt("Mobile", "The mobile number “912 34” is not valid.", "912 34");
  await look("contact-new");
  await page.getByLabel("Mobile").fill("912 34 567");
  await page.keyboard.press("Enter");
  await errorAt(
    "Language and region",
    "“norsk bokmål” is not the code of a language. Write it like nb-NO.",
    "norsk bokmål",
  );
  await page.getByLabel("Language and region").fill("nb_no");
  await page.keyboard.press("Enter");
  await heading("Åse Ness").waitFor();
  const ase = idHere();
  expect(await must<Contact>(`GET /contacts/${ase}`)).toMatchObject({
    mobile: "+4791234567",
    mobile_kind: "mobile",
    email: "ase@example.com",
    locale: "nb-NO",
    properties: { harfarge_1: "rød" },
  });
  await page.getByRole("tab", { name: "Details" }).click();
  await page.getByRole("definition").filter({ hasText: "rød" }).waitFor();
  await page
    .getByRole("term")
    .filter({ hasText: /^harfarge 1$/ })
    .waitFor();
  await look("contact-details");

  // A second contact: a mobile number in use is refused; a landline is accepted, and marked.
  await link("Contacts").first().click();
  await link("New contact").click();
  await page.getByLabel("First name").fill("Ola");
  await page.getByLabel("Mobile").fill("0047 91 23 45 67");
  await page.keyboard.press("Enter");
  await errorAt("Mobile", "Another contact has this mobile number already.", "0047 91 23 45 67");
  // Leaving now would lose the typed values.
  await link("Lists").click();
  await dialog.getByText("What you changed here has not been saved.").waitFor();
  await dialog.getByRole("button", { name: "Stay here" }).click();
  await page.getByLabel("Mobile").fill("22 33 44 55");
  await button("Save").click();
  await heading("Ola").waitFor();
  const ola = idHere();
  await page.getByText("Landline: cannot take texts").first().waitFor();
  expect((await must<Contact>(`GET /contacts/${ola}`)).mobile_kind).toBe("landline");

  // Changed: the number moves to the phone field, the property that Åse has is offered, one field is emptied.
  await link("Edit").click();
  await heading("Edit Ola").waitFor();
  await page.getByLabel("Mobile").fill("92 34 56 78");
  await page.getByLabel("Phone", { exact: true }).fill("22 33 44 55");
  await button("Add property").press("Enter");
  await page.getByRole("menuitem", { name: "harfarge 1" }).press("Enter");
  await page.getByLabel("harfarge 1", { exact: true }).fill("sort");
  await page.getByLabel("May be reached by marketing").uncheck();
  await look("contact-edit");
  await button("Save").click();
  await heading("Ola").waitFor();
  await page.getByText("No marketing").waitFor();
  await page.getByText("923 45 678", { exact: true }).waitFor();
  expect(await must<Contact>(`GET /contacts/${ola}`)).toMatchObject({
    mobile: "+4792345678",
    phone: "+4722334455",
    phone_kind: "landline",
    marketing: false,
    properties: { harfarge_1: "sort" },
  });
  await link("Edit").click();
  await button("Remove harfarge 1").click();
  await page.getByLabel("Phone", { exact: true }).fill("");
  await button("Save").click();
  await heading("Ola").waitFor();
  await page.getByText("22 33 44 55").waitFor({ state: "detached" });
  expect(await must<Contact>(`GET /contacts/${ola}`)).toMatchObject({ phone: null, properties: {} });

  // Deleted, and no longer in the table.
  await button("Delete").click();
  await dialog.getByText("an opt-out stays in force").waitFor();
  await dialog.getByRole("button", { name: "Delete contact" }).click();
  await page.getByText("Ola was deleted").waitFor();
  await page.getByRole("status").filter({ hasText: "1 contact" }).first().waitFor();
  expect((await contacts()).map(({ id }) => id)).toEqual([ase]);
});

test("a list is created, filled, renamed, used by a campaign and deleted", { timeout: 120_000 }, async (task) => {
  explainFailure(task, page);
  for (const [first_name, mobile] of [
    ["Ola", "+4792345678"],
    ["Kåre", "+4793456789"],
  ])
    await must("POST /contacts", { first_name, mobile });
  await page.goto(`${url}/lists`);
  await page.getByText("No lists yet").waitFor();
  await button("New list").first().click();
  await page.keyboard.press("Enter");
  await errorAt("Name", "Please fill this in.", "");
  await page.keyboard.type("Vårens kunder");
  await page.keyboard.press("Enter");
  await heading("Vårens kunder").waitFor();
  const spring = idHere();
  await page.getByText("Nobody is on this list yet").waitFor();
  await look("list-empty");

  // A name that differs only in spelling is the same name, for a new list and for a renamed one.
  await link("Lists").first().click();
  await link("Vårens kunder").waitFor();
  await button("New list").click();
  await page.keyboard.type(" VÅRENS  kunder ");
  await page.keyboard.press("Enter");
  await errorAt("Name", "There is one of this name already.", " VÅRENS  kunder ");
  await look("list-name-taken");
  await page.getByLabel("Name", { exact: true }).fill("Høstens kunder");
  await page.keyboard.press("Enter");
  await heading("Høstens kunder").waitFor();
  const autumn = idHere();
  await button("Rename").click();
  await page.getByLabel("Name", { exact: true }).fill("vårens kunder");
  await page.keyboard.press("Enter");
  await errorAt("Name", "There is one of this name already.", "vårens kunder");
  await page.getByLabel("Name", { exact: true }).fill("HØSTENS kunder");
  await page.keyboard.press("Enter");
  await heading("HØSTENS kunder").waitFor();

  // Found by any word of the name; a search without matches names the text.
  await link("Lists").first().click();
  await page.getByRole("searchbox", { name: "Search lists" }).fill("kunder");
  await link("HØSTENS kunder").waitFor();
  await page.getByRole("searchbox", { name: "Search lists" }).fill("gjester");
  await page.getByText("No list has “gjester” in its name").waitFor();
  expect(await lists()).toEqual([
    ["HØSTENS kunder", 0],
    ["Vårens kunder", 0],
  ]);

  // Two are added with the keyboard, then all three: only one of them is new to the list.
  await link("Contacts").first().click();
  const rows = page.getByRole("row").filter({ has: page.getByRole("link") });
  await rows.nth(2).waitFor();
  await rows.first().focus();
  // Keys can come faster than frames: each must act on the row that the previous one moved to.
  await page.evaluate(async () => {
    for (const init of [{ key: " " }, { key: "ArrowDown" }, { key: " ", shiftKey: true }]) {
      document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { ...init, bubbles: true, cancelable: true }));
      await Promise.resolve();
    }
  });
  await page.getByRole("status").filter({ hasText: "2 selected" }).waitFor();
  const put = async (list: string) => {
    await button("Add to list").press("Enter");
    await page.getByRole("menuitem", { name: list, exact: true }).click();
  };
  await put("Vårens kunder");
  await page.getByText("2 contacts put on “Vårens kunder”").waitFor();
  await page.getByRole("checkbox", { name: "Select all" }).check();
  await put("Vårens kunder");
  await page.getByText("1 contact put on “Vårens kunder”").waitFor();
  await page.getByRole("checkbox", { name: "Select all" }).check();
  await put("Vårens kunder");
  await page.getByText("They are on “Vårens kunder” already").waitFor();

  // The list's page counts them; one is removed again.
  await page.goto(`${url}/lists/${spring}`);
  await page.getByRole("main").getByText("3 contacts").waitFor();
  await page.getByRole("checkbox", { name: "Select Kåre" }).check();
  await button("Take off the list").click();
  await page.getByText("1 contact taken off the list").waitFor();
  await page.getByRole("main").getByText("2 contacts").waitFor();
  expect(await rows.allInnerTexts()).toHaveLength(2);
  expect((await must<List>(`GET /lists/${spring}`)).members).toBe(2);
  await look("list");

  // A draft that uses both lists prevents their deletion, and is named.
  const include = { lists: [spring, autumn], contacts: [] };
  const draft = { name: "Vårklipp", text: "Det er vår!", subscription_type: "marketing", include };
  const { id } = await must<Campaign>("POST /campaigns", draft);
  await button("Delete list").click();
  await dialog.getByText("Its 2 contacts stay; only the list goes.").waitFor();
  await dialog.getByRole("button", { name: "Delete list" }).click();
  await dialog.getByText("The campaign “Vårklipp” is not sent yet and names this list.").waitFor();
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Cancel" }).click();

  // Its editor shows their counts; removed from the draft, the list can be deleted.
  await page.goto(`${url}/campaigns/${id}/edit`);
  await page.getByText("Vårens kunder · 2").waitFor();
  await page.getByText("HØSTENS kunder · 0").waitFor();
  await page.getByRole("button", { name: "Remove Vårens kunder · 2" }).click();
  const included = async () => (await must<Campaign>(`GET /campaigns/${id}`)).include.lists;
  await expect.poll(included, soon).toEqual([autumn]);
  await page.goto(`${url}/lists/${spring}`);
  await button("Delete list").click();
  await dialog.getByRole("button", { name: "Delete list" }).click();
  await page.getByText("The list “Vårens kunder” was deleted").waitFor();
  await link("Vårens kunder").waitFor({ state: "detached" });
  expect(await lists()).toEqual([["HØSTENS kunder", 0]]);
  expect(await contacts()).toHaveLength(3);
  await page.goto(`${url}/lists/${spring}`);
  await page.getByText("It does not exist any more.").waitFor();

  // The campaign has only the empty list left, and its review says so.
  await page.goto(`${url}/campaigns/${id}/review`);
  await page.getByText("Nobody is on the chosen lists.").waitFor();
  expect(await button("Send now").isDisabled()).toBe(true);
});
