import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import type { Schedule } from "../../contract/campaigns.ts";
import {
  campaignServices,
  draftOf,
  editorOf,
  finished,
  listOfAll,
  look,
  prepare,
  press,
} from "../../testing/campaign.ts";
import { testDatabase } from "../../testing/database.ts";
import { runDue } from "../../testing/due.ts";
import { addContacts, addManyContacts, arrived, ledger, quota, startPipeline } from "../../testing/pipeline.ts";
import { shortLinks } from "../../testing/short-links.ts";
import { createTestWorkspace, type TestWorkspace } from "../../testing/workspace.ts";
import { instantOf } from "../kit/id.ts";
import { dueParked } from "../messages/hold-source.ts";
import { updateCampaign } from "./edit-campaign.ts";
import { dueCampaigns } from "./finish-campaigns.ts";
import { cancelCampaign } from "./hold-campaign.ts";
import { reviewCampaign } from "./review-campaign.ts";
import { scheduleCampaign, unscheduleCampaign } from "./schedule-campaign.ts";
import { sendCampaign } from "./send-campaign.ts";

const { db } = await testDatabase({ max: 20 });
const services = campaignServices(db);
const hour = 3_600_000;

let workspace: TestWorkspace;
beforeEach(async () => {
  workspace = await createTestWorkspace(db);
});

const draft = async () => draftOf(db, workspace, { opt_out_text: false }, await listOfAll(db, workspace.id));
const schedule = (id: string, input: Partial<Schedule> & { at: string; reviewed?: number }, now = new Date()) =>
  scheduleCampaign({ ...services, clock: { now: () => now } }, workspace.id, id, { local: false, ...input });
const unschedule = (id: string) => unscheduleCampaign(services, workspace.id, id);
/** What happens by itself at a moment. */
const at = (now: Date) => runDue(dueCampaigns(services), now);
const later = (ms: number) => new Date(Date.now() + ms);

test("a scheduled campaign begins at its moment, with the audience, consent and quota of that moment", async () => {
  await addManyContacts(db, workspace.id, 3);
  const id = await draft();
  const begins = later(24 * hour);
  await schedule(id, { at: begins.toISOString() });
  expect(await look(db, workspace.id, id)).toMatchObject({
    status: "scheduled",
    scheduled_at: begins.toISOString(),
    schedule: { at: begins.toISOString(), local: false },
    sent_at: null,
  });
  await at(later(23 * hour));
  expect(await look(db, workspace.id, id)).toMatchObject({ status: "scheduled" });
  expect(await quota(db, workspace.id)).toEqual({ used: 0, reserved: 0 });
  // One more joins, and one leaves, before it begins.
  const [joined] = await addContacts(db, workspace.id, [{ mobile: "+4791999999" }]);
  const [list = ""] = (await look(db, workspace.id, id)).include.lists;
  await db.inWorkspace(workspace.id, async (tx) => {
    await sql`insert into list_members (workspace_id, list_id, contact_id) values (${workspace.id}, ${list}, ${joined})`.execute(
      tx,
    );
    await sql`update contacts set sms_consents = 0 where workspace_id = ${workspace.id} and mobile = '+4790000001'`.execute(
      tx,
    );
  });
  await at(begins);
  expect(await look(db, workspace.id, id)).toMatchObject({ status: "preparing", sent_at: begins.toISOString() });
  await prepare(db, workspace.id, id);
  const rows = await ledger(db, workspace.id);
  expect(
    rows
      .filter(({ status }) => status === "queued")
      .map(({ number }) => number)
      .sort(),
  ).toEqual(["+4790000000", "+4790000002", "+4791999999"]);
  for (const row of rows) expect(instantOf(row.id).getTime()).toBe(begins.getTime());
});

test("times without offset are the workspace's; a skipped time comes after the jump, of a doubled one the first counts", async () => {
  await addManyContacts(db, workspace.id, 1);
  const id = await draft();
  const begins = async (zone: string, wall: string) => {
    await db.inWorkspace(workspace.id, (tx) =>
      sql`update workspaces set time_zone = ${zone} where workspace_id = ${workspace.id}`.execute(tx),
    );
    return (await schedule(id, { at: wall }, new Date("2026-01-01T00:00:00Z"))).scheduled_at?.toISOString();
  };
  expect(await begins("Europe/Oslo", "2026-12-03T10:00")).toBe("2026-12-03T09:00:00.000Z");
  expect(await begins("Europe/Oslo", "2026-03-29T02:30")).toBe("2026-03-29T01:30:00.000Z");
  expect(await begins("Europe/Oslo", "2026-10-25T02:30")).toBe("2026-10-25T00:30:00.000Z");
  expect(await begins("Australia/Lord_Howe", "2026-10-04T02:15")).toBe("2026-10-03T15:45:00.000Z");
  expect(await begins("Australia/Lord_Howe", "2026-04-05T01:45")).toBe("2026-04-04T14:45:00.000Z");
});

test("what is no moment to schedule is refused, with field and value", async () => {
  await addManyContacts(db, workspace.id, 1);
  const id = await draft();
  const now = new Date("2026-11-28T12:00:00Z");
  const refused = (input: Partial<Schedule> & { at: string }) =>
    schedule(id, input, now).then(
      () => null,
      (error: { code: string; field: string; value: unknown }) => [error.code, error.field, error.value],
    );
  expect(await refused({ at: "tomorrow" })).toEqual(["invalid_time", "at", "tomorrow"]);
  expect(await refused({ at: "2026-13-01T10:00" })).toEqual(["invalid_time", "at", "2026-13-01T10:00"]);
  // `Date` takes these for 2 March, 4 March and a day without a time.
  for (const at of [
    "2027-02-30T10:00:00Z",
    "Dec 3 2026 10:00Z",
    "2026-12-03Z",
    "03/04/2027 10:00 Z",
    "2026-12-03T10:00:00+99:99",
  ])
    expect(await refused({ at })).toEqual(["invalid_time", "at", at]);
  for (const at of ["2026-12-03T10:00Z", "2026-12-03T10:00:00.123456789+01:00", "2026-12-03T10:00:00+0100"])
    expect(await refused({ at }), at).toBeNull();
  expect(await refused({ at: "2026-11-28T11:00:00Z" })).toEqual(["time_past", "at", "2026-11-28T11:00:00Z"]);
  expect(await refused({ at: "2028-01-01T10:00" })).toEqual(["time_too_far", "at", "2028-01-01T10:00"]);
  expect(await refused({ at: "2026-12-03T10:00:00Z", local: true })).toEqual([
    "invalid_time",
    "at",
    "2026-12-03T10:00:00Z",
  ]);
  // Past everywhere on earth, and not yet past on an island in the far west.
  expect(await refused({ at: "2026-11-27T20:00", local: true })).toEqual(["time_past", "at", "2026-11-27T20:00"]);
  expect(await refused({ at: "2026-11-28T00:30", local: true })).toBeNull();
  expect(await look(db, workspace.id, id)).toMatchObject({ status: "scheduled" });
});

test("errors of the review keep a campaign from being scheduled, except of an audience and a quota that may be there in time", async () => {
  const id = await draft();
  await expect(
    db
      .inWorkspace(workspace.id, (tx) =>
        updateCampaign(tx, editorOf(workspace.id), id, { text: " " }, new Date(), shortLinks),
      )
      .then(() => schedule(id, { at: later(hour).toISOString() })),
  ).rejects.toMatchObject({ status: 422, code: "text_empty" });
  await db.inWorkspace(workspace.id, (tx) =>
    updateCampaign(tx, editorOf(workspace.id), id, { text: "Hei" }, new Date(), shortLinks),
  );
  const begins = later(hour);
  await schedule(id, { at: begins.toISOString() });
  // Still nobody.
  await at(begins);
  await prepare(db, workspace.id, id);
  expect(await look(db, workspace.id, id)).toMatchObject({ status: "failed", error: { code: "nobody" } });
});

test("a quota that does not suffice at the moment fails the campaign, and nothing is sent", async () => {
  await addManyContacts(db, workspace.id, 30);
  const id = await draft();
  const begins = later(hour);
  await schedule(id, { at: begins.toISOString() });
  await db.inWorkspace(workspace.id, (tx) => sql`update quota_periods set allowance = 29`.execute(tx));
  await at(begins);
  await prepare(db, workspace.id, id);
  expect(await look(db, workspace.id, id)).toMatchObject({ status: "failed", error: { code: "quota_exceeded" } });
  expect(await ledger(db, workspace.id)).toEqual([]);
  // Sent by hand afterwards it is no longer a scheduled one.
  await db.inWorkspace(workspace.id, (tx) => sql`update quota_periods set allowance = 30`.execute(tx));
  expect(await press(db, workspace.id, id)).toMatchObject({ status: "preparing", scheduled_at: null, schedule: null });
});

test("a scheduled campaign is not changed, is rescheduled and unscheduled, and is a draft again then", async () => {
  await addManyContacts(db, workspace.id, 1);
  const id = await draft();
  const first = later(hour);
  await schedule(id, { at: first.toISOString() });
  const change = () =>
    db.inWorkspace(workspace.id, (tx) =>
      updateCampaign(tx, editorOf(workspace.id), id, { text: "Ny" }, new Date(), shortLinks),
    );
  await expect(change()).rejects.toMatchObject({ status: 409, code: "not_a_draft", value: "scheduled" });
  await expect(press(db, workspace.id, id)).rejects.toMatchObject({ status: 409 });
  const second = later(2 * hour);
  await schedule(id, { at: second.toISOString() });
  await at(first);
  expect(await look(db, workspace.id, id)).toMatchObject({ status: "scheduled", scheduled_at: second.toISOString() });
  await unschedule(id);
  await at(second);
  expect(await look(db, workspace.id, id)).toMatchObject({ status: "draft", scheduled_at: null, schedule: null });
  await change();
  await expect(unschedule(id)).rejects.toMatchObject({ status: 409, code: "not_scheduled", value: "draft" });
});

test("two people who schedule, unschedule and send at once leave one state, and it begins once at most", async () => {
  await addManyContacts(db, workspace.id, 2);
  for (let round = 0; round < 6; round++) {
    const id = await draft();
    const begins = later(hour);
    await Promise.allSettled([
      schedule(id, { at: begins.toISOString() }),
      schedule(id, { at: later(2 * hour).toISOString() }),
      unschedule(id),
      sendCampaign(services, workspace.id, id, null),
      cancelCampaign(services, workspace.id, id),
      unschedule(id),
    ]);
    const { status } = await look(db, workspace.id, id);
    await Promise.all([at(later(3 * hour)), at(later(3 * hour)), unschedule(id).catch(() => {})]);
    const after = await look(db, workspace.id, id);
    if (status === "cancelled" || status === "draft") expect(after.status).toBe(status);
    else if (status === "preparing") expect(after.status).toBe("preparing");
    else expect(["preparing", "draft"]).toContain(after.status);
    if (after.status === "preparing") await Promise.all([prepare(db, workspace.id, id), prepare(db, workspace.id, id)]);
    const rows = (await ledger(db, workspace.id)).filter((row) => row.source_id === id);
    expect(rows).toHaveLength(after.status === "preparing" ? 2 : 0);
  }
});

test("a campaign that no worker began before its texts would have expired is failed, and says so", async () => {
  await addManyContacts(db, workspace.id, 1);
  const id = await draft();
  const begins = later(hour);
  await schedule(id, { at: begins.toISOString() });
  await at(new Date(begins.getTime() + 24 * hour));
  expect(await look(db, workspace.id, id)).toMatchObject({
    status: "failed",
    error: { code: "missed", message: expect.stringContaining(begins.toISOString()) },
  });
  expect(await ledger(db, workspace.id)).toEqual([]);
});

test("where the time is over in some zones when it is scheduled, those get it at once, and the others at their time", async () => {
  await addContacts(db, workspace.id, [{ mobile: "+818012345678" }, { mobile: "+12125550123" }]);
  const list = await listOfAll(db, workspace.id);
  const id = await draftOf(db, workspace, { opt_out_text: false, validity_seconds: 3_600 }, list);
  const tokyo = new Date("2027-06-15T01:00:00Z");
  const newYork = new Date("2027-06-15T14:00:00Z");
  const pressed = new Date(tokyo.getTime() + 3 * hour);
  await schedule(id, { at: "2027-06-15T10:00", local: true }, pressed);
  const begun = new Date(pressed.getTime() + 1_000);
  await at(begun);
  expect(await look(db, workspace.id, id)).toMatchObject({ status: "preparing", sent_at: pressed.toISOString() });
  await prepare(db, workspace.id, id, 5_000, undefined, { now: () => begun });
  const { rows } = await db.asSystem((tx) =>
    sql`select message_id, expires_at from message_queue where workspace_id = ${workspace.id}
      union all select message_id, expires_at from parked_messages where workspace_id = ${workspace.id} order by expires_at`.execute(
      tx,
    ),
  );
  expect(rows.map((row) => (row as { expires_at: Date }).expires_at)).toEqual([
    new Date(pressed.getTime() + hour),
    new Date(newYork.getTime() + hour),
  ]);
});

test("begun late, a campaign at each recipient's time is missed only once the last zone's texts would have expired", async () => {
  await addContacts(db, workspace.id, [{ mobile: "+818012345678" }, { mobile: "+12125550123" }]);
  const list = await listOfAll(db, workspace.id);
  const campaign = () => draftOf(db, workspace, { opt_out_text: false, validity_seconds: 3_600 }, list);
  const tokyo = new Date("2027-06-15T01:00:00Z");
  const newYork = new Date("2027-06-15T14:00:00Z");
  const before = new Date(tokyo.getTime() - 24 * hour);
  const [late, tooLate] = [await campaign(), await campaign()];
  await schedule(late, { at: "2027-06-15T10:00", local: true }, before);
  const begun = new Date(tokyo.getTime() + 2 * hour);
  await at(begun);
  expect(await look(db, workspace.id, late)).toMatchObject({ status: "preparing", sent_at: tokyo.toISOString() });
  await schedule(tooLate, { at: "2027-06-15T10:00", local: true }, before);
  await at(new Date(newYork.getTime() + hour));
  expect(await look(db, workspace.id, tooLate)).toMatchObject({ status: "failed", error: { code: "missed" } });
});

test("each recipient gets it at the wall time where they are: the first zone begins it, the others wait parked", async () => {
  await addContacts(db, workspace.id, [
    { mobile: "+818012345678" }, // Tokyo, UTC+9
    { mobile: "+4791000001" }, // Oslo, UTC+1
    { mobile: "+12125550123" }, // New York, UTC-5
  ]);
  await db.inWorkspace(workspace.id, async (tx) => {
    await sql`update workspaces set time_zone = 'Europe/Oslo' where workspace_id = ${workspace.id}`.execute(tx);
    await sql`update contacts set time_zone = 'Asia/Kathmandu' where workspace_id = ${workspace.id} and mobile = '+4791000001'`.execute(
      tx,
    );
  });
  const id = await draft();
  const day = new Date(Date.now() + 3 * 24 * hour).toISOString().slice(0, 10);
  const wall = `${day}T10:00`;
  const tokyo = new Date(`${day}T01:00:00Z`);
  const kathmandu = new Date(`${day}T04:15:00Z`);
  const newYork = new Date(Temporal.PlainDateTime.from(wall).toZonedDateTime("America/New_York").epochMilliseconds);
  expect(await schedule(id, { at: wall, local: true })).toMatchObject({ scheduled_local: wall });
  // Looked at from the first place on earth on, and put off until the first of the audience.
  await at(new Date(tokyo.getTime() - 30 * 60_000));
  expect(await look(db, workspace.id, id)).toMatchObject({ status: "scheduled", scheduled_at: tokyo.toISOString() });
  await at(tokyo);
  const now = { now: () => tokyo };
  await prepare(db, workspace.id, id, 5_000, undefined, now);
  const { rows } = await db.asSystem((tx) =>
    sql<{ number: string; not_before: Date; expires_at: Date }>`
      select m.number, p.not_before, p.expires_at from parked_messages p join messages m on m.workspace_id = p.workspace_id and m.id = p.message_id
      where p.workspace_id = ${workspace.id} order by p.not_before`.execute(tx),
  );
  expect(rows).toEqual([
    { number: "+4791000001", not_before: kathmandu, expires_at: new Date(kathmandu.getTime() + 24 * hour) },
    { number: "+12125550123", not_before: newYork, expires_at: new Date(newYork.getTime() + 24 * hour) },
  ]);
  expect((await ledger(db, workspace.id)).map(({ status }) => status)).toEqual(["queued", "queued", "queued"]);
  const log = { warn() {} };
  let time = tokyo;
  await startPipeline(db, { clock: { now: () => time } });
  const queue = async () => {
    const { rows } = await db.asSystem((tx) =>
      sql`select 1 from message_queue where workspace_id = ${workspace.id}`.execute(tx),
    );
    return rows.length;
  };
  for (const [moment, received] of [
    [tokyo, 1],
    [new Date(kathmandu.getTime() - 1), 1],
    [kathmandu, 2],
    [newYork, 3],
  ] as const) {
    time = moment;
    await runDue(dueParked({ db, log }), moment);
    await expect.poll(queue).toBe(0);
    await expect.poll(async () => (await arrived(db, workspace.id)).length).toBe(received);
  }
  expect(await finished(db, workspace.id, id)).toMatchObject({ status: "sent", counts: { recipients: 3, sent: 3 } });
  expect(await quota(db, workspace.id)).toEqual({ used: 3, reserved: 0 });
});

test("Send with time to undo can be taken back, and begins by itself otherwise", async () => {
  await addManyContacts(db, workspace.id, 1);
  const id = await draft();
  const send = () => sendCampaign(services, workspace.id, id, null, { undo_seconds: 10 });
  expect((await send()).campaign).toMatchObject({ status: "scheduled" });
  await unschedule(id);
  await at(later(60_000));
  expect(await look(db, workspace.id, id)).toMatchObject({ status: "draft" });
  await send();
  await at(new Date());
  expect(await look(db, workspace.id, id)).toMatchObject({ status: "scheduled" });
  await at(later(11_000));
  expect(await look(db, workspace.id, id)).toMatchObject({ status: "preparing" });
});

test("Send and schedule are bound to the revision that was reviewed; a change to the same values is none", async () => {
  await addManyContacts(db, workspace.id, 1);
  const id = await draft();
  const change = (text: string) =>
    db.inWorkspace(workspace.id, (tx) =>
      updateCampaign(tx, editorOf(workspace.id), id, { text }, new Date(), shortLinks),
    );
  const { revision } = (await reviewCampaign(services, workspace.id, id)).review;
  await change((await look(db, workspace.id, id)).text);
  expect((await look(db, workspace.id, id)).revision).toBe(revision);
  await change("Noe annet");
  const changed = { status: 409, code: "campaign_changed", field: "reviewed", value: revision + 1 };
  const send = (reviewed?: number) => sendCampaign(services, workspace.id, id, null, { reviewed, undo_seconds: 0 });
  await expect(send(revision)).rejects.toMatchObject(changed);
  await expect(schedule(id, { at: later(hour).toISOString(), reviewed: revision })).rejects.toMatchObject(changed);
  expect(await look(db, workspace.id, id)).toMatchObject({ status: "draft" });
  await send(revision + 1);
  expect(await look(db, workspace.id, id)).toMatchObject({ status: "preparing" });
});
