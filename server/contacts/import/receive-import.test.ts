/** Which files are received, how they are read, and which are refused as a whole. */
import { Readable } from "node:stream";
import { beforeEach, expect, test } from "vitest";
import type { Import } from "../../../contract/contacts.ts";
import { testDatabase } from "../../../testing/database.ts";
import { workbookOf } from "../../../testing/workbook-file.ts";
import { createTestWorkspace, type TestWorkspace } from "../../../testing/workspace.ts";
import { importHarness } from "./import-harness.test-support.ts";
import type { ImportRequest } from "./import-options.ts";

const { db } = await testDatabase();
const { receive, run, result, importCsv, table } = importHarness(db);
let workspace: TestWorkspace;
beforeEach(async () => {
  workspace = await createTestWorkspace(db);
});

const consent: ImportRequest = {
  list: "Kunder",
  subscription_type: "marketing",
  consent_source: "Kundeskjema",
  consent_date: "2026-01-15",
};
const people = (columns = "mobile, email, first_name, last_name") =>
  table(workspace.id, `select ${columns} from contacts order by id`);

test.each([
  ["a mapping that is no JSON", { mapping: "{" }, "mapping"],
  ["an unknown field", { mapping: '{"mobil":"shoe"}' }, "mapping"],
  ["an unknown column", { mapping: '{"mobile":"mobile"}' }, "mapping"],
  ["two columns for one field", { mapping: '{"mobil":"mobile","navn":"mobile"}' }, "mapping"],
  ["consent without a source", { subscription_type: "marketing" }, "consent_source"],
  ["an unknown type", { subscription_type: "nothing", consent_source: "x" }, "subscription_type"],
  ["a future date", { ...consent, consent_date: "2999-01-01" }, "consent_date"],
  ["a consent column without a type", { mapping: '{"mobil":"mobile","navn":"consent"}' }, "subscription_type"],
] as [string, ImportRequest, string][])("%s is refused and leaves no import", async (_, request, field) => {
  await expect(receive(workspace, "mobil,navn\n91234567,Ola\n", request)).rejects.toMatchObject({ status: 422, field });
  expect(await table(workspace.id, "select from imports")).toEqual([]);
  expect(await table(workspace.id, "select from lists")).toEqual([]);
});

test("a list of another workspace does not exist", async () => {
  const other = await createTestWorkspace(db);
  await importCsv(other, "mobil\n91234567\n", { list: "Theirs" });
  const [list] = await table(other.id, "select id from lists");
  await expect(receive(workspace, "mobil\n91234567\n", { list: String(list?.id) })).rejects.toMatchObject({
    status: 404,
  });
});

async function failed(content: string | Buffer | Readable, peopleBefore = 0): Promise<Import["error"]> {
  const { id } = await receive(workspace, content, {});
  const done = await result(workspace, id);
  expect(done.status).toBe("failed");
  expect(done.finished_at).not.toBeNull();
  await run(workspace, id);
  expect(await people()).toHaveLength(peopleBefore);
  expect(await table(workspace.id, "select from import_rows")).toEqual([]);
  return done.error;
}

test("a file without a number column fails and names the columns it has", async () => {
  const error = await failed("Fornavn;Etternavn\nOla;Nordmann\n");
  expect(error).toMatchObject({ code: "no_number_column" });
  expect(error?.message).toContain("“Fornavn”, “Etternavn”");
});

test.each([
  ["nothing", Buffer.from(""), "empty_file"],
  ["blank lines", Buffer.from("\n\n  \r\n"), "empty_file"],
  ["UTF-16 with a NUL in it", Buffer.from("\ufeffmobil\n9123\u00004567", "utf16le"), "binary_file"],
  ["an image", Buffer.from("89504e470d0a1a0a0000000d49484452", "hex"), "binary_file"],
  ["a broken archive", Buffer.concat([Buffer.from("PK\x03\x04"), Buffer.from("x".repeat(100))]), "unreadable_workbook"],
  ["a workbook of 1997", Buffer.from("d0cf11e0a1b11ae1" + "00".repeat(600), "hex"), "old_workbook"],
  ["a page that says it is a workbook", Buffer.from("<html><table><tr><td>91234567</td></tr></table>"), "binary_file"],
])("%s is refused", async (_, content, code) => {
  expect(await failed(content)).toMatchObject({ code });
});

test("NUL bytes after many rows still refuse the whole file", async () => {
  const error = await failed(
    Readable.from([Buffer.from("mobil\n"), ...numbers(30, 2_000), Buffer.from("91234567\0\n")], { objectMode: false }),
  );
  expect(error).toMatchObject({ code: "binary_file" });
});

test("a file that is cut off imports nothing", async () => {
  async function* broken() {
    yield Buffer.from("mobil\n");
    yield* numbers(30, 2_000);
    throw new Error("aborted");
  }
  expect(await failed(Readable.from(broken(), { objectMode: false }))).toMatchObject({ code: "cut_off" });
});

function* numbers(blocks: number, rows: number) {
  for (let block = 0; block < blocks; block++) {
    let text = "";
    for (let row = 0; row < rows; row++) text += `4${String(1_000_000 + block * rows + row)}\n`;
    yield Buffer.from(text);
  }
}

test("a line of 10 MB is rejected without being held in memory, the lines around it are imported", async () => {
  async function* content() {
    yield Buffer.from("mobil,navn\n91000001,a\n91000002,");
    for (let n = 0; n < 160; n++) yield Buffer.from("x".repeat(65_536));
    yield Buffer.from("\n91000003,c\n");
    yield Buffer.from('91000004,"');
    for (let n = 0; n < 10; n++) yield Buffer.from('"" , \n'.repeat(10_000));
    for (let n = 0; n < 16; n++) yield Buffer.from("x".repeat(65_536));
    yield Buffer.from('"\n91000005,e\n');
  }
  const done = await importCsv(workspace, Readable.from(content(), { objectMode: false }));
  expect(done).toMatchObject({ rows: 6, created: 3, rejected_count: 3 });
  expect(done.rejected.map((each) => `${each.row} ${each.reason} ${each.value?.slice(0, 8)}`)).toEqual([
    "3 row_too_long 91000002",
    "5 quote_not_closed 91000004",
    // Between them 99,999 lines with nothing in them.
    "100005 row_too_long xxxxxxxx",
  ]);
  const [kept] = await table(workspace.id, "select line from import_rejections");
  expect(String(kept?.line).length).toBeLessThan(1_000);
});

test("ragged and empty rows, and a quote that is left open", async () => {
  const csv = 'mobil,navn,by\n91000001\n\n,,\n91000002,b,Oslo,,\n91000003,c,Oslo,x\n ,d\n91000004,"e\n91000005,f\n';
  const done = await importCsv(workspace, csv);
  expect(done).toMatchObject({ rows: 6, created: 3 });
  expect(done.rejected).toMatchObject([
    { row: 6, reason: "too_many_cells", value: "4" },
    { row: 7, reason: "no_number_or_email", value: null },
    { row: 8, reason: "quote_not_closed", value: "91000004" },
  ]);
});

test.each([
  ["UTF-8 with a mark", Buffer.from("\ufeffmobil;fornavn\n91234567;Åse\n")],
  ["UTF-8", Buffer.from("mobil;fornavn\n91234567;Åse\n")],
  ["UTF-16", Buffer.from("\ufeffmobil\tfornavn\r\n91234567\tÅse\r\n", "utf16le")],
  ["UTF-16, big end first, without a mark", Buffer.from("mobil;fornavn\n91234567;Åse\n", "utf16le").swap16()],
  ["Mac Roman", Buffer.from("mobil;fornavn\r91234567;\x81se\r", "latin1")],
  ["Windows-1252", Buffer.from("mobil;fornavn\n91234567;\xc5se\n", "latin1")],
  ["old Mac line breaks", Buffer.from("mobil;fornavn\r91234567;Åse\r")],
  ["CRLF and tabs", Buffer.from("mobil\tfornavn\r\n91234567\tÅse\r\n")],
  ["no header", Buffer.from("91234567;Åse\n")],
  ["no line break at the end", Buffer.from("fornavn,mobil\nÅse,91234567")],
  ["Excel's first line", Buffer.from('sep=;\r\n"mobil";"fornavn"\r\n"91234567";"Åse"\r\n')],
  [
    "one byte at a time",
    Readable.from(
      [...Buffer.from("mobil;fornavn\r\n91234567;Åse")].map((byte) => Buffer.from([byte])),
      { objectMode: false },
    ),
  ],
] as [string, Buffer | Readable][])("%s is decoded", async (name, content) => {
  expect(await importCsv(workspace, content)).toMatchObject({ status: "done", rows: 1, created: 1 });
  const first = name === "no header" ? null : "Åse";
  expect(await people("mobile, first_name")).toEqual([{ mobile: "+4791234567", first_name: first }]);
});

test("a line of Windows-1252 far into a UTF-8 file is read as such", async () => {
  const filler = Array.from({ length: 40_000 }, (_, index) => `4${1_000_000 + index};Bjørn Ærlig Nordmann\n`).join("");
  const content = Buffer.concat([
    Buffer.from(`mobil;fornavn\n${filler}`),
    Buffer.from("91234567;\xc5se\n", "latin1"),
    Buffer.from("91234568;Øyvind\n"),
  ]);
  expect(content.length).toBeGreaterThan(2 ** 20);
  await importCsv(workspace, content);
  const names = await table(
    workspace.id,
    "select first_name from contacts where mobile like '+47912%' order by mobile",
  );
  expect(names).toEqual([{ first_name: "Åse" }, { first_name: "Øyvind" }]);
});

test.each([
  [
    "a running number",
    "Nr;Navn;Mobil\n1;Ola Nordmann;91234601\n2;Kari Nordmann;91234602\n",
    ["+4791234601", "+4791234602"],
  ],
  ["a number of a customer", "Number,Name,Mobile\n1001,Ola Nordmann,91234603\n", ["+4791234603"]],
  ["a word that is a heading too", "91234553;Kunde\n91234554;Per\n", ["+4791234553", "+4791234554"]],
  ["a surname that is a heading too", "Fritz;Lang;91234551\nKari;Nordmann;91234552\n", ["+4791234551", "+4791234552"]],
  [
    "Google's columns",
    "First Name,Last Name,Phone 1 - Label,Phone 1 - Value,E-mail 1 - Label,E-mail 1 - Value\nOla,N,Mobile,91234507,* Other,ola@example.no\n",
    ["+4791234507"],
  ],
  [
    "several values in one of Google's cells",
    "Name,Phone 1 - Value,E-mail 1 - Value\nOla,22 33 44 55 ::: +47 912 34 507,a@example.no ::: b@example.no\n",
    ["+4791234507"],
  ],
  [
    "the mobile in the other column on some rows",
    "Navn;Telefon 1;Telefon 2\nOla;91234501;22334455\nKari;22334456;91234502\nPer;91234503;22334457\n",
    ["+4791234501", "+4791234502", "+4791234503"],
  ],
  [
    "a workbook",
    workbookOf([
      {
        name: "Kunder",
        rows: [
          ["Navn", "Mobil"],
          ["Ola", 91234501],
          ["Kari", { number: 91234502, format: "000 00 000" }],
        ],
      },
    ]),
    ["+4791234501", "+4791234502"],
  ],
  ["vCards", "BEGIN:VCARD\nVERSION:3.0\nFN:Ola N\nTEL;TYPE=CELL:91234501\nEND:VCARD\n", ["+4791234501"]],
] as [string, string | Buffer, string[]][])("%s: every row is imported by its mobile", async (_, content, mobiles) => {
  expect(await importCsv(workspace, content)).toMatchObject({
    status: "done",
    created: mobiles.length,
    rejected_count: 0,
  });
  expect((await people("mobile")).map(({ mobile }) => mobile)).toEqual(mobiles);
});

test("a workbook's rejected rows have its row numbers; half of a workbook is unreadable", async () => {
  const content = workbookOf([
    { name: "Kunder", rows: [["Navn", "Mobil"], null, ["Ola", 91234501], ["Per", 12], ["Liv", "x"]] },
  ]);
  const done = await importCsv(workspace, content);
  expect(done).toMatchObject({ status: "done", rows: 3, created: 1 });
  expect(done.rejected.map(({ row, text }) => `${row} ${text}`)).toEqual(["4 Per · 12", "5 Liv · x"]);
  expect(await failed(content.subarray(0, 1_000), 1)).toMatchObject({ code: "unreadable_workbook" });
});

test("a workbook that is cut off is reported as cut off, not as damaged", async () => {
  async function* broken() {
    yield workbookOf([{ name: "Kunder", rows: [["Mobil"], [91234501]] }]).subarray(0, 500);
    throw new Error("aborted");
  }
  expect(await failed(Readable.from(broken(), { objectMode: false }))).toMatchObject({ code: "cut_off" });
});

test("a mapping applies to the sheet with the people, whatever sheets come before it", async () => {
  const workbook = workbookOf([
    { name: "Info", rows: [["Les meg"]] },
    {
      name: "Kunder",
      rows: [
        ["Navn", "Nr"],
        ["Åse", "91234541"],
      ],
    },
  ]);
  const done = await importCsv(workspace, workbook, { mapping: JSON.stringify({ Navn: "full_name", Nr: "mobile" }) });
  expect(done).toMatchObject({ status: "done", created: 1 });
});
