import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { parsePhoneNumber } from "../../rules/phone-number.ts";
import { testDatabase } from "../../testing/database.ts";
import { newId } from "../../testing/new-id.ts";
import { createTestWorkspace, type TestWorkspace } from "../../testing/workspace.ts";
import { listSenders } from "./senders-store.ts";
import { createDefaultSender, createSender, mobileNumberOf, resolveAddress, resolveSender } from "./senders.ts";

const { db } = await testDatabase();
let workspace: TestWorkspace;
beforeEach(async () => {
  workspace = await createTestWorkspace(db);
});

const resolve = (ref: string | null, id = workspace.id) =>
  db.inWorkspace(id, (tx) => resolveSender(tx, id, ref, new Date()));
const withoutSenders = (id: string) =>
  db.inWorkspace(id, (tx) => sql`delete from senders where workspace_id = ${id}`.execute(tx));
const withCarrier = (id: string) =>
  db.inWorkspace(id, (tx) =>
    sql`
      insert into carriers (workspace_id, id, kind, name, enabled, is_default, settings, secrets, created_at, updated_at)
      values (${id}, ${newId()}, 'smpp', 'Carrier', true, true, '{}', '', now(), now())`.execute(tx),
  );

test("a sender is found by default, by id and by address in any spelling", async () => {
  const { id, address } = workspace.sender;
  expect(await resolve(null)).toMatchObject({ id, address, kind: "long_number", can_receive: true });
  expect(await resolve(id)).toMatchObject({ id });
  expect(await resolve(` ${address} `)).toMatchObject({ id });
  expect(await resolve(address.replace("+47", "0047 "))).toMatchObject({ id });
});

test("in the sandbox a well-formed address is registered on first use, once even by concurrent calls", async () => {
  const found = await Promise.all(Array.from({ length: 8 }, () => resolve("Salong 1")));
  expect(new Set(found.map((sender) => sender.id)).size).toBe(1);
  expect(found[0]).toMatchObject({ kind: "alphanumeric", can_receive: false, carrier: "sandbox", is_default: false });
});

test("a name finds its sender in any case, also concurrently; two existing spellings are each found exactly", async () => {
  const found = await Promise.all(["Salong", "SALONG", "salong", "SaLong"].map((name) => resolve(name)));
  expect(new Set(found.map((sender) => sender.id)).size).toBe(1);
  const address = found[0]?.address ?? "";
  const resolved = (ref: string) => db.inWorkspace(workspace.id, (tx) => resolveAddress(tx, workspace.id, ref));
  expect(await resolved("sALONG")).toBe(address);
  const twin = address === "SALONG" ? "salong" : "SALONG";
  await db.inWorkspace(workspace.id, (tx) =>
    sql`insert into senders (workspace_id, id, address, kind, can_receive, created_at)
      values (${workspace.id}, ${newId()}, ${twin}, 'alphanumeric', false, now())`.execute(tx),
  );
  expect([(await resolve(twin)).address, (await resolve(address)).address]).toEqual([twin, address]);
  expect((await resolve("sAlOnG")).address).toBe(address);
});

test("once a carrier is the default, an address that was not added is refused and not registered", async () => {
  await withCarrier(workspace.id);
  const before = await db.inWorkspace(workspace.id, (tx) => listSenders(tx, workspace.id));
  const look = (ref: string) => db.inWorkspace(workspace.id, (tx) => resolveAddress(tx, workspace.id, ref));
  for (const find of [resolve, look])
    for (const ref of ["Salong 1", "+47 2100 0000", "2100"])
      await expect(find(ref)).rejects.toMatchObject({
        status: 422,
        code: "unknown_sender",
        message: `${ref} is not a sender yet. Add it under Settings → Senders.`,
        field: "sender",
        value: ref,
      });
  expect(await db.inWorkspace(workspace.id, (tx) => listSenders(tx, workspace.id))).toEqual(before);
  // An added sender is found in any spelling.
  await db.inWorkspace(workspace.id, (tx) =>
    createSender(tx, workspace.id, { address: "Salong 1", is_default: false }, new Date()),
  );
  expect(await resolve("Salong 1")).toMatchObject({ address: "Salong 1" });
  expect(await look(workspace.sender.address.replace("+", "00"))).toBe(workspace.sender.address);
});

test.each(["Twelve chars", "Sal*ng", "12", "+12", "Å"])("%s is not a valid sender", async (ref) => {
  await expect(resolve(ref)).rejects.toMatchObject({
    status: 422,
    code: "invalid_sender",
    field: "sender",
    value: ref,
  });
});

test("two workspaces may have the same address, but another workspace's sender id is unknown", async () => {
  const other = await createTestWorkspace(db);
  expect(await resolve(other.sender.address)).toMatchObject({ workspace_id: workspace.id });
  await expect(resolve(other.sender.id)).rejects.toMatchObject({ status: 422, code: "unknown_sender" });
  await resolve("Salong", other.id);
  expect(await resolve("Salong")).toMatchObject({ address: "Salong", workspace_id: workspace.id });
});

test("a workspace without a default sender gets an error", async () => {
  await withoutSenders(workspace.id);
  await expect(resolve(null)).rejects.toMatchObject({ status: 422, code: "no_sender" });
});

test("concurrent calls create one default sender, a valid mobile number of the country", async () => {
  await withoutSenders(workspace.id);
  const made = await Promise.all(
    Array.from({ length: 8 }, () =>
      db.inWorkspace(workspace.id, (tx) => createDefaultSender(tx, workspace.id, new Date())),
    ),
  );
  expect(new Set(made.map((sender) => sender.id)).size).toBe(1);
  expect(parsePhoneNumber(made[0]?.address ?? "", "NO")).toMatchObject({ kind: "mobile", country: "NO" });
});

test.each(["NO", "SE", "DK", "GB", "DE", "US", "FI", "IS", "BR", "IN"])(
  "a sandbox number of %s is a valid mobile number of that country",
  (country) => {
    for (let i = 0; i < 20; i++)
      expect(parsePhoneNumber(mobileNumberOf(country), country)).toMatchObject({ kind: "mobile", country });
  },
);

test("a country that shares its plan with a neighbour, or has none, still gets a number", () => {
  expect(mobileNumberOf("SJ")).toMatch(/^\+47\d{8}$/);
  expect(mobileNumberOf("AX")).toMatch(/^\+358\d{7,}$/);
  expect(mobileNumberOf("AQ")).toMatch(/^\+999\d{8}$/);
});

test("concurrent changes leave one default", async () => {
  await Promise.all(
    ["One", "Two", "Three"].map((address) =>
      db.inWorkspace(workspace.id, (tx) => createSender(tx, workspace.id, { address, is_default: true }, new Date())),
    ),
  );
  const senders = await db.inWorkspace(workspace.id, (tx) => listSenders(tx, workspace.id));
  expect(senders).toHaveLength(4);
  expect(senders.map((sender) => sender.is_default)).toEqual([true, false, false, false]);
});

test("an address is added once", async () => {
  const add = (address: string) =>
    db.inWorkspace(workspace.id, (tx) => createSender(tx, workspace.id, { address, is_default: false }, new Date()));
  await add("Salong");
  await expect(add("Salong")).rejects.toMatchObject({ status: 409, code: "sender_exists", field: "address" });
  await expect(add("SALONG")).rejects.toMatchObject({ status: 409, code: "sender_exists", value: "SALONG" });
  await expect(add("no/name")).rejects.toMatchObject({ status: 422, code: "invalid_sender", field: "address" });
});
