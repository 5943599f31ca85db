/** An API key from its creation until its creator leaves, and the audit log of all of it. */
import type { Page } from "playwright-core";
import { expect, test, vi } from "vitest";
import { apiClient } from "../testing/api-client.ts";
import { openContext } from "../testing/browser.ts";
import { explainFailure, openJourney } from "../testing/journey.ts";
import { expectAccessible, expectNoOverflow, shoot } from "../testing/look.ts";

const ola = { email: "ola@salong.example", password: "another long horse" };

const { must, url, browser, ...kari } = await openJourney("keys");
const page = await (await openContext(browser)).newPage();
const statusOf = async (apiKey: string) => (await apiClient(() => url, apiKey).call("GET /contacts")).status;

async function signIn(on: Page, { email, password }: typeof ola): Promise<void> {
  await on.goto(url);
  await on.getByLabel("E-mail").fill(email);
  await on.getByLabel("Password", { exact: true }).fill(password);
  await on.getByRole("button", { name: "Sign in" }).click();
  await on.getByRole("navigation", { name: "Main navigation" }).waitFor();
}

async function invitationLink(): Promise<string> {
  return vi.waitFor(
    async () => {
      const { items } = await must<{ items: { text: string }[] }>(`GET /sandbox/mailbox?to=${ola.email}`);
      const link = /http\S+\/invitations\/\S+/.exec(items[0]?.text ?? "")?.[0];
      if (!link) throw new Error("no invitation yet");
      return new URL(link).pathname;
    },
    { timeout: 20_000 },
  );
}

test(
  "a key is created, used, kept when its creator leaves, revoked, and all of it is logged",
  { timeout: 300_000 },
  async (task) => {
    explainFailure(task, page);
    await must("POST /people", { email: ola.email, role: "admin" });
    const accepted = await fetch(`${url}/api/v1${await invitationLink()}/accept`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name: "Ola Admin", password: ola.password }),
    });
    expect(accepted.status).toBe(200);

    // Ola creates a key that expires.
    const olas = await (await openContext(browser)).newPage();
    await signIn(olas, ola);
    await olas.goto(`${url}/settings/api-keys`);
    await olas.getByRole("button", { name: "New API key" }).first().click();
    await olas.getByLabel("Name").fill("Till");
    await olas.getByLabel("Good for").selectOption({ label: "90 days" });
    await olas.getByLabel("See contacts and lists").check();
    await olas.getByLabel("Change contacts and lists").check();
    await expectAccessible(olas);
    await olas.getByRole("button", { name: "Create key" }).click();
    const made = (await olas.getByRole("dialog").locator("code").innerText()).trim();
    expect(made).toMatch(/^vk_/);
    await olas.getByRole("button", { name: "I have copied it" }).click();
    const row = olas.getByRole("row").filter({ hasText: "Till" });
    await row.getByText("Ola Admin").waitFor();
    await row.getByText("2 permissions").waitFor();
    await shoot(olas, "api-keys");

    await apiClient(() => url, made).must("POST /contacts", { mobile: "+4790000555" });

    // A lower role reduces what the key may do.
    await signIn(page, kari);
    const people = await must<{ items: { id: string; email: string }[] }>("GET /people");
    const { id } = people.items.find(({ email }) => email === ola.email) as { id: string };
    await must(`PATCH /people/${id}`, { role: "viewer" });
    await page.goto(`${url}/settings/api-keys`);
    await page.getByText("1 of 2 now: its maker may do no more").waitFor();
    await must(`PATCH /people/${id}`, { role: "admin" });

    // Kari removes Ola and keeps the key.
    await page.goto(`${url}/settings/people`);
    await page.getByRole("button", { name: "Actions for Ola Admin" }).click();
    await page.getByRole("menuitem", { name: "Remove from workspace" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("1 API key made by Ola Admin: Till").waitFor();
    await expect(dialog.getByLabel("Revoke them").isChecked()).resolves.toBe(true);
    await dialog.getByLabel("Take them over").check();
    await expectAccessible(page);
    await shoot(page, "remove-person");
    await dialog.getByRole("button", { name: "Remove from workspace" }).click();
    await page.getByText("Ola Admin was removed.").waitFor();
    expect(await statusOf(made)).toBe(200);

    // Kari revokes it after all; the palette finds pages, settings and lists by their names, with the keyboard alone.
    await must("POST /lists", { name: "Vårens kunder" });
    await page.keyboard.press("ControlOrMeta+k");
    const palette = page.getByRole("combobox", { name: "Search and commands" });
    await palette.fill("kunder");
    await page.getByRole("option", { name: "Vårens kunder" }).waitFor();
    await expectAccessible(page);
    await palette.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Vårens kunder" }).waitFor();
    await page.keyboard.press("ControlOrMeta+k");
    await palette.fill("token");
    await page.getByRole("option", { name: "API keys" }).waitFor();
    await palette.press("Enter");
    const taken = page.getByRole("row").filter({ hasText: "Till" });
    await taken.getByText("Kari", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Actions for Till" }).click();
    await page.getByRole("menuitem", { name: "Revoke" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
    await page.getByText("The key “Till” was revoked.").waitFor();
    expect(await statusOf(made)).toBe(401);

    // Everything is in the log, and of the contact only its id.
    await page.goto(`${url}/settings/audit-log`);
    const log = page.getByRole("list", { name: "Events" });
    await log.waitFor();
    const sentences = await log.locator("li > p:first-child").allInnerTexts();
    expect(sentences.filter((sentence) => !sentence.includes("signed in"))).toEqual([
      "Kari revoked the API key “Till”",
      "The key “API_KEY” made the list “Vårens kunder”",
      "Kari removed Ola Admin",
      "Kari took over the API key “Till”",
      "The key “API_KEY” changed what Ola Admin may do",
      "The key “API_KEY” changed what Ola Admin may do",
      "The key “Till” of Ola Admin made a contact",
      "Ola Admin made the API key “Till”",
      `Ola Admin joined by the invitation to ${ola.email}`,
      `The key “API_KEY” invited ${ola.email}`,
      "Varsla made the API key “API_KEY”",
      "Varsla created the workspace Salong Kari",
    ]);
    expect(await log.innerText()).not.toContain("90000555");
    await expectAccessible(page);
    await shoot(page, "audit-log");

    // Filtered by kind and by person; the URL keeps the filters.
    await page.getByLabel("What").selectOption({ label: "API keys" });
    await page.getByLabel("Who").fill("kari");
    await vi.waitFor(async () => expect(await log.locator("li").count()).toBe(2), { timeout: 15_000 });
    await page.reload();
    await vi.waitFor(async () => expect(await log.locator("li").count()).toBe(2), { timeout: 15_000 });
    await page.getByLabel("From", { exact: true }).fill("2090-01-01");
    await page.getByText("Nothing fits these filters").waitFor();
    await expectAccessible(page);
    await page.getByRole("button", { name: "Clear filters" }).click();
    await log.waitFor();

    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download CSV" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("audit-log.csv");
    await page.setViewportSize({ width: 390, height: 844 });
    await expectNoOverflow(page);
    await expectAccessible(page);
  },
);
