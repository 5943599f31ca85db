/** Numbers in files, as address books and booking programs write them: each is read as the person's own, or rejected with the reason. */
import { expect, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { spellings } from "../../../testing/number-spellings.ts";
import { type TestCell, workbookOf } from "../../../testing/workbook-file.ts";
import { createTestWorkspace } from "../../../testing/workspace.ts";
import { importHarness } from "./import-harness.test-support.ts";

const { db } = await testDatabase();
const { importCsv, table } = importHarness(db);
const mobiles = async (workspaceId: string) =>
  (await table(workspaceId, "select mobile, mobile_kind from contacts order by mobile")).map(
    (row) => `${row.mobile} ${row.mobile_kind}`,
  );

/** The same rows in each format. */
const formats: Record<string, (rows: readonly string[]) => string | Buffer> = {
  "a CSV": (rows) => `Mobil;Fornavn\n${rows.map((cell) => `${cell};A\n`).join("")}`,
  "rows that were pasted, without headings": (rows) => rows.map((cell) => `A\t${cell}\n`).join(""),
  "a workbook": (rows) =>
    workbookOf([{ name: "Ark1", rows: [["Mobil", "Fornavn"], ...rows.map((cell) => [cell, "A"])] }]),
  vCards: (rows) => rows.map((cell) => `BEGIN:VCARD\nN:;A;;;\nTEL;TYPE=CELL:${cell}\nEND:VCARD\n`).join(""),
};

test.each(spellings)("numbers in files of $country", async ({ country, taken, ambiguous, reformatted }) => {
  const workspace = await createTestWorkspace(db, { country });
  const cells = [...taken, ...ambiguous].map(([written]) => written).concat(reformatted);
  const rejected = [
    ...ambiguous.map(([value, readings]) => ({ reason: "ambiguous_mobile", value, readings })),
    ...reformatted.map((value) => ({ reason: "reformatted_mobile", value })),
  ];
  let known = 0;
  for (const [format, write] of Object.entries(formats)) {
    const done = await importCsv(workspace, write(cells));
    const created = known === 0 ? taken.length : 0;
    expect(done, format).toMatchObject({ status: "done", created, updated: 0, unchanged: taken.length - created });
    expect(done.rejected.map(({ reason, value, readings }) => ({ reason, value, readings }))).toEqual(rejected);
    known = taken.length;
  }
  expect(await mobiles(workspace.id)).toEqual(taken.map(([, number]) => `${number} mobile`).toSorted());
});

test("a workbook's cells of numbers are read as the digits that they hold, whatever their format", async () => {
  const workspace = await createTestWorkspace(db, { country: "FI" });
  const rows: TestCell[][] = [
    ["Mobil"],
    [401234561],
    [{ number: 401234562, format: "0.00" }],
    [{ number: 401234563, format: "0.00E+00" }],
    [{ number: 401234564, format: "#,##0.00" }],
    [358401234565],
    [{ number: 358401234566, format: "0.00E+00" }],
    [{ xml: '<c r="A8"><v>4.01234567E8</v></c>' }],
  ];
  expect(await importCsv(workspace, workbookOf([{ name: "Ark1", rows }]))).toMatchObject({ created: 7, rejected: [] });
  expect(await mobiles(workspace.id)).toEqual([1, 2, 3, 4, 5, 6, 7].map((n) => `+35840123456${n} mobile`));
});

test("of several numbers in a cell a mobile is taken, and no landline where another may be a mobile", async () => {
  const workspace = await createTestWorkspace(db, { country: "DE" });
  const cells = ["15123456789 ::: 0151 23456781", "030 123456 ::: 4915123456782", "030 123456 ::: 15123456789"];
  const done = await importCsv(workspace, `Mobil\n${cells.join("\n")}\n`);
  expect(await mobiles(workspace.id)).toEqual(["+4915123456781 mobile", "+4915123456782 mobile"]);
  expect(done.rejected).toMatchObject([
    { row: 4, reason: "ambiguous_mobile", value: cells[2], readings: ["+4915123456789", "+15123456789"] },
  ]);
});

test("the same people by other spellings of their numbers are updated", async () => {
  const workspace = await createTestWorkspace(db, { country: "DE" });
  await importCsv(workspace, "Mobil;Fornavn\n+4915123456789;A\n+525512345678;B\n");
  const again = await importCsv(workspace, "Mobil;Fornavn\n4915123456789.0;Anna\n5215512345678;Bea\n");
  expect(again).toMatchObject({ created: 0, updated: 2, rejected_count: 0 });
});

test("an ambiguous number is rejected with a reason of its own, and its possible readings", async () => {
  const workspace = await createTestWorkspace(db, { country: "DE" });
  const csv = "Mobil;Telefon\n15123456789;\n4,91512E+11;\n;30123456.00\n;3.0123E+9\n;49616657175\n";
  const done = await importCsv(workspace, csv);
  expect(done.rejected).toEqual([
    {
      row: 2,
      reason: "ambiguous_mobile",
      value: "15123456789",
      text: "15123456789",
      readings: ["+4915123456789", "+15123456789"],
    },
    { row: 3, reason: "reformatted_mobile", value: "4,91512E+11", text: "4,91512E+11" },
    { row: 5, reason: "reformatted_phone", value: "3.0123E+9", text: "3.0123E+9" },
    {
      row: 6,
      reason: "ambiguous_phone",
      value: "49616657175",
      text: "49616657175",
      readings: ["+4949616657175", "+49616657175"],
    },
  ]);
  expect(await table(workspace.id, "select phone from contacts")).toEqual([{ phone: "+4930123456" }]);
});
