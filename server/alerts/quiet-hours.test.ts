/** Quiet hours that nobody switched are told, until somebody decides. */
import { sql } from "kysely";
import { expect, test } from "vitest";
import { addMember, testWatch } from "../../testing/alerts.ts";
import { testDatabase } from "../../testing/database.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";
import { storeSwitch, switchOnWithCarrier } from "../workspaces/quiet-hours-store.ts";

const { db } = await testDatabase();
const at = new Date();

async function start(settled: boolean) {
  const { id } = await createTestWorkspace(db);
  await db.inWorkspace(id, (tx) =>
    sql`update workspaces set quiet_hours_settled = ${settled} where workspace_id = ${id}`.execute(tx),
  );
  const watch = testWatch(db, at);
  return { id, watch, email: await addMember(db, id, "admin") };
}

test("the first carrier's switch is an alert and a mail, and a decision ends it", async () => {
  const { id, watch, email } = await start(false);
  expect(await db.inWorkspace(id, (tx) => switchOnWithCarrier(tx, id, at))).toBe(true);
  for (let i = 0; i < 2; i++) await watch.after(400);
  expect(await watch.alerts(id)).toMatchObject([
    { kind: "quiet_hours", severity: "info", params: { enabled: true, reason: "switched_on" }, resolved_at: null },
  ]);
  expect(await watch.mails(email)).toMatchObject([{ subject: expect.stringContaining("Quiet hours are on") }]);
  await db.inWorkspace(id, (tx) => storeSwitch(tx, id, { enabled: true, changed: null }));
  for (let i = 0; i < 2; i++) await watch.after(5);
  expect(await watch.alerts(id)).toMatchObject([{ kind: "quiet_hours", resolved_at: expect.any(String) }]);
  // Another carrier switches nothing.
  expect(await db.inWorkspace(id, (tx) => switchOnWithCarrier(tx, id, at))).toBe(false);
});

test("a workspace that was sending before the upgrade is told that they are off", async () => {
  const { id, watch } = await start(true);
  await db.inWorkspace(id, (tx) =>
    sql`update workspaces set quiet_hours_notice = 'left_off' where workspace_id = ${id}`.execute(tx),
  );
  expect(await db.inWorkspace(id, (tx) => switchOnWithCarrier(tx, id, at))).toBe(false);
  await watch.after(5);
  expect(await watch.alerts(id)).toMatchObject([{ params: { enabled: false, reason: "left_off" } }]);
});
