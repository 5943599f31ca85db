import { sql } from "kysely";
import { expect, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { newId } from "../../../testing/new-id.ts";
import { addContacts, addManyContacts, batchOf, ledger, quota, send, template } from "../../../testing/pipeline.ts";
import { runs } from "../../../testing/runs.ts";
import { createTestWorkspace } from "../../../testing/workspace.ts";
import { recordOptOut } from "../../consent/opt-outs.ts";
import { reserveQuota } from "../../quota/quota.ts";
import { sendMessages } from "./send-messages.ts";

const { db } = await testDatabase({ max: 20 });

test("every contact gets a message or a skip with its reason", async () => {
  const workspace = await createTestWorkspace(db);
  const ids = await addContacts(db, workspace.id, [
    { mobile: "+4791000001" },
    {},
    { mobile: "+4721000001", mobile_kind: "landline" },
    { mobile: "+4782000001", mobile_kind: "premium" },
    { mobile: "+4711", mobile_kind: "short" },
    { mobile: "+4791000002", marketing: false },
    { mobile: "+4791000003", consents: false },
    { mobile: "+4791000004" },
    { mobile: "+4721000002", mobile_kind: "landline", phone: "+4791000005", phone_kind: "mobile" },
    { mobile: "+46701740605" },
    { phone: "+4791000001", phone_kind: "mobile" },
  ]);
  await db.inWorkspace(workspace.id, (tx) =>
    recordOptOut(tx, {
      workspaceId: workspace.id,
      number: "+4791000004",
      senderId: newId(),
      source: "sms",
      evidence: "STOP",
      at: new Date(),
    }),
  );
  const result = await send(db, workspace, { class: "marketing" });
  expect(result).toMatchObject({
    queued: 3,
    segments: 3,
    skipped: {
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
  const rows = await ledger(db, workspace.id);
  const reasons = new Map(rows.map((row) => [row.contact_id, row.reason ?? row.number]));
  expect(ids.map((id) => reasons.get(id))).toEqual([
    "+4791000001",
    "no_number",
    "landline",
    "premium_number",
    "invalid_number",
    "not_marketing",
    "no_consent",
    "opted_out",
    "+4791000005",
    "+46701740605",
    "duplicate",
  ]);
  expect(await quota(db, workspace.id)).toEqual({ used: 0, reserved: 3 });
});

test("a STOP to another sender does not stop a transactional text, one to its own or to all does", async () => {
  const workspace = await createTestWorkspace(db);
  const everyone = "00000000-0000-0000-0000-000000000000";
  await addContacts(db, workspace.id, [
    { mobile: "+4791000001" },
    { mobile: "+4791000002" },
    { mobile: "+4791000003" },
  ]);
  const senders = [newId(), workspace.sender.id, everyone];
  await db.inWorkspace(workspace.id, async (tx) => {
    for (const [i, senderId] of senders.entries()) {
      const number = `+479100000${i + 1}`;
      await recordOptOut(tx, {
        workspaceId: workspace.id,
        number,
        senderId,
        source: "sms",
        evidence: null,
        at: new Date(),
      });
    }
  });
  expect(await send(db, workspace)).toMatchObject({ queued: 1, skipped: { opted_out: 2 } });
  expect(await send(db, workspace, { class: "marketing" })).toMatchObject({ queued: 0, skipped: { opted_out: 3 } });
});

test("a source sends a recipient once, whatever is repeated", async () => {
  const workspace = await createTestWorkspace(db);
  await addManyContacts(db, workspace.id, 50);
  const batch = await batchOf(db, workspace, { class: "marketing" });
  const twice = () => db.inWorkspace(workspace.id, (tx) => sendMessages(tx, batch));
  const results = await Promise.all([twice(), twice(), twice()]);
  expect(results.reduce((sum, { queued }) => sum + queued, 0)).toBe(50);
  expect(results.flatMap(({ skipped }) => Object.keys(skipped))).toEqual([]);
  expect(await ledger(db, workspace.id)).toHaveLength(50);
  expect(await quota(db, workspace.id)).toEqual({ used: 0, reserved: 50 });
  expect((await twice()).queued).toBe(0);
});

test("a contact with the number of an earlier chunk is a duplicate", async () => {
  const workspace = await createTestWorkspace(db);
  const [first, second] = await addContacts(db, workspace.id, [
    { mobile: "+4791000001" },
    { phone: "+4791000001", phone_kind: "mobile" },
  ]);
  const source = { type: "campaign" as const, id: newId(), at: new Date() };
  const chunk = (id: string | undefined) =>
    send(db, workspace, { source, recipients: { contacts: sql`select ${id}::uuid` } });
  expect(await chunk(first)).toMatchObject({ queued: 1, skipped: {} });
  expect(await chunk(second)).toMatchObject({ queued: 0, skipped: { duplicate: 1 } });
  expect(await chunk(second)).toMatchObject({ queued: 0, skipped: {} });
  expect(await quota(db, workspace.id)).toEqual({ used: 0, reserved: 1 });
});

test("texts are rendered, normalised and counted for each recipient; one that cannot be sent is a skip", async () => {
  const workspace = await createTestWorkspace(db);
  await addContacts(db, workspace.id, [
    { mobile: "+4791000001", first_name: "A\u030ase" },
    { mobile: "+4791000002", first_name: "x".repeat(100) },
    { mobile: "+4791000003", first_name: "Анна" },
    { mobile: "+4791000004" },
  ]);
  const result = await send(db, workspace, {
    template: template(`{% if contact.first_name %}Hei {{ contact.first_name }}! ${"a".repeat(60)}{% endif %}`),
  });
  expect(result).toMatchObject({ queued: 3, segments: 4, skipped: { empty_text: 1 } });
  const rows = await ledger(db, workspace.id);
  const sent = new Map(rows.map((row) => [row.number, row]));
  expect(sent.get("+4791000001")).toMatchObject({ text: `Hei Åse! ${"a".repeat(60)}`, segments: 1 });
  expect(sent.get("+4791000002")).toMatchObject({ segments: 2 });
  expect(sent.get("+4791000003")).toMatchObject({ segments: 1 });
});

test("1,600 characters are sent, 1,601 are too long", async () => {
  const workspace = await createTestWorkspace(db);
  await addContacts(db, workspace.id, [{ mobile: "+4791000001" }]);
  expect(await send(db, workspace, { text: "x".repeat(1600) })).toMatchObject({ queued: 1, segments: 11 });
  expect(await send(db, workspace, { text: "x".repeat(1601) })).toMatchObject({ queued: 0, skipped: { too_long: 1 } });
  expect(await send(db, workspace, { text: "x".repeat(1595), opt_out_text: "STOPP" })).toMatchObject({
    skipped: { too_long: 1 },
  });
});

test("quota one segment too small: nothing is sent, and the figures are reported", async () => {
  const workspace = await createTestWorkspace(db, { allowance: 9 });
  await addManyContacts(db, workspace.id, 10);
  await expect(send(db, workspace)).rejects.toMatchObject({
    status: 422,
    code: "quota_exceeded",
    value: { needed: 10, allowance: 9, used: 0, reserved: 0, remaining: 9 },
  });
  expect(await ledger(db, workspace.id)).toEqual([]);
  expect(await quota(db, workspace.id)).toEqual({ used: 0, reserved: 0 });
});

test("quota exactly enough: everything is sent", async () => {
  const workspace = await createTestWorkspace(db, { allowance: 10 });
  await addManyContacts(db, workspace.id, 10);
  expect(await send(db, workspace)).toMatchObject({ queued: 10, segments: 10 });
  await expect(send(db, workspace)).rejects.toMatchObject({ code: "quota_exceeded" });
});

test("a source with a reservation uses it, and reserves only what is missing", async () => {
  const workspace = await createTestWorkspace(db, { allowance: 12 });
  await addManyContacts(db, workspace.id, 10);
  const now = new Date();
  const reserved = await db.inWorkspace(workspace.id, (tx) => reserveQuota(tx, workspace.id, now, 8));
  if (!reserved.ok) throw new Error("not reserved");
  const terms = { kind: "reserved", period_start: reserved.period_start, segments: 8 } as const;
  expect(await send(db, workspace, { quota: terms })).toMatchObject({ queued: 10, segments: 10 });
  expect(await quota(db, workspace.id)).toEqual({ used: 0, reserved: 10 });
  await expect(send(db, workspace, { quota: { ...terms, segments: 5 } })).rejects.toMatchObject({
    code: "quota_exceeded",
  });
});

const senders = runs(200, 1_000);

test(`${senders} concurrent sends against a nearly used up quota never exceed it by a segment`, async () => {
  const workspace = await createTestWorkspace(db, { allowance: 137 });
  const results = await Promise.allSettled(
    Array.from({ length: senders }, (_, i) =>
      send(db, workspace, {
        text: "x".repeat(i % 3 === 0 ? 161 : 20),
        recipients: { people: [{ number: `+4791${String(i).padStart(6, "0")}` }] },
      }),
    ),
  );
  const sent = results.flatMap((result) => (result.status === "fulfilled" ? [result.value.segments] : []));
  const refused = results.flatMap((result) => (result.status === "rejected" ? [result.reason.code] : []));
  const total = sent.reduce((sum, segments) => sum + segments, 0);
  expect(new Set(refused)).toEqual(new Set(["quota_exceeded"]));
  expect(total).toBeLessThanOrEqual(137);
  expect(total).toBeGreaterThanOrEqual(136);
  expect(await quota(db, workspace.id)).toEqual({ used: 0, reserved: total });
  const rows = await ledger(db, workspace.id);
  expect(rows.reduce((sum, row) => sum + row.segments, 0)).toBe(total);
});
