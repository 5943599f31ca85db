import fc from "fast-check";
import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { ConsentEventInput } from "../../contract/consent.ts";
import { testDatabase } from "../../testing/database.ts";
import { runs } from "../../testing/runs.ts";
import { holdSubmitLock } from "../../testing/submit-lock.ts";
import { createTestWorkspace, type TestWorkspace } from "../../testing/workspace.ts";
import { createContact } from "../contacts/contacts.ts";
import { getConsent } from "./get-consent.ts";
import { recordConsent } from "./record-consent.ts";

const { db, connection } = await testDatabase();
const now = new Date("2026-03-01T12:00:00Z");
let workspace: TestWorkspace;
beforeEach(async () => {
  workspace = await createTestWorkspace(db);
});

const makeContact = async (id = workspace.id) =>
  (await db.inWorkspace(id, (tx) => createContact(tx, id, {}, new Date()))).id;
const record = (input: object) =>
  db.inWorkspace(workspace.id, (tx) =>
    recordConsent(tx, {
      workspaceId: workspace.id,
      input: ConsentEventInput.parse({ subscription_type: "marketing", source: "form", ...input }),
      recordedBy: "Kari",
      now,
    }),
  );
const consentOf = (contactId: string) => db.inWorkspace(workspace.id, (tx) => getConsent(tx, workspace.id, contactId));

async function bitsOf(contactId: string): Promise<number> {
  const { rows } = await db.inWorkspace(workspace.id, (tx) =>
    sql<{ sms_consents: number }>`select sms_consents from contacts where id = ${contactId}`.execute(tx),
  );
  return rows[0]?.sms_consents as number;
}

test("consent is recorded in the ledger, and the current consent is derived from it", async () => {
  const contact_id = await makeContact();
  await record({ contact_id, action: "grant", evidence: "Yes to offers", at: "2026-01-01T10:00:00Z" });
  await record({ contact_id, action: "grant", channel: "email" });
  expect(await bitsOf(contact_id)).toBe(1);
  await record({ contact_id, action: "withdraw", source: "phone", at: "2026-02-01T10:00:00Z" });
  expect(await bitsOf(contact_id)).toBe(0);
  const consent = await consentOf(contact_id);
  expect(consent.current).toMatchObject([
    { channel: "email", granted: true, subscription_type: { key: "marketing" } },
    { channel: "sms", granted: false, source: "phone", at: "2026-02-01T10:00:00.000Z" },
  ]);
  expect(consent.events.map((event) => `${event.channel} ${event.action}`)).toEqual([
    "email grant",
    "sms withdraw",
    "sms grant",
  ]);
});

test("the bit follows the latest event, in any order of recording and with concurrent events", async () => {
  const types = ["marketing", "event_info"];
  const event = fc.record({
    subscription_type: fc.constantFrom(...types),
    action: fc.constantFrom("grant", "withdraw"),
    channel: fc.constantFrom("sms", "sms", "email"),
    day: fc.integer({ min: 1, max: 5 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 12 }), fc.boolean(), async (events, atOnce) => {
      const contact_id = await makeContact();
      const send = ({ day, ...rest }: (typeof events)[number]) =>
        record({ ...rest, contact_id, at: `2026-01-0${day}T00:00:00Z` });
      if (atOnce) await Promise.all(events.map(send));
      else for (const each of events) await send(each);
      const expected = types.reduce((bits, type, bit) => {
        const mine = events.filter((each) => each.subscription_type === type && each.channel === "sms");
        const latest = Math.max(...mine.map((each) => each.day));
        const decisive = mine.filter((each) => each.day === latest);
        return decisive.length > 0 && decisive.every((each) => each.action === "grant") ? bits | (1 << bit) : bits;
      }, 0);
      expect(await bitsOf(contact_id)).toBe(expected);
      const { current } = await consentOf(contact_id);
      for (const [bit, type] of types.entries()) {
        const state = current.find((each) => each.channel === "sms" && each.subscription_type.key === type);
        expect(state?.granted ?? false).toBe((expected & (1 << bit)) !== 0);
      }
    }),
    { numRuns: runs(10, 1_000) },
  );
});

test("the future, an unknown type and another workspace's contact are refused", async () => {
  const contact_id = await makeContact();
  await expect(record({ contact_id, action: "grant", at: "2026-03-01T12:00:00.001Z" })).rejects.toMatchObject({
    status: 422,
    field: "at",
  });
  await expect(record({ contact_id, action: "grant", subscription_type: "x" })).rejects.toMatchObject({
    status: 422,
    field: "subscription_type",
    value: "x",
  });
  const other = await createTestWorkspace(db);
  const foreign = await makeContact(other.id);
  await expect(record({ contact_id: foreign, action: "grant" })).rejects.toMatchObject({
    status: 404,
    field: "contact_id",
    value: foreign,
  });
  await expect(consentOf(foreign)).rejects.toMatchObject({ status: 404 });
});

test("the ledger is append-only", async () => {
  const contact_id = await makeContact();
  await record({ contact_id, action: "grant" });
  for (const statement of [sql`update consent_events set granted = false`, sql`delete from consent_events`]) {
    await expect(db.inWorkspace(workspace.id, (tx) => statement.execute(tx))).rejects.toThrow("append-only");
  }
});

test("recording a withdrawal waits for running submissions, a grant does not", async () => {
  const contact_id = await makeContact();
  const lock = await holdSubmitLock(connection, workspace.id);
  await record({ contact_id, action: "grant", at: "2026-01-01T10:00:00Z" });
  let answered = false;
  const withdrawal = record({ contact_id, action: "withdraw" }).then(() => {
    answered = true;
  });
  await lock.waited(1);
  expect(answered).toBe(false);
  await lock.letGo();
  await withdrawal;
  expect(await bitsOf(contact_id)).toBe(0);
});
