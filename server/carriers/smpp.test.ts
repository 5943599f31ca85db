import { expect, onTestFinished, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { addManyContacts, ledger, quota, send, settled } from "../../testing/road.ts";
import { startSmppRoad } from "../../testing/smpp-road.ts";
import { startSmsc, type SmscOptions } from "../../testing/smsc.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";

const { db } = await testDatabase({ max: 20 });

async function smscFor(options: SmscOptions = {}) {
  const smsc = await startSmsc(options);
  onTestFinished(() => smsc.stop());
  return smsc;
}

test("a batch leaves over SMPP, every text once, and its receipts arrive", async () => {
  const smsc = await smscFor();
  const workspace = await createTestWorkspace(db);
  await addManyContacts(db, workspace.id, 300);
  await startSmppRoad(db, workspace, { port: smsc.port });
  await send(db, workspace, { class: "marketing", text: "Hei på deg" });
  await settled(db, workspace.id);
  expect(smsc.taken).toHaveLength(300);
  expect(new Set(smsc.taken.map((text) => text.to)).size).toBe(300);
  expect(smsc.taken[0]).toMatchObject({ from_ton: 1, to_ton: 1, text: "Hei på deg", registered_delivery: 1 });
  const rows = await ledger(db, workspace.id);
  expect(new Set(rows.map((row) => row.status))).toEqual(new Set(["delivered"]));
  expect(rows.map((row) => row.carrier_reference).sort()).toEqual(smsc.taken.map((text) => text.id).sort());
  expect(await quota(db, workspace.id)).toEqual({ used: 300, reserved: 0 });
});
