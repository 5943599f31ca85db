/** A workspace's own names of statuses, each of which stands for a built-in one. */
import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { builtInStatuses } from "../../contract/booking-places.ts";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { newId } from "../../testing/new-id.ts";
import { requireStatus, standsFor, type Status } from "./booking-statuses.ts";

const database = await testDatabase();
const { call } = await testApp(database);

let workspace: { id: string; key: string };
beforeEach(async () => {
  workspace = await workspaceWithKey(database);
});

const put = (...items: Status[]) => call("PUT /booking-statuses", { key: workspace.key, body: { items } });
const stored = async () => (await call("GET /booking-statuses", { key: workspace.key })).body.items;
const insertBooking = (status: string, standing: string) =>
  database.db.inWorkspace(workspace.id, (tx) =>
    sql`
      insert into bookings (workspace_id, id, reference, start_at, end_at, status, stands_for, source, armed_at, manage_code,
        created_at, updated_at)
      values (${workspace.id}, ${newId()}, 'K7PX-3M', now(), now(), ${status}, ${standing}, 'api', now(), 'x', now(), now())`.execute(
      tx,
    ),
  );

const arrived: Status = { name: "Kommet", stands_for: "confirmed" };
const late: Status = { name: "Åpen for endring", stands_for: "pending" };

test("own names are kept in their order until others replace them", async () => {
  expect(await stored()).toEqual([]);
  expect(await put(late, arrived)).toMatchObject({ status: 200, body: { items: [late, arrived] } });
  expect(await stored()).toEqual([late, arrived]);
  expect((await put(arrived)).body.items).toEqual([arrived]);
  expect((await put()).body.items).toEqual([]);
});

test("a built-in name may stand for itself only, which needs no entry", async () => {
  expect((await put({ name: "Confirmed", stands_for: "confirmed" }, arrived)).body.items).toEqual([arrived]);
  expect(await put({ name: "CANCELLED", stands_for: "confirmed" })).toMatchObject({
    status: 422,
    body: { error: { code: "built_in_status", field: "items", value: "CANCELLED" } },
  });
  expect(await stored()).toEqual([arrived]);
});

test("a name is given once", async () => {
  for (const name of ["KOMMET", "Kommet\u200b", "Kómmet"])
    expect(await put(arrived, { name, stands_for: "completed" }), name).toMatchObject({
      status: 422,
      body: { error: { code: "status_twice", field: "items" } },
    });
  expect(await stored()).toEqual([]);
});

test("two at once who replace them: both succeed, and the names are those of one of them", async () => {
  for (let i = 0; i < 5; i++) {
    const answers = await Promise.all([put(arrived, late), put(late, arrived), put(arrived)]);
    for (const { status } of answers) expect(status).toBe(200);
    expect([[arrived, late], [late, arrived], [arrived]]).toContainEqual(await stored());
  }
});

test("there is room for 50", async () => {
  const names = Array.from({ length: 51 }, (_, i): Status => ({ name: `No. ${i}`, stands_for: "pending" }));
  expect(await put(...names)).toMatchObject({ status: 422, body: { error: { field: "items" } } });
  expect((await put(...names.slice(1))).body.items).toHaveLength(50);
});

test("a name that bookings have cannot stand for another status, also after it was gone", async () => {
  await put(arrived, late);
  await insertBooking("Kommet", "confirmed");
  const inUse = { status: 409, body: { error: { code: "status_in_use", field: "items", value: "kommet" } } };
  expect(await put({ name: "kommet", stands_for: "completed" })).toMatchObject(inUse);
  expect(await stored()).toEqual([arrived, late]);
  expect(await put()).toMatchObject({ status: 200, body: { items: [] } });
  expect(await put({ name: "kommet", stands_for: "completed" })).toMatchObject(inUse);
  expect(await put({ name: "kommet", stands_for: "confirmed" })).toMatchObject({ status: 200 });
  expect(await put(arrived, { ...late, stands_for: "completed" })).toMatchObject({ status: 200 });
});

test("a name stands for what it is said to, however it is written", () => {
  const own = [arrived, late];
  for (const status of builtInStatuses) expect(standsFor(status, own)).toEqual({ name: status, stands_for: status });
  expect(standsFor("No_Show", own)).toEqual({ name: "no_show", stands_for: "no_show" });
  expect(standsFor("KOMMET", own)).toEqual(arrived);
  expect(standsFor("apen  for\u00a0endring", own)).toEqual(late);
  expect(standsFor("Utsatt", own)).toBeUndefined();
  expect(standsFor("constructor", own)).toBeUndefined();
});

test("a booking's status is built in or the workspace's own", async () => {
  await put(arrived);
  const require = (name: string) =>
    database.db.inWorkspace(workspace.id, (tx) => requireStatus(tx, workspace.id, name, "status"));
  expect(await require("kommet")).toEqual({ status: "Kommet", stands_for: "confirmed" });
  expect(await require("PENDING")).toEqual({ status: "pending", stands_for: "pending" });
  await expect(require("Utsatt")).rejects.toMatchObject({ code: "unknown_status", field: "status", value: "Utsatt" });
});

test("the audit log has the names before and after", async () => {
  await put(arrived);
  await put(arrived);
  const { items } = (await call("GET /audit-events?action=booking_statuses", { key: workspace.key })).body;
  expect(items).toMatchObject([
    { action: "booking_statuses.updated", before: { items: [] }, after: { items: [arrived] } },
  ]);
});
