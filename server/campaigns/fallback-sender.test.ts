/** Names as senders to countries that show none: a number of the same connection is used instead, or contacts there are skipped. */
import { sql } from "kysely";
import { expect, test } from "vitest";
import { campaignServices, draftOf, listOfAll, press } from "../../testing/campaign.ts";
import { testDatabase } from "../../testing/database.ts";
import { newId } from "../../testing/new-id.ts";
import { addContacts, ledger, quota, send, untilFinal, startPipeline, template } from "../../testing/pipeline.ts";
import { shortLinks } from "../../testing/short-links.ts";
import { createTestWorkspace, type TestWorkspace } from "../../testing/workspace.ts";
import { everySender } from "../consent/every-sender.ts";
import { recordOptOut } from "../consent/opt-outs.ts";
import { systemClock } from "../kit/clock.ts";
import { findPreferenceLink } from "../links/preference-links.ts";
import { createSender } from "../senders/senders.ts";
import { prepareCampaign } from "./prepare-campaign.ts";
import { reviewCampaign } from "./review-campaign.ts";

const { db } = await testDatabase({ max: 12 });
const norwegian = "+4791000001";
const american = "+12025550123";
const jamaican = "+18765550123";
const numbers = [norwegian, american, jamaican].map((number) => ({ number }));

const sender = (workspace: TestWorkspace, address: string) =>
  db.inWorkspace(workspace.id, (tx) =>
    createSender(tx, workspace.id, { address, is_default: false, carrier_id: null }, new Date()),
  );

/** The sender and recipient of each message. */
async function sendersOf(workspace: TestWorkspace): Promise<Map<string, string>> {
  const { rows } = await db.inWorkspace(workspace.id, (tx) =>
    sql<{ number: string; sender_id: string }>`
      select number, sender_id from messages where workspace_id = ${workspace.id} and status <> 'skipped'`.execute(tx),
  );
  return new Map(rows.map(({ number, sender_id }) => [number, sender_id]));
}

test("a contact that a name cannot reach is texted from the fallback number, which the message shows", async () => {
  const workspace = await createTestWorkspace(db);
  const name = await sender(workspace, "Salong");
  const text = template("Hei fra {{ sender.address }}");
  const { queued, segments } = await send(db, workspace, {
    sender: name,
    template: text,
    recipients: { people: numbers },
  });
  expect({ queued, segments }).toEqual({ queued: 3, segments: 3 });
  expect(await sendersOf(workspace)).toEqual(
    new Map([
      [norwegian, name.id],
      [jamaican, name.id],
      [american, workspace.sender.id],
    ]),
  );
  await startPipeline(db);
  await untilFinal(db, workspace.id);
  const { rows } = await db.asSystem((tx) =>
    sql`select phone, address, text from sandbox_messages where workspace_id = ${workspace.id} order by phone`.execute(
      tx,
    ),
  );
  expect(rows).toEqual([
    { phone: american, address: workspace.sender.address, text: `Hei fra ${workspace.sender.address}` },
    { phone: jamaican, address: "Salong", text: "Hei fra Salong" },
    { phone: norwegian, address: "Salong", text: "Hei fra Salong" },
  ]);
  expect(await quota(db, workspace.id)).toEqual({ used: 3, reserved: 0 });
});

test("the default number is the first fallback, a short code or a number of another connection never is one", async () => {
  const workspace = await createTestWorkspace(db);
  const name = await sender(workspace, "Salong");
  const standsIn = async (number = american) => {
    await send(db, workspace, { sender: name, recipients: { people: [{ number }] } });
    return (await sendersOf(workspace)).get(number);
  };
  await sender(workspace, "+4790000009");
  expect(await standsIn()).toBe(workspace.sender.id);
  await sender(workspace, "2440");
  await db.inWorkspace(workspace.id, (tx) =>
    sql`update senders set carrier_id = ${newId()} where kind = 'long_number'`.execute(tx),
  );
  const refused = await send(db, workspace, { sender: name, recipients: { people: numbers } });
  expect(refused).toMatchObject({ queued: 2, skipped: { country_not_allowed: 1 } });
});

test("a STOP to the fallback number applies to its texts, and not to those of the name", async () => {
  const workspace = await createTestWorkspace(db);
  const name = await sender(workspace, "Salong");
  const stop = (number: string, senderId: string) =>
    db.inWorkspace(workspace.id, (tx) =>
      recordOptOut(tx, {
        workspaceId: workspace.id,
        number,
        senderId,
        source: "sms",
        evidence: "STOP",
        at: new Date(),
      }),
    );
  await stop(american, workspace.sender.id);
  await stop(norwegian, workspace.sender.id);
  const first = await send(db, workspace, { sender: name, recipients: { people: numbers } });
  expect(first.messages.map(({ reason }) => reason)).toEqual([null, "opted_out", null]);
  await stop(norwegian, everySender);
  const second = await send(db, workspace, { sender: name, recipients: { people: numbers } });
  expect(second.messages.map(({ reason }) => reason)).toEqual(["opted_out", "opted_out", null]);
});

const contacts = [norwegian, american, jamaican, "+12025550124", "+3225550100"].map((mobile) => ({ mobile }));

async function campaignFrom(workspace: TestWorkspace, address: string): Promise<string> {
  await addContacts(db, workspace.id, [
    ...contacts,
    // Reached by phone, a number shared by two contacts.
    { phone: "+12025550125", phone_kind: "mobile" },
    { phone: "+12025550125", phone_kind: "mobile" },
    { mobile: "+12025550126", consents: false },
  ]);
  const list = await listOfAll(db, workspace.id);
  return draftOf(db, workspace, { sender: address, text: "Salg! Se salong.no/stopp", opt_out_text: false }, list);
}

async function sentOf(workspace: TestWorkspace, id: string) {
  await press(db, workspace.id, id);
  const services = { ...campaignServices(db), log: { error() {}, warn() {} } };
  await prepareCampaign(services, { workspace_id: workspace.id, id }, new AbortController().signal);
  const rows = await ledger(db, workspace.id);
  const reasons: Record<string, number> = {};
  for (const { reason } of rows) if (reason) reasons[reason] = (reasons[reason] ?? 0) + 1;
  return { queued: rows.filter((row) => row.status === "queued").length, reasons };
}

test("the review of a campaign from a name says how many receive it from which number, and sending does so", async () => {
  const workspace = await createTestWorkspace(db);
  await sender(workspace, "Salong");
  const id = await campaignFrom(workspace, "Salong");
  const { review } = await reviewCampaign({ db, clock: systemClock, shortLinks }, workspace.id, id);
  const value = { count: 4, name: "Salong", number: workspace.sender.address };
  expect(review.warnings).toContainEqual(expect.objectContaining({ code: "name_replaced", field: "sender", value }));
  expect(review.recipients).toEqual({ will: 6, wont: 2, reasons: { duplicate: 1, no_consent: 1 } });
  expect(await sentOf(workspace, id)).toEqual({ queued: 6, reasons: { duplicate: 1, no_consent: 1 } });
  const fromNumber = [...(await sendersOf(workspace))].filter(([, each]) => each === workspace.sender.id);
  expect(fromNumber).toHaveLength(4);
});

test("without a fallback number the contacts are skipped, and the review says so beforehand", async () => {
  const workspace = await createTestWorkspace(db);
  const name = await sender(workspace, "Salong");
  await db.inWorkspace(workspace.id, (tx) =>
    sql`update senders set carrier_id = ${newId()} where id <> ${name.id}`.execute(tx),
  );
  const id = await campaignFrom(workspace, "Salong");
  const { review } = await reviewCampaign({ db, clock: systemClock, shortLinks }, workspace.id, id);
  expect(review.warnings).toContainEqual(
    expect.objectContaining({ code: "name_refused", field: "sender", value: { count: 4, name: "Salong" } }),
  );
  expect(review.recipients).toMatchObject({ will: 2, wont: 6 });
  expect(review.recipients.reasons.country_not_allowed).toBe(4);
  expect(review.segments_estimate).toBe(2);
  const { queued, reasons } = await sentOf(workspace, id);
  expect({ queued, ...reasons }).toMatchObject({ queued: 2, no_consent: 1 });
  expect((reasons.country_not_allowed ?? 0) + (reasons.duplicate ?? 0)).toBe(5);
});

test("a number as sender needs no fallback", async () => {
  const workspace = await createTestWorkspace(db);
  const id = await campaignFrom(workspace, workspace.sender.address);
  const { review } = await reviewCampaign({ db, clock: systemClock, shortLinks }, workspace.id, id);
  expect(review.warnings.map(({ code }) => code).filter((code) => code.startsWith("name_"))).toEqual([]);
  expect(review.recipients.will).toBe(6);
});

test("a name's opt-out is a link to each recipient's own page of preferences, also as a placeholder, counted to the segment", async () => {
  const workspace = await createTestWorkspace(db);
  const name = await sender(workspace, "Salong");
  const contacts = await addContacts(db, workspace.id, [{ mobile: "+4791000001" }, { mobile: "+4791000002" }]);
  // With the filler 160 characters, so that one more would be a second segment.
  const link = shortLinks.preferences.filler;
  const text = "x".repeat(160 - link.length * 2 - "\nOpt out: ".length - 1);
  const id = await draftOf(
    db,
    workspace,
    { sender: name.id, text: `${text} {{ preferences_link }}`, opt_out_text: true },
    await listOfAll(db, workspace.id),
  );
  const { review } = await reviewCampaign(campaignServices(db), workspace.id, id);
  expect(review).toMatchObject({ errors: [], recipients: { will: 2 } });
  await press(db, workspace.id, id);
  await prepareCampaign(campaignServices(db), { workspace_id: workspace.id, id }, new AbortController().signal);
  const rows = await ledger(db, workspace.id);
  expect(rows.map(({ segments }) => segments)).toEqual([1, 1]);
  expect(await quota(db, workspace.id)).toEqual({ used: 0, reserved: 2 });
  for (const row of rows) {
    expect(row.text).toHaveLength(160);
    const links = [...row.text.matchAll(/https:\/\/sms\.test\/p\/(\w{12})/g)].map((match) => match[1]);
    expect(links).toEqual([links[0], links[0]]);
    const found = await db.asSystem((tx) => findPreferenceLink(tx, links[0] as string));
    expect(found).toEqual({ workspace_id: workspace.id, contact_id: row.contact_id });
  }
  expect(new Set(rows.map(({ contact_id }) => contact_id))).toEqual(new Set(contacts));
});
