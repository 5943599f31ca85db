import { expect, test } from "vitest";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { createPerson, joinWorkspace } from "../workspaces/create-person.ts";

const database = await testDatabase();
const { call, services } = await testApp(database);
const ours = await workspaceWithKey(database);
const theirs = await workspaceWithKey(database, { name: "Another" });

await addPerson("boss@example.com", ours.id);
await addPerson("both@example.com", ours.id, theirs.id);
for (const to of ["boss@example.com", "both@example.com", "new+tag@example.com"])
  await services.mailer.send({ to, subject: "A new password", text: "a link" });

test("a super admin's key reads what was sent to people of its workspace alone, and to nobody's account", async () => {
  expect(await recipients(ours.key)).toEqual(["boss@example.com"]);
  expect(await recipients(ours.key, "Boss@example.com")).toEqual(["boss@example.com"]);
  expect(await recipients(ours.key, "new%2Btag@example.com")).toEqual(["new+tag@example.com"]);
  expect(await recipients(ours.key, "new+tag@example.com")).toEqual(["new+tag@example.com"]);
});

test("who belongs to two workspaces cannot be taken over from either, nor whoever belongs to the other", async () => {
  expect(await recipients(ours.key, "both@example.com")).toEqual([]);
  expect(await recipients(theirs.key, "both@example.com")).toEqual([]);
  expect(await recipients(theirs.key, "boss@example.com")).toEqual([]);
});

test("a key with fewer scopes cannot become its maker by a reset mail", async () => {
  const narrow = await call("POST /api-keys", { key: ours.key, body: { name: "Narrow", scopes: ["sandbox:use"] } });
  expect(await recipients(narrow.body.key)).toEqual([]);
  expect(await recipients(narrow.body.key, "boss@example.com")).toEqual([]);
  expect(await recipients(narrow.body.key, "new%2Btag@example.com")).toEqual([]);
});

async function addPerson(email: string, ...workspaces: string[]): Promise<void> {
  const at = new Date();
  await database.db.asSystem(async (tx) => {
    const { id: userId } = await createPerson(tx, { name: email, email, passwordHash: "none", verified: true }, at);
    for (const workspaceId of workspaces)
      await joinWorkspace(tx, { workspaceId, userId, role: "super_admin", smsSetup: true }, at);
  });
}

async function recipients(key: string, to?: string): Promise<string[]> {
  const { status, body } = await call(`GET /sandbox/mailbox${to ? `?to=${to}` : ""}`, { key });
  expect(status).toBe(200);
  return body.items.map((mail: { to: string }) => mail.to);
}
