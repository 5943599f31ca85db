import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { createTestWorkspace, type TestWorkspace } from "../../testing/workspace.ts";
import { newId } from "../kit/id.ts";
import { everySender } from "./every-sender.ts";
import { type OptOutChange, recordOptIn, recordOptOut } from "./opt-outs.ts";

const { db } = await testDatabase();
const number = "+4791234567";
let workspace: TestWorkspace;
beforeEach(async () => {
  workspace = await createTestWorkspace(db);
});

const change = (overrides: Partial<OptOutChange> = {}): OptOutChange => ({
  workspaceId: workspace.id,
  number,
  senderId: workspace.sender.id,
  source: "sms",
  evidence: "STOP",
  at: new Date("2026-03-01T12:00:00Z"),
  ...overrides,
});
const stop = (overrides?: Partial<OptOutChange>) =>
  db.inWorkspace(workspace.id, (tx) => recordOptOut(tx, change(overrides)));
const start = (overrides?: Partial<OptOutChange>) =>
  db.inWorkspace(workspace.id, (tx) => recordOptIn(tx, change({ evidence: "START", ...overrides })));

async function inForce(): Promise<string[]> {
  const { rows } = await db.inWorkspace(workspace.id, (tx) =>
    sql<{ sender_id: string }>`select sender_id from opt_outs where number = ${number}`.execute(tx),
  );
  return rows.map((row) => row.sender_id);
}

test("only the first of many STOPs at once is the first, and each is kept", async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => stop()));
  expect(answers.filter((answer) => answer.first)).toHaveLength(1);
  const { rows } = await db.inWorkspace(workspace.id, (tx) => sql`select from opt_out_events`.execute(tx));
  expect(rows).toHaveLength(8);
});

test("START lifts its sender's STOP and the workspace's, not another sender's", async () => {
  const other = newId();
  await stop();
  await stop({ senderId: everySender });
  await stop({ senderId: other });
  expect(await start()).toEqual({ lifted: true });
  expect(await inForce()).toEqual([other]);
  expect(await start()).toEqual({ lifted: false });
  expect(await start({ senderId: everySender })).toEqual({ lifted: true });
  expect(await inForce()).toEqual([]);
});

test("a START that was sent before the STOP does not lift it", async () => {
  await stop();
  expect(await start({ at: new Date("2026-03-01T11:59:59Z") })).toEqual({ lifted: false });
  expect(await inForce()).toEqual([workspace.sender.id]);
});

test("STOP and START are kept for good", async () => {
  await stop();
  for (const statement of [sql`update opt_out_events set evidence = 'x'`, sql`delete from opt_out_events`]) {
    await expect(db.inWorkspace(workspace.id, (tx) => statement.execute(tx))).rejects.toThrow("append-only");
  }
});
