import { sql } from "kysely";
import { expect, test } from "vitest";
import type { QuietHours } from "../../contract/quiet-hours.ts";
import { defaultQuietHours } from "../../rules/quiet-hours-defaults.ts";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";

const database = await testDatabase();
const { call } = await testApp(database);

async function workspace() {
  const { id, key } = await workspaceWithKey(database);
  const get = async (): Promise<QuietHours> => (await call("GET /quiet-hours", { key })).body;
  const put = (body: unknown) => call("PUT /quiet-hours", { key, body });
  const ruleOf = async (country: string, messageClass = "marketing") =>
    (await get()).rules.find((rule) => rule.country === country && rule.class === messageClass);
  return { id, key, get, put, ruleOf };
}

const carrier = {
  kind: "twilio",
  name: "Twilio",
  settings: { account_sid: `AC${"0".repeat(32)}` },
  secrets: { auth_token: "a".repeat(32) },
};

test("a new workspace has the default rules, switched off", async () => {
  const { get } = await workspace();
  const { enabled, rules } = await get();
  expect(enabled).toBe(false);
  expect(rules).toHaveLength(defaultQuietHours.length);
  expect(rules.find(({ country }) => country === "NO")).toEqual({
    country: "NO",
    class: "marketing",
    from: "09:00",
    to: "20:00",
    sundays: false,
    holidays: false,
    source: expect.any(String),
    source_date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
  });
  expect(rules.find(({ country }) => country === "FR")).toMatchObject({ from: "08:00", to: "22:00", sundays: false });
  expect(rules.every(({ source, source_date }) => source && source_date)).toBe(true);
});

test("PUT switches, and replaces the rules that it names; the others stay", async () => {
  const { put, get, ruleOf } = await workspace();
  expect((await put({ enabled: true })).body.enabled).toBe(true);
  const before = await get();
  const answer = await put({
    rules: [{ country: "NO", class: "marketing", from: "10:00", to: "18:30", sundays: true }],
  });
  expect(answer.status).toBe(200);
  expect(answer.body.enabled).toBe(true);
  expect(await ruleOf("NO")).toEqual({
    country: "NO",
    class: "marketing",
    from: "10:00",
    to: "18:30",
    sundays: true,
    holidays: false,
    source: null,
    source_date: null,
  });
  const others = ({ rules }: QuietHours) => rules.filter(({ country }) => country !== "NO");
  expect(others(answer.body)).toEqual(others(before));
  await put({
    rules: [
      { country: "NO", class: "transactional", from: "22:00", to: "06:00", source: "Us", source_date: "2026-01-31" },
    ],
  });
  expect(await ruleOf("NO")).toMatchObject({ from: "10:00" });
  expect(await ruleOf("NO", "transactional")).toMatchObject({
    from: "22:00",
    to: "06:00",
    source: "Us",
    source_date: "2026-01-31",
  });
  expect((await put({})).body).toEqual(await get());
});

test("a rule like the default is the default again, and one that lets all texts leave goes where there is no default", async () => {
  const { id, put, ruleOf } = await workspace();
  const usual = { ...(await ruleOf("NO")), source: undefined, source_date: undefined };
  await put({
    rules: [
      { ...usual, from: "11:00" },
      { country: "PL", from: "10:00", to: "12:00" },
    ],
  });
  await put({
    rules: [usual, { country: "PL", from: "00:00", to: "24:00", sundays: true, holidays: true }],
  });
  expect((await ruleOf("NO"))?.source).not.toBeNull();
  expect(await ruleOf("PL")).toBeUndefined();
  const stored = await database.db.asSystem((tx) =>
    sql`select country from quiet_hours_rules where workspace_id = ${id}`.execute(tx),
  );
  expect(stored.rows).toEqual([]);
});

test.each([
  [{ enabled: "yes" }, "enabled", "yes"],
  [{ rules: [{ country: "no", from: "09:00", to: "20:00" }] }, "rules.0.country", "no"],
  [{ rules: [{ country: "QQ", from: "09:00", to: "20:00" }] }, "rules.0.country", "QQ"],
  [{ rules: [{ country: "US-QQ", from: "09:00", to: "20:00" }] }, "rules.0.country", "US-QQ"],
  [{ rules: [{ country: "DE-BY", from: "09:00", to: "20:00" }] }, "rules.0.country", "DE-BY"],
  [{ rules: [{ country: "NO", from: "9:00", to: "20:00" }] }, "rules.0.from", "9:00"],
  [{ rules: [{ country: "NO", from: "24:00", to: "20:00" }] }, "rules.0.from", "24:00"],
  [{ rules: [{ country: "NO", from: "09:00", to: "25:00" }] }, "rules.0.to", "25:00"],
  [{ rules: [{ country: "NO", class: "urgent", from: "09:00", to: "20:00" }] }, "rules.0.class", "urgent"],
  [
    { rules: [{ country: "NO", from: "09:00", to: "20:00", source_date: "2026-02-30" }] },
    "rules.0.source_date",
    "2026-02-30",
  ],
  [
    {
      rules: [
        { country: "NO", from: "09:00", to: "20:00" },
        { country: "NO", from: "10:00", to: "20:00" },
      ],
    },
    "rules.1.country",
    "NO",
  ],
])("%j is refused with its field and value", async (body, field, value) => {
  const { put, get } = await workspace();
  const before = await get();
  const answer = await put(body);
  expect(answer.status).toBe(422);
  expect(answer.body.error).toMatchObject({ field, value });
  expect(await get()).toEqual(before);
});

test("the first carrier switches quiet hours on, once, and says so", async () => {
  const { key, get, put } = await workspace();
  await put({ enabled: true });
  await put({ enabled: false });
  expect((await call("POST /carriers", { key, body: carrier })).status).toBe(201);
  expect((await get()).enabled).toBe(true);
  const log = await call("GET /audit-events?action=quiet_hours.switched_on", { key });
  expect(log.body.items).toMatchObject([{ action: "quiet_hours.switched_on", after: { enabled: true } }]);
  await put({ enabled: false });
  expect((await call("POST /carriers", { key, body: { ...carrier, name: "Another" } })).status).toBe(201);
  expect((await get()).enabled).toBe(false);
});

test("two changes at once both count", async () => {
  const { put, get } = await workspace();
  const rule = (country: string) => ({ country, from: "10:00", to: "12:00" });
  await Promise.all([
    put({ rules: [rule("NO")] }),
    put({ rules: [rule("SE")], enabled: true }),
    put({ rules: [rule("PL")] }),
  ]);
  const { enabled, rules } = await get();
  expect(enabled).toBe(true);
  for (const country of ["NO", "SE", "PL"])
    expect(rules.find((each) => each.country === country)).toMatchObject({ from: "10:00", to: "12:00" });
});

test("a workspace sees and changes only its own rules, with the permissions of its settings", async () => {
  const [one, other] = [await workspace(), await workspace()];
  await one.put({ enabled: true, rules: [{ country: "NO", from: "01:00", to: "02:00" }] });
  expect(await other.ruleOf("NO")).toMatchObject({ from: "09:00" });
  const { key } = await workspaceWithKey(database, { scopes: ["workspace:read"] });
  expect((await call("PUT /quiet-hours", { key, body: { enabled: true } })).status).toBe(403);
  expect((await call("GET /quiet-hours", { key })).status).toBe(200);
});
