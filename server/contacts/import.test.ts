import { Readable } from "node:stream";
import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import type { Import } from "../../contract/contacts.ts";
import { testDatabase } from "../../testing/database.ts";
import { workbookOf } from "../../testing/workbook-file.ts";
import { createTestWorkspace, type TestWorkspace } from "../../testing/workspace.ts";
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
const bits = () => table(workspace.id, "select first_name, sms_consents as bits from contacts order by id");

test("a Norwegian file becomes contacts on a list, with consent", async () => {
  const csv = "Fornavn;Mobil;E-post\nOla;912 34 567;ola@Example.no\nÅse;923 45 678;\nFeil;12;\n";
  const done = await importCsv(workspace, csv, consent);
  expect(done).toMatchObject({ status: "done", rows: 3, created: 2, updated: 0, unchanged: 0, rejected_count: 1 });
  expect(done.rejected).toEqual([{ row: 4, reason: "invalid_mobile", value: "12", text: "Feil · 12" }]);
  expect(await people()).toEqual([
    { mobile: "+4791234567", email: "ola@example.no", first_name: "Ola", last_name: null },
    { mobile: "+4792345678", email: null, first_name: "Åse", last_name: null },
  ]);
  expect(await bits()).toEqual([
    { first_name: "Ola", bits: 1 },
    { first_name: "Åse", bits: 1 },
  ]);
  expect(await table(workspace.id, "select name, members from lists")).toEqual([{ name: "Kunder", members: 2 }]);
  const events = await table(workspace.id, "select granted, source, channel, at, recorded_by from consent_events");
  expect(events).toHaveLength(2);
  expect(events[0]).toEqual({
    granted: true,
    source: "Kundeskjema",
    channel: "sms",
    at: new Date("2026-01-14T23:00:00Z"),
    recorded_by: "Kari",
  });
  expect(await table(workspace.id, "select from import_rejections")).toHaveLength(1);
  const staging = await table(workspace.id, `select from pg_tables where tablename = 'import ${done.id}'`);
  expect(staging).toEqual([]);
});

test("the same file again changes nothing and grants nothing twice", async () => {
  const csv = "Mobil,Navn,Størrelse\n91234567,Ola Johan Nordmann,42\n92345678,Kari,\n91234567,Ola Nordmann,43\n";
  const mapping = JSON.stringify({ Mobil: "mobile", Navn: "full_name", Størrelse: "property:size" });
  const first = await importCsv(workspace, csv, { ...consent, mapping });
  expect(first).toMatchObject({ rows: 3, created: 2, updated: 1, unchanged: 0 });
  const before = await table(workspace.id, "select * from contacts order by id");
  const second = await importCsv(workspace, csv, { ...consent, mapping });
  expect(second).toMatchObject({ rows: 3, created: 0, updated: 0, unchanged: 3 });
  expect(await table(workspace.id, "select * from contacts order by id")).toEqual(before);
  expect(before).toMatchObject([
    { first_name: "Ola", last_name: "Nordmann", properties: { size: "43" } },
    { first_name: "Kari", last_name: null, properties: {} },
  ]);
  expect(await table(workspace.id, "select from consent_events")).toHaveLength(2);
  expect(await table(workspace.id, "select members from lists")).toEqual([{ members: 2 }]);
});

test("an empty cell leaves what is known, a filled one replaces it", async () => {
  await importCsv(workspace, "mobile,first_name,last_name,email\n91234567,Ola,Nordmann,ola@example.no\n");
  const done = await importCsv(workspace, "mobile,first_name,last_name,email\n+47 912 34 567,Olav,,\n");
  expect(done).toMatchObject({ created: 0, updated: 1 });
  expect(await people()).toEqual([
    { mobile: "+4791234567", email: "ola@example.no", first_name: "Olav", last_name: "Nordmann" },
  ]);
});

test("without a mobile the e-mail finds the contact; one of several contacts is refused", async () => {
  await importCsv(
    workspace,
    "mobile,email\n91234567,ola@example.no\n92345678,delt@example.no\n93456789,delt@example.no\n",
  );
  const done = await importCsv(
    workspace,
    "email,first_name,phone\nOLA@example.no,Ola,\ndelt@example.no,X,\nny@example.no,Ny,\nny@example.no,Nyere,\n,Fast,22222222\n,Faste,22 22 22 22\n",
    { mapping: JSON.stringify({ email: "email", first_name: "first_name", phone: "phone" }) },
  );
  expect(done).toMatchObject({ rows: 6, created: 2, updated: 3, rejected_count: 1 });
  expect(done.rejected).toMatchObject([{ row: 3, reason: "email_of_several_contacts", value: "delt@example.no" }]);
  expect(await people("mobile, phone, first_name")).toEqual([
    { mobile: "+4791234567", phone: null, first_name: "Ola" },
    { mobile: "+4792345678", phone: null, first_name: null },
    { mobile: "+4793456789", phone: null, first_name: null },
    { mobile: null, phone: null, first_name: "Nyere" },
    { mobile: null, phone: "+4722222222", first_name: "Faste" },
  ]);
});

test("an e-mail before its mobile in the same file is the same person", async () => {
  const csv = "epost,mobil,fornavn\nola@example.no,,Ola\nola@example.no,91234567,\n";
  expect(await importCsv(workspace, csv)).toMatchObject({ created: 1, updated: 1 });
  expect(await people()).toMatchObject([{ mobile: "+4791234567", email: "ola@example.no", first_name: "Ola" }]);
  expect(await importCsv(workspace, csv)).toMatchObject({ created: 0, updated: 0, unchanged: 2 });
});

test("a consent column decides row by row, an unclear answer is refused", async () => {
  const csv = `mobil;fornavn;samtykke
91000001;a;ja
91000002;b;nei
91000003;c;
91000004;d;TRUE
91000005;e;kanskje
91000006;f;x
91000007;g;0
`;
  const done = await importCsv(workspace, csv, consent);
  expect(done.rejected).toMatchObject([{ row: 6, reason: "unclear_consent", value: "kanskje" }]);
  expect((await bits()).map((row) => `${row.first_name}${row.bits}`)).toEqual(["a1", "b0", "c0", "d1", "f1", "g0"]);
  expect(await table(workspace.id, "select from consent_events")).toHaveLength(3);
});

test("an opt-in box that was mapped to nothing is not consent", async () => {
  await importCsv(workspace, "mobil,samtykke\n91234567,ja\n");
  expect(await bits()).toMatchObject([{ bits: 0 }]);
  expect(await table(workspace.id, "select from consent_events")).toEqual([]);
});

test("consent dates in Norwegian, British and ISO order; the future and the impossible are refused", async () => {
  const csv = `mobile;consent_date
91000001;2025-03-30
91000002;30.03.2025
91000003;30/3/2025 14:30
91000004;2025-03-30T14:30:00Z
91000005;31.02.2025
91000006;03/30/2025
91000007;2999-01-01
91000008;
`;
  const done = await importCsv(workspace, csv, consent);
  expect(done.rejected.map((each) => `${each.row} ${each.reason}`)).toEqual([
    "6 invalid_consent_date",
    "7 invalid_consent_date",
    "8 consent_date_in_future",
  ]);
  const events = await table(workspace.id, "select at from consent_events order by id");
  expect(events.map((event) => (event.at as Date).toISOString())).toEqual([
    "2025-03-29T23:00:00.000Z",
    "2025-03-29T23:00:00.000Z",
    "2025-03-30T12:30:00.000Z",
    "2025-03-30T14:30:00.000Z",
    "2026-01-14T23:00:00.000Z",
  ]);
});

test("an import never overrides a later withdrawal, nor an opt-out; undated it overrides no withdrawal at all", async () => {
  const csv = "mobile\n91234567\n";
  await importCsv(workspace, csv, consent);
  const withdraw = () =>
    db.inWorkspace(workspace.id, async (tx) => {
      await sql`insert into consent_events
        select workspace_id, gen_random_uuid(), contact_id, subscription_type_id, 'sms', false, 'phone', null,
          '2026-02-01', now(), 'Kari' from consent_events where granted limit 1`.execute(tx);
      await sql`insert into opt_outs values (${workspace.id}, '+4791234567', ${workspace.sender.id}, now(), 'sms', 'STOP')`.execute(
        tx,
      );
      const { rows } = await sql<{ id: string }>`select id from contacts`.execute(tx);
      const ids = rows.map((row) => row.id);
      await sql`select settle_sms_consents(${workspace.id}, ${workspace.subscriptionTypes.marketing}, ${ids}::uuid[])`.execute(
        tx,
      );
    });
  await withdraw();
  expect(await bits()).toMatchObject([{ bits: 0 }]);
  await importCsv(workspace, csv, consent);
  await importCsv(workspace, csv, { ...consent, consent_date: "2026-01-20" });
  await importCsv(workspace, csv, { ...consent, consent_date: undefined });
  expect(await bits()).toMatchObject([{ bits: 0 }]);
  expect(await table(workspace.id, "select from consent_events")).toHaveLength(3);
  await importCsv(workspace, csv, { ...consent, consent_date: "2026-02-02" });
  expect(await bits()).toMatchObject([{ bits: 1 }]);
  expect(await table(workspace.id, "select from opt_outs")).toHaveLength(1);
});

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
  expect(await table(workspace.id, `select from pg_tables where tablename = 'import ${id}'`)).toEqual([]);
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

test("NUL bytes behind the first hundred thousand rows still refuse the whole file", async () => {
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

test("a line of 10 MB is rejected without being held, the lines around it are taken", async () => {
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
] as [string, Buffer | Readable][])("%s is read right", async (name, content) => {
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
] as [string, string | Buffer, string[]][])("%s: everyone is taken, by their mobile", async (_, content, mobiles) => {
  expect(await importCsv(workspace, content)).toMatchObject({
    status: "done",
    created: mobiles.length,
    rejected_count: 0,
  });
  expect((await people("mobile")).map(({ mobile }) => mobile)).toEqual(mobiles);
});

test("a workbook's rejected rows come back with its row numbers; half of it is nothing", async () => {
  const content = workbookOf([
    { name: "Kunder", rows: [["Navn", "Mobil"], null, ["Ola", 91234501], ["Per", 12], ["Liv", "x"]] },
  ]);
  const done = await importCsv(workspace, content);
  expect(done).toMatchObject({ status: "done", rows: 3, created: 1 });
  expect(done.rejected.map(({ row, text }) => `${row} ${text}`)).toEqual(["4 Per · 12", "5 Liv · x"]);
  expect(await failed(content.subarray(0, 1_000), 1)).toMatchObject({ code: "unreadable_workbook" });
});

test("a file that is cut off is no damaged workbook", async () => {
  async function* broken() {
    yield workbookOf([{ name: "Kunder", rows: [["Mobil"], [91234501]] }]).subarray(0, 500);
    throw new Error("aborted");
  }
  expect(await failed(Readable.from(broken(), { objectMode: false }))).toMatchObject({ code: "cut_off" });
});

test("a landline is taken as it is: whether it can get a text is decided when one is sent", async () => {
  await importCsv(workspace, "Telefon\n22222222\n");
  expect(await people("mobile, mobile_kind")).toEqual([{ mobile: "+4722222222", mobile_kind: "landline" }]);
});

test("a killed merge goes on behind its last whole chunk, and nothing is double", async () => {
  const rows = Array.from({ length: 500 }, (_, index) => `${40_000_000 + index},p${index % 250}@example.no,ja`);
  const csv = `mobil,epost,samtykke\n${rows.join("\n")}\n${rows
    .slice(0, 50)
    .map((row) => row.replace(/^\d+/, ""))
    .join("\n")}\nx,,\n`;
  const { id } = await receive(workspace, csv, consent);
  const stopped = new AbortController();
  let chunks = 0;
  await expect(
    run(workspace, id, {
      chunkRows: 60,
      signal: stopped.signal,
      onNews: () => ++chunks === 3 && stopped.abort(new Error("stopped")),
    }),
  ).rejects.toThrow("stopped");
  const half = await result(workspace, id);
  expect(half).toMatchObject({ status: "running" });
  expect(half.created).toBeGreaterThan(0);
  expect(half.created).toBeLessThan(500);
  // Two processes think that it is theirs now.
  await Promise.all([run(workspace, id, { chunkRows: 60 }), run(workspace, id, { chunkRows: 35 })]);
  const done = await result(workspace, id);
  expect(done).toMatchObject({ status: "done", rows: 551, created: 500 });
  expect(done.created + done.updated + done.unchanged + done.rejected_count).toBe(551);
  expect(await table(workspace.id, "select from consent_events")).toHaveLength(500);
  expect(await table(workspace.id, "select members from lists")).toEqual([{ members: 500 }]);
});

test("an import that a process of 0.2.0 received, or has begun to merge, is merged, behind a wall from then on", async () => {
  const { id } = await receive(workspace, "mobil\n91234567\n92345678\n", {});
  const name = `staging."import ${id}"`;
  const asThatMadeIt = () =>
    db.asSystem((tx) =>
      sql
        .raw(
          `alter table ${name} disable row level security; drop policy workspace_wall on ${name}; revoke all on ${name} from public`,
        )
        .execute(tx),
    );
  const walled = async () =>
    (await table(workspace.id, `select relrowsecurity as walled from pg_class where oid = '${name}'::regclass`))[0];
  const aborted = AbortSignal.abort();
  await asThatMadeIt();
  await expect(run(workspace, id, { signal: aborted })).rejects.toThrow(/abort/i);
  expect(await walled()).toEqual({ walled: true });
  expect(await table(workspace.id, "select prepared from imports")).toEqual([{ prepared: true }]);
  await asThatMadeIt();
  await run(workspace, id);
  expect(await result(workspace, id)).toMatchObject({ status: "done", created: 2 });
});

test("a merge whose transaction fails in the middle leaves no part of its chunk", async () => {
  const { id } = await receive(workspace, "mobil\n91000001\n91000002\n", consent);
  await table(workspace.id, "select").catch(() => {});
  await db.asSystem((tx) => sql`alter table list_members add constraint no_more check (false) not valid`.execute(tx));
  await expect(run(workspace, id)).rejects.toThrow("no_more");
  expect(await people()).toEqual([]);
  expect(await table(workspace.id, "select from consent_events")).toEqual([]);
  await db.asSystem((tx) => sql`alter table list_members drop constraint no_more`.execute(tx));
  await run(workspace, id);
  expect(await result(workspace, id)).toMatchObject({ status: "done", created: 2, updated: 0 });
});

test("the same file imported four times at once is one set of contacts", async () => {
  const rows = Array.from({ length: 300 }, (_, index) =>
    index % 3 === 0 ? `,p${index}@example.no` : `${41_000_000 + index},p${index}@example.no`,
  );
  const csv = `mobil,epost\n${rows.join("\n")}\n`;
  const ids = await Promise.all(Array.from({ length: 4 }, async () => (await receive(workspace, csv, consent)).id));
  await Promise.all(ids.map((id) => run(workspace, id, { chunkRows: 50 })));
  const results = await Promise.all(ids.map((id) => result(workspace, id)));
  expect(results.reduce((sum, each) => sum + each.created, 0)).toBe(300);
  expect(results.reduce((sum, each) => sum + each.unchanged, 0)).toBe(900);
  expect(await people("id")).toHaveLength(300);
  expect(await table(workspace.id, "select from consent_events")).toHaveLength(300);
  expect(await table(workspace.id, "select name, members from lists")).toEqual([{ name: "Kunder", members: 300 }]);
});
