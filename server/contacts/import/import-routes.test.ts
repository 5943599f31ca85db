import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { contacts as endpoints } from "../../../contract/contacts.ts";
import { testDatabase } from "../../../testing/database.ts";
import { createTestWorkspace, type TestWorkspace } from "../../../testing/workspace.ts";
import { csvCell, withoutGuards } from "../../kit/csv.ts";
import type { Call } from "../../kit/http.ts";
import { importHarness, streamOf } from "./import-harness.test-support.ts";
import { importJobs, sweepImports } from "./import-jobs.ts";

const { db } = await testDatabase();
const { receive, result, importCsv, table, routes, services } = importHarness(db);
let workspace: TestWorkspace;
beforeEach(async () => {
  workspace = await createTestWorkspace(db);
});

const call = (params: object, rest: object = {}) =>
  ({ actor: { workspaceId: workspace.id, name: "Kari" }, params, query: {}, ...rest }) as unknown as Call<never>;
const preview = async (content: string | Buffer, mapping?: object) =>
  endpoints.previewImport.answer.parse(
    await routes.previewImport(
      call({}, { stream: streamOf(content), query: { mapping: mapping && JSON.stringify(mapping) } }),
    ),
  );

test("a preview shows how a file is read, and its first twenty rows as contacts", async () => {
  const rows = Array.from({ length: 30 }, (_, index) => `Å${index};9123456${index % 10};nei;x`).join("\n");
  const seen = await preview(Buffer.from(`Fornavn;Mobil;Samtykke;Størrelse\n${rows}\n`, "latin1"));
  expect(seen).toMatchObject({ format: "csv", encoding: "windows-1252", delimiter: ";", sheet: null, header_row: 1 });
  expect(seen.columns.map((column) => `${column.name} ${column.field}`)).toEqual([
    "Fornavn first_name",
    "Mobil mobile",
    "Samtykke consent",
    "Størrelse ignore",
  ]);
  expect(seen.columns[0]?.samples).toEqual(["Å0", "Å1", "Å2"]);
  expect(seen.rows).toHaveLength(20);
  expect(seen.rows[1]).toMatchObject({
    row: 3,
    values: ["Å1", "91234561", "nei", "x"],
    contact: { mobile: "+4791234561", first_name: "Å1" },
    reason: null,
  });
});

test("a preview marks repeated people, mobiles that take no texts, and warnings", async () => {
  const seen = await preview(
    "Navn;Mobil;Telefon;E-post\nOla;91234501;;ola@\nKari;22225555;;\nPer;12;;\nOla;912 34 501;;\nLiv;22225556;91234502;\n",
  );
  expect(
    seen.rows.map(({ row, reason, warning, landline, same_as }) => [row, reason, warning, landline, same_as]),
  ).toEqual([
    [2, null, "invalid_email", false, null],
    [3, null, null, true, null],
    [4, "invalid_mobile", null, false, null],
    [5, null, null, false, 2],
    [6, null, null, false, null],
  ]);
});

test("a preview with another mapping; columns without a name are called by their number", async () => {
  const content = "Ola,91234567\nKari,12\n";
  expect((await preview(content)).columns.map((column) => `${column.name} ${column.field}`)).toEqual([
    "#1 ignore",
    "#2 mobile",
  ]);
  const seen = await preview(content, { "#1": "first_name", "#2": "mobile" });
  expect(seen.rows).toMatchObject([
    { contact: { first_name: "Ola" }, reason: null },
    { contact: null, reason: "invalid_mobile" },
  ]);
  await expect(preview(content, { "#3": "email" })).rejects.toMatchObject({ status: 422, field: "mapping" });
  await expect(preview("\0\0")).rejects.toMatchObject({ status: 422, code: "binary_file" });
});

test("a column is mapped by its number whatever the headings: alike, numbers themselves, or names that every object has", async () => {
  const alike = await preview("#2;;Mobil;Mobil\nOla;x;91234501;91234502\n", { "#2": "last_name", "#4": "mobile" });
  expect(alike.columns.map((column) => `${column.name} ${column.field}`)).toEqual([
    "#1 ignore",
    "#2 last_name",
    "Mobil ignore",
    "#4 mobile",
  ]);
  const content = "__proto__;constructor;toString\n91234501;Ola;Oslo\n91234502;Kari;Bodø\n12;Per;Moss\n";
  for (const mapping of [
    '{"__proto__":"mobile","constructor":"first_name","toString":"property:constructor"}',
    '{"#1":"mobile","#2":"first_name","#3":"property:constructor"}',
  ]) {
    const seen = await preview(content, JSON.parse(mapping));
    expect(seen.columns.map(({ field }) => field)).toEqual(["mobile", "first_name", "property:constructor"]);
    expect(seen.rows[0]?.contact).toMatchObject({ first_name: "Ola", properties: { constructor: "Oslo" } });
    expect(await importCsv(workspace, content, { mapping })).toMatchObject({ rows: 3, rejected_count: 1 });
  }
  await expect(preview(content, JSON.parse('{"__proto__":"shoe"}'))).rejects.toMatchObject({ status: 422 });
});

async function rejectedFile(id: string, language?: string): Promise<string> {
  let text = "";
  const query = { language };
  for await (const piece of (await routes.rejectedRows(call({ id }, { query }))) as AsyncIterable<string>)
    text += piece;
  return text;
}

test("rejected rows are downloaded as they were in the file, and no spreadsheet evaluates them", async () => {
  const csv = `navn,mobil\n"=cmd|' /C calc'!A0",12\n"Ola ""O"", Nordmann",+47 12\n@x,-5\nOK,91234567\n`;
  const { id } = await importCsv(workspace, csv);
  expect((await rejectedFile(id, "en")).split("\r\n")).toEqual([
    "\ufeffRow,Reason,navn,mobil",
    `2,Mobile is not a valid number,"'=cmd|' /C calc'!A0",12`,
    '3,Mobile is not a valid number,"Ola ""O"", Nordmann",+47 12',
    "4,Mobile is not a valid number,'@x,-5",
    "",
  ]);
});

test("rejected rows are in the user's language, separated as the file was, numbered as a spreadsheet numbers them", async () => {
  const csv =
    'Kundeliste;;\n\nNavn;Mobil;Adresse\nKari;91234504;"Storgata 1\n0155 Oslo"\n\nPer;12;\nLiv;13;"Bygaten ""3"""\n';
  const { id } = await importCsv(workspace, csv);
  for (const [language, head, reason] of [
    ["nb", "Rad;Grunn", "Mobil er ikke et gyldig nummer"],
    ["sv", "Rad;Orsak", "Mobil är inte ett giltigt nummer"],
    ["da", "Række;Grund", "Mobil er ikke et gyldigt nummer"],
    ["en", "Row;Reason", "Mobile is not a valid number"],
  ]) {
    expect(await rejectedFile(id, language)).toBe(
      `\ufeff${head};Navn;Mobil;Adresse\r\n6;${reason};Per;12;\r\n7;${reason};Liv;13;"Bygaten ""3"""\r\n`,
    );
  }
  // By default it is the workspace's language.
  await table(workspace.id, "update workspaces set language = 'sv' returning language");
  expect(await rejectedFile(id)).toBe(await rejectedFile(id, "sv"));
});

test.each([
  ["with headings", "Navn;Mobil;By\nKari;91234504;Oslo\nPer;12;=Bergen\nLiv;91234505;Oslo\n"],
  ["without headings", "Kari;91234504;Oslo\nPer;12;=Bergen\nLiv;91234505;Oslo\n"],
  ["with a stray quote", 'Navn;Mobil;By\nKari;91234504;Oslo\n"Per;91234506;=Bergen\nLiv;91234505;Oslo\n'],
])("a file %s: its rejected rows are corrected, uploaded as they are, and imported", async (name, csv) => {
  const by = name === "without headings" ? "#3" : "By";
  const named =
    name === "without headings" ? { "#1": "first_name", "#2": "mobile" } : { Navn: "first_name", Mobil: "mobile" };
  const mapping = JSON.stringify({ ...named, [by]: "property:town" });
  const { id } = await importCsv(workspace, csv, { mapping });
  for (const language of ["nb", "sv", "da", "en"]) {
    const corrected = (await rejectedFile(id, language)).replace(";12;", ";91234506;");
    // Without a mapping too: of a file without headings the mobiles are found.
    expect(await importCsv(workspace, corrected)).toMatchObject({ status: "done", rows: 1, rejected_count: 0 });
    const done = await importCsv(workspace, corrected, { mapping });
    expect(done).toMatchObject({ status: "done", rows: 1, rejected_count: 0 });
    const [row] = await table(workspace.id, "select first_name, properties from contacts where mobile = '+4791234506'");
    expect(row).toEqual({
      first_name: name === "with a stray quote" ? '"Per' : "Per",
      properties: { town: "=Bergen" },
    });
  }
  // Still wrong, they are rejected as before: the two columns are not added again.
  const unchanged = await rejectedFile(id, "nb");
  const again = await importCsv(workspace, unchanged, { mapping });
  const numbersAway = (text: string) => text.replaceAll(/\n\d+;/g, "\n;");
  if (name === "with a stray quote") expect(again.rejected_count).toBe(0);
  else expect(numbersAway(await rejectedFile(again.id, "nb"))).toBe(numbersAway(unchanged));
});

test("rejected rows in the format of version 0.3.0 are imported too", async () => {
  const csv = "\ufeffrow,reason,value,#1,#2\r\n2,invalid_mobile,12,Per,91234506\r\n";
  expect(await importCsv(workspace, csv)).toMatchObject({ status: "done", created: 1, rejected_count: 0 });
});

test.each([
  ["+47 912 34 567", "+47 912 34 567"],
  ["-12.5", "-12.5"],
  ["=1+1", "'=1+1"],
  ["+1+1", "'+1+1"],
  ["-2-3", "'-2-3"],
  ["@sum(a)", "'@sum(a)"],
  ["\t=1", "\"'\t'=1\""],
  ["Ola;=1+1", `"Ola;'=1+1"`],
  ["Ola,@x\t+y", `"Ola,'@x\t'+y"`],
  ['a" ,"=1', `"a"" ,'""=1"`],
  ["\uff1d1+1", "'\uff1d1+1"],
  ["\uff0b\uff0d\uff20", "'\uff0b\uff0d\uff20"],
  ["Oslo;-5;+47 912 34 567", '"Oslo;-5;+47 912 34 567"'],
  [" =1", "' =1"],
  ['+47";=1', '"\'+47"";\'=1"'],
  ["'=1", "''=1"],
  ["'n Gogh", "'n Gogh"],
  ["Ola", "Ola"],
])("the cell %j is written %j", (value, written) => {
  expect(csvCell(value)).toBe(written);
});

test("cells that were escaped for spreadsheets are unescaped when the file is uploaded again", () => {
  const unit = fc.constantFrom("a", "=", "+", "-", "@", "%", ",", ";", "|", "\t", "\r\n", '"', "'", " ", "1", "\uff1d");
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 12 }), (value) => {
      const [[cell] = []] = parse(csvCell(value), { record_delimiter: ["none"] }) as string[][];
      expect(withoutGuards(cell ?? "")).toBe(value);
    }),
    { numRuns: 2_000 },
  );
});

test("imports are listed newest first; another workspace's do not exist", async () => {
  const ids: string[] = [];
  for (let n = 0; n < 3; n++) ids.unshift((await receive(workspace, "mobil\n91234567\n", {})).id);
  const first = await routes.imports(call({}, { query: { limit: 2 } }));
  const rest = await routes.imports(call({}, { query: { limit: 2, cursor: first.next_cursor } }));
  expect([...first.items, ...rest.items].map((item) => item.id)).toEqual(ids);
  expect(rest.next_cursor).toBeNull();
  const other = await createTestWorkspace(db);
  const { id } = await receive(other, "mobil\n91234567\n", {});
  await expect(result(workspace, id)).rejects.toMatchObject({ status: 404 });
  await expect(routes.rejectedRows(call({ id }))).rejects.toMatchObject({ status: 404 });
});

test("a file's name is stored as names are: one line without invisible characters", async () => {
  const { id } = await receive(workspace, "mobil\n91234567\n", { file_name: "customers\n\u202egpj.csv\0" });
  expect((await result(workspace, id)).file_name).toBe("customers gpj.csv");
  const { id: unnamed } = await receive(workspace, "mobil\n91234567\n", { file_name: "\u202e" });
  expect((await result(workspace, unnamed)).file_name).toBeNull();
});

test("after a kill, an import that was being received fails, and one that was being merged goes on", async () => {
  const { id: merging } = await receive(workspace, "mobil\n91234567\n", {});
  const { id: receiving } = await receive(workspace, "mobil\n91234568\n", {});
  await table(workspace.id, `update imports set status = 'receiving' where id = '${receiving}' returning id`);
  await table(workspace.id, "update imports set heard_at = now() - interval '1 minute' returning id");
  await db.asSystem((tx) => sql`delete from jobs._private_jobs`.execute(tx));
  await sweepImports(services);
  expect(await result(workspace, receiving)).toMatchObject({ status: "failed", error: { code: "interrupted" } });
  expect(await table(workspace.id, `select from import_rows where import_id = '${receiving}'`)).toEqual([]);
  const { rows } = await db.asSystem((tx) =>
    sql<{ payload: object }>`select payload from jobs._private_jobs where payload ->> 'import_id' is not null`.execute(
      tx,
    ),
  );
  expect(rows).toEqual([{ payload: { workspace_id: workspace.id, import_id: merging } }]);
  const handler = importJobs(services).import;
  await handler?.(rows[0]?.payload as never, new AbortController().signal);
  expect(await result(workspace, merging)).toMatchObject({ status: "done", created: 1 });
});

test("an import that a process is working on is left alone", async () => {
  const { id } = await receive(workspace, "mobil\n91234567\n", {});
  await table(workspace.id, `update imports set status = 'receiving' where id = '${id}' returning id`);
  await db.asSystem((tx) => sql`delete from jobs._private_jobs`.execute(tx));
  await sweepImports(services);
  expect((await result(workspace, id)).status).toBe("receiving");
  const { rows } = await db.asSystem((tx) => sql`select key from jobs._private_jobs`.execute(tx));
  expect(rows).toEqual([]);
});
