/**
 * Quiet hours on a text's way: at the door, while it is parked, when it moves, and at its claim. What can happen between: the hours
 * begin while it is queued, the rules change while it is parked, its validity ends, it is for a later moment.
 */
import { sql } from "kysely";
import { pino } from "pino";
import { expect, test } from "vitest";
import type { QuietHoursRule } from "../../../rules/quiet-hours.ts";
import { testDatabase } from "../../../testing/database.ts";
import { runDue } from "../../../testing/due.ts";
import { addContacts, arrived, ledger, quota, send, startPipeline, untilFinal } from "../../../testing/pipeline.ts";
import { createTestWorkspace, type TestWorkspace } from "../../../testing/workspace.ts";
import { replaceRules, storeSwitch } from "../../workspaces/quiet-hours-store.ts";
import { dueParked } from "../hold-source.ts";
import { dueHours, lookAgain } from "../look-again.ts";

const { db } = await testDatabase({ max: 12 });
const log = pino({ level: "silent" });

/** Saturday evening in Oslo; the next hours begin on Monday. */
const saturday = new Date("2027-06-12T18:30:00Z");
const monday = new Date("2027-06-14T07:00:00Z");

const rule = (change: Partial<QuietHoursRule> = {}): QuietHoursRule => ({
  country: "NO",
  class: "marketing",
  from: "09:00",
  to: "20:00",
  sundays: false,
  holidays: false,
  source: null,
  source_date: null,
  ...change,
});

/** A workspace with quiet hours and these rules of its own. */
async function quietWorkspace(rules: readonly QuietHoursRule[] = [], overrides = {}): Promise<TestWorkspace> {
  const workspace = await createTestWorkspace(db, overrides);
  await setHours(workspace, true, rules, null);
  return workspace;
}

const setHours = (workspace: TestWorkspace, enabled: boolean, rules: readonly QuietHoursRule[], changed: Date | null) =>
  db.inWorkspace(workspace.id, async (tx) => {
    await replaceRules(tx, workspace.id, rules);
    await storeSwitch(tx, workspace.id, { enabled, changed });
  });

interface Parked {
  number: string;
  not_before: string;
  due_at: string | null;
}

async function parked({ id }: TestWorkspace): Promise<Parked[]> {
  const { rows } = await db.inWorkspace(id, (tx) =>
    sql<{ number: string; not_before: Date; due_at: Date | null }>`
      select m.number, p.not_before, p.due_at from parked_messages p
      join messages m on m.workspace_id = ${id} and m.id = p.message_id
      where p.workspace_id = ${id} order by m.number`.execute(tx),
  );
  return rows.map(({ number, not_before, due_at }) => ({
    number,
    not_before: not_before.toISOString(),
    due_at: due_at?.toISOString() ?? null,
  }));
}

async function queued({ id }: TestWorkspace): Promise<string[]> {
  const { rows } = await db.inWorkspace(id, (tx) =>
    sql<{ number: string }>`
      select m.number from message_queue q join messages m on m.workspace_id = ${id} and m.id = q.message_id
      where q.workspace_id = ${id} order by m.number`.execute(tx),
  );
  return rows.map((row) => row.number);
}

const place = ({ id }: TestWorkspace, contact: string, timeZone: string | null, properties: object = {}) =>
  db.inWorkspace(id, (tx) =>
    sql`update contacts set time_zone = ${timeZone}, properties = ${JSON.stringify(properties)}::jsonb
      where workspace_id = ${id} and id = ${contact}`.execute(tx),
  );

const marketing = { class: "marketing" as const };
const clockAt = (start: Date) => {
  const begun = performance.now();
  return { now: () => new Date(start.getTime() + performance.now() - begun) };
};

test("outside of the hours marketing waits, and transactional texts pass", async () => {
  const workspace = await quietWorkspace();
  await addContacts(db, workspace.id, [{ mobile: "+4791000001" }]);
  expect(await send(db, workspace, { ...marketing, now: saturday })).toMatchObject({ queued: 1, segments: 1 });
  const expiry = new Date(saturday.getTime() + 24 * 3_600_000).toISOString();
  expect(await parked(workspace)).toEqual([
    { number: "+4791000001", not_before: monday.toISOString(), due_at: expiry },
  ]);
  expect(await queued(workspace)).toEqual([]);
  await send(db, workspace, { now: saturday });
  expect(await queued(workspace)).toEqual(["+4791000001"]);
  // Waiting texts are paid for.
  expect(await quota(db, workspace.id)).toMatchObject({ reserved: 2 });
});

test("within the hours, and with quiet hours off, nothing waits", async () => {
  const workspace = await quietWorkspace();
  await addContacts(db, workspace.id, [{ mobile: "+4791000001" }]);
  await send(db, workspace, { ...marketing, now: monday });
  await setHours(workspace, false, [], null);
  await send(db, workspace, { ...marketing, now: saturday });
  expect(await parked(workspace)).toEqual([]);
  expect(await queued(workspace)).toHaveLength(2);
});

test("a rule for transactional texts makes them wait, but not the answer to a STOP", async () => {
  const workspace = await quietWorkspace([rule({ class: "transactional" })]);
  await addContacts(db, workspace.id, [{ mobile: "+4791000001" }]);
  const late = { now: saturday, expires_at: new Date("2027-06-15T00:00:00Z") };
  await send(db, workspace, late);
  expect(await parked(workspace)).toHaveLength(1);
  await send(db, workspace, { ...late, source: { type: "opt_out_confirmation", id: null, at: new Date() } });
  expect(await queued(workspace)).toEqual(["+4791000001"]);
});

test("each recipient waits for the hours where they are; one without a zone, or with one that does not exist, by the number", async () => {
  const workspace = await quietWorkspace();
  const contacts = await addContacts(db, workspace.id, [
    { mobile: "+4791000001" },
    { mobile: "+4791000002" },
    { mobile: "+4791000003" },
    { mobile: "+13055550100" },
    { mobile: "+12125550100" },
    { mobile: "+48512345678" },
  ]);
  await place(workspace, contacts[1]!, "America/New_York");
  await place(workspace, contacts[2]!, "Mars/Olympus");
  await place(workspace, contacts[4]!, null, { state: "Connecticut" });
  // 08:30 in Oslo, 02:30 in New York, on a Wednesday.
  const expires_at = new Date("2027-06-20T00:00:00Z");
  await send(db, workspace, { ...marketing, now: new Date("2027-06-09T06:30:00Z"), expires_at });
  expect((await parked(workspace)).map(({ number, not_before }) => [number, not_before])).toEqual([
    ["+12125550100", "2027-06-09T13:00:00.000Z"],
    ["+13055550100", "2027-06-09T12:00:00.000Z"],
    ["+4791000001", "2027-06-09T07:00:00.000Z"],
    ["+4791000002", "2027-06-09T13:00:00.000Z"],
    ["+4791000003", "2027-06-09T07:00:00.000Z"],
  ]);
  expect(await queued(workspace)).toEqual(["+48512345678"]);
});

test("the day before a holiday a text waits for the day after it", async () => {
  const workspace = await quietWorkspace();
  await addContacts(db, workspace.id, [{ mobile: "+4791000001" }]);
  // The evening before Constitution Day 2027, a Monday after Whit Sunday: Whit Monday is the same day.
  await send(db, workspace, { ...marketing, now: new Date("2027-05-15T18:00:00Z") });
  expect(await parked(workspace)).toMatchObject([{ not_before: "2027-05-18T07:00:00.000Z" }]);
});

test("a text for a later moment waits for the first hours from that moment on", async () => {
  const workspace = await quietWorkspace();
  await addContacts(db, workspace.id, [{ mobile: "+4791000001" }, { mobile: "+48512345678" }]);
  const moment = new Date("2027-06-09T03:00:00Z");
  await send(db, workspace, { ...marketing, now: new Date("2027-06-08T10:00:00Z"), moment: () => moment });
  expect((await parked(workspace)).map(({ not_before }) => not_before)).toEqual([
    "2027-06-09T07:00:00.000Z",
    moment.toISOString(),
  ]);
});

test("when the hours begin the text is moved and sent, once", async () => {
  const workspace = await quietWorkspace();
  await addContacts(db, workspace.id, [{ mobile: "+4791000001" }]);
  const expires_at = new Date(monday.getTime() + 3_600_000);
  await send(db, workspace, { ...marketing, now: saturday, expires_at });
  const before = new Date(monday.getTime() - 1);
  await runDue(dueParked({ db, log }), before);
  expect(await queued(workspace)).toEqual([]);
  await runDue(dueParked({ db, log }), monday);
  expect(await queued(workspace)).toHaveLength(1);
  await startPipeline(db, { clock: clockAt(monday) });
  await untilFinal(db, workspace.id);
  expect(await arrived(db, workspace.id)).toMatchObject([{ phone: "+4791000001" }]);
  expect(await parked(workspace)).toEqual([]);
});

test("a text whose validity ends before the hours begin expires, visibly, and is not paid for", async () => {
  const workspace = await quietWorkspace();
  await addContacts(db, workspace.id, [{ mobile: "+4791000001" }]);
  await send(db, workspace, { ...marketing, now: saturday });
  const expiry = new Date(saturday.getTime() + 24 * 3_600_000);
  await runDue(dueParked({ db, log }), expiry);
  await startPipeline(db, { clock: clockAt(expiry) });
  await untilFinal(db, workspace.id);
  expect(await ledger(db, workspace.id)).toMatchObject([{ status: "expired", submitted_at: null }]);
  expect(await arrived(db, workspace.id)).toEqual([]);
  expect(await quota(db, workspace.id)).toEqual({ used: 0, reserved: 0 });
});

test("a text that is still queued when the hours end waits for the next ones", async () => {
  const workspace = await quietWorkspace();
  await addContacts(db, workspace.id, [{ mobile: "+4791000001" }, { mobile: "+48512345678" }]);
  await send(db, workspace, { ...marketing, now: new Date("2027-06-09T17:59:00Z") });
  expect(await queued(workspace)).toHaveLength(2);
  const pipeline = await startPipeline(db, { clock: clockAt(new Date("2027-06-09T18:00:01Z")) });
  await untilFinal(db, workspace.id, ["delivered", "queued"]);
  await pipeline.stop();
  expect(await arrived(db, workspace.id)).toMatchObject([{ phone: "+48512345678" }]);
  const opens = "2027-06-10T07:00:00.000Z";
  expect(await parked(workspace)).toEqual([{ number: "+4791000001", not_before: opens, due_at: opens }]);
  await runDue(dueParked({ db, log }), new Date(opens));
  await startPipeline(db, { clock: clockAt(new Date(opens)) });
  await untilFinal(db, workspace.id);
  expect(await arrived(db, workspace.id)).toHaveLength(2);
});

test("rules that change while texts are parked give them another moment, in chunks, paused ones included", async () => {
  const workspace = await quietWorkspace();
  await addContacts(db, workspace.id, [
    { mobile: "+4791000001" },
    { mobile: "+4791000002" },
    { mobile: "+4791000003" },
    { mobile: "+46701234567" },
  ]);
  const expires_at = new Date("2027-06-20T00:00:00Z");
  await send(db, workspace, { ...marketing, now: saturday, expires_at });
  await db.inWorkspace(workspace.id, (tx) =>
    sql`update parked_messages p set due_at = null from messages m where p.workspace_id = ${workspace.id}
      and m.workspace_id = ${workspace.id} and m.id = p.message_id and m.number = '+4791000003'`.execute(tx),
  );
  await setHours(workspace, true, [rule({ sundays: true, from: "11:00" })], saturday);
  const sunday = "2027-06-13T09:00:00.000Z";
  const again = (size: number) => db.inWorkspace(workspace.id, (tx) => lookAgain(tx, workspace.id, saturday, size));
  let moved = 0;
  for (let chunk = 0; chunk < 3; chunk++) moved += await again(2);
  expect(moved).toBe(3);
  expect(await again(2)).toBe(0);
  expect(await parked(workspace)).toEqual([
    { number: "+46701234567", not_before: monday.toISOString(), due_at: monday.toISOString() },
    { number: "+4791000001", not_before: sunday, due_at: sunday },
    { number: "+4791000002", not_before: sunday, due_at: sunday },
    { number: "+4791000003", not_before: sunday, due_at: null },
  ]);
});

test("a text that is locked while rules change is looked at again", async () => {
  const workspace = await quietWorkspace();
  await addContacts(db, workspace.id, [
    { mobile: "+4791000001" },
    { mobile: "+4791000002" },
    { mobile: "+4791000003" },
  ]);
  await send(db, workspace, { ...marketing, now: saturday, expires_at: new Date("2027-06-20T00:00:00Z") });
  await setHours(workspace, true, [rule({ sundays: true, from: "11:00" })], saturday);
  const again = (size: number) => db.inWorkspace(workspace.id, (tx) => lookAgain(tx, workspace.id, saturday, size));
  // As when its source is being resumed.
  await db.inWorkspace(workspace.id, async (tx) => {
    await sql`
      select 1 from parked_messages where workspace_id = ${workspace.id} order by message_id limit 1 for update`.execute(
      tx,
    );
    expect(await again(2)).toBe(1);
    expect(await again(2)).toBe(0);
  });
  expect(await again(2)).toBe(1);
  expect(await again(2)).toBe(1);
  const moments = (await parked(workspace)).map(({ not_before }) => not_before);
  expect(moments).toEqual(Array.from({ length: 3 }, () => "2027-06-13T09:00:00.000Z"));
});

test("quiet hours that are switched off let parked texts go, except those for a later moment", async () => {
  const workspace = await quietWorkspace();
  await addContacts(db, workspace.id, [{ mobile: "+4791000001" }]);
  const moment = new Date("2027-06-13T03:00:00Z");
  const expires_at = new Date("2027-06-20T00:00:00Z");
  await send(db, workspace, { ...marketing, now: saturday, expires_at });
  await send(db, workspace, { ...marketing, now: saturday, expires_at, moment: () => moment });
  await setHours(workspace, false, [], saturday);
  const work = dueHours({ db, log });
  // Texts that are being parked by the rules of before are waited for.
  await runDue([work], saturday);
  expect((await parked(workspace)).map(({ not_before }) => not_before)).toEqual([
    monday.toISOString(),
    monday.toISOString(),
  ]);
  const soon = new Date(saturday.getTime() + 5_000);
  await runDue([work], soon);
  expect((await parked(workspace)).map(({ not_before }) => not_before).sort()).toEqual([
    soon.toISOString(),
    moment.toISOString(),
  ]);
  await runDue(dueParked({ db, log }), soon);
  expect(await queued(workspace)).toHaveLength(1);
});

test("another workspace's quiet hours change nothing", async () => {
  const [own, other] = [await createTestWorkspace(db), await quietWorkspace([rule({ from: "00:00", to: "00:01" })])];
  await addContacts(db, own.id, [{ mobile: "+4791000001" }]);
  await send(db, own, { ...marketing, now: saturday });
  await setHours(other, true, [], saturday);
  await runDue([dueHours({ db, log })], monday);
  expect(await queued(own)).toHaveLength(1);
});
