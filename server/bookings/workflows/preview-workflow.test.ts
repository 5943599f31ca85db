/** What whoever writes a workflow is shown before it is saved. */
import { expect, test } from "vitest";
import { testApp, workspaceWithKey } from "../../../testing/app.ts";
import { testDatabase } from "../../../testing/database.ts";

const database = await testDatabase();
const { call } = await testApp(database);

test("a fixed number that cannot be read is named with its place, before anything is saved", async () => {
  const { key } = await workspaceWithKey(database);
  const to = { customer: true, numbers: ["+47 912 34 567", "912 34", "0046 70 123 45 67"] };
  const body = { when: { trigger: "booking_created" }, action: { action: "send_sms", to, text: "Hei" } };
  const answer = await call("POST /workflows/preview", { key, body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  expect(answer.body.shown.text).toBe("Hei");
  expect(answer.body.problems).toMatchObject([{ code: "invalid_number", field: "to.numbers.1", value: "912 34" }]);
});
