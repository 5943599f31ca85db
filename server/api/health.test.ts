import { expect, test } from "vitest";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { until } from "../../testing/until.ts";

const database = await testDatabase();
let transactions = 0;
const db: typeof database.db = {
  ...database.db,
  asSystem: (work) => {
    transactions++;
    return database.db.asSystem(work);
  },
};
const { call } = await testApp(database, { services: { db } });

test("concurrent health checks share one query, and a second later there is another", async () => {
  transactions = 0;
  const answers = await Promise.all(Array.from({ length: 200 }, () => call("GET /api/health")));
  expect(new Set(answers.map(({ status, body }) => `${status} ${JSON.stringify(body)}`))).toEqual(
    new Set(['200 {"status":"ok"}']),
  );
  expect(transactions).toBe(1);
  await until(async () => {
    await call("GET /api/health");
    expect(transactions).toBe(2);
  });
});

test("no response of the API may be cached, nor an error", async () => {
  const { key } = await workspaceWithKey(database);
  for (const [line, request] of [
    ["GET /workspace", { key }],
    ["GET /contacts", { key }],
    ["POST /lists", { key, body: { name: "Kunder" } }],
    ["POST /lists", { key, body: {} }],
    ["GET /contacts", {}],
    ["GET /contacts/%00", { key }],
    ["GET /nothing", { key }],
    ["GET /installation", {}],
    ["POST /api/auth/sign-in/email", { body: { email: "a@example.com", password: "x" } }],
  ] as const) {
    const answer = await call(line, request);
    expect(answer.headers["cache-control"], `${line} ${answer.status}`).toContain("no-store");
  }
});
