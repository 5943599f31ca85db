import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { archiveOf, type TestCell, type TestSheet, workbookOf, workbookParts } from "../../../testing/workbook-file.ts";
import { spool } from "../../kit/spool.ts";
import { readFile } from "./reading.test-support.ts";
import { openParts } from "./workbook-parts.ts";

const sheet = (rows: TestSheet["rows"], name = "Ark1"): TestSheet => ({ name, rows });

test("a sheet is read as rows; empty cells and rows are where they were", async () => {
  const read = await readFile(
    workbookOf([
      sheet([
        ["Kundeliste 2026"],
        null,
        ["Navn", "Mobil", null, "E-post"],
        ["Åse <Østbø> & co", 91234567, null, "ase@example.no"],
        null,
        ["Per", null, null, "per@example.no"],
      ]),
    ]),
  );
  expect(read).toMatchObject({
    sheet: "Ark1",
    encoding: null,
    delimiter: null,
    headerRow: 3,
    fields: ["Navn full_name", "Mobil mobile", "E-post email"],
    names: ["Navn", "Mobil", "#3", "E-post"],
    rows: [
      [4, "Åse <Østbø> & co", "91234567", "", "ase@example.no"],
      [6, "Per", "", "", "per@example.no"],
    ],
    faults: [],
  });
});

const formatted: [string, number, string, string][] = [
  ["as it is", 91234567, "General", "91234567"],
  ["a long number", 4791234567, "General", "4791234567"],
  ["15 digits", 123456789012345, "General", "123456789012345"],
  ["leading zeros", 701234567, "0000000000", "0701234567"],
  ["groups of digits", 91234567, "000 00 000", "912 34 567"],
  ["a country code", 91234567, '"+47 "000 00 000', "+47 912 34 567"],
  ["an American number", 2025550123, "[<=9999999]###\\-####;\\(###\\)\\ ###\\-####", "(202) 555-0123"],
  ["thousands", 91234567, "#,##0", "91234567"],
  ["thousands and decimals", 1234.5, "#,##0.00", "1234.5"],
  ["decimals", 91234567, "0.00", "91234567"],
  ["rounded", 1.23456, "0.00", "1.23"],
  ["a float's noise", 0.1 + 0.2, "General", "0.3"],
  ["a percentage", 0.25, "0%", "25%"],
  ["money", 1234.5, '"kr" #,##0.00', "1234.5"],
  ["science", 4791234567, "0.00E+00", "4791234567"],
  ["text", 91234567, "@", "91234567"],
  ["a date", 46_037, "dd.mm.yyyy", "2026-01-15"],
  ["an American date", 46_037, "m/d/yy", "2026-01-15"],
  ["a date in words", 46_037, "[$-414]d. mmmm yyyy;@", "2026-01-15"],
  ["a date and a time", 46_037.604_166_7, "dd.mm.yyyy hh:mm", "2026-01-15 14:30"],
  ["a time", 0.604_166_7, "hh:mm", "14:30"],
  ["a duration", 1.5, "[h]:mm", "36:00"],
  ["a format that is none", 5, '"', "5"],
];

test.each(formatted)("%s is shown as the cell shows it", async (_, number, format, shown) => {
  const { rows } = await readFile(
    workbookOf([
      sheet([
        ["Mobil", "Verdi"],
        [91234567, { number, format }],
      ]),
    ]),
  );
  expect(rows).toEqual([[2, "91234567", shown]]);
});

test("days are counted from 1904 where the workbook says so", async () => {
  const date: TestCell = { number: 44_575, format: "dd.mm.yyyy" };
  expect(
    (
      await readFile(
        workbookOf(
          [
            sheet([
              ["Mobil", "Dato"],
              [91234567, date],
            ]),
          ],
          { from1904: true },
        ),
      )
    ).rows,
  ).toEqual([[2, "91234567", "2026-01-15"]]);
});

test("cells of every type, texts in parts, with readings above them and escapes", async () => {
  const cells = [
    '<c r="A2" t="inlineStr"><is><r><t>91</t></r><r><t xml:space="preserve"> 234 567</t></r></is></c>',
    '<c r="B2" t="str"><f>A1&amp;"x"</f><v>Ola_x000D_N &#229;</v></c>',
    '<c r="C2" t="b"><v>1</v></c><c r="D2" t="e"><v>#N/A</v></c>',
    '<c r="E2" t="d"><v>2026-01-15T00:00:00</v></c><c r="F2" s="99"><v>7</v></c>',
    '<c r="G2" t="inlineStr"><is><t><![CDATA[東京]]></t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></is></c>',
  ].join("");
  const { rows } = await readFile(
    workbookOf([sheet([["Mobil", "Navn", "Aktiv", "Feil", "Dato", "Tall", "By"], [{ xml: cells }]])]),
  );
  expect(rows).toEqual([[2, "91 234 567", "Ola\rN å", "TRUE", "#N/A", "2026-01-15", "7", "東京"]]);
});

test("the first visible sheet that has people on it is read", async () => {
  const people = sheet(
    [
      ["Navn", "Mobil"],
      ["Ola", 91234567],
    ],
    "Kunder",
  );
  const read = await readFile(
    workbookOf([
      { ...people, name: "Gamle", hidden: true },
      sheet([], "Tom"),
      sheet([["Les meg"], ["Bruk arket Kunder"]], "Info"),
      people,
      { ...people, name: "Flere" },
    ]),
  );
  expect(read.sheet).toBe("Kunder");
  expect(read.rows).toEqual([[2, "Ola", "91234567"]]);
});

test("a workbook of the strict format, with prefixes and other names of parts", async () => {
  const strict = "http://purl.oclc.org/ooxml/officeDocument/relationships";
  const parts = [
    {
      name: "_rels/.rels",
      content: `<p:Relationships xmlns:p="x"><p:Relationship Id="1" Type="${strict}/officeDocument" Target="/bok.xml"/></p:Relationships>`,
    },
    {
      name: "bok.xml",
      content: `<x:workbook xmlns:x="y" xmlns:q="z"><x:sheets><x:sheet name="A" q:id="r9"/></x:sheets></x:workbook>`,
    },
    {
      name: "_rels/bok.xml.rels",
      content: `<Relationships><Relationship Id="r9" Type="${strict}/worksheet" Target="a.xml"/></Relationships>`,
    },
    {
      name: "a.xml",
      content: `<x:worksheet xmlns:x="y"><x:sheetData><x:row><x:c t="inlineStr"><x:is><x:t>Mobil</x:t></x:is></x:c></x:row><x:row><x:c><x:v>91234567</x:v></x:c></x:row></x:sheetData></x:worksheet>`,
    },
  ];
  expect((await readFile(archiveOf(parts))).rows).toEqual([[2, "91234567"]]);
});

const people = [sheet([["Mobil"], [91234567]])];
const replaced = (name: string, content: string) => [
  ...workbookParts(people).filter((part) => part.name !== name),
  { name, content },
];
const first = "xl/worksheets/sheet1.xml";

test.each([
  ["no workbook in it", archiveOf([{ name: "a.txt", content: "x" }]), "unreadable_workbook"],
  [
    "a part that is missing",
    archiveOf(workbookParts(people).filter((part) => part.name !== first)),
    "unreadable_workbook",
  ],
  ["cut off", workbookOf(people).subarray(0, 600), "unreadable_workbook"],
  ["a broken document", archiveOf(replaced(first, "<worksheet><sheetData><row r='1'><c>")), "unreadable_workbook"],
  [
    "rows out of order",
    archiveOf(replaced(first, '<worksheet><row r="2"/><row r="1"/></worksheet>')),
    "unreadable_workbook",
  ],
  [
    "a row that no sheet has",
    archiveOf(replaced(first, '<worksheet><row r="1048577"/></worksheet>')),
    "workbook_too_large",
  ],
  ["nothing on its sheets", workbookOf([sheet([]), sheet([[""]])]), "empty_file"],
  [
    "entities that multiply",
    archiveOf(
      replaced(
        first,
        `<!DOCTYPE a [<!ENTITY a "${"x".repeat(1000)}"><!ENTITY b "${"&a;".repeat(1000)}">]><worksheet><row><c t="str"><v>&b;</v></c></row></worksheet>`,
      ),
    ),
    "unreadable_workbook",
  ],
  ["elements in elements", archiveOf(replaced(first, "<a>".repeat(1_000_000))), "unreadable_workbook"],
  [
    "attributes without end",
    archiveOf(replaced(first, `<a ${Array.from({ length: 100_000 }, (_, at) => `b${at}="1"`).join(" ")}>`)),
    "unreadable_workbook",
  ],
  [
    "a part that is larger than it says",
    archiveOf(workbookParts(people).map((part) => ({ ...part, claimedSize: 10 }))),
    "unreadable_workbook",
  ],
  [
    "more cells in a row than there are columns",
    archiveOf(replaced(first, `<worksheet><row>${"<c><v>1</v></c>".repeat(20_000)}</row></worksheet>`)),
    "workbook_too_large",
  ],
  [
    "styles without end",
    archiveOf(replaced("xl/styles.xml", `<styleSheet><cellXfs>${"<xf/>".repeat(70_000)}</cellXfs></styleSheet>`)),
    "workbook_too_large",
  ],
  [
    "relations without end",
    archiveOf(replaced("xl/_rels/workbook.xml.rels", `<R>${'<Relationship Type="/worksheet"/>'.repeat(11_000)}</R>`)),
    "workbook_too_large",
  ],
  [
    "texts beyond measure",
    archiveOf(replaced("xl/sharedStrings.xml", `<sst>${"<si/>".repeat(5_000_000)}</sst>`)),
    "workbook_too_large",
  ],
])("a workbook with %s is refused", async (_, bytes, code) => {
  await expect(readFile(bytes)).rejects.toMatchObject({ code });
});

test("the unpacked size of all parts is bounded, whatever the archive declares", async () => {
  const file = await spool(
    chunksOf(archiveOf([{ name: "a.xml", content: `<a>${"x".repeat(1_000_000)}</a>` }])),
    2 ** 20,
  );
  if (!file) throw new Error("too large to be tried");
  let seen = 0;
  const parts = await openParts(file, { unpacked: 300_000 });
  await expect(parts.read("a.xml", { text: (text) => void (seen += text.length) })).rejects.toMatchObject({
    code: "workbook_too_large",
  });
  expect(seen).toBeLessThanOrEqual(300_000);
  await file.close();
});

test("a cell far to the right makes no row of thousands of cells", async () => {
  const { all } = await readFile(
    workbookOf([
      sheet([["Mobil"], [91234567, { xml: '<c r="XFD2" t="str"><v>x</v></c><c r="XFE2" t="str"><v>y</v></c>' }]]),
    ]),
  );
  expect(all[1]?.cells.length).toBeLessThan(1_010);
  expect(all[1]?.cells.slice(-2)).toEqual(["x", "y"]);
});

test("a row of megabytes is reported with its beginning, and the next is read", async () => {
  const long = `<c t="str"><v>${"x".repeat(60_000)}</v></c>`.repeat(100);
  const rows = `<row><c t="str"><v>Mobil</v></c></row><row>${long}</row><row><c><v>91234567</v></c></row>`;
  const { all } = await readFile(archiveOf(replaced(first, `<worksheet>${rows}</worksheet>`)));
  expect(all.map(({ fault, cells }) => `${fault} ${cells[0]?.slice(0, 8)}`)).toEqual([
    "null Mobil",
    "row_too_long xxxxxxxx",
    "null 91234567",
  ]);
});

test("nothing is left of a workbook on the disk, whether it is read or refused", async () => {
  const before = (await readdir(tmpdir())).filter((name) => name.startsWith("varsla-"));
  await readFile(workbookOf(people));
  await readFile(workbookOf(people).subarray(0, 600)).catch(() => {});
  const after = (await readdir(tmpdir())).filter(
    (name) => /^varsla-[0-9a-f-]{36}$/.test(name) && !before.includes(name),
  );
  expect(after).toEqual([]);
});

test("a file that is larger than allowed is given up before its end", async () => {
  let given = 0;
  async function* endless() {
    for (;;) {
      given++;
      yield Buffer.alloc(1000);
    }
  }
  expect(await spool(endless(), 10_000)).toBeNull();
  expect(given).toBe(11);
});

async function* chunksOf(bytes: Buffer) {
  yield bytes;
}
