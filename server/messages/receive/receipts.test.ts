import fc from "fast-check";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { newId } from "../../../testing/new-id.ts";
import { addManyContacts, ledger, send } from "../../../testing/pipeline.ts";
import { runs } from "../../../testing/runs.ts";
import { createTestWorkspace } from "../../../testing/workspace.ts";
import type { Receipt } from "../../carriers/carrier.ts";
import { systemClock } from "../../kit/clock.ts";
import { leaseLanes } from "../dispatch/lanes-store.ts";
import { claim } from "../dispatch/queue-store.ts";
import { record } from "../dispatch/record-outcomes.ts";
import { createReceiptIntake, recordReceipts } from "./receipts.ts";

const { db } = await testDatabase();

const receiptStatus = fc.constantFrom<Receipt["status"]>("sent", "delivered", "undelivered", "failed", "expired");
/** What can happen to a text in any order: its submission is recorded once, receipts arrive at any time. */
const events = fc
  .array(receiptStatus, { maxLength: 6 })
  .chain((receipts) => fc.nat({ max: receipts.length }).map((at) => receipts.toSpliced(at, 0, "record" as never)));

test("whatever the order, status only moves forward and every transition is counted once", async () => {
  const workspace = await createTestWorkspace(db, { allowance: 1_000_000 });
  const order = ["queued", "submitted", "sent", "final"];
  const rank = (status: string) => (order.includes(status) ? order.indexOf(status) : 3);
  const worker = newId();
  await fc.assert(
    fc.asyncProperty(events, async (happening) => {
      const number = "+4791234567";
      const { messages, source } = await send(db, workspace, { recipients: { people: [{ number }] } });
      const id = messages[0]?.id as string;
      const seen: string[] = [];
      for (const event of happening as (Receipt["status"] | "record")[]) {
        await db.asSystem(async (tx) => {
          if (event === "record") {
            await sql`update lanes set leased_by = null`.execute(tx);
            const lanes = await leaseLanes(tx, { worker, seconds: 60, now: new Date() }, 10);
            const lane = lanes.find((each) => each.workspace_id === workspace.id);
            if (!lane) throw new Error("no lane");
            const rows = await claim(tx, lane, { transactional: 0, marketing: 0 }, 10);
            const results = rows.map((row) => ({
              row,
              result: { status: "sent" as const, carrier_reference: "ref", at: new Date() },
              carrier: "sandbox",
            }));
            await record(tx, lane, worker, new Date(), { journals: [], results });
            return;
          }
          const receipt = { workspace_id: workspace.id, message_id: id, carrier_reference: "ref", at: new Date() };
          await recordReceipts(tx, new Date(), [{ ...receipt, status: event, code: null, reason: null }]);
        });
        const row = (await ledger(db, workspace.id)).find((each) => each.id === id);
        seen.push(row?.status ?? "gone");
      }
      for (let i = 1; i < seen.length; i++) {
        expect(rank(seen[i] as string)).toBeGreaterThanOrEqual(rank(seen[i - 1] as string));
        if (rank(seen[i - 1] as string) === 3) expect(seen[i]).toBe(seen[i - 1]);
      }
      const final = happening.find((event) => event !== "sent" && (event as string) !== "record");
      expect(seen.at(-1)).toBe(final ?? "sent");
      const { rows } = await db.inWorkspace(workspace.id, (tx) =>
        sql<{ status: string; n: number }>`
          select status, sum(n)::bigint as n from message_counts
          where workspace_id = ${workspace.id} and source_id = ${source.id} group by 1`.execute(tx),
      );
      const expected: Record<string, number> = { queued: 1, sent: 1 };
      if (final) expected[final] = 1;
      expect(Object.fromEntries(rows.map(({ status, n }) => [status, n]))).toEqual(expected);
    }),
    { numRuns: runs(10, 1_000) },
  );
});

test("receipts of unknown messages are tolerated, and batches that come together are all answered", async () => {
  const workspace = await createTestWorkspace(db);
  const liveUpdates = { publish() {}, publishSources() {} };
  const intake = createReceiptIntake({ db, clock: systemClock, liveUpdates });
  const { messages } = await send(db, workspace, {
    recipients: { people: [{ number: "+4791000001" }, { number: "+4791000002" }] },
  });
  const receipt = (message_id: string, code: string | null): Receipt => ({
    workspace_id: workspace.id,
    message_id,
    carrier_reference: "r",
    status: code ? "undelivered" : "delivered",
    at: new Date(),
    code,
    reason: code ? "unreachable" : null,
  });
  const [first, second] = messages.map((each) => each.id) as [string, string];
  await Promise.all([
    intake([receipt(newId(), null)]),
    intake([receipt(first, null), receipt(first, "30003")]),
    intake([receipt(second, "30003")]),
    intake([]),
  ]);
  const rows = new Map((await ledger(db, workspace.id)).map((row) => [row.id, row]));
  expect(rows.get(first)).toMatchObject({ status: "delivered", reason: null });
  expect(rows.get(second)).toMatchObject({ status: "undelivered", reason: "unreachable", carrier_error: "30003" });
});

test("open conversations hear of receipts: of a few by contact, of many that there were some", async () => {
  const workspace = await createTestWorkspace(db, { allowance: 1_000_000 });
  const heard: (string | null)[] = [];
  const liveUpdates = {
    publish: (_workspace: string, topic: string, id: string | null) =>
      void (topic === "conversation" && heard.push(id)),
    publishSources() {},
  };
  const intake = createReceiptIntake({ db, clock: systemClock, liveUpdates });
  await addManyContacts(db, workspace.id, 60);
  await send(db, workspace);
  const messages = await ledger(db, workspace.id);
  const contacts = messages.map((each) => each.contact_id);
  const receiptOf = ({ id }: { id: string }): Receipt => ({
    workspace_id: workspace.id,
    message_id: id,
    carrier_reference: null,
    status: "delivered",
    at: new Date(),
    code: null,
    reason: null,
  });
  await intake(messages.slice(0, 3).map(receiptOf));
  expect(heard.splice(0).sort()).toEqual(contacts.slice(0, 3).sort());
  // Repeated: nothing changes.
  await intake(messages.slice(0, 3).map(receiptOf));
  expect(heard.splice(0)).toEqual([]);
  await intake(messages.slice(3).map(receiptOf));
  expect(heard).toEqual([null]);
});
