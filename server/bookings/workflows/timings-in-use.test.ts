/** A second in which nothing is due reads what has changed, however many workspaces and workflows there are, and misses nothing of it. */
import { expect, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { gatherStatements } from "../../../testing/statements.ts";
import { hour, later, minute, morning, salonsOf } from "../../../testing/workflows.ts";
import { createTimingsReader } from "./timings-in-use.ts";

const { db, ...database } = await testDatabase();
const salons = await salonsOf({ db, ...database });

test("whatever changes is in use from the next look on; while nothing does, neither workflows nor zones are read", async () => {
  const salon = await salons.open();
  const { id } = await salon.workflow({ when: { trigger: "before_start", hours: 3 }, enabled: false });
  const place = await salon.request("POST /locations", { name: "York" });
  const reader = createTimingsReader();
  let now = morning;
  const read = () => db.asSystem((tx) => reader(tx, (now = later(now, 1_000))));
  const all = () => db.asSystem((tx) => createTimingsReader()(tx, now));
  await read();
  const changes: [string, object?][] = [
    [`PATCH /workflows/${id}`, { enabled: true }],
    [`PATCH /workflows/${id}`, { when: { trigger: "before_start", days: 2, at: "18:00" } }],
    ["PATCH /workspace", { reminder_hours: { from: "08:00", to: "20:00" } }],
    ["PATCH /workspace", { time_zone: "Europe/London" }],
    [`PATCH /locations/${place.id}`, { time_zone: "America/New_York" }],
    ["POST /locations", { name: "Far", time_zone: "Pacific/Auckland" }],
    ["POST /workflow-templates/reminder", { enabled: true }],
    [`POST /workflows/${id}/clone`],
  ];
  for (const [line, body] of changes) {
    salons.setTime(now);
    await salon.request(line, body);
    const [{ timings, zones }, fresh] = [await read(), await all()];
    expect(timings, line).toEqual(expect.arrayContaining([...fresh.timings]));
    expect(zones, line).toEqual(expect.arrayContaining([...fresh.zones]));
  }
  expect((await read()).zones).toEqual(
    expect.arrayContaining(["Europe/London", "America/New_York", "Pacific/Auckland"]),
  );
  now = later(now, 8 * minute);
  await read();
  const statements = gatherStatements();
  await read();
  expect([...statements].filter((text) => /from (workflows|locations|bookings)\b/.test(text))).toEqual([]);
  expect([...statements].filter((text) => text.includes("clock_changed_at"))).toHaveLength(1);
});

test("what is out of use is forgotten when all are read again, and a clock that was set back begins anew", async () => {
  const salon = await salons.open();
  const { id } = await salon.workflow({ when: { trigger: "before_start", minutes: 77 } });
  const reader = createTimingsReader();
  const counts = async (now: Date) =>
    (await db.asSystem((tx) => reader(tx, now))).timings.filter(({ count }) => count === 77).length;
  expect(await counts(morning)).toBe(1);
  await salon.request(`DELETE /workflows/${id}`);
  expect(await counts(later(morning, minute))).toBe(1);
  expect(await counts(later(morning, hour))).toBe(0);
  salons.setTime(later(morning, -hour));
  await salon.workflow({ when: { trigger: "before_start", minutes: 77 } });
  expect(await counts(later(morning, -hour + 1_000))).toBe(1);
});
