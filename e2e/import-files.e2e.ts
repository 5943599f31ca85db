/** Files of people in a real browser: a faulty CSV and its corrected rejected.csv, a workbook, pasted rows, the same file again. */
import { beforeAll, expect, test } from "vitest";
import { download, openContext } from "../testing/browser.ts";
import { openJourney } from "../testing/journey.ts";
import { expectAccessible, expectNoOverflow, shoot } from "../testing/look.ts";
import { workbookOf } from "../testing/workbook-file.ts";

const { must, url, browser, signIn } = await openJourney("imports");
const context = await openContext(browser, 1000);
context.setDefaultTimeout(15_000);
const page = await context.newPage();
const faults: string[] = [];
page.on("pageerror", (error) => faults.push(error.message));
page.on("console", (message) => {
  if (message.type() === "error") faults.push(message.text());
});

beforeAll(() => signIn(page));

const heading = (name: string) => page.getByRole("heading", { level: 1, name });
const figure = (label: string) => page.getByText(label, { exact: true }).locator("..");

async function choose(name: string, buffer: Buffer): Promise<void> {
  await page.goto(`${url}/contacts/imports/new`);
  await heading("Import contacts").waitFor();
  await page.getByLabel("File").setInputFiles({ name, mimeType: "", buffer });
}

const downloadRejected = () => download(page, () => page.getByRole("button", { name: "Download all as CSV" }).click());

const totals = () => page.getByRole("heading", { name: "Before you import" });
const total = (name: string) => page.getByRole("button", { name });

async function importIt(name: string, people: string): Promise<void> {
  await page.getByRole("button", { name: "Check the file" }).click();
  await page.getByRole("button", { name: `Import ${people}`, exact: true }).click();
  await heading(`Import of ${name}`).waitFor();
  await page.getByText("Done", { exact: true }).waitFor();
}

test("a faulty file: its rejected rows are downloaded, corrected, uploaded as they are, and imported", async () => {
  const csv =
    'Kundeliste per 1.11.2026;;\n\nNr;Navn;Mobil\n1;Ola;91234501\n2;"Kari;91234502\n3;Per;12\n4;Liv;91234504\n';
  await choose("kunder.csv", Buffer.from(`\ufeff${csv}`, "utf16le"));
  await page.getByText("UTF-16, separated by semicolons · headings in row 3").waitFor();
  await page.getByRole("cell", { name: "Liv" }).waitFor();
  expect(await page.getByRole("combobox", { name: /^Nr:/ }).inputValue()).toBe("ignore");
  await shoot(page, "import-file");
  await importIt("kunder.csv", "2 people");
  await expect.poll(() => figure("Created").textContent()).toContain("2");
  const rejected = page.getByRole("table", { name: "Rejected rows" });
  await rejected.getByRole("row", { name: /^5 A quotation mark is not closed 2 · "Kari · 91234502/ }).waitFor();
  await rejected.getByRole("row", { name: /^6 Mobile is not a valid number 3 · Per · 12 12/ }).waitFor();
  await expectAccessible(page);
  await shoot(page, "import-rejected");

  const { name, text } = await downloadRejected();
  expect(name).toBe("rejected-kunder.csv");
  expect(text.split("\r\n")[0]).toBe("\ufeffRow;Reason;Nr;Navn;Mobil");
  const corrected = text.replace(';"""Kari";', ";Kari;").replace(/;12\r\n/, ";91234503\r\n");
  await choose("rejected-kunder.csv", Buffer.from(corrected));
  await page.getByText("UTF-8, separated by semicolons").waitFor();
  expect(await page.getByRole("combobox", { name: /^Reason:/ }).count()).toBe(0);
  await importIt("rejected-kunder.csv", "2 people");
  await expect.poll(() => figure("Created").textContent()).toContain("2");
  expect(await page.getByRole("table", { name: "Rejected rows" }).count()).toBe(0);
});

test("a workbook is previewed, and imported", async () => {
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
  await importIt("kunder.xlsx", "1 person");
  await expect.poll(() => figure("Created").textContent()).toContain("1");
});

test("vCards are imported, with the page in the user's language", async () => {
  const cards =
    "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ola Nordmann\r\nN:Nordmann;Ola\r\nTEL;TYPE=CELL:+47 912 34 515\r\nEND:VCARD\r\n";
  await choose("bok.vcf", Buffer.from(cards));
  await page.getByText("vCards, UTF-8").waitFor();
  await page.getByRole("combobox", { name: "Organization: Becomes" }).waitFor();
  await importIt("bok.vcf", "1 person");
  await expect.poll(() => figure("Created").textContent()).toContain("1");
});

test("rows are pasted from a spreadsheet", async () => {
  await page.goto(`${url}/contacts/imports/new`);
  await page.getByRole("button", { name: "Paste rows" }).click();
  await expectAccessible(page);
  await page.getByLabel("Rows copied from a spreadsheet").fill('Navn\tMobil\nLiv "Lille" N\t912 34 521\n');
  await shoot(page, "import-pasted");
  await page.getByRole("button", { name: "Use these rows" }).click();
  await page.getByText("UTF-8, separated by tabs").waitFor();
  await page.getByRole("table", { name: "First rows" }).getByRole("cell", { name: 'Liv "Lille" N' }).waitFor();
  for (const width of [390, 1440]) {
    await page.setViewportSize({ width, height: 1000 });
    await expectNoOverflow(page);
  }
  await importIt("Pasted rows", "1 person");
  await expect.poll(() => figure("Created").textContent()).toContain("1");
});

test("columns are mapped one by one, the totals are shown, and the mapping is changed before the import", async () => {
  const csv = [
    "Navn;Mobil;Mobil 2;By;Samtykke",
    "Ola Nordmann;91234501;;Oslo;ja", // a contact already
    "Kari Ny;91234541;;Bergen;ja",
    "Kari Ny;912 34 541;;Bergen;ja",
    "Fast Telefon;22225555;;Oslo;nei",
    "Feil Mobil;12;91234542;Oslo;ja",
  ].join("\n");
  await choose("kunder.csv", Buffer.from(csv));
  const becomes = (column: string) => page.getByRole("combobox", { name: `${column}: Becomes`, exact: true });
  const preview = page.getByRole("table", { name: "First rows" });
  await preview.getByText("Same as row 3").waitFor();
  await preview.getByText("Landline", { exact: true }).waitFor();

  // One column changed; the others stay as they were guessed.
  await becomes("By").selectOption("property:by");
  expect(await becomes("Mobil").inputValue()).toBe("mobile");
  expect(await becomes("Navn").inputValue()).toBe("full_name");

  // Two to one field: both show the error, and nothing is lost.
  await becomes("Mobil 2").selectOption("mobile");
  await page.getByText("“Mobil” is mapped to this too.").waitFor();
  await page.getByText("“Mobil 2” is mapped to this too.").waitFor();
  await preview.getByRole("cell", { name: "912 34 541" }).first().waitFor();
  expect(await page.getByRole("button", { name: "Check the file" }).isDisabled()).toBe(true);
  await expectAccessible(page);
  await shoot(page, "import-mapped-twice");
  await becomes("Mobil 2").selectOption("phone");
  expect(await page.getByText("is mapped to this too").count()).toBe(0);

  // The subscription type is asked for next to the column of consents.
  const type = page.getByLabel("Record consent to");
  await page.getByText("The column “Samtykke” is about consent.").waitFor();
  expect(await type.getAttribute("aria-invalid")).toBe("true");
  await type.selectOption({ label: "Marketing" });
  await page.getByLabel("Source of the consent").fill("Skjema i salongen");
  await page.getByLabel("Put everyone on a list").fill("Kunder");

  await page.getByRole("button", { name: "Check the file" }).click();
  await totals().waitFor();
  await total("2 New").waitFor();
  await total("1 Here already").waitFor();
  await total("1 More than once").waitFor();
  await total("1 Landline").waitFor();
  await total("1 Rejected").click();
  await page.getByRole("row", { name: "6 Feil Mobil 12 Mobile is not a valid number" }).waitFor();
  await page.getByText("2 new consents will be recorded.").waitFor();
  await expectAccessible(page);
  for (const width of [390, 1440]) {
    await page.setViewportSize({ width, height: 1000 });
    await expectNoOverflow(page);
  }
  await shoot(page, "import-totals");
  await total("1 More than once").click();
  await page.getByRole("row", { name: "4 Kari Ny 912 34 541" }).waitFor();

  // One column is changed: all else is as it was left.
  await page.getByRole("button", { name: "Change something" }).click();
  await becomes("Mobil 2").waitFor();
  expect(await becomes("By").inputValue()).toBe("property:by");
  expect(await page.getByLabel("Put everyone on a list").inputValue()).toBe("Kunder");
  await becomes("Mobil").selectOption("ignore");
  await becomes("Mobil 2").selectOption("mobile");
  await page.getByRole("button", { name: "Check the file" }).click();
  await total("1 New").waitFor();
  await total("4 Rejected").waitFor();
  await page.getByRole("button", { name: "Change something" }).click();
  await becomes("Mobil 2").selectOption("phone");
  await becomes("Mobil").selectOption("mobile");
  await importIt("kunder.csv", "3 people");
  await expect.poll(() => figure("Created").textContent()).toContain("2");
  await expect.poll(() => figure("Consents recorded").textContent()).toContain("2");

  // An import that was given up is not listed.
  await page.goto(`${url}/contacts/imports`);
  await page
    .getByRole("row", { name: /^kunder\.csv Done/ })
    .first()
    .waitFor();
  expect(await page.getByText("Not started").count()).toBe(0);
});

test("a checked import that was left is listed among the imports, and started or discarded there", async () => {
  for (const name of ["left.csv", "left-too.csv"]) {
    await choose(name, Buffer.from("Navn;Mobil\nEva;91234551\nFeil;12\n"));
    await page.getByRole("button", { name: "Check the file" }).click();
    await total("1 New").waitFor();
  }
  await page.goto(`${url}/contacts/imports`);
  // What the check has found, and nothing that has not been done.
  await page.getByRole("row", { name: /^left\.csv Not started 2 – – 1 / }).waitFor();
  await page.getByRole("link", { name: "left-too.csv" }).click();
  await page.getByRole("button", { name: "Discard" }).click();
  await heading("Imports").waitFor();
  await page.getByRole("link", { name: "left.csv" }).click();
  expect(await page.getByRole("link", { name: "left-too.csv" }).count()).toBe(0);
  await total("1 New").click();
  await page.getByRole("row", { name: "2 Eva 912 34 551" }).waitFor();
  await shoot(page, "import-held");
  await page.getByRole("button", { name: "Import 1 person" }).click();
  await page.getByText("Done", { exact: true }).waitFor();
  await expect.poll(() => figure("Created").textContent()).toContain("1");
});

test("a file whose rows are all rejected is corrected before anything is imported", async () => {
  await choose("alle.csv", Buffer.from("Navn;Mobil\nIda;12\n=1+1;13\n"));
  await page.getByRole("button", { name: "Check the file" }).click();
  await total("2 Rejected").click();
  await page.getByText("There is nobody to import.").waitFor();
  const { name, text } = await downloadRejected();
  expect(name).toBe("rejected-alle.csv");
  expect(text).toContain("3;Mobile is not a valid number;'=1+1;13\r\n");
  await page.getByRole("button", { name: "Change something" }).click();
  const corrected = text.replace(";12\r", ";91234571\r").replace(";13\r", ";91234572\r");
  await page
    .getByLabel("File")
    .setInputFiles({ name: "rejected-alle.csv", mimeType: "", buffer: Buffer.from(corrected) });
  await page.getByRole("table", { name: "First rows" }).getByText("=1+1", { exact: true }).waitFor();
  await importIt("rejected-alle.csv", "2 people");
  await expect.poll(() => figure("Created").textContent()).toContain("2");
});

test("a file of three hundred columns, some alike, is mapped and imported", async () => {
  const names = Array.from({ length: 300 }, (_, at) => (at < 3 ? "Notat om kunden" : `Kundefelt nummer ${at + 1}`));
  const row = names.map((_, at) => (at === 299 ? "91234581" : at === 0 ? "Ida" : `v${at}`));
  await choose("bred.csv", Buffer.from(`${names.join(";")}\n${row.join(";")}\n`));
  const becomes = (column: string) => page.getByRole("combobox", { name: `${column}: Becomes`, exact: true });
  await becomes("Notat om kunden").selectOption("first_name");
  await becomes("#3").selectOption("property:column_3");
  await page.getByRole("table", { name: "First rows" }).getByText("Ida").waitFor();
  await importIt("bred.csv", "1 person");
  await expect.poll(() => figure("Created").textContent()).toContain("1");
  const { items } = await must<{ items: { id: string }[] }>("GET /contacts?query=91234581");
  const ida = await must(`GET /contacts/${items[0]?.id}`);
  expect(ida).toMatchObject({ first_name: "Ida", properties: { column_3: "v2" } });
});

test("an import that another user discards meanwhile says so", async () => {
  await choose("borte.csv", Buffer.from("Navn;Mobil\nIda;91234591\n"));
  await page.getByRole("button", { name: "Check the file" }).click();
  await total("1 New").waitFor();
  const { items } = await must<{ items: { id: string }[] }>("GET /contacts/imports?limit=1");
  await must(`DELETE /contacts/imports/${items[0]?.id}`);
  await page.getByText("It does not exist any more.").waitFor();
  await page.getByRole("button", { name: "Change something" }).click();
  await page.getByRole("button", { name: "Check the file" }).click();
  await total("1 New").waitFor();
  expect(await page.getByText("It does not exist any more.").count()).toBe(0);
});

test("a file without headings: its rejected rows are corrected and imported, by the same columns", async () => {
  await choose("uten.csv", Buffer.from("Liv;91234561;Oslo\nPer;12;Bergen\n"));
  const becomes = (column: string) => page.getByRole("combobox", { name: `${column}: Becomes`, exact: true });
  await becomes("#1").selectOption("first_name");
  await becomes("#3").selectOption("property:column_3");
  await importIt("uten.csv", "1 person");
  const { text } = await downloadRejected();
  expect(text).toContain("Row;Reason;#1;#2;#3\r\n2;Mobile is not a valid number;Per;12;Bergen\r\n");
  await choose("rejected-uten.csv", Buffer.from(text.replace(";12;", ";91234562;")));
  await becomes("#1").selectOption("first_name");
  await importIt("rejected-uten.csv", "1 person");
  await expect.poll(() => figure("Created").textContent()).toContain("1");
});

test("an unreadable file shows what to do; the same file, corrected and chosen again, is read", async () => {
  await choose("kunder.xls", Buffer.from(`d0cf11e0a1b11ae1${"00".repeat(600)}`, "hex"));
  await page.getByText("Save it as .xlsx without a password.").waitFor();
  await page.getByLabel("File").setInputFiles({ name: "a.csv", mimeType: "", buffer: Buffer.from("Mobil\n12\n") });
  await page.getByRole("cell", { name: /Mobile is not a valid number/ }).waitFor();
  await page
    .getByLabel("File")
    .setInputFiles({ name: "a.csv", mimeType: "", buffer: Buffer.from("Mobil\n91234531\n") });
  await page.getByRole("cell", { name: "912 34 531" }).first().waitFor();
  expect(faults.filter((fault) => !/status of (422|404)/.test(fault))).toEqual([]);
});
