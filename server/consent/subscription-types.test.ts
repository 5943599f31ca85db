import { expect, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { newId } from "../../testing/new-id.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";
import {
  createDefaultSubscriptionTypes,
  createSubscriptionType,
  findSubscriptionType,
  listSubscriptionTypes,
} from "./subscription-types.ts";

const { db } = await testDatabase();
const now = new Date("2026-03-01T12:00:00Z");

test("a new workspace has marketing, event info and transactional, in its language", async () => {
  const workspaceId = newId();
  const types = await db.inWorkspace(workspaceId, async (tx) => {
    await createDefaultSubscriptionTypes(tx, workspaceId, "nb", now);
    return listSubscriptionTypes(tx, workspaceId);
  });
  expect(types.map(({ key, name, needs_consent, bit }) => [key, name, needs_consent, bit])).toEqual([
    ["marketing", "Markedsføring", true, 0],
    ["event_info", "Arrangementsinfo", true, 1],
    ["transactional", "Transaksjonelt", false, 2],
  ]);
});

test("a type is found by id, key or name in any case, never in another workspace", async () => {
  const workspace = await createTestWorkspace(db);
  const other = await createTestWorkspace(db);
  await db.inWorkspace(workspace.id, async (tx) => {
    const id = workspace.subscriptionTypes.marketing;
    for (const ref of [id, id.toUpperCase(), "marketing", "MARKETING", "Marketing"]) {
      expect((await findSubscriptionType(tx, workspace.id, ref)).id, ref).toBe(id);
    }
    for (const ref of ["nothing", "", other.subscriptionTypes.marketing]) {
      await expect(findSubscriptionType(tx, workspace.id, ref)).rejects.toMatchObject({
        status: 422,
        field: "subscription_type",
        value: ref,
      });
    }
  });
});

test("types created concurrently each get their own bit and key; a taken name is refused", async () => {
  const workspace = await createTestWorkspace(db);
  const make = (name: string) =>
    db.inWorkspace(workspace.id, (tx) => createSubscriptionType(tx, workspace.id, name, now));
  const types = await Promise.all(["Nyhetsbrev på SMS", "Nyhetsbrev pa SMS", "Æøå!", "🎉"].map(make));
  expect(types.map((type) => type.bit).sort()).toEqual([3, 4, 5, 6]);
  expect(new Set(types.map((type) => type.key)).size).toBe(4);
  expect(types[2]?.key).toBe("aeoa");
  for (const name of ["æøå!", "ÆØA\u030a!", "Æøå\u200b!", " æøå! "])
    await expect(make(name), name).rejects.toMatchObject({ status: 409, code: "name_taken", field: "name" });
  const [id] = [types[2]?.id];
  const found = await db.inWorkspace(workspace.id, (tx) => findSubscriptionType(tx, workspace.id, "æøa\u030a!"));
  expect(found.id).toBe(id);
});
