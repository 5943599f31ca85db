/** Set-up by the terminal's link alone, and what belongs to a person: their name, their password, and where they are signed in. */
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openContext } from "../testing/browser.ts";
import { openBrowser } from "../testing/journey.ts";
import { expectAccessible, expectNoOverflow, shoot } from "../testing/look.ts";
import { startTestServer, type TestServer } from "../testing/server.ts";

const email = "kari@salong.example";
const first = "correct horse battery";
const second = "a boat on the fjord";

const browser = await openBrowser();
let server: TestServer;
let here: BrowserContext;
let elsewhere: BrowserContext;
let page: Page;

beforeAll(async () => {
  server = await startTestServer();
  [here, elsewhere] = await Promise.all([openContext(browser), openContext(browser)]);
  page = await here.newPage();
});
afterAll(() => server.stop());

const heading = (on: Page, name: string) => on.getByRole("heading", { level: 1, name });

async function signIn(on: Page, password: string): Promise<void> {
  await on.goto(`${server.url}/sign-in`);
  await on.getByLabel("E-mail").fill(email);
  await on.getByLabel("Password", { exact: true }).fill(password);
  await on.getByRole("button", { name: "Sign in" }).click();
}

test(
  "only the link from the terminal allows the set-up, and its secret leaves the address bar at once",
  { timeout: 180_000 },
  async () => {
    await page.goto(server.url);
    await heading(page, "Welcome to Varsla").waitFor();
    await page.getByText("the terminal that runs npm start").waitFor();
    expect(await page.getByLabel("Name of the business").count()).toBe(0);
    await expectAccessible(page);
    await shoot(page, "set-up-without-link");

    // A wrong link: the values typed stay, and the right link, opened on the same page, continues with them.
    await page.goto(`${server.url}/setup#token=made-up`);
    await page.getByLabel("Name of the business").fill("Salong Saks");
    await page.getByLabel("Country").selectOption("NO");
    await page.getByLabel("Your name").fill("Kari Hansen");
    await page.getByLabel("E-mail").fill(email);
    await page.getByLabel("Password", { exact: true }).fill("Password1234");
    await page.getByRole("button", { name: "Create workspace" }).click();
    await page.getByText("This is not the link of this installation.").waitFor();
    const link = server.setUpLink ?? "";
    await page.evaluate(
      (hash) => {
        location.hash = hash;
      },
      link.slice(link.indexOf("#")),
    );
    await expect.poll(() => page.url(), { timeout: 20_000 }).toBe(`${server.url}/setup`);
    await page.getByRole("button", { name: "Create workspace" }).click();
    await page.getByText("one of those that are tried first").waitFor();
    await page.getByLabel("Password", { exact: true }).fill("salong saks 2026");
    await page.getByRole("button", { name: "Create workspace" }).click();
    await page.getByText("little more than the name of the workspace").waitFor();
    await page.getByLabel("Password", { exact: true }).fill(first);
    await page.getByRole("button", { name: "Create workspace" }).click();
    await page.getByRole("navigation", { name: "Main navigation" }).waitFor();
    expect(await page.evaluate(() => JSON.stringify([localStorage, sessionStorage]))).not.toContain("token");
  },
);

test("a name and a password are changed, and other devices signed out", { timeout: 180_000 }, async () => {
  const other = await elsewhere.newPage();
  await signIn(other, first);
  await other.getByRole("navigation", { name: "Main navigation" }).waitFor();

  await page.getByRole("button", { name: "Your account, Kari Hansen" }).click();
  await page.getByRole("menuitem", { name: "My account" }).click();
  await heading(page, "My account").waitFor();
  await page.getByText("Chrome on Linux").nth(1).waitFor();
  await expectAccessible(page);
  await shoot(page, "my-account");
  await page.setViewportSize({ width: 390, height: 844 });
  await expectNoOverflow(page);
  await page.setViewportSize({ width: 1440, height: 900 });

  await page.getByLabel("Your name").fill("Kari Nordmann");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("button", { name: "Your account, Kari Nordmann" }).waitFor();

  await page.getByRole("button", { name: "Sign out everywhere else" }).click();
  await page.getByText("Chrome on Linux").nth(1).waitFor({ state: "detached" });
  await other.reload();
  await heading(other, "Sign in").waitFor();

  await signIn(other, first);
  await other.getByRole("navigation", { name: "Main navigation" }).waitFor();
  const change = async (current: string, password: string) => {
    await page.getByLabel("Current password").fill(current);
    await page.getByLabel("New password").fill(password);
    await page.getByRole("button", { name: "Change password" }).click();
  };
  await change("not the password", second);
  await page.getByText("This is not the password of that account.").waitFor();
  await change(first, "Password1234");
  await page.getByText("one of those that are tried first").waitFor();
  await change(first, second);
  await page.getByText("Your password is changed.").waitFor();
  await page.reload();
  await heading(page, "My account").waitFor();
  await other.reload();
  await heading(other, "Sign in").waitFor();
  await signIn(other, first);
  await other.getByText("The e-mail address or the password is not right.").waitFor();
  await signIn(other, second);
  await other.getByRole("navigation", { name: "Main navigation" }).waitFor();
  await other.goto(`${server.url}/sandbox/mailbox`);
  const mail = other.getByText("Your password for Varsla was changed");
  await expect.poll(() => mail.count(), { timeout: 20_000 }).toBeGreaterThan(0);
});
