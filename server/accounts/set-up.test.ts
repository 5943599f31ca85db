/** Only a caller with the token from the terminal may make the first workspace, not everyone who reaches the port. */
import { sql } from "kysely";
import { expect, test } from "vitest";
import { testApp } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { openDb } from "../kit/db.ts";
import { setUpLink, setUpToken } from "./set-up-token.ts";

const database = await testDatabase();
const { call, setUpToken: token, services } = await testApp(database);
const { call: callOther } = await testApp(database); // another process of the same installation
const { db } = database;

const workspace = { name: "Salong Saks", country: "NO", time_zone: "Europe/Oslo", language: "nb" };
const admin = { name: "Kari", email: "kari@example.com", password: "correct horse battery" };
const setUp = (given: unknown, ip?: string, more: object = {}) =>
  call("POST /setup", { body: { token: given, workspace, admin, ...more }, ...(ip && { ip }) });

async function workspaces(): Promise<number> {
  const { rows } = await db.asSystem((tx) => sql<{ n: number }>`select count(*) as n from workspaces`.execute(tx));
  return rows[0]?.n ?? -1;
}

test("the link is the same in every process and after a restart, and differs for another key or database", async () => {
  const elsewhere = openDb({ connection: database.connection, workspaces: database.workspaces, max: 1 });
  const config = { public_url: "https://sms.example", secret_key: services.config.secret_key };
  expect(await setUpLink(db, config)).toBe(`https://sms.example/setup#token=${token}`);
  expect(await setUpLink(elsewhere, config)).toBe(await setUpLink(db, config));
  await elsewhere.close();
  expect(await setUpToken(db, "another key of at least thirty-two letters")).not.toBe(token);
  expect(token).toMatch(/^[\w-]{43}$/);
  await db.asSystem((tx) => sql`update migrations set applied_at = applied_at + interval '1 microsecond'`.execute(tx));
  expect(await setUpToken(db, services.config.secret_key)).not.toBe(token);
  await db.asSystem((tx) => sql`update migrations set applied_at = applied_at - interval '1 microsecond'`.execute(tx));
});

test("without the token, or with a similar one, nothing is made", async () => {
  const near = `${token.slice(0, -1)}${token.endsWith("A") ? "B" : "A"}`;
  for (const wrong of [undefined, "", near, token.slice(0, -1), `${token}A`, token.toLowerCase(), "🦊"]) {
    const answer = await setUp(wrong, "192.0.2.50");
    expect(answer, String(wrong)).toMatchObject({
      status: 403,
      body: { error: { code: "wrong_setup_token", field: "token" } },
    });
    expect(answer.body.error.message).toMatch(/terminal/);
    expect(JSON.stringify(answer.body)).not.toContain(token);
    expect(answer.cookies).toBe("");
  }
  for (const wrong of [null, 7, {}, [token], "x".repeat(201)]) {
    expect(await setUp(wrong), String(wrong)).toMatchObject({ status: 422, body: { error: { field: "token" } } });
  }
  expect(await workspaces()).toBe(0);
});

test("guessing tokens is throttled; the right one is still accepted from the same address", async () => {
  const ip = "192.0.2.60";
  const guesses = await Promise.all(Array.from({ length: 30 }, (_, n) => setUp(`guess ${n}`, ip)));
  expect(guesses.filter((answer) => answer.status === 403)).toHaveLength(10);
  expect(guesses.filter((answer) => answer.status === 429)).toHaveLength(20);
  // A page that guesses through the operator's browser must not lock the operator out. The password is refused here, which
  // is checked after the token.
  const password = "Password1234";
  expect(await setUp(token, ip, { admin: { ...admin, password } })).toMatchObject({
    status: 422,
    body: { error: { code: "common_password", field: "admin.password" } },
  });
});

test.each([
  ["Password1234", "common_password"],
  ["salong-saks-2026", "password_has_workspace"],
  ["kari@example.com!", "password_has_email"],
])("the first password cannot be %s", async (password, code) => {
  const answer = await setUp(token, undefined, { admin: { ...admin, password } });
  expect(answer).toMatchObject({ status: 422, body: { error: { code, field: "admin.password" } } });
  expect(JSON.stringify(answer.body)).not.toContain(password);
  expect(await workspaces()).toBe(0);
});

test("of two set-ups with the token at two processes one succeeds, the other gets 409, and then the token is useless", async () => {
  const body = { token, workspace, admin };
  const two = await Promise.all([call("POST /setup", { body }), callOther("POST /setup", { body })]);
  expect(two.map((answer) => answer.status).sort()).toEqual([201, 409]);
  expect(two.find((answer) => answer.status === 409)?.body.error.code).toBe("already_set_up");
  expect(await workspaces()).toBe(1);
  for (const given of [token, "wrong", undefined]) {
    expect(await setUp(given)).toMatchObject({ status: 409, body: { error: { code: "already_set_up" } } });
  }
  expect(await workspaces()).toBe(1);
  expect(await setUpLink(db, services.config)).toBeNull();
});
