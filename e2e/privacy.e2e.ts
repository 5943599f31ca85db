/** A person asks for their data and for erasure: export, erase, look everywhere, import again. */
import { expect, test, vi } from "vitest";
import { download, openContext } from "../testing/browser.ts";
import { explainFailure, openJourney } from "../testing/journey.ts";
import { expectAccessible, shoot } from "../testing/look.ts";

const mobile = "+4790000777";

interface WithId {
  id: string;
}

const { must, url, browser, signIn } = await openJourney("privacy");
const page = await (await openContext(browser)).newPage();

/** The page's text, once it no longer changes. */
async function words(path: string): Promise<string> {
  await page.goto(`${url}${path}`);
  await page.waitForLoadState("networkidle");
  return page.locator("main").innerText();
}

test("a person is exported and erased, and only the figures stay", { timeout: 120_000 }, async (task) => {
  explainFailure(task, page);
  const contact = await must<WithId>("POST /contacts", { mobile, first_name: "Glemme", last_name: "Meg" });
  const other = await must<WithId>("POST /contacts", { mobile: "+4790000778", first_name: "Huske" });
  const consent = { subscription_type: "marketing", action: "grant", source: "form" };
  for (const { id } of [contact, other]) await must("POST /consent-events", { ...consent, contact_id: id });
  const draft = await must<WithId>("POST /campaigns", {
    name: "Vår",
    text: "Hei {{ contact.first_name }}",
    subscription_type: "marketing",
    include: { lists: [], contacts: [contact.id, other.id] },
  });
  await must(`POST /campaigns/${draft.id}/send`);
  const figures = () => must(`GET /campaigns/${draft.id}/performance`);
  await vi.waitFor(async () => expect(await figures()).toMatchObject({ sent: 2, delivered: 2 }), { timeout: 20_000 });
  const before = await figures();

  await signIn(page);

  // STOP by hand, with its reason.
  await page.goto(`${url}/contacts/${contact.id}?tab=consent`);
  await page.getByRole("button", { name: "Record opt-out" }).click();
  await expectAccessible(page);
  await page.getByLabel("Reason").fill("Glemme rang and said stop");
  await page.getByRole("dialog").getByRole("button", { name: "Record opt-out" }).click();
  await page.getByRole("table", { name: "STOP and START" }).getByText("Glemme rang and said stop").waitFor();
  // The consent is on record, but is not shown as in force.
  await page.getByRole("listitem").filter({ hasText: "Marketing" }).getByText("Opted out", { exact: true }).waitFor();
  await page.getByText("Opted out of all texts", { exact: true }).waitFor();
  await page.getByText("Consented to Marketing, but has opted out").waitFor();
  await expectAccessible(page);
  await shoot(page, "consent");

  // A polite STOP waits for a decision; one of the workspace's own keywords takes effect by itself.
  const polite = await must<WithId>("POST /contacts", { mobile: "+4790000779", first_name: "Takk" });
  const { items: senders } = await must<{ items: { address: string }[] }>("GET /senders");
  const reply = (from: string, text: string) =>
    must(`POST /sandbox/phones/${encodeURIComponent(from)}/reply`, { to: senders[0]?.address, text });
  await must("POST /senders", { address: "SalongKari" });
  await reply("+4790000779", "Stop. Thank you");
  await page.goto(`${url}/contacts`);
  await page.getByRole("link", { name: "Possible opt-outs" }).click();
  await page.getByText("They wrote: “Stop. Thank you”").waitFor();
  await expectAccessible(page);
  const navigation = page.getByRole("navigation", { name: "Main navigation" });
  await navigation.locator("[aria-current=page]").getByText("Contacts").waitFor();
  await shoot(page, "tray");
  await page.getByRole("link", { name: "Takk" }).click();
  await page.getByRole("heading", { level: 1, name: "Takk" }).waitFor();
  await page.getByRole("list").getByText("Looks like an opt-out").waitFor();
  await expectAccessible(page);
  await shoot(page, "polite");
  await page.getByRole("button", { name: "Opt out", exact: true }).click();
  await page.getByText(/^Opted out of texts from/).waitFor();
  // A STOP to one sender keeps all marketing away, so nothing says without more that it can be texted.
  await page.getByText(/^Opted out of \+?[\d ]+$/).waitFor();
  await page.getByText("Personal texts only, from SalongKari").waitFor();
  expect(await page.getByText(/^Can be texted/).count()).toBe(0);
  await page.getByRole("tab", { name: "Consent" }).click();
  await page.getByRole("button", { name: "Lift opt-out" }).waitFor();
  await shoot(page, "stop-to-one-sender");
  expect((await must<{ items: unknown[] }>("GET /tray")).items).toEqual([]);
  await page.goto(`${url}/settings/workspace`);
  await page.getByLabel("Opt in again").fill("i'm back");
  await page.getByLabel("Opt in again").press("Enter");
  await page.getByRole("button", { name: "Remove IM BACK" }).waitFor();
  await expectAccessible(page);
  await shoot(page, "words");
  const keywordsForm = page.locator("form").filter({ has: page.getByLabel("Opt in again") });
  await keywordsForm.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved").waitFor();
  await reply("+4790000779", "I'm back!");
  expect(await must(`GET /contacts/${polite.id}`)).toMatchObject({ opt_outs: [], possible_opt_outs: [] });

  // A copy of everything.
  await page.goto(`${url}/contacts/${contact.id}`);
  const menu = page.getByRole("button", { name: "Actions for Glemme Meg" });
  await menu.click();
  const { text } = await download(page, () => page.getByRole("menuitem", { name: "Export everything (JSON)" }).click());
  const file = JSON.parse(text);
  expect(file.contact).toMatchObject({ id: contact.id, first_name: "Glemme" });
  expect(file.messages).toMatchObject([{ text: expect.stringContaining("Hei Glemme"), status: "delivered" }]);

  // Erased, once the name is typed.
  await menu.click();
  await page.getByRole("menuitem", { name: "Erase (GDPR)…" }).click();
  await page.getByRole("button", { name: "Erase contact" }).click();
  await page.getByText("This is not “Glemme Meg”.").waitFor();
  await expectAccessible(page);
  await shoot(page, "erase");
  await page.getByLabel("Type “Glemme Meg” to confirm").fill("Glemme Meg");
  await page.getByRole("button", { name: "Erase contact" }).click();
  await page.getByRole("heading", { level: 1, name: "Contacts" }).waitFor();
  await vi.waitFor(
    async () => expect((await must<{ items: unknown[] }>("GET /erasures")).items).toMatchObject([{ status: "done" }]),
    {
      timeout: 60_000,
      interval: 500,
    },
  );

  const pages = [
    "/contacts",
    "/contacts?query=Glemme",
    `/contacts/${contact.id}`,
    `/campaigns/${draft.id}`,
    `/campaigns/${draft.id}/recipients`,
    "/sandbox",
    `/sandbox/phones/${encodeURIComponent(mobile)}`,
    "/subscription",
  ];
  for (const path of pages) {
    const shown = (await words(path)).replaceAll("No contact matches", "");
    expect(shown, path).not.toMatch(/Glemme|Meg\b/);
    if (!path.includes("/phones/")) expect(shown.replaceAll(/\D/g, ""), path).not.toContain("90000777");
  }
  expect(await words(`/campaigns/${draft.id}/recipients`)).toMatch(/Erased[^]*Huske|Huske[^]*Erased/);
  expect(await figures()).toEqual(before);

  // Imported again, with a claimed consent: the STOP remains in force.
  const again = await must<WithId>("POST /contacts", { mobile, first_name: "Igjen" });
  await must("POST /consent-events", { ...consent, contact_id: again.id });
  const second = await must<WithId>("POST /campaigns", {
    name: "Sommer",
    text: "Hei",
    subscription_type: "marketing",
    include: { lists: [], contacts: [again.id] },
  });
  const review = await must<{ recipients: object }>(`POST /campaigns/${second.id}/review`);
  expect(review.recipients).toMatchObject({ will: 0, wont: 1, reasons: { opted_out: 1 } });

  // How long messages are kept, and what a shorter time would purge.
  await page.goto(`${url}/settings/retention`);
  await page.getByText("Nothing: everything is kept for ever.").waitFor();
  await page.getByLabel("Keep texts for").fill("12");
  await page.getByLabel("Keep messages for").fill("6");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("alert").or(page.getByText("Messages cannot go before their texts.")).first().waitFor();
  await page.getByLabel("Keep messages for").fill("24");
  await page.getByText("Nothing: nothing is that old.").waitFor();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("The rule is saved; it is applied tonight").waitFor();
  expect(await must("GET /retention")).toMatchObject({ text_months: 12, ledger_months: 24 });
  await expectAccessible(page);
  await shoot(page, "retention");
});
