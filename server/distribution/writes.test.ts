/**
 * The form that writes of several rows need so that Citus routes each to its workspace's node: rows from arrays are joined to
 * their workspace, and no condition of a write calls now().
 */
import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { gatherStatements } from "../../testing/statements.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";
import { insertDoubted, lockDoubted } from "../carriers/smpp/in-doubt-store.ts";
import { insertParts, selectParts } from "../carriers/smpp/parts-store.ts";
import { findMatched, findOwners, insertReferences, keepEarly } from "../carriers/smpp/references-store.ts";
import { withHeartbeat } from "../kit/heartbeat.ts";
import { reviveLane } from "../messages/dispatch/lanes-store.ts";

const { db } = await testDatabase();
const log = { warn: () => {} };
const { id: workspace } = await createTestWorkspace(db);
const carrier = randomUUID();

const normal = (text: string) => text.replaceAll(/\s+/g, " ");
const writes = (statements: Set<string>) =>
  [...statements].map(normal).filter((text) => /^ ?(insert|update|delete)/.test(text) && !text.includes("jobs."));

test("rows from arrays are joined to their workspace, and are all written", async () => {
  const statements = gatherStatements();
  const message = randomUUID();
  await db.inWorkspace(workspace, async (tx) => {
    await insertReferences(tx, workspace, carrier, [
      { message_id: message, keys: ["1"] },
      { message_id: message, keys: ["2", "3"] },
    ]);
    const receipt = { status: "delivered", code: null, reason: null } as const;
    await keepEarly(tx, workspace, carrier, [
      { ...receipt, key: "3" },
      { ...receipt, key: "1" },
    ]);
    const doubted = { reference: randomUUID(), sequence: 7, session_id: randomUUID(), first_at: new Date() };
    await insertDoubted(tx, workspace, carrier, [{ ...doubted, digest: "ab" }]);
    await insertParts(tx, workspace, carrier, [
      {
        text_key: "k",
        digest: Buffer.from("ab", "hex"),
        number: 1,
        total: 2,
        sender: "4790000101",
        sender_type: "national",
        recipient: "2440",
        recipient_type: "unknown",
        coding: 0,
        locking: 0,
        single: 0,
        octets: Buffer.from("Hei"),
        text_id: randomUUID(),
        first_at: new Date(),
      },
    ]);
  });
  const written = await db.inWorkspace(workspace, async (tx) => ({
    owners: (await findOwners(tx, workspace, carrier, ["1", "2", "3"])).size,
    early: (await findMatched(tx, workspace, carrier, 10)).length,
    doubted: (await lockDoubted(tx, workspace, carrier, ["ab"])).length,
    parts: (await selectParts(tx, workspace, carrier, ["k"])).length,
  }));
  expect(written).toEqual({ owners: 3, early: 2, doubted: 1, parts: 1 });
  const inserts = writes(statements).filter((text) => text.includes(" smpp_"));
  expect(inserts).toHaveLength(5);
  for (const text of inserts) {
    expect(text).toMatch(/ select w\.workspace_id, .* from workspaces w, /);
    expect(text).toMatch(/ where w\.workspace_id = \$\d+/);
  }
});

test("reviving a lane and ending a heartbeat use a time that was read before", async () => {
  const statements = gatherStatements();
  const sender = randomUUID();
  const lane = { workspace_id: workspace, sender_id: sender };
  const revive = () => db.inWorkspace(workspace, (tx) => reviveLane(tx, lane));
  expect([await revive(), await revive()]).toEqual([true, false]);
  const lease = (seconds: number) =>
    db.inWorkspace(workspace, (tx) =>
      sql`update lanes set has_work = false, leased_by = ${randomUUID()}, leased_until = ${new Date(Date.now() + seconds * 1000)}
        where workspace_id = ${workspace} and sender_id = ${sender}`.execute(tx),
    );
  await lease(60);
  expect(await revive()).toBe(false);
  await lease(-60);
  expect(await revive()).toBe(true);

  const work = { workspaceId: workspace, id: randomUUID() };
  await withHeartbeat({ db, log }, work, async () => {});
  const { rows } = await db.asSystem((tx) => sql`select 1 from heartbeats where id = ${work.id}`.execute(tx));
  expect(rows).toEqual([]);
  const found = writes(statements).filter((text) => /insert into lanes|delete from heartbeats/.test(text));
  expect(found).toHaveLength(2);
  for (const text of found) expect(text).not.toContain("now()");
});
