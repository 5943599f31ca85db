/** Files of people in a real browser: a spoilt CSV and its repaired rejected.csv, a workbook, pasted rows, the same file again. */
import { readFile } from "node:fs/promises";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser, openContext } from "../testing/browser.ts";
import { expectAccessible, expectNoOverflow, shoot } from "../testing/look.ts";
import { startTestServer, type TestServer } from "../testing/server.ts";
import { workbookOf } from "../testing/workbook-file.ts";

const admin = { email: "kari@salong.example", password: "correct horse battery" };

let server: TestServer;
let browser: Browser;
let context: BrowserContext;
let page: Page;
const faults: string[] = [];

beforeAll(async () => {
  const env = {
    ADMIN_EMAIL: admin.email,
    ADMIN_PASSWORD: admin.password,
    API_KEY: "vk_super_admin_for_imports_012345678",
    WORKSPACE_NAME: "Salong Kari",
  };
  [server, browser] = await Promise.all([startTestServer({ env }), launchBrowser()]);
  context = await openContext(browser, 1000);
  context.setDefaultTimeout(15_000);
  page = await context.newPage();
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(message.text());
  });
  await page.goto(`${server.url}/sign-in`);
  await page.getByLabel("E-mail").fill(admin.email);
  await page.getByLabel("Password", { exact: true }).fill(admin.password);
  await page.keyboard.press("Enter");
  await page.getByRole("navigation", { name: "Main navigation" }).waitFor();
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

const heading = (name: string) => page.getByRole("heading", { level: 1, name });
const figure = (label: string) => page.getByText(label, { exact: true }).locator("..");

async function choose(name: string, buffer: Buffer): Promise<void> {
  await page.goto(`${server.url}/contacts/imports/new`);
  await heading("Import contacts").waitFor();
  await page.getByLabel("File").setInputFiles({ name, mimeType: "", buffer });
}

async function importIt(name: string): Promise<void> {
  await page.getByRole("button", { name: `Import ${name}` }).click();
  await heading(`Import of ${name}`).waitFor();
  await page.getByText("Done", { exact: true }).waitFor();
}

test("a spoilt file: what is rejected is downloaded, corrected, sent in as it is, and taken", async () => {
  const csv =
    'Kundeliste per 1.11.2026;;\n\nNr;Navn;Mobil\n1;Ola;91234501\n2;"Kari;91234502\n3;Per;12\n4;Liv;91234504\n';
  await choose("kunder.csv", Buffer.from(`\ufeff${csv}`, "utf16le"));
  await page.getByText("UTF-16, separated by semicolons · headings in row 3").waitFor();
  await page.getByRole("cell", { name: "Liv" }).waitFor();
  expect(await page.getByRole("combobox", { name: /^Nr:/ }).inputValue()).toBe("ignore");
  await shoot(page, "import-file");
  await importIt("kunder.csv");
  await expect.poll(() => figure("Created").textContent()).toContain("2");
  const rejected = page.getByRole("table", { name: "Rejected rows" });
  await rejected.getByRole("row", { name: /^5 A quotation mark is not closed 2 · "Kari · 91234502/ }).waitFor();
  await rejected.getByRole("row", { name: /^6 Mobile is not a valid number 3 · Per · 12 12/ }).waitFor();
  await expectAccessible(page);
  await shoot(page, "import-rejected");

  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download all as CSV" }).click(),
  ]);
  expect(download.suggestedFilename()).toBe("rejected-kunder.csv");
  const text = await readFile(await download.path(), "utf8");
  expect(text.split("\r\n")[0]).toBe("\ufeffRow;Reason;Nr;Navn;Mobil");
  const corrected = text.replace(';"""Kari";', ";Kari;").replace(/;12\r\n/, ";91234503\r\n");
  await choose("rejected-kunder.csv", Buffer.from(corrected));
  await page.getByText("UTF-8, separated by semicolons").waitFor();
  expect(await page.getByRole("combobox", { name: /^Reason:/ }).count()).toBe(0);
  await importIt("rejected-kunder.csv");
  await expect.poll(() => figure("Created").textContent()).toContain("2");
  expect(await page.getByRole("table", { name: "Rejected rows" }).count()).toBe(0);
});

test("a workbook is looked at whole, and imported", async () => {
  const rows = [
    ["Navn", "Mobil"],
    ["Åse", { number: 91234511, format: "000 00 000" }],
  ] as const;
  await choose(
    "kunder.xlsx",
    workbookOf([
      { name: "Info", rows: [["Les meg"]] },
      { name: "Kunder", rows },
    ]),
  );
  await page.getByText("Excel workbook, sheet “Kunder”").waitFor();
  await importIt("kunder.xlsx");
  await expect.poll(() => figure("Created").textContent()).toContain("1");
});

test("rows are pasted from a spreadsheet", async () => {
  await page.goto(`${server.url}/contacts/imports/new`);
  await page.getByRole("button", { name: "Paste rows" }).click();
  await expectAccessible(page);
  await page.getByLabel("Rows copied from a spreadsheet").fill('Navn\tMobil\nLiv "Lille" N\t912 34 521\n');
  await shoot(page, "import-pasted");
  await page.getByRole("button", { name: "Use these rows" }).click();
  await page.getByText("UTF-8, separated by tabs").waitFor();
  await page.getByRole("cell", { name: 'Liv "Lille" N' }).waitFor();
  for (const width of [390, 1440]) {
    await page.setViewportSize({ width, height: 1000 });
    await expectNoOverflow(page);
  }
  await importIt("Pasted rows");
  await expect.poll(() => figure("Created").textContent()).toContain("1");
});

test("a file that cannot be read says what to do; the same file, corrected and chosen again, is read", async () => {
  await choose("kunder.xls", Buffer.from(`d0cf11e0a1b11ae1${"00".repeat(600)}`, "hex"));
  await page.getByText("Save it as .xlsx without a password.").waitFor();
  await page.getByLabel("File").setInputFiles({ name: "a.csv", mimeType: "", buffer: Buffer.from("Mobil\n12\n") });
  await page.getByRole("cell", { name: /Mobile is not a valid number/ }).waitFor();
  await page
    .getByLabel("File")
    .setInputFiles({ name: "a.csv", mimeType: "", buffer: Buffer.from("Mobil\n91234531\n") });
  await page.getByRole("cell", { name: "912 34 531" }).first().waitFor();
  expect(faults.filter((fault) => !/status of 422/.test(fault))).toEqual([]);
});
