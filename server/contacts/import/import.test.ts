/** What rows of a file make of contacts, lists and consents. */
import { sql } from "kysely";
import { beforeEach, describe, expect, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { createTestWorkspace, type TestWorkspace } from "../../../testing/workspace.ts";
import { importHarness } from "./import-harness.test-support.ts";
import type { ImportRequest } from "./import-options.ts";

const { db } = await testDatabase();
const { importCsv, table } = importHarness(db);
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
  expect(await table(workspace.id, "select from import_rows")).toEqual([]);
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

test("a bad e-mail address of a person with a number is a warning; a bad mobile rejects the row", async () => {
  const csv =
    "name;mobile;phone;email\nOla;91234521;;ola@\nKari;;22225555;kari\nPer;12;;per@example.no\nLiv;;;liv(at)example.no\nOla;91234521;;ola@example.no\n";
  const done = await importCsv(workspace, csv);
  expect(done).toMatchObject({ rows: 5, created: 2, updated: 1, rejected_count: 2, warning_count: 2 });
  expect(done.warnings).toEqual([
    { row: 2, reason: "invalid_email", value: "ola@", text: "Ola · 91234521 · ola@" },
    { row: 3, reason: "invalid_email", value: "kari", text: "Kari · 22225555 · kari" },
  ]);
  expect(done.rejected).toMatchObject([
    { row: 4, reason: "invalid_mobile", value: "12" },
    { row: 5, reason: "invalid_email", value: "liv(at)example.no" },
  ]);
  expect(await people("mobile, phone, email")).toEqual([
    { mobile: "+4791234521", phone: null, email: "ola@example.no" },
    { mobile: null, phone: "+4722225555", email: null },
  ]);
  // Rejected for another reason while merging, the row has no warning any more.
  await db.inWorkspace(workspace.id, (tx) =>
    sql`insert into contacts (workspace_id, id, phone, phone_kind, created_at, updated_at)
      values (${workspace.id}, gen_random_uuid(), '+4722225555', 'landline', now(), now())`.execute(tx),
  );
  const mapping = JSON.stringify({ phone: "phone", email: "email" });
  const again = await importCsv(workspace, "phone;email\n22225555;kari\n", { mapping });
  expect(again.rejected).toMatchObject([{ row: 2, reason: "phone_of_several_contacts" }]);
  expect(again).toMatchObject({ warning_count: 0, warnings: [] });
});

test("an import that adds nothing but consents counts them", async () => {
  const csv = "mobile\n91234531\n91234532\n";
  expect(await importCsv(workspace, csv)).toMatchObject({ created: 2, consents_recorded: 0 });
  expect(await importCsv(workspace, csv, consent)).toMatchObject({ unchanged: 2, consents_recorded: 2 });
  expect(await importCsv(workspace, csv, consent)).toMatchObject({ unchanged: 2, consents_recorded: 0 });
  const more = `${csv}91234533\n`;
  expect(await importCsv(workspace, more, consent)).toMatchObject({ created: 1, consents_recorded: 1 });
});

describe("a contact that is known by another key", () => {
  const people = () => table(workspace.id, "select mobile, phone, email, first_name from contacts order by id");
  test("gets the mobile that a later file has with the e-mail address, and stays one contact", async () => {
    const first = "Name;Email\nOla Nordmann;dup@example.no\n";
    await importCsv(workspace, first);
    const second = await importCsv(workspace, "Name;Email;Mobile\nOla Nordmann;dup@example.no;91234503\n");
    expect(second).toMatchObject({ created: 0, updated: 1, rejected_count: 0 });
    expect(await table(workspace.id, "select mobile, mobile_kind, email from contacts")).toEqual([
      { mobile: "+4791234503", mobile_kind: "mobile", email: "dup@example.no" },
    ]);
    expect(await importCsv(workspace, first)).toMatchObject({ unchanged: 1, rejected_count: 0 });
  });
  test("is found by a mobile that was entered as a phone number", async () => {
    await db.inWorkspace(workspace.id, (tx) =>
      sql`insert into contacts (workspace_id, id, phone, phone_kind, first_name, created_at, updated_at)
        values (${workspace.id}, gen_random_uuid(), '+4791234504', 'mobile', 'Ola', now(), now())`.execute(tx),
    );
    expect(await importCsv(workspace, "mobile,email\n91234504,ola@example.no\n")).toMatchObject({ updated: 1 });
    expect(await people()).toMatchObject([{ mobile: "+4791234504", email: "ola@example.no", first_name: "Ola" }]);
  });
  test.each([
    ["has another name", "Ola,,delt@example.no\n", "Kari,91234505,delt@example.no\n"],
    ["has another mobile", "Ola,91234506,delt@example.no\n", "Ola,91234505,delt@example.no\n"],
  ])("is not a contact that %s", async (_name, before, after) => {
    const headings = "first_name,mobile,email\n";
    await importCsv(workspace, `${headings}${before}`);
    expect(await importCsv(workspace, `${headings}${after}`)).toMatchObject({ created: 1, updated: 0 });
    expect(await people()).toHaveLength(2);
  });
  test("is the first of several rows with its e-mail address; the others make contacts", async () => {
    await importCsv(workspace, "email\nfamilie@example.no\n");
    const csv = "mobile,email\n91234507,familie@example.no\n91234508,familie@example.no\n";
    expect(await importCsv(workspace, csv)).toMatchObject({ created: 1, updated: 1, rejected_count: 0 });
    expect((await people()).map(({ mobile }) => mobile).sort()).toEqual(["+4791234507", "+4791234508"]);
  });
});

test("a landline is imported: whether it can get a text is decided when one is sent", async () => {
  await importCsv(workspace, "Telefon\n22222222\n");
  expect(await people("mobile, mobile_kind")).toEqual([{ mobile: "+4722222222", mobile_kind: "landline" }]);
});
