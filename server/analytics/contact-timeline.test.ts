import { sql } from "kysely";
import { expect, test } from "vitest";
import type { TimelineEntry } from "../../contract/contacts.ts";
import { testDatabase } from "../../testing/database.ts";
import { newId } from "../../testing/new-id.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";
import { recordOptIn, recordOptOut } from "../consent/opt-outs.ts";
import { recordConsent } from "../consent/record-consent.ts";
import { createContact } from "../contacts/contacts.ts";
import { contactTimeline } from "./contact-timeline.ts";

const { db } = await testDatabase();
const workspace = await createTestWorkspace(db);
const start = Date.now() - 60_000;
const minute = (n: number) => new Date(start + n * 1000);

async function timeline(contactId: string, limit: number): Promise<TimelineEntry[]> {
  const entries: TimelineEntry[] = [];
  let cursor: string | undefined;
  do {
    const page = await db.inWorkspace(workspace.id, (tx) =>
      contactTimeline(tx, workspace.id, contactId, { cursor, limit }),
    );
    entries.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
  return entries;
}

test("texts both ways, consent, STOP and START are listed newest first, whatever the page size", async () => {
  const number = "+4791234567";
  const campaign = newId();
  const contact = await db.inWorkspace(workspace.id, async (tx) => {
    await recordOptOut(tx, { ...sms(), at: minute(0), evidence: "STOP" });
    const made = await createContact(tx, workspace.id, { mobile: number }, new Date());
    await recordOptIn(tx, { ...sms(), at: minute(1), evidence: "START" });
    const input = { contact_id: made.id, subscription_type: "marketing", channel: "sms" as const, source: "form" };
    await recordConsent(tx, {
      workspaceId: workspace.id,
      input: { ...input, action: "grant", at: minute(2).toISOString(), evidence: "Yes please" },
      recordedBy: "Kari",
      now: new Date(),
    });
    await sql`insert into campaigns (workspace_id, id, name, status, text, include, exclude, opt_out_text,
        created_by_name, created_at, updated_at)
      values (${workspace.id}, ${campaign}, 'Vår', 'sent', '', '{}', '{}', true, 'Kari', now(), now())`.execute(tx);
    const message = (at: Date, status: string, type: string, source: string | null, text: string) =>
      sql`insert into messages (workspace_id, id, status, encoding, segments, source_type, source_id, contact_id, sender_id,
          number, text)
        values (${workspace.id}, ${newId(at)}, ${status}::message_status, '7', 1, ${type}, ${source}, ${made.id},
          ${workspace.sender.id}, ${number}, ${text})`.execute(tx);
    for (let n = 0; n < 3; n++) await message(minute(3), "delivered", "campaign", campaign, `same instant ${n}`);
    await message(minute(4), "received", "inbound", null, "Takk!");
    const skipped = newId(minute(3.5));
    await sql`insert into messages (workspace_id, id, status, encoding, segments, source_type, source_id, contact_id,
        sender_id, number, text, reason)
      values (${workspace.id}, ${skipped}, 'skipped', '7', 0, 'campaign', ${campaign}, ${made.id}, ${workspace.sender.id},
        ${number}, '', 'opted_out')`.execute(tx);
    await recordConsent(tx, {
      workspaceId: workspace.id,
      input: { ...input, action: "withdraw", at: minute(3).toISOString() },
      recordedBy: "Kari",
      now: new Date(),
    });
    return made;
  });
  function sms() {
    return { workspaceId: workspace.id, number, senderId: workspace.sender.id, source: "sms" };
  }

  const all = await timeline(contact.id, 50);
  expect(all).toHaveLength(9);
  for (const limit of [1, 2, 3]) expect(await timeline(contact.id, limit)).toEqual(all);
  expect(all.map((entry) => entry.kind).slice(-3)).toEqual(["consent_granted", "opted_in", "opted_out"]);
  expect(all[0]).toMatchObject({
    kind: "message_received",
    text: "Takk!",
    detail: "received",
    source: { type: "message" },
  });
  expect(all[1]).toMatchObject({
    kind: "message_skipped",
    text: null,
    detail: "opted_out",
    source: { type: "campaign", id: campaign, name: "Vår" },
  });
  const sent = all.find((entry) => entry.kind === "message_sent");
  expect(sent).toMatchObject({
    at: minute(3).toISOString(),
    detail: "delivered",
    source: { type: "campaign", id: campaign, name: "Vår" },
  });
  expect(all.find((entry) => entry.kind === "consent_granted")).toMatchObject({
    text: "Yes please",
    detail: "Marketing",
    source: { type: "consent", id: null, name: "form" },
  });
});

test("another workspace's contact has no timeline", async () => {
  const other = await createTestWorkspace(db);
  const contact = await db.inWorkspace(other.id, (tx) => createContact(tx, other.id, {}, new Date()));
  await expect(timeline(contact.id, 10)).rejects.toMatchObject({ status: 404 });
});
