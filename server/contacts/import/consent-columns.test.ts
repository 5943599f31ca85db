/** Columns that say that a person does not consent are obeyed, in the words of shops, mailing programs and people. */
import { beforeEach, describe, expect, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { createTestWorkspace, type TestWorkspace } from "../../../testing/workspace.ts";
import { importHarness } from "./import-harness.test-support.ts";

const { db } = await testDatabase();
const { importCsv, table } = importHarness(db);
let workspace: TestWorkspace;
beforeEach(async () => {
  workspace = await createTestWorkspace(db);
});

const granting = { subscription_type: "marketing", consent_source: "Nettbutikk" };
/** The last digits of the contacts that consent now. */
const consenting = async () => {
  const rows = await table(
    workspace.id,
    "select right(mobile, 2) as of from contacts where sms_consents <> 0 order by mobile",
  );
  return rows.map((row) => (row as { of: string }).of);
};
/** Rows of people whose mobiles end in 01, 02 …, followed by these cells. */
const file = (headings: string, ...cells: string[]) =>
  [`Mobile,${headings}`, ...cells.map((cell, i) => `+47912346${String(i + 1).padStart(2, "0")},${cell}`), ""].join(
    "\n",
  );

test.each([
  ["Shopify", "Accepts Email Marketing,Accepts SMS Marketing", ["yes,no", "no,yes", "yes,yes"], ["02", "03"]],
  ["Shopify without texts", "Accepts Email Marketing,Note", ["yes,a", "no,b"], ["01"]],
  [
    "Klaviyo",
    "Email Marketing Consent,SMS Marketing Consent",
    ["SUBSCRIBED,NEVER_SUBSCRIBED", "UNSUBSCRIBED,SUBSCRIBED", "NEVER_SUBSCRIBED,UNSUBSCRIBED"],
    ["02"],
  ],
  ["Klaviyo's list of channels", "$consent", [`"['email']"`, `"['email', 'sms']"`, "sms"], ["02", "03"]],
  ["Brevo", "EMAIL_BLACKLISTED,SMS_BLACKLISTED", ["true,false", "false,true", "0,0"], ["01", "03"]],
  ["HubSpot", "Unsubscribed from all email,Opted out of email: LiveUpdates", ["TRUE,", "false,TRUE", "FALSE,"], ["03"]],
  ["Mailchimp", "UNSUB_TIME,UNSUB_REASON", ["2024-03-01 10:00:00,NORMAL", ","], ["02"]],
  ["a status", "Status", ["Subscribed", "Unsubscribed", "Cleaned", "Non-subscribed"], ["01"]],
  ["English", "Opted out", ["yes", "no", "", "x", "2024-05-01"], ["02", "03"]],
  ["a box ticked", "Do not contact", ["x", "", "☑"], ["02"]],
  ["TRUE and FALSE", "Unsubscribed", ["TRUE", "FALSE"], ["02"]],
  ["Norwegian", "Nyhetsbrev", ["nei", "ja", ""], ["02"]],
  ["Norwegian, against it", "Reservert mot reklame", ["Ja", "Nei"], ["02"]],
  ["Swedish", "Godkänner marknadsföring,Avregistrerad", ["ja,nej", "ja,ja", "nej,nej"], ["01"]],
  ["Danish", "Samtykke til SMS,Frameldt", ["Ja,", "Ja,12-03-2024", "Nej,"], ["01"]],
  ["German", "Newsletter abonniert,Werbesperre", ["ja,nein", "ja,ja", "nein,nein"], ["01"]],
  ["Finnish", "Markkinointilupa,Suoramarkkinointikielto", ["kyllä,ei", "kyllä,kyllä", "ei,ei"], ["01"]],
])("%s: no consent is granted against it", async (_name, headings, cells, expected) => {
  const done = await importCsv(workspace, file(headings, ...cells), granting);
  expect(done).toMatchObject({ created: cells.length, rejected_count: 0 });
  expect(await consenting()).toEqual(expected);
});

describe("the user's own mapping", () => {
  const csv = file("Opted out,Nyhetsbrev", "yes,ja", "no,ja", "no,nei");
  test.each([
    ["that does not speak of it leaves it obeyed", { Mobile: "mobile" }, ["02"]],
    [
      "that makes it nothing is obeyed instead",
      { Mobile: "mobile", "Opted out": "ignore", Nyhetsbrev: "ignore" },
      ["01", "02", "03"],
    ],
    ["that makes one a property leaves the other", { Mobile: "mobile", "Opted out": "property:ute" }, ["01", "02"]],
    ["may name several", { Mobile: "mobile", "Opted out": "opted_out", Nyhetsbrev: "opted_out" }, ["03"]],
  ])("%s", async (_name, mapping, expected) => {
    await importCsv(workspace, csv, { ...granting, mapping: JSON.stringify(mapping) });
    expect(await consenting()).toEqual(expected);
  });
});

test("a person on two rows who opted out on one of them is granted nothing", async () => {
  await importCsv(workspace, "Mobile,Consent\n91234601,no\n91234601,yes\n91234602,yes\n91234602,yes\n", granting);
  expect(await consenting()).toEqual(["02"]);
});

test("where an import grants nothing no row is rejected for such a column", async () => {
  const csv = file("Consent,Consent date", "perhaps,soon", "yes,2026-01-01", "no,");
  expect(await importCsv(workspace, csv)).toMatchObject({ created: 3, rejected_count: 0 });
  expect(await consenting()).toEqual([]);
});

test("a column without yes or no grants no consent, whatever it is called", async () => {
  const csv = file("Marketing,Status", "Google Ads,active", "Messe,lead");
  expect(await importCsv(workspace, csv, granting)).toMatchObject({ created: 2, rejected_count: 0 });
  expect(await consenting()).toEqual(["01", "02"]);
});
