import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import type { Schedule } from "../../contract/campaigns.ts";
import { campaignServices, draftOf, editorOf, listOf, listOfAll, look, press } from "../../testing/campaign.ts";
import { testDatabase } from "../../testing/database.ts";
import { addContacts, addManyContacts, ledger, quota } from "../../testing/pipeline.ts";
import { shortLinks } from "../../testing/short-links.ts";
import { addTwilio } from "../../testing/twilio-connection.ts";
import { createTestWorkspace, type TestWorkspace } from "../../testing/workspace.ts";
import { systemClock } from "../kit/clock.ts";
import { createSeal } from "../kit/seal.ts";
import { updateCampaign } from "./edit-campaign.ts";
import { previewText } from "./preview-text.ts";
import { reviewCampaign } from "./review-campaign.ts";
import { scheduleCampaign } from "./schedule-campaign.ts";

const { db } = await testDatabase();
let workspace: TestWorkspace;
let list: string;
let contact: string;
beforeEach(async () => {
  workspace = await createTestWorkspace(db, { allowance: 100 });
  [contact = ""] = await addContacts(db, workspace.id, [
    { mobile: "+4791000001", first_name: "Ola" },
    { mobile: "+4791000002" },
  ]);
  list = await listOfAll(db, workspace.id);
});

const review = async (input: Record<string, unknown> = {}, to: string | undefined = list) => {
  const id = await draftOf(db, workspace, input, to);
  return { id, ...(await reviewCampaign({ db, clock: systemClock, shortLinks }, workspace.id, id)).review };
};
const codes = (findings: { code: string }[]) => findings.map((finding) => finding.code);

test("a valid campaign has no errors", async () => {
  expect(await review()).toMatchObject({
    errors: [],
    warnings: [],
    recipients: { will: 2, wont: 0, reasons: {} },
    segments_per_message: 1,
    segments_estimate: 2,
    quota: { allowance: 100, used: 0, reserved: 0, remaining: 100 },
  });
});

test.each<[string, Record<string, unknown>, string, string]>([
  ["text empty", { text: "" }, "text_empty", "text"],
  ["text blank", { text: " \n " }, "text_empty", "text"],
  ["1,601 characters", { text: "x".repeat(1601), opt_out_text: false }, "text_too_long", "text"],
  ["1,600 and the opt-out text", { text: "x".repeat(1600) }, "text_too_long", "text"],
  ["no subscription type", { subscription_type: null }, "no_subscription_type", "subscription_type"],
  ["a type that needs no consent", { subscription_type: "transactional" }, "type_without_consent", "subscription_type"],
  ["no audience", { include: { lists: [], contacts: [] } }, "no_audience", "include"],
  ["an audience without consent", { subscription_type: "event_info" }, "nobody", "include"],
  [
    "a name as sender of one's own opt-out by reply",
    { sender: "Salong", text: "Sale! Reply STOP to opt out", opt_out_text: false },
    "sender_cannot_receive",
    "sender",
  ],
])("%s is an error, and stops Send", async (_what, input, code, field) => {
  const { id, errors } = await review(input);
  const error = errors.find((each) => each.code === code);
  expect(error).toMatchObject({ code, field });
  expect(error?.message).toMatch(/\.$/);
  await expect(press(db, workspace.id, id)).rejects.toMatchObject({ status: 422, code: errors[0]?.code });
  expect(await look(db, workspace.id, id)).toMatchObject({ status: "draft" });
  expect(await ledger(db, workspace.id)).toEqual([]);
});

test("exactly 1,600 characters may be sent", async () => {
  expect((await review({ text: "x".repeat(1600), opt_out_text: false })).errors).toEqual([]);
});

test("a workspace without a sender cannot send", async () => {
  await db.inWorkspace(workspace.id, (tx) => sql`delete from senders`.execute(tx));
  expect(codes((await review()).errors)).toEqual(["no_sender"]);
});

test("all errors are reported at once", async () => {
  const { id, errors } = await review({ text: "", subscription_type: null, include: { lists: [], contacts: [] } });
  expect(codes(errors)).toEqual(["text_empty", "no_subscription_type", "no_audience"]);
  await expect(press(db, workspace.id, id)).rejects.toMatchObject({
    code: "text_empty",
    field: "text",
    value: { errors },
  });
});

test("a campaign that needs one segment too many is an error with the figures", async () => {
  await db.inWorkspace(workspace.id, (tx) => sql`update workspaces set allowance = 1`.execute(tx));
  const { id, errors } = await review();
  expect(errors).toMatchObject([{ code: "quota_exceeded", value: { needed: 2, allowance: 1, remaining: 1 } }]);
  expect(errors[0]?.message).toMatch(/needs 2 segments.* 1 of .* 1 /);
  await expect(press(db, workspace.id, id)).rejects.toMatchObject({ status: 422, code: "quota_exceeded" });
  expect(await quota(db, workspace.id)).toEqual({ used: 0, reserved: 0 });
});

test("using 60 % of the allowance or more is a warning", async () => {
  await review(); // makes the quota period
  const taken = (segments: number) =>
    db.inWorkspace(workspace.id, (tx) => sql`update quota_periods set reserved = ${segments}`.execute(tx));
  await taken(57);
  expect(codes((await review()).warnings)).toEqual([]);
  await taken(58);
  expect((await review()).warnings).toMatchObject([{ code: "quota_60", value: 60 }]);
});

test("the opt-out text may be left out, with a warning unless the text has its own", async () => {
  expect(codes((await review({ opt_out_text: false })).warnings)).toEqual(["no_opt_out_text"]);
  expect(codes((await review({ text: "Svar STOPP for å slippe", opt_out_text: false })).warnings)).toEqual([]);
  expect((await review({ sender: "Salong", opt_out_text: false })).errors).toEqual([]);
});

test("characters that cost segments are a warning", async () => {
  const { warnings, segments_per_message } = await review({ text: `“${"x".repeat(60)}”` });
  expect(segments_per_message).toBe(2);
  expect(warnings).toMatchObject([{ code: "ucs2", value: "“ ”" }]);
  expect(codes((await review({ text: "x".repeat(161) })).warnings)).toEqual(["several_segments"]);
});

test("preview, review and ledger count the same text the same", async () => {
  const text = "{{ contact.first_name | default: 'du' }} €".padEnd(220, "x");
  const preview = (contactId: string | null) =>
    db.inWorkspace(workspace.id, (tx) =>
      previewText(
        tx,
        workspace.id,
        { links: { shorten: false }, text, sender: null, opt_out_text: true, contact_id: contactId },
        shortLinks,
      ),
    );
  const shown = await preview(contact);
  expect(shown).toMatchObject({ encoding: "GSM-7", segments: 2, errors: [] });
  expect(shown.text).toMatch(/^Ola €x+\nReply STOP to opt out$/);
  expect((await preview(null)).text).toMatch(/^du €/);
  expect((await review({ text })).segments_per_message).toBe(2);
});

test("a first name of invisible characters is blank: the default is sent, and the text is not UCS-2", async () => {
  const text = 'Hei {{ contact.first_name | default: "du" }}!';
  for (const [at, first_name] of ["\u200b", "\u200e\u2060", "\u3164", "\u2800"].entries()) {
    // As an earlier version stored it.
    const [id = ""] = await addContacts(db, workspace.id, [{ mobile: `+479200000${at}`, first_name }]);
    const shown = await db.inWorkspace(workspace.id, (tx) =>
      previewText(
        tx,
        workspace.id,
        { links: { shorten: false }, text, sender: null, opt_out_text: false, contact_id: id },
        shortLinks,
      ),
    );
    expect(shown, JSON.stringify(first_name)).toMatchObject({ text: "Hei du!", encoding: "GSM-7", errors: [] });
  }
});

test("a preview reports errors and still shows the text", async () => {
  const preview = (input: Record<string, unknown>) =>
    db.inWorkspace(workspace.id, (tx) =>
      previewText(
        tx,
        workspace.id,
        { links: { shorten: false }, text: "Hei", sender: null, opt_out_text: false, contact_id: null, ...input },
        shortLinks,
      ),
    );
  expect(await preview({ text: "Hei {{ contact.shoe_size }}" })).toMatchObject({
    text: "Hei {{ contact.shoe_size }}",
    errors: [{ field: "text" }],
  });
  expect(await preview({ text: "" })).toMatchObject({ text: "", errors: [{ code: "text_empty" }] });
  expect(await preview({ sender: "*" })).toMatchObject({ errors: [{ code: "invalid_sender", field: "sender" }] });
  expect(await preview({ text: "{{ sender.address }}", sender: "Salong" })).toMatchObject({
    text: "Salong",
    errors: [],
  });
  // A preview registers no sender.
  const { rows } = await db.inWorkspace(workspace.id, (tx) => sql`select from senders`.execute(tx));
  expect(rows).toHaveLength(1);
  const other = await createTestWorkspace(db);
  const [theirs = ""] = await addContacts(db, other.id, [{ mobile: "+4791000001", first_name: "Theirs" }]);
  await expect(preview({ contact_id: theirs })).rejects.toMatchObject({ status: 404 });
});

const setProperties = (id: string, properties: object) =>
  db.inWorkspace(workspace.id, (tx) =>
    sql`update contacts set properties = ${JSON.stringify(properties)}::jsonb
      where workspace_id = ${workspace.id} and id = ${id}`.execute(tx),
  );

test("a property that no contact has is an error, also with a default and in a condition, and prevents sending", async () => {
  await setProperties(contact, { by: "Oslo" });
  const text =
    '{{ contact.properties.by | default: "x" }} {{ contact.properties.byy | default: "x" }}{% if contact.properties.vip %}!{% endif %}';
  const { id, errors } = await review({ text });
  expect(errors).toMatchObject([
    { code: "unknown_placeholder", field: "text", value: "contact.properties.byy" },
    { code: "unknown_placeholder", field: "text", value: "contact.properties.vip" },
  ]);
  expect(errors[0]?.message).toBe('No contact has a property "byy".');
  await expect(press(db, workspace.id, id)).rejects.toMatchObject({ status: 422, code: "unknown_placeholder" });
  // Another workspace's properties do not count.
  const other = await createTestWorkspace(db);
  await addContacts(db, other.id, [{ mobile: "+4791000001" }]);
  await db.inWorkspace(other.id, (tx) => sql`update contacts set properties = '{"byy": "Oslo"}'`.execute(tx));
  expect(codes((await review({ text: "{{ contact.properties.byy }}" })).errors)).toEqual(["unknown_placeholder"]);
});

test("recipients without a value for a placeholder without default are counted, with one of their texts", async () => {
  const ids = await addContacts(db, workspace.id, [
    { mobile: "+4791000003", first_name: "\u200b" },
    { mobile: "+4791000004", first_name: "Kari" },
    // Contacts who are skipped anyway are not counted.
    { mobile: "+4791000005", consents: false },
    { mobile: "+4722000001", mobile_kind: "landline" },
    // Of contacts who share a number the first one receives it.
    { phone: "+4791000004", phone_kind: "mobile" },
  ]);
  await setProperties(contact, { by: "Oslo", note: " " });
  await setProperties(ids[1] ?? "", { by: 7, note: "x" });
  const to = await listOfAll(db, workspace.id);
  const warningsOf = async (text: string) =>
    (await review({ text }, to)).warnings.filter(({ code }) => code === "missing_value");
  expect(await warningsOf("Hei {{ contact.first_name }}!")).toEqual([
    {
      code: "missing_value",
      field: "text",
      message: '2 of the recipients have no contact.first_name, and get "Hei !". Give the placeholder a default.',
      value: { fields: ["contact.first_name"], count: 2, example: "Hei !" },
    },
  ]);
  const both = await warningsOf(
    "{{ contact.properties.by }} {{ contact.properties.note | default: contact.first_name }}.",
  );
  expect(both.map(({ value }) => value)).toEqual([
    { fields: ["contact.properties.by"], count: 2, example: " ." },
    { fields: ["contact.properties.note", "contact.first_name"], count: 2, example: " ." },
  ]);
  expect(await warningsOf("{{ contact.properties.note }}")).toMatchObject([{ value: { count: 3, example: null } }]);
  for (const text of [
    'Hei {{ contact.first_name | default: "du" }}!',
    "{% if contact.first_name %}Hei {{ contact.first_name }}{% endif %}",
    "{{ contact.mobile }} {{ workspace.name }}",
  ])
    expect(await warningsOf(text), text).toEqual([]);
  // A property that no contact has is an error only, without a warning.
  expect(await warningsOf("{{ contact.properties.gone }}")).toEqual([]);
});

test("a validity that the sender's rate cannot meet is a warning with figures, and a longer one is enough", async () => {
  await addManyContacts(db, workspace.id, 40);
  const everybody = await listOfAll(db, workspace.id);
  const pace = (rate: number | null) =>
    db.inWorkspace(workspace.id, (tx) =>
      sql`update senders set rate_per_second = ${rate} where workspace_id = ${workspace.id}`.execute(tx),
    );
  const reviewOf = async (id: string) =>
    (await reviewCampaign({ db, clock: systemClock, shortLinks }, workspace.id, id)).review;
  const { id } = await review({ validity_seconds: 3_600 }, everybody);
  expect(codes((await reviewOf(id)).warnings)).not.toContain("validity_short");
  await pace(1);
  expect(codes((await reviewOf(id)).warnings)).not.toContain("validity_short");
  // A sender without a rate has its connection's for its kind of number.
  const carrier = await addTwilio(db, createSeal("a key of at least thirty-two characters"), workspace.id, {
    account_sid: `AC${"0".repeat(32)}`,
    auth_token: "token",
  });
  await db.inWorkspace(workspace.id, (tx) =>
    sql`update carriers set settings = jsonb_set(settings, '{rates,long_number}', '1') where workspace_id = ${workspace.id}
      and id = ${carrier}`.execute(tx),
  );
  await pace(null);
  // Texts queued before the campaign count too.
  await db.inWorkspace(workspace.id, (tx) =>
    sql`insert into message_queue (workspace_id, sender_id, priority, message_id, period_start, expires_at)
      select ${workspace.id}, ${workspace.sender.id}, 1, gen_random_uuid(), now(), now()
      from generate_series(1, 3590)`.execute(tx),
  );
  const short = (await reviewOf(id)).warnings.find(({ code }) => code === "validity_short");
  expect(short).toMatchObject({
    field: "validity_seconds",
    value: { count: 32, rate: 1, hours: 2, validity_hours: 1, offer_seconds: 172_800 },
  });
  expect(short?.message).toContain("about 32 would expire");
  await db.inWorkspace(workspace.id, (tx) =>
    updateCampaign(tx, editorOf(workspace.id), id, { validity_seconds: 172_800 }, new Date(), shortLinks),
  );
  expect(codes((await reviewOf(id)).warnings)).not.toContain("validity_short");
});

test("texts that would wait for quiet hours, and those that would expire meanwhile, are warnings with figures", async () => {
  await addContacts(db, workspace.id, [{ mobile: "+12125550100" }, { mobile: "+48512345678" }]);
  const all = await listOfAll(db, workspace.id);
  const id = await draftOf(db, workspace, { validity_seconds: 24 * 3_600 }, all);
  // Saturday evening in Oslo, midday in New York.
  const clock = { now: () => new Date("2027-06-12T18:30:00Z") };
  const look = async () => (await reviewCampaign({ db, clock, shortLinks }, workspace.id, id)).review.warnings;
  expect(codes(await look())).toEqual([]);
  await db.inWorkspace(workspace.id, (tx) =>
    sql`update workspaces set quiet_hours = true where workspace_id = ${workspace.id}`.execute(tx),
  );
  const figures = { wait: 0, first: null, last: null, expire: 2 };
  expect(await look()).toMatchObject([{ code: "quiet_hours_expire", field: "validity_seconds", value: figures }]);
  const monday = "2027-06-14T07:00:00.000Z";
  await db.inWorkspace(workspace.id, (tx) =>
    sql`update campaigns set validity_seconds = ${48 * 3_600} where workspace_id = ${workspace.id} and id = ${id}`.execute(
      tx,
    ),
  );
  expect(await look()).toMatchObject([
    { code: "quiet_hours", field: null, value: { wait: 2, first: monday, last: monday, expire: 0 } },
  ]);
});

test("a review counts the texts that wait by the schedule that a campaign has, or that it is asked about", async () => {
  const people = await addContacts(db, workspace.id, [{ mobile: "+4791000088" }, { mobile: "+12125550100" }]);
  await db.inWorkspace(workspace.id, (tx) =>
    sql`update workspaces set quiet_hours = true where workspace_id = ${workspace.id}`.execute(tx),
  );
  const list = await listOf(db, workspace.id, people);
  const id = await draftOf(db, workspace, { validity_seconds: 24 * 3_600 }, list);
  // Thursday at noon in Oslo.
  const clock = { now: () => new Date("2027-06-10T13:30:00Z") };
  const services = { ...campaignServices(db), clock };
  const waits = async (schedule?: Schedule) =>
    (await reviewCampaign(services, workspace.id, id, schedule)).review.warnings
      .filter(({ code }) => code.startsWith("quiet_hours"))
      .map(({ code, value }) => [code, value]);
  expect(await waits()).toEqual([]);
  // On Saturday evening in Oslo, which is midday in New York.
  const saturday = { at: "2027-06-12T20:30", local: false };
  expect(await waits(saturday)).toEqual([["quiet_hours_expire", { wait: 0, first: null, last: null, expire: 1 }]]);
  expect(await waits({ at: "2027-06-11T10:00", local: true })).toEqual([]);
  const evening = { at: "2027-06-11T22:00", local: true };
  const friday = { wait: 2, first: "2027-06-12T07:00:00.000Z", last: "2027-06-12T12:00:00.000Z", expire: 0 };
  expect(await waits(evening)).toEqual([["quiet_hours", friday]]);
  await expect(waits({ at: "2027-06-09T10:00", local: false })).rejects.toMatchObject({
    code: "time_past",
    field: "at",
  });
  // Scheduled, it is reviewed by its schedule.
  await scheduleCampaign(services, workspace.id, id, evening);
  expect(await waits()).toEqual([["quiet_hours", friday]]);
});
