/** Numbers of files, as the programs of the trade write them: each is the person's own, or rejected with the reason. */
import { expect, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";
import { importHarness } from "./import-harness.test-support.ts";

const { db } = await testDatabase();
const { importCsv, table, routes } = importHarness(db);
const mobiles = async (workspaceId: string) =>
  (await table(workspaceId, "select mobile, mobile_kind from contacts order by mobile")).map(
    (row) => `${row.mobile} ${row.mobile_kind}`,
  );

test.each([
  ["FI", "401234567.0;A\n+358401234568.0;B\n", ["+358401234567 mobile", "+358401234568 mobile"]],
  ["DE", "1701234567.0;A\n+491701234568.0;B\n", ["+491701234567 mobile", "+491701234568 mobile"]],
  [
    "DE",
    "4915123456789;A\n491701234567;B\n491512345678;C\n",
    ["+491512345678 mobile", "+4915123456789 mobile", "+491701234567 mobile"],
  ],
  ["AT", "436601234567;A\n436641234567.00;B\n", ["+436601234567 mobile", "+436641234567 mobile"]],
  ["ID", "6281234567890;A\n'6281234567891;B\n", ["+6281234567890 mobile", "+6281234567891 mobile"]],
  ["MX", "+5215512345678;A\n044 55 1234 5679;B\n", ["+525512345678 mobile", "+525512345679 mobile"]],
])("in %s: %j", async (country, rows, expected) => {
  const workspace = await createTestWorkspace(db, { country });
  const done = await importCsv(workspace, `Mobil;Fornavn\n${rows}`);
  expect(done).toMatchObject({ status: "done", created: expected.length, rejected: [] });
  expect(await mobiles(workspace.id)).toEqual(expected);
});

test("the same people by other spellings of their numbers are updated", async () => {
  const workspace = await createTestWorkspace(db, { country: "DE" });
  await importCsv(workspace, "Mobil;Fornavn\n+4915123456789;A\n+525512345678;B\n");
  const again = await importCsv(workspace, "Mobil;Fornavn\n4915123456789.0;Anna\n5215512345678;Bea\n");
  expect(again).toMatchObject({ created: 0, updated: 2, rejected_count: 0 });
});

test("what cannot be told is rejected with a reason of its own, and names what it can be", async () => {
  const workspace = await createTestWorkspace(db, { country: "DE" });
  const csv = "Mobil;Telefon\n15123456789;\n4,91512E+11;\n;30123456.00\n;3.0123E+9\n;49616657175\n";
  const done = await importCsv(workspace, csv);
  expect(done.rejected).toEqual([
    { row: 1, reason: "ambiguous_mobile", value: "15123456789", readings: ["+4915123456789", "+15123456789"] },
    { row: 2, reason: "reformatted_mobile", value: "4,91512E+11" },
    { row: 4, reason: "reformatted_phone", value: "3.0123E+9" },
    { row: 5, reason: "ambiguous_phone", value: "49616657175", readings: ["+4949616657175", "+49616657175"] },
  ]);
  expect(await table(workspace.id, "select phone from contacts")).toEqual([{ phone: "+4930123456" }]);
});
