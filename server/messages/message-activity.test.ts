/** What activity says of texts: each outcome once, and nothing where nobody subscribes. */
import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { newId } from "../../testing/new-id.ts";
import { addContacts, ledger, send, startPipeline, untilFinal } from "../../testing/pipeline.ts";
import { createTestWorkspace, type TestWorkspace } from "../../testing/workspace.ts";
import { subscribe } from "../activity/subscriber.ts";
import { setPhone } from "../carriers/sandbox/store.ts";
import { recordOptOut } from "../consent/opt-outs.ts";
import { recordReceipts } from "./receive/receipts.ts";

const { db } = await testDatabase({ max: 20 });
let workspace: TestWorkspace;
beforeEach(async () => {
  workspace = await createTestWorkspace(db);
});

const listen = () =>
  db.inWorkspace(workspace.id, (tx) =>
    subscribe(tx, {
      workspace_id: workspace.id,
      id: newId(),
      subscriber: "test",
      types: ["message.delivered", "message.failed", "message.skipped"],
    }),
  );

/** The ids of messages, by type of activity. */
async function happened() {
  const { rows } = await db.inWorkspace(workspace.id, (tx) =>
    sql<{ type: string; subjects: string[] }>`
      select type, subjects::text[] as subjects from activity where workspace_id = ${workspace.id} order by id`.execute(
      tx,
    ),
  );
  return { rows: rows.length, of: (type: string) => rows.flatMap((row) => (row.type === type ? row.subjects : [])) };
}

const behave = (number: string, behaviour: "fail" | "double_receipt", error_code: string | null = null) =>
  db.inWorkspace(workspace.id, (tx) => setPhone(tx, workspace.id, { number, behaviour, error_code, delay_ms: 0 }));

test("each outcome is told once: delivered, refused, undelivered, skipped at the door and at submission", async () => {
  await listen();
  const numbers = Array.from({ length: 6 }, (_, i) => `+4790000${100 + i}`);
  const [delivered, twice, refused, undelivered, late] = numbers as [string, string, string, string, string];
  await addContacts(db, workspace.id, [
    ...numbers.slice(0, 5).map((mobile) => ({ mobile })),
    { mobile: "+4790000109", consents: false },
  ]);
  await behave(twice, "double_receipt");
  await behave(refused, "fail", "21211");
  await behave(undelivered, "fail", "30003");
  await send(db, workspace, { class: "marketing" });
  // After the door, before the submission.
  await db.inWorkspace(workspace.id, (tx) =>
    recordOptOut(tx, {
      workspaceId: workspace.id,
      number: late,
      senderId: workspace.sender.id,
      source: "sms",
      evidence: "STOP",
      at: new Date(),
    }),
  );
  await startPipeline(db);
  await untilFinal(db, workspace.id);
  const rows = await ledger(db, workspace.id);
  const idsOf = (...of: string[]) => rows.filter(({ number }) => of.includes(number)).map(({ id }) => id);
  const { of } = await happened();
  expect(of("message.delivered").toSorted()).toEqual(idsOf(delivered, twice).toSorted());
  expect(of("message.failed").toSorted()).toEqual(idsOf(refused, undelivered).toSorted());
  expect(of("message.skipped").toSorted()).toEqual(idsOf(late, "+4790000109").toSorted());
  // A receipt that comes again, or late, changes nothing.
  const receipts = rows.map(({ id }) => ({
    workspace_id: workspace.id,
    message_id: id,
    carrier_reference: null,
    status: "delivered" as const,
    reason: null,
    code: null,
    at: new Date(),
  }));
  const before = await happened();
  await db.asSystem((tx) => recordReceipts(tx, new Date(), receipts));
  expect((await happened()).rows).toBe(before.rows);
});

test("a batch of receipts is one row, also of several workspaces, and only where somebody subscribes", async () => {
  const other = await createTestWorkspace(db);
  await listen();
  for (const one of [workspace, other]) {
    await addContacts(db, one.id, [{ mobile: "+4790000001" }, { mobile: "+4790000002" }, { mobile: "+4790000003" }]);
    await send(db, one);
  }
  const receiptsOf = async (id: string) =>
    (await ledger(db, id)).map((row) => ({
      workspace_id: id,
      message_id: row.id,
      carrier_reference: null,
      status: "delivered" as const,
      reason: null,
      code: null,
      at: new Date(),
    }));
  const receipts = [...(await receiptsOf(workspace.id)), ...(await receiptsOf(other.id))];
  await db.asSystem((tx) => recordReceipts(tx, new Date(), receipts));
  const { rows, of } = await happened();
  expect(rows).toBe(1);
  expect(of("message.delivered")).toHaveLength(3);
  workspace = other;
  expect((await happened()).rows).toBe(0);
});
