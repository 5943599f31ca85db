/** Members of the workspace: invited, joined by the link in the mail, made a read-only viewer, and removed. */
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import type { z } from "zod";
import type { Person } from "../contract/accounts.ts";
import { openContext } from "../testing/browser.ts";
import { explainFailure, openJourney } from "../testing/journey.ts";
import { expectAccessible, expectNoOverflow, shoot } from "../testing/look.ts";

const berit = { name: "Berit Ness", email: "berit@people.example", password: "three boats in a row" };
const odd = "odd@people.example";

const { must, url, browser, signIn, email: kari } = await openJourney("people");
const [page, berits] = (await Promise.all(
  [1, 2].map(async () => {
    const context = await openContext(browser);
    context.setDefaultTimeout(20_000);
    return context.newPage();
  }),
)) as [Page, Page];

const people = async () => (await must<{ items: z.output<typeof Person>[] }>("GET /people")).items;
const roleOf = async (email: string) => (await people()).find((person) => person.email === email)?.role;
const heading = (on: Page, name: string | RegExp) => on.getByRole("heading", { level: 1, name });
const row = (name: string) => page.getByRole("row").filter({ hasText: name });

/** Axe on the page as it is, and at a phone's width. */
async function look(on: Page, name: string) {
  await expectAccessible(on);
  await on.setViewportSize({ width: 390, height: 844 });
  await expectNoOverflow(on);
  await on.setViewportSize({ width: 1440, height: 900 });
  await shoot(on, name);
}

/** The link in the newest mail to an address, as the mailbox shows it. */
async function linkTo(email: string): Promise<string> {
  const link = page.getByRole("listitem").filter({ hasText: email }).getByRole("link").first();
  await link.waitFor();
  return (await link.getAttribute("href")) ?? "";
}

test("a person is invited, joins, becomes a viewer, and is removed", { timeout: 180_000 }, async (task) => {
  explainFailure(task, page);
  explainFailure(task, berits);
  await signIn(page);
  await page.getByRole("link", { name: "Settings", exact: true }).click();
  await page.getByRole("link", { name: "People", exact: true }).click();
  await row("Kari").getByText("(you)").waitFor();
  await look(page, "people");

  // An invalid invitation is reported at the field, and the typed value stays.
  await page.getByRole("button", { name: "Invite" }).click();
  const dialog = page.getByRole("dialog");
  const field = dialog.getByLabel("E-mail");
  await page.keyboard.press("Enter");
  await dialog.getByText("Please fill this in.").waitFor();
  await page.keyboard.type("berit@people");
  await page.keyboard.press("Enter");
  await dialog.getByText("Write a whole e-mail address").waitFor();
  await field.fill("ola.frisør@people.example");
  await page.keyboard.press("Enter");
  await dialog.getByText("“ola.frisør@people.example” cannot be used as an e-mail address.").waitFor();
  await field.fill(kari.toUpperCase());
  await page.keyboard.press("Enter");
  await dialog.getByText("This person is in the workspace already.").waitFor();
  expect(await field.getAttribute("aria-invalid")).toBe("true");
  expect(await field.inputValue()).toBe(kari.toUpperCase());
  await look(page, "people-invite");

  await field.fill(berit.email);
  await page.keyboard.press("Enter");
  await page.getByText(`The invitation to ${berit.email} is on its way.`).waitFor();
  await row(berit.email).getByText("Invited").waitFor();
  await row(berit.email).getByText("Marketer").waitFor();
  expect((await people()).map(({ email, role, joined_at }) => [email, role, joined_at !== null])).toEqual([
    [kari, "super_admin", true],
    [berit.email, "marketer", false],
  ]);

  // The mail is in the mailbox, and later mails appear on the open page by themselves.
  await page.getByRole("link", { name: "Sandbox" }).click();
  await page.getByRole("link", { name: "Mailbox" }).click();
  const link = await linkTo(berit.email);
  await must("POST /people", { email: odd, role: "admin" });
  const oddsLink = await linkTo(odd);
  expect(oddsLink).not.toBe(link);
  await page.getByRole("searchbox", { name: "Sent to (full address)" }).fill(berit.email);
  await page.getByRole("listitem").filter({ hasText: odd }).waitFor({ state: "detached" });
  expect(await linkTo(berit.email)).toBe(link);

  // The link of a withdrawn invitation no longer works.
  await page.goto(`${url}/settings/people`);
  await page.getByRole("button", { name: `Actions for ${odd}` }).click();
  await page.getByRole("menuitem", { name: "Withdraw invitation" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Withdraw invitation" }).click();
  await row(odd).waitFor({ state: "detached" });
  await berits.goto(oddsLink);
  await heading(berits, "This invitation is no longer open").waitFor();
  await look(berits, "invitation-gone");

  // Berit joins by her own link.
  await berits.goto(link);
  await heading(berits, "Join Salong Kari").waitFor();
  await berits.getByText(`You sign in as ${berit.email}.`).waitFor();
  await berits.getByLabel("Your name").fill(berit.name);
  await berits.getByLabel("Password", { exact: true }).fill("short");
  await berits.keyboard.press("Enter");
  await berits.getByText("A password has at least 10 characters.").waitFor();
  await look(berits, "invitation");
  await berits.getByLabel("Password", { exact: true }).fill(berit.password);
  await berits.keyboard.press("Enter");
  await berits.getByRole("button", { name: `Your account, ${berit.name}` }).waitFor();
  // The language of the page that she joined on is hers from now on, whatever the workspace's is.
  expect(await berits.evaluate(() => localStorage.getItem("varsla.language"))).toBe("en");
  await berits.getByRole("link", { name: "Contacts", exact: true }).click();
  await berits.getByRole("link", { name: "New contact" }).waitFor();

  // Kari makes her a viewer, with the arrow keys.
  await page.reload();
  await page.getByRole("button", { name: `Actions for ${berit.name}` }).click();
  await page.getByRole("menuitem", { name: "Change role" }).click();
  await page.getByRole("dialog").getByRole("radio", { name: "Marketer" }).press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  expect(await page.getByRole("radio", { name: "Viewer" }).isChecked()).toBe(true);
  await look(page, "people-role");
  await page.getByRole("button", { name: "Save" }).click();
  await row(berit.name).getByText("Viewer").waitFor();
  expect(await roleOf(berit.email)).toBe("viewer");

  // She can read everything, and is offered nothing that she may not do.
  await must("POST /contacts", { mobile: "+4791234567", first_name: "Ola", last_name: "Nordmann" });
  await must("POST /lists", { name: "Stamkunder" });
  await berits.reload();
  await berits.getByRole("link", { name: "Ola Nordmann" }).waitFor();
  const offered = (name: string) =>
    berits
      .getByRole("link", { name, exact: true })
      .or(berits.getByRole("button", { name, exact: true }))
      .count();
  for (const name of ["New contact", "Import"]) expect(await offered(name), name).toBe(0);
  expect(await berits.getByRole("main").getByRole("checkbox").count()).toBe(0);
  await berits.getByRole("link", { name: "Ola Nordmann" }).click();
  await heading(berits, "Ola Nordmann").waitFor();
  for (const name of ["Edit", "Delete", "Actions for Ola Nordmann"]) expect(await offered(name), name).toBe(0);
  await berits.getByRole("link", { name: "Lists", exact: true }).click();
  await berits.getByRole("link", { name: "Stamkunder" }).click();
  await heading(berits, "Stamkunder").waitFor();
  for (const name of ["Rename", "Delete list", "Import onto this list"]) expect(await offered(name), name).toBe(0);
  expect(await berits.getByRole("link", { name: "Sandbox" }).count()).toBe(0);
  await berits.getByRole("link", { name: "Settings", exact: true }).click();
  const sections = berits.getByRole("navigation", { name: "Settings" }).getByRole("link");
  await sections.first().waitFor();
  expect(await sections.allInnerTexts()).toEqual([
    "Workspace",
    "People",
    "Senders",
    "Subscription types",
    "Quiet hours",
    "Retention",
    "Services",
    "Locations",
    "Staff and resources",
    "Booking statuses",
    "Booking settings",
  ]);
  await berits.getByLabel("Name").first().waitFor();
  expect(await berits.getByLabel("Name").first().isDisabled()).toBe(true);
  await sections.filter({ hasText: "People" }).click();
  await berits.getByRole("row").filter({ hasText: kari }).waitFor();
  expect(await offered("Invite")).toBe(0);
  await sections.filter({ hasText: "Senders" }).click();
  await heading(berits, "Senders").waitFor();
  expect(await offered("New sender")).toBe(0);

  // Pages for changing something say so before she has typed anything.
  for (const path of ["/contacts/new", "/contacts/imports/new", "/campaigns/new", "/settings/carriers/new"]) {
    await berits.goto(`${url}${path}`);
    await berits.getByText("You may not see this page").waitFor();
    expect(await berits.getByRole("main").getByRole("textbox").count(), path).toBe(0);
  }
  await look(berits, "viewer-forbidden");

  // Removed: her next request finds no workspace, and the people are one fewer.
  await page.getByRole("button", { name: `Actions for ${berit.name}` }).click();
  await page.getByRole("menuitem", { name: "Remove from workspace" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove from workspace" }).click();
  await page.getByText(`${berit.name} was removed.`).waitFor();
  await row(berit.name).waitFor({ state: "detached" });
  expect((await people()).map(({ email }) => email)).toEqual([kari]);
  await berits.reload();
  await berits.getByText("You belong to no workspace yet").waitFor();
  await look(berits, "no-workspace");

  // The last super admin cannot be removed.
  await page.getByRole("button", { name: "Actions for Kari" }).click();
  await page.getByRole("menuitem", { name: "Remove from workspace" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove from workspace" }).click();
  await page.getByRole("dialog").getByText("A workspace needs at least one super admin.").waitFor();
});
