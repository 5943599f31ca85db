import { sql } from "kysely";
import { expect, test } from "vitest";
import { testApp, workspaceWithKey } from "../../../testing/app.ts";
import { testDatabase } from "../../../testing/database.ts";
import { sendAccountMail, untilSubmitted } from "../../../testing/mails.ts";
import { createPerson, joinWorkspace } from "../../accounts/create-person.ts";
import type { Tx } from "../../kit/db.ts";
import { listMails } from "./mailbox.ts";

const database = await testDatabase();
const { call, services } = await testApp(database);
const ours = await workspaceWithKey(database);
const theirs = await workspaceWithKey(database, { name: "Another" });

await addPerson("boss@example.com", ours.id);
await addPerson("both@example.com", ours.id, theirs.id);
for (const to of ["boss@example.com", "both@example.com", "new+tag@example.com"])
  await sendAccountMail(services, { to, subject: "A new password", text: "a link" });

test("a super admin's key reads mails to members of its workspace alone and to addresses without an account", async () => {
  expect(await recipients(ours.key)).toEqual(["boss@example.com"]);
  expect(await recipients(ours.key, "Boss@example.com")).toEqual(["boss@example.com"]);
  expect(await recipients(ours.key, "new%2Btag@example.com")).toEqual(["new+tag@example.com"]);
  expect(await recipients(ours.key, "new+tag@example.com")).toEqual(["new+tag@example.com"]);
});

test("an account of two workspaces cannot be taken over from either, nor one of the other workspace", async () => {
  expect(await recipients(ours.key, "both@example.com")).toEqual([]);
  expect(await recipients(theirs.key, "both@example.com")).toEqual([]);
  expect(await recipients(theirs.key, "boss@example.com")).toEqual([]);
});

test("a key with fewer scopes cannot take over its creator's account by a reset mail", async () => {
  const narrow = await call("POST /api-keys", { key: ours.key, body: { name: "Narrow", scopes: ["sandbox:use"] } });
  expect(await recipients(narrow.body.key)).toEqual([]);
  expect(await recipients(narrow.body.key, "boss@example.com")).toEqual([]);
  expect(await recipients(narrow.body.key, "new%2Btag@example.com")).toEqual([]);
});

test("a mail to a member stays private while the member joins other workspaces, and afterwards", async () => {
  const { id } = await addPerson("moving@example.com", ours.id);
  const mail = (subject: string) => sendAccountMail(services, { to: "moving@example.com", subject, text: "a link" });
  await mail("with us alone");
  expect(await subjects(ours.key, "moving@example.com")).toEqual(["with us alone"]);
  await join(id, theirs.id);
  await mail("with both");
  expect(await subjects(ours.key, "moving@example.com")).toEqual([]);
  expect(await subjects(theirs.key, "moving@example.com")).toEqual([]);
  await leave(id, theirs.id);
  // Mails written while the member belonged to both are visible to the member alone.
  expect(await subjects(ours.key, "moving@example.com")).toEqual(["with us alone"]);
  await leave(id, ours.id);
  expect(await subjects(ours.key, "moving@example.com")).toEqual([]);
  await join(id, theirs.id);
  expect(await subjects(theirs.key, "moving@example.com")).toEqual([]);
  expect(await subjects(ours.key, "moving@example.com")).toEqual([]);
});

test("inviting an address does not reveal its account's mails", async () => {
  await addPerson("alone@example.com");
  await sendAccountMail(services, { to: "alone@example.com", subject: "A new password", text: "a link" });
  await invite(ours.key, "Alone@example.com");
  await sendAccountMail(services, { to: "alone@example.com", subject: "Another", text: "a link" });
  expect(await subjects(ours.key, "alone@example.com")).toEqual([]);
  expect(await recipients(ours.key)).not.toContain("alone@example.com");
});

test("an invitation that another workspace sent is not read by inviting the same address", async () => {
  const to = "wanted+1@example.com";
  const invited = await invite(theirs.key, to);
  await untilSubmitted(services);
  expect(await subjects(ours.key, "wanted%2B1@example.com")).toEqual([]);
  expect(await subjects(theirs.key, "WANTED%2B1@example.com")).toEqual(["Du er invitert til Another"]);
  await invite(ours.key, "Wanted+1@Example.com");
  await untilSubmitted(services);
  expect(await subjects(ours.key, "wanted%2B1@example.com")).not.toContain("Du er invitert til Another");
  await call(`DELETE /people/${invited}`, { key: theirs.key });
  expect(await subjects(ours.key, "wanted%2B1@example.com")).not.toContain("Du er invitert til Another");
  // Another address in the same mailbox is another address.
  expect(await subjects(theirs.key, "wanted@example.com")).toEqual([]);
});

test("an address that passed to another account does not reveal mails to the account that had it before", async () => {
  const { id } = await addPerson("shared@example.com", theirs.id);
  await sendAccountMail(services, { to: "shared@example.com", subject: "For the first", text: "a link" });
  await sqlAsSystem((tx) => sql`update users set email = 'first@example.com' where id = ${id}`.execute(tx));
  const second = await addPerson("Shared@example.com", ours.id);
  await sendAccountMail(services, { to: "SHARED@example.com", subject: "For the second", text: "a link" });
  expect(await subjects(ours.key, "shared@example.com")).toEqual(["For the second"]);
  expect(await subjects(theirs.key, "shared@example.com")).toEqual(["For the first"]);
  const seenBy = async (userId: string) => {
    const reader = { workspaceId: theirs.id, userId, permissions: new Set<never>() };
    const { items } = await sqlAsSystem((tx) => listMails(tx, reader, { limit: 10 }));
    return items.map(({ subject }) => subject);
  };
  expect(await seenBy(id)).toEqual(["For the first"]);
  expect(await seenBy(second.id)).toEqual(["For the second"]);
  // Deleted with the account: no reader finds them by the address any more.
  await sqlAsSystem((tx) => sql`delete from users where id = ${id}`.execute(tx));
  for (const key of [ours.key, theirs.key])
    expect(await subjects(key, "shared@example.com")).not.toContain("For the first");
});

const sqlAsSystem = <T>(work: (tx: Tx) => Promise<T>) => database.db.asSystem(work);

async function join(userId: string, workspaceId: string): Promise<void> {
  await sqlAsSystem((tx) => joinWorkspace(tx, { workspaceId, userId, role: "admin", smsSetup: false }, new Date()));
}

async function leave(userId: string, workspaceId: string): Promise<void> {
  await sqlAsSystem((tx) =>
    sql`delete from memberships where user_id = ${userId} and workspace_id = ${workspaceId}`.execute(tx),
  );
}

async function invite(key: string, email: string): Promise<string> {
  const { status, body } = await call("POST /people", { key, body: { email, role: "admin", sms_setup: false } });
  expect(status).toBe(201);
  return body.id;
}

async function subjects(key: string, to: string): Promise<string[]> {
  const { body } = await call(`GET /sandbox/mailbox?to=${to}`, { key });
  return body.items.map((mail: { subject: string }) => mail.subject);
}

async function addPerson(email: string, ...workspaces: string[]): Promise<{ id: string }> {
  const at = new Date();
  return database.db.asSystem(async (tx) => {
    const { id: userId } = await createPerson(tx, { name: email, email, passwordHash: "none", verified: true }, at);
    for (const workspaceId of workspaces)
      await joinWorkspace(tx, { workspaceId, userId, role: "super_admin", smsSetup: true }, at);
    return { id: userId };
  });
}

async function recipients(key: string, to?: string): Promise<string[]> {
  const { status, body } = await call(`GET /sandbox/mailbox${to ? `?to=${to}` : ""}`, { key });
  expect(status).toBe(200);
  return body.items.map((mail: { to: string }) => mail.to);
}
