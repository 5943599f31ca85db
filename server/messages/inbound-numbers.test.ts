/** A STOP finds its person though the network writes the number with digits that it has no more, or not at home. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { addContacts, send, settled, startRoad } from "../../testing/road.ts";
import { createTestWorkspace, type TestWorkspace } from "../../testing/workspace.ts";
import { newId } from "../kit/id.ts";

const { db } = await testDatabase({ max: 20 });

let count = 0;
const stopFrom = (workspace: TestWorkspace, from: string) => ({
  workspace_id: workspace.id,
  carrier: "sandbox",
  carrier_reference: `stop-${++count}`,
  from,
  to: workspace.sender.address,
  text: "STOP",
  at: new Date(),
});

async function optOuts(workspaceId: string): Promise<string[]> {
  const { rows } = await db.inWorkspace(workspaceId, (tx) =>
    sql<{ number: string }>`select number from opt_outs where workspace_id = ${workspaceId} order by number`.execute(
      tx,
    ),
  );
  return rows.map(({ number }) => number);
}

test.each([
  ["+525512345678", "+5215512345678"],
  ["+525512345678", "5215512345678"],
  ["+5491123456789", "+541123456789"],
  ["+5491123456789", "541123456789"],
])("%s is opted out by a STOP from %s", async (mobile, from) => {
  const workspace = await createTestWorkspace(db);
  await addContacts(db, workspace.id, [{ mobile }]);
  const road = await startRoad(db);
  await road.onInbound([stopFrom(workspace, from)]);
  await settled(db, workspace.id);
  expect(await optOuts(workspace.id)).toEqual([mobile]);
  expect(await send(db, workspace, { class: "marketing" })).toMatchObject({ queued: 0, skipped: { opted_out: 1 } });
});

test("STOPs that were kept for a Mexican number that nobody can have hold for the one that somebody has", async () => {
  const workspace = await createTestWorkspace(db);
  const elsewhere = await createTestWorkspace(db);
  const migration = await readFile(join(import.meta.dirname, "../migrations/0030-mexican-stops.sql"), "utf8");
  await addContacts(db, workspace.id, [{ mobile: "+525512345678" }]);
  await db.inWorkspace(workspace.id, async (tx) => {
    for (const number of ["+5215512345678", "+52155123456", "+4791234567"])
      await sql`insert into opt_outs values (${workspace.id}, ${number}, ${workspace.sender.id}, now(), 'sms', 'STOP')`.execute(
        tx,
      );
    await sql`
      insert into opt_out_events (workspace_id, number, id, sender_id, opted_out, source, evidence, at)
      values (${workspace.id}, '+5215512345678', ${newId()}, ${workspace.sender.id}, true, 'sms', 'STOP', now())`.execute(
      tx,
    );
  });
  for (let run = 0; run < 2; run++) await db.asSystem((tx) => sql.raw(migration).execute(tx));
  expect(await optOuts(workspace.id)).toEqual(["+4791234567", "+52155123456", "+5215512345678", "+525512345678"]);
  expect(await optOuts(elsewhere.id)).toEqual([]);
  expect(await send(db, workspace, { class: "marketing" })).toMatchObject({ queued: 0, skipped: { opted_out: 1 } });
  const { rows } = await db.inWorkspace(workspace.id, (tx) =>
    sql`select number, evidence from opt_out_events where workspace_id = ${workspace.id} order by number`.execute(tx),
  );
  expect(rows).toEqual([
    { number: "+5215512345678", evidence: "STOP" },
    { number: "+525512345678", evidence: "STOP" },
  ]);
});
