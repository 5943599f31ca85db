import fc from "fast-check";
import { sql } from "kysely";
import { expect, test } from "vitest";
import type { AudienceMember } from "../../contract/campaigns.ts";
import type { SkipReason } from "../../contract/messages.ts";
import { draftOf, finished, listOf, listOfAll, look, prepare, press } from "../../testing/campaign.ts";
import { testDatabase } from "../../testing/database.ts";
import { newId } from "../../testing/new-id.ts";
import { addContacts, ledger, quota } from "../../testing/pipeline.ts";
import { runs } from "../../testing/runs.ts";
import { shortLinks } from "../../testing/short-links.ts";
import { createTestWorkspace, type TestWorkspace } from "../../testing/workspace.ts";
import { explainCampaign, listCampaignAudience } from "../campaigns/audience-of-campaign.ts";
import { reviewCampaign } from "../campaigns/review-campaign.ts";
import { systemClock } from "../kit/clock.ts";
import { countAudience } from "./audience.ts";

const { db } = await testDatabase({ max: 20 });

const review = async (workspace: TestWorkspace, id: string) =>
  (await reviewCampaign({ db, clock: systemClock, shortLinks }, workspace.id, id)).review;

const optOut = (workspaceId: string, number: string) =>
  db.inWorkspace(workspaceId, (tx) =>
    sql`insert into opt_outs (workspace_id, number, sender_id, at, source)
      values (${workspaceId}, ${number}, gen_random_uuid(), now(), 'sms')`.execute(tx),
  );

/** Everybody of a view, a page at a time. */
async function listed(workspace: TestWorkspace, id: string, view: "will" | "wont", limit: number, reason?: SkipReason) {
  const found: AudienceMember[] = [];
  let cursor: string | undefined;
  do {
    const page = await db.inWorkspace(workspace.id, (tx) =>
      listCampaignAudience(tx, workspace.id, id, { view, reason, limit, cursor }, new Date()),
    );
    expect(page.items.length).toBeLessThanOrEqual(limit);
    found.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return found;
}
const explain = (workspace: TestWorkspace, id: string, contact: string) =>
  db.inWorkspace(workspace.id, (tx) => explainCampaign(tx, workspace.id, id, contact, new Date()));

test("each skipped contact is counted by the first reason that applies", async () => {
  const workspace = await createTestWorkspace(db);
  await addContacts(db, workspace.id, [
    { mobile: "+4791000001" },
    { mobile: null },
    { mobile: "+4722000001", mobile_kind: "landline" },
    { mobile: "+4782000001", mobile_kind: "premium" },
    { mobile: "1881", mobile_kind: "short" },
    { mobile: "+4791000002", marketing: false },
    { mobile: "+4791000003", consents: false },
    { mobile: "+4791000004" },
    { mobile: "+4722000002", mobile_kind: "landline", phone: "+4791000005", phone_kind: "mobile" },
    { phone: "+4791000001", phone_kind: "mobile" },
  ]);
  await optOut(workspace.id, "+4791000003");
  await optOut(workspace.id, "+4791000004");
  const id = await draftOf(db, workspace, {}, await listOfAll(db, workspace.id));
  const { recipients } = await review(workspace, id);
  expect(recipients).toEqual({
    will: 2,
    wont: 8,
    reasons: {
      no_number: 1,
      landline: 1,
      premium_number: 1,
      invalid_number: 1,
      not_marketing: 1,
      no_consent: 1,
      opted_out: 1,
      duplicate: 1,
    },
  });
});

test("a contact on two lists, and two contacts with one number, get one message", async () => {
  const workspace = await createTestWorkspace(db);
  const contacts = await addContacts(db, workspace.id, [
    { phone: "+4791000001", phone_kind: "mobile" },
    { mobile: "+4791000001" },
    { phone: "+4791000001", phone_kind: "mobile" },
    { mobile: "+4791000002" },
  ]);
  const [one, two] = [await listOf(db, workspace.id, contacts), await listOf(db, workspace.id, contacts.slice(1))];
  const include = { lists: [one, two], contacts };
  const id = await draftOf(db, workspace, { include });
  expect((await review(workspace, id)).recipients).toEqual({ will: 2, wont: 2, reasons: { duplicate: 2 } });
  await press(db, workspace.id, id);
  // With one contact per chunk, the number's message is found in the ledger.
  await prepare(db, workspace.id, id, 1);
  const rows = await ledger(db, workspace.id);
  expect(
    rows
      .filter((row) => row.status === "queued")
      .map((row) => row.number)
      .sort(),
  ).toEqual(["+4791000001", "+4791000002"]);
  expect(rows.filter((row) => row.reason === "duplicate")).toHaveLength(2);
});

test("a contact that is excluded, by list or alone, is not in the audience", async () => {
  const workspace = await createTestWorkspace(db);
  const contacts = await addContacts(db, workspace.id, [
    { mobile: "+4791000001" },
    { mobile: "+4791000002" },
    { mobile: "+4791000003" },
  ]);
  const exclude = { lists: [await listOf(db, workspace.id, contacts.slice(0, 1))], contacts: contacts.slice(1, 2) };
  const id = await draftOf(db, workspace, { exclude }, await listOf(db, workspace.id, contacts));
  expect((await review(workspace, id)).recipients).toEqual({ will: 1, wont: 0, reasons: {} });
  await press(db, workspace.id, id);
  await prepare(db, workspace.id, id);
  expect((await ledger(db, workspace.id)).map((row) => row.number)).toEqual(["+4791000003"]);
});

test("a large audience is counted in parts that add up, whichever list is largest", async () => {
  const workspace = await createTestWorkspace(db);
  await db.inWorkspace(workspace.id, (tx) =>
    sql`insert into contacts (workspace_id, id, mobile, mobile_kind, phone, phone_kind, marketing, sms_consents,
        created_at, updated_at)
      select ${workspace.id}, gen_random_uuid(), case when i % 100 <> 7 then '+47' || (40000000 + i) end,
        case when i % 100 <> 7 then 'mobile'::number_kind end, case when i % 100 = 7 then '+47' || (40000001 + i) end,
        case when i % 100 = 7 then 'mobile'::number_kind end, i % 10 <> 0, case when i % 5 = 1 then 2 else 3 end, now(), now()
      from generate_series(1, 60000) i`.execute(tx),
  );
  const list = await listOfAll(db, workspace.id);
  await optOut(workspace.id, "+4740000002");
  // The sample size follows from the table's statistics.
  await db.pool.query("analyze list_members");
  const rule = { workspaceId: workspace.id, class: "marketing" as const, senderId: workspace.sender.id, consentBit: 0 };
  const nobody = { lists: [], contacts: [] };
  const reasons = { not_marketing: 6_000, no_consent: 12_000, opted_out: 1, duplicate: 600 };
  // Excluding a contact outside the audience changes only how it is counted.
  for (const exclude of [nobody, { lists: [], contacts: [workspace.id] }]) {
    for (const known of [true, false]) {
      // Lists without counts are read.
      await db.inWorkspace(workspace.id, (tx) =>
        sql`update lists set kinds_known = ${known} where workspace_id = ${workspace.id}`.execute(tx),
      );
      const audience = { include: { lists: [list], contacts: [] }, exclude };
      expect(await countAudience(db, rule, audience)).toEqual({ will: 41_399, wont: 18_601, reasons, beyond_names: 0 });
      // Most of the list is then excluded.
      expect(await countAudience(db, { ...rule, consentBit: 5 }, audience)).toEqual({
        will: 0,
        wont: 60_000,
        reasons: { not_marketing: 6_000, no_consent: 54_000 },
        beyond_names: 0,
      });
    }
  }
});

/** Marketing texts that the ledger has of earlier sources, by the contacts' own numbers. */
async function receivedBefore(
  workspace: TestWorkspace,
  texts: readonly { contact: string; number: string }[],
): Promise<void> {
  await db.inWorkspace(workspace.id, (tx) =>
    sql`insert into messages (workspace_id, id, status, class, encoding, segments, source_type, contact_id, sender_id, number, text)
      select ${workspace.id}, id, 'delivered', 'marketing', '7', 1, 'api', contact, ${workspace.sender.id}::uuid, number, 'Hei'
      from unnest(${texts.map(() => newId())}::uuid[], ${texts.map((text) => text.contact)}::uuid[],
        ${texts.map((text) => text.number)}::text[]) as t (id, contact, number)`.execute(tx),
  );
}

const setCap = (workspace: TestWorkspace, messages: number | null, days: number | null) =>
  db.inWorkspace(workspace.id, (tx) =>
    sql`update workspaces set frequency_cap_messages = ${messages}, frequency_cap_days = ${days}
      where workspace_id = ${workspace.id}`.execute(tx),
  );

test("a number with as many marketing texts as the cap allows is left out, whichever contact got them", async () => {
  const workspace = await createTestWorkspace(db);
  const [full, sharing, other, alone] = await addContacts(db, workspace.id, [
    { mobile: "+4791000001" },
    { phone: "+4791000001", phone_kind: "mobile" },
    { mobile: "+4791000002" },
    { mobile: "+4791000003" },
  ]);
  await receivedBefore(workspace, [
    { contact: full!, number: "+4791000001" },
    { contact: sharing!, number: "+4791000001" },
    { contact: other!, number: "+4791000002" },
    // An earlier number of theirs.
    { contact: alone!, number: "+4791000009" },
    { contact: alone!, number: "+4791000009" },
  ]);
  const id = await draftOf(db, workspace, {}, await listOfAll(db, workspace.id));
  const reasons = async () => (await review(workspace, id)).recipients.reasons;
  expect(await reasons()).toEqual({ duplicate: 1 });
  await setCap(workspace, 2, 7);
  expect(await reasons()).toEqual({ frequency_cap: 2 });
  await setCap(workspace, 3, 7);
  expect(await reasons()).toEqual({ duplicate: 1 });
  await setCap(workspace, 1, 7);
  expect(await reasons()).toEqual({ frequency_cap: 3 });
});

const numbers = Array.from({ length: 6 }, (_, i) => `+479100000${i}`);
const number = fc.option(fc.constantFrom(...numbers));
const kind = fc.constantFrom("mobile", "landline", "other", "premium");
const seldom = fc.integer({ min: 0, max: 4 }).map((n) => n === 0);
const person = fc.record({
  mobile: number,
  mobile_kind: kind,
  phone: number,
  phone_kind: kind,
  marketing: fc.boolean(),
  consents: fc.oneof({ arbitrary: fc.constant(true), weight: 3 }, { arbitrary: fc.constant(false), weight: 1 }),
  first_name: fc.constantFrom("Ola", "Åse", null),
  place: fc.record({ a: fc.boolean(), b: fc.boolean(), alone: fc.boolean(), not: seldom, out: seldom }),
});

test("property: the review's counts equal what is then written to the ledger, to the segment", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(person, { minLength: 1, maxLength: 14 }),
      fc.subarray(numbers, { maxLength: 2 }),
      fc.integer({ min: 1, max: 5 }),
      fc.option(fc.integer({ min: 1, max: 3 })),
      fc.array(fc.record({ who: fc.nat(13), number: fc.constantFrom(...numbers) }), { maxLength: 8 }),
      async (people, stopped, chunk, cap, texted) => {
        const workspace = await createTestWorkspace(db);
        const taken = new Set<string>();
        const contacts = people.map((each) => {
          // A mobile number belongs to one contact.
          const mobile = each.mobile === null || taken.has(each.mobile) ? null : each.mobile;
          if (mobile) taken.add(mobile);
          return {
            ...each,
            mobile,
            mobile_kind: mobile ? each.mobile_kind : null,
            phone_kind: each.phone ? each.phone_kind : null,
          };
        });
        const ids = await addContacts(db, workspace.id, contacts);
        for (const each of stopped) await optOut(workspace.id, each);
        const texts = texted.flatMap(({ who, number }) => {
          const contact = ids[who];
          return contact ? [{ contact, number }] : [];
        });
        await receivedBefore(workspace, texts);
        await setCap(workspace, cap, cap && 7);
        const where = (place: keyof (typeof people)[number]["place"]) => ids.filter((_, i) => people[i]?.place[place]);
        const include = {
          lists: [await listOf(db, workspace.id, where("a")), await listOf(db, workspace.id, where("b"))],
          contacts: where("alone"),
        };
        const exclude = { lists: [await listOf(db, workspace.id, where("out"))], contacts: where("not") };
        const text = 'Hei {{ contact.first_name | default: "der" }}';
        const id = await draftOf(db, workspace, { text, include, exclude });
        const { errors, recipients } = await review(workspace, id);
        const will = await listed(workspace, id, "will", chunk);
        const wont = await listed(workspace, id, "wont", chunk);
        expect([will.length, wont.length]).toEqual([recipients.will, recipients.wont]);
        for (const [reason, count] of Object.entries(recipients.reasons)) {
          const those = wont.filter((one) => one.reason === reason);
          expect(those).toHaveLength(count);
          expect(await listed(workspace, id, "wont", chunk, reason as SkipReason)).toEqual(those);
        }
        const before = new Map<string, Awaited<ReturnType<typeof explain>>>();
        for (const contact of ids) before.set(contact, await explain(workspace, id, contact));
        for (const { contact_id, reason } of [...will, ...wont])
          expect(before.get(contact_id)).toEqual({ will: reason === null, reason, message_id: null });
        const named = new Set([...will, ...wont].map((one) => one.contact_id));
        for (const contact of ids.filter((one) => !named.has(one)))
          expect(["excluded", "not_in_audience"]).toContain(before.get(contact)?.reason);
        if (recipients.will === 0) {
          expect(errors.map((error) => error.code)).toContain("nobody");
          return;
        }
        expect(errors).toEqual([]);
        await press(db, workspace.id, id);
        await prepare(db, workspace.id, id, chunk);
        const rows = (await ledger(db, workspace.id)).filter((row) => row.source_id === id);
        const queued = rows.filter((row) => row.status === "queued");
        expect(queued).toHaveLength(recipients.will);
        expect(new Set(queued.map((row) => row.number)).size).toBe(queued.length);
        const skipped = rows.filter((row) => row.status === "skipped");
        expect(skipped).toHaveLength(recipients.wont);
        const reasons: Record<string, number> = {};
        for (const { reason } of skipped) reasons[reason ?? ""] = (reasons[reason ?? ""] ?? 0) + 1;
        expect(reasons).toEqual(recipients.reasons);
        const contactsOf = (those: readonly { contact_id: string | null }[]) =>
          those.map((one) => one.contact_id).sort();
        expect(contactsOf(will)).toEqual(contactsOf(queued));
        const sorted = (those: readonly { contact_id: string | null; reason: string | null }[]) =>
          those.map((one) => `${one.contact_id} ${one.reason}`).sort();
        expect(sorted(wont)).toEqual(sorted(skipped));
        // The ledger gives the same answers.
        for (const contact of ids) {
          const { message_id, ...after } = await explain(workspace, id, contact);
          const { will: was, reason } = before.get(contact) ?? { will: false, reason: null };
          expect(after).toEqual({ will: was, reason });
          expect(message_id !== null).toBe(named.has(contact));
        }
        const segments = queued.reduce((sum, row) => sum + row.segments, 0);
        expect(await quota(db, workspace.id)).toEqual({ used: 0, reserved: segments });
        const { counts } = await look(db, workspace.id, id);
        expect(counts).toMatchObject({
          recipients: recipients.will,
          not_sent: recipients.wont,
          pending: recipients.will,
        });
      },
    ),
    { numRuns: runs(8, 400) },
  );
});

test("a campaign finishes at once when its last recipient is skipped after the review", async () => {
  const workspace = await createTestWorkspace(db);
  await addContacts(db, workspace.id, [{ mobile: "+4791000001" }]);
  const id = await draftOf(db, workspace, {}, await listOfAll(db, workspace.id));
  await press(db, workspace.id, id);
  await optOut(workspace.id, "+4791000001");
  await prepare(db, workspace.id, id);
  expect(await finished(db, workspace.id, id)).toMatchObject({
    status: "sent",
    counts: { recipients: 0, sent: 0, not_sent: 1, pending: 0 },
  });
  expect(await quota(db, workspace.id)).toEqual({ used: 0, reserved: 0 });
});
