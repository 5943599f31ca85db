import { sql } from "kysely";
import { expect, test } from "vitest";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";

const database = await testDatabase();
const { call } = await testApp(database);
const { key } = await workspaceWithKey(database);

const send = (idempotencyKey: string, body: string | object, as = key) =>
  call("POST /messages", { key: as, body, headers: { "idempotency-key": idempotencyKey } });
const ledger = async () => {
  const found = await database.db.asSystem((tx) => sql<{ n: number }>`select count(*) as n from messages`.execute(tx));
  return found.rows[0]?.n;
};

test("a repeated call sends once and gets the same response, marked as a replay", async () => {
  const before = await ledger();
  const first = await send("order-1", { to: "+4791234567", text: "Hei" });
  expect(first.status).toBe(202);
  expect(first.headers["idempotency-replayed"]).toBeUndefined();
  // The same body with its fields in another order.
  const again = await send("order-1", '{"text":"Hei","to":"+4791234567"}');
  expect(again).toMatchObject({ status: 202, body: first.body });
  expect(again.headers["idempotency-replayed"]).toBe("true");
  expect(await ledger()).toBe(Number(before) + 1);
});

test("fifty concurrent calls with one key send once", async () => {
  const before = await ledger();
  const body = { to: "+4791234568", text: "Hei" };
  const answers = await Promise.all(Array.from({ length: 50 }, () => send("order-2", body)));
  expect(answers.every((answer) => answer.status === 202)).toBe(true);
  expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
  expect(answers.filter((answer) => answer.headers["idempotency-replayed"] === undefined)).toHaveLength(1);
  expect(await ledger()).toBe(Number(before) + 1);
});

test("a key with another body is refused, and each workspace has its own keys", async () => {
  await send("order-3", { to: "+4791234567", text: "Hei" });
  expect(await send("order-3", { to: "+4791234567", text: "Hallo" })).toMatchObject({
    status: 409,
    body: { error: { code: "idempotency_key_reused", field: "Idempotency-Key", value: "order-3" } },
  });
  const other = await workspaceWithKey(database);
  const theirs = await send("order-3", { to: "+4791234567", text: "Hallo" }, other.key);
  expect(theirs.status).toBe(202);
  expect(theirs.headers["idempotency-replayed"]).toBeUndefined();
});

test("an invalid key is refused", async () => {
  for (const bad of ["two words", "x".repeat(256), "ø"]) {
    expect(await send(bad, { to: "+4791234567", text: "Hei" })).toMatchObject({
      status: 422,
      body: { error: { code: "invalid_idempotency_key", field: "Idempotency-Key" } },
    });
  }
});
