import { expect, test } from "vitest";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";

const database = await testDatabase();
const { app, call } = await testApp(database);
const { key, id } = await workspaceWithKey(database);

test("an API key opens its workspace", async () => {
  const answer = await call("GET /workspace", { key });
  expect(answer).toMatchObject({
    status: 200,
    body: { id, name: "Salong Saks", opt_out_text: "Svar STOPP for å melde deg av" },
  });
});

test("health is ok while the database answers", async () => {
  expect(await call("GET /api/health")).toMatchObject({ status: 200, body: { status: "ok" } });
});
void app;
