/** Reminders and thanks: at their moment, once for each start, and only while they make sense. */
import { sql } from "kysely";
import { expect, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { runDue } from "../../../testing/due.ts";
import { day, hour, kari, later, minute, morning, ola, salonsOf } from "../../../testing/workflows.ts";
import type { DueServices } from "../../kit/services.ts";
import type { ClaimedMail } from "../../mail/queue-store.ts";
import { recheckMails } from "../../mail/recheck-mails.ts";
import { bookingsModule } from "../module.ts";

const database = await testDatabase();
const salons = await salonsOf(database);

const dayBefore = { trigger: "before_start", hours: 24 };
const hourBefore = { trigger: "before_start", minutes: 60 };
const at = "at {{ booking.date }} {{ booking.time }}";
/** Three days ahead, at the same time of day. */
const start = later(morning, 3 * day).toISOString();

test("a reminder goes at its moment, not before, and once however often is looked", async () => {
  const salon = await salons.open();
  await salon.workflow({ when: hourBefore });
  const booking = await salon.book({ start });
  await salon.look(later(start, -hour - 1));
  expect(await salon.textsTo()).toEqual([]);
  expect(await salon.statesOf(booking)).toEqual(["waiting"]);
  await salon.look(later(start, -hour));
  for (const ms of [0, 1_000, minute, 30 * minute, 2 * hour]) await salon.look(later(start, -hour + ms));
  expect(await salon.textsTo(kari.mobile)).toEqual(["Hi Kari"]);
  expect(await salon.decisionsOf(booking)).toMatchObject([
    { state: "sent", reason: null, recipient: "customer", channel: "sms", to: kari.mobile, name: "Kari" },
  ]);
});

test("no reminder after a booking was cancelled, rejected, completed or missed by its customer", async () => {
  for (const status of ["cancelled", "rejected", "completed", "no_show"]) {
    const salon = await salons.open();
    await salon.workflow({ when: hourBefore });
    const booking = await salon.book({ start });
    await salon.change(booking.id, { status });
    await salon.look(later(start, -hour));
    await salon.look(later(start, -30 * minute));
    expect([status, await salon.textsTo()]).toEqual([status, []]);
  }
});

test("cancelled in the moment before the reminder is looked for: nothing is scheduled that could still go", async () => {
  const salon = await salons.open();
  await salon.workflow({ when: hourBefore });
  const booking = await salon.book({ start });
  await salon.look(later(start, -hour - 1_000));
  await salon.cancel(booking.id);
  await salon.look(later(start, -hour));
  expect(await salon.textsTo()).toEqual([]);
});

test("a booking that was moved is reminded of once, with its new time", async () => {
  const salon = await salons.open();
  await salon.workflow({ when: dayBefore, text: at });
  const booking = await salon.book({ start });
  await salon.look();
  const moved = later(start, 2 * day).toISOString();
  await salon.change(booking.id, { start: moved });
  await salon.look(later(start, -day));
  expect(await salon.textsTo()).toEqual([]);
  await salon.look(later(moved, -day));
  await salon.look(later(moved, -hour));
  expect(await salon.textsTo()).toEqual(["at 15 March 2027 10:00"]);
});

test("moved after its reminder it is reminded of again; moved back, what was sent for that start is not repeated", async () => {
  const salon = await salons.open();
  await salon.workflow({ when: hourBefore, text: at });
  const booking = await salon.book({ start });
  await salon.look(later(start, -hour));
  const moved = later(start, day).toISOString();
  await salon.change(booking.id, { start: moved });
  await salon.look();
  await salon.look(later(moved, -hour));
  expect(await salon.textsTo()).toEqual(["at 13 March 2027 10:00", "at 14 March 2027 10:00"]);
  await salon.change(booking.id, { start: later(start, 2 * day).toISOString() });
  await salon.look();
  await salon.change(booking.id, { start: moved });
  await salon.look();
  await salon.look(later(moved, -30 * minute));
  expect(await salon.textsTo()).toHaveLength(2);
});

test("moved or cancelled while its reminder waits for the carrier: it is taken back, and its segments too", async () => {
  for (const [change, reason] of [
    [{ start: later(start, day).toISOString() }, "superseded"],
    [{ status: "cancelled" }, "booking_cancelled"],
  ] as const) {
    const salon = await salons.open();
    await salon.workflow({ when: hourBefore });
    const booking = await salon.book({ start });
    await salon.look(later(start, -hour));
    expect((await salon.request("GET /usage")).reserved).toBe(1);
    await salon.change(booking.id, { ...change, notify: false });
    await salon.look(later(start, -hour + minute));
    expect((await salon.messages()).map(({ status }) => status)).toEqual(["cancelled"]);
    expect((await salon.request("GET /usage")).reserved).toBe(0);
    expect((await salon.request("GET /workflows")).items).toMatchObject([{ sent_count: 0 }]);
    expect(await salon.statesOf(booking)).toContain(`skipped: ${reason}`);
    const { history } = await salon.request(`GET /bookings/${booking.id}`);
    expect(history[0]).toMatchObject({ what: "message_stopped", by: "system", name: "On before_start" });
  }
});

test("a mail that reminds of a booking which was cancelled since is not submitted", async () => {
  const salon = await salons.open();
  const mail = { action: "send_email", to: { customer: true }, subject: "Tomorrow", text: "See you" };
  await salon.workflow({ when: hourBefore, do: [mail] });
  const mailed = { first_name: "Kari", email: "kari@example.com" };
  const booking = await salon.book({ start, customer: mailed });
  await salon.book({ start, customer: { ...mailed, email: "ola@example.com" } });
  await salon.look(later(start, -hour));
  await salon.cancel(booking.id);
  const { db } = salons.services;
  const claimed = await db.inWorkspace(salon.id, async (tx) => {
    const { rows } = await sql<ClaimedMail>`select * from mails where workspace_id = ${salon.id}`.execute(tx);
    return recheckMails(tx, salon.id, rows, later(start, -hour));
  });
  expect(claimed).toMatchObject([{ status: "skipped", reason: "source_stopped" }]);
  expect(await salon.statesOf(booking)).toEqual(["skipped: booking_cancelled"]);
  expect((await salon.request("GET /workflows")).items).toMatchObject([{ sent_count: 1 }]);
  const { history } = await salon.request(`GET /bookings/${booking.id}`);
  expect(history[0]).toMatchObject({ what: "message_stopped", by: "system", name: "On before_start" });
});

test("cancelled and reinstated before the moment: reminded of once", async () => {
  const salon = await salons.open();
  await salon.workflow({ when: hourBefore });
  const booking = await salon.book({ start });
  await salon.cancel(booking.id);
  await salon.look();
  await salon.change(booking.id, { status: "confirmed" });
  await salon.look();
  await salon.look(later(start, -hour));
  await salon.look(later(start, -hour + 1_000));
  expect(await salon.textsTo()).toEqual(["Hi Kari"]);
});

test("booked inside of the lead: not sent, and the booking says why", async () => {
  const salon = await salons.open();
  await salon.workflow({ when: dayBefore });
  const booking = await salon.book({ start: later(morning, 5 * hour).toISOString() });
  await salon.look(later(morning, 1_000));
  await salon.look(later(morning, hour));
  expect(await salon.textsTo()).toEqual([]);
  expect(await salon.statesOf(booking)).toEqual(["skipped: booked_too_late"]);
});

test("booked inside of the lead, and the workflow sends all the same: at once, and once", async () => {
  const salon = await salons.open();
  await salon.workflow({ when: { ...dayBefore, send_if_late: true } });
  const booking = await salon.book({ start: later(morning, 5 * hour).toISOString() });
  await salon.look(later(morning, 1_000));
  await salon.look(later(morning, hour));
  expect(await salon.textsTo()).toEqual(["Hi Kari"]);
  expect(await salon.statesOf(booking)).toEqual(["sent"]);
});

test("a workflow that sends late says nothing about a booking that has begun", async () => {
  const salon = await salons.open();
  await salon.workflow({ when: { ...dayBefore, send_if_late: true } });
  const begun = await salon.book({ start: later(morning, -hour).toISOString() });
  await salon.look(later(morning, 1_000));
  expect(await salon.textsTo()).toEqual([]);
  expect(await salon.statesOf(begun)).toEqual(["skipped: booked_too_late"]);
});

test("booked later before the moment than the workflow asks for: skipped, with that reason", async () => {
  const salon = await salons.open();
  await salon.workflow({ when: { ...hourBefore, booked_at_least_minutes: 120 } });
  const soon = await salon.book({ start: later(morning, 2 * hour).toISOString() });
  const ahead = await salon.book({ customer: ola, start: later(morning, 4 * hour).toISOString() });
  expect(await salon.statesOf(soon)).toEqual(["skipped: booked_at_short_notice"]);
  await salon.look(later(morning, hour));
  await salon.look(later(morning, 3 * hour));
  expect(await salon.textsTo()).toEqual(["Hi Ola"]);
  expect(await salon.statesOf(soon)).toEqual(["skipped: booked_at_short_notice"]);
  expect(await salon.statesOf(ahead)).toEqual(["sent"]);
});

test("down over the moment: sent while it makes sense, missed for ever after that", async () => {
  for (const [late, expected] of [
    [19 * minute, "sent"],
    [21 * minute, "missed: too_late"],
  ] as const) {
    const salon = await salons.open();
    await salon.workflow({ when: hourBefore });
    const booking = await salon.book({ start });
    await salon.look(later(start, -hour - minute));
    // Nothing runs for a while; a third of the hour is as late as it may be.
    await salon.look(later(start, -hour + late));
    expect(await salon.statesOf(booking)).toEqual([expected]);
    await salon.look(later(start, -hour + late + 1_000));
    await salon.change(booking.id, { notes: "window seat" });
    await salon.look(later(start, -hour + late + 2_000));
    expect(await salon.textsTo()).toHaveLength(expected === "sent" ? 1 : 0);
    expect(await salon.statesOf(booking)).toEqual([expected]);
  }
});

test("a reminder is 12 hours late at most, and never after the start, unless the workflow says otherwise", async () => {
  for (const [when, late, expected] of [
    [{ trigger: "before_start", days: 2 }, 12 * hour, "sent"],
    [{ trigger: "before_start", days: 2 }, 12 * hour + 1_000, "missed: too_late"],
    [{ ...hourBefore, lateness_minutes: 600 }, 59 * minute, "sent"],
    [{ ...hourBefore, lateness_minutes: 600 }, 61 * minute, "missed: too_late"],
    [{ ...hourBefore, lateness_minutes: 0 }, 30_000, "sent"],
    [{ ...hourBefore, lateness_minutes: 0 }, 2 * minute, "missed: too_late"],
  ] as const) {
    const salon = await salons.open();
    await salon.workflow({ when });
    const booking = await salon.book({ start });
    await salon.look(later(morning, 1_000));
    const due = later(start, "days" in when ? -2 * day : -hour);
    await salon.look(later(due, late));
    expect([late, await salon.statesOf(booking)]).toEqual([late, [expected]]);
  }
});

test("thanks look back two days at most", async () => {
  for (const [late, expected] of [
    [2 * day, "sent"],
    [2 * day + 1_000, "missed: too_late"],
  ] as const) {
    const salon = await salons.open();
    await salon.workflow({ when: { trigger: "after_end", hours: 2 } });
    const booking = await salon.book({ start });
    await salon.look(later(morning, 1_000));
    await salon.look(later(booking.end, 2 * hour + late));
    expect(await salon.statesOf(booking)).toEqual([expected]);
  }
});

test("thanks go for confirmed and completed bookings only", async () => {
  const salon = await salons.open();
  await salon.workflow({ when: { trigger: "after_end", hours: 1 }, text: "Thanks {{ customer.first_name }}" });
  const people = { confirmed: "Anna", completed: "Berit", no_show: "Cato", pending: "Dina", cancelled: "Erik" };
  for (const [i, [status, first_name]] of Object.entries(people).entries())
    await salon.book({ start, status, customer: { first_name, mobile: `+479123450${i}` } });
  await salon.look(later(morning, 1_000));
  await salon.look(later(start, 45 * minute + hour));
  expect((await salon.textsTo()).sort()).toEqual(["Thanks Anna", "Thanks Berit"]);
});

test("what is ahead of a booking says what comes of it as it is: nothing for whom nobody saw", async () => {
  const salon = await salons.open();
  await salon.workflow({ when: { trigger: "after_end", hours: 2 } });
  const { id } = await salon.book({ start });
  for (const [status, expected] of [
    ["confirmed", "waiting"],
    ["no_show", "skipped: status_not_meant"],
    ["cancelled", "skipped: booking_cancelled"],
    ["pending", "waiting"],
  ] as const) {
    await salon.change(id, { status });
    expect([status, await salon.statesOf({ id })]).toEqual([status, [expected]]);
  }
});

test("a booking that is entered after it took place is thanked for where that moment is still to come", async () => {
  const salon = await salons.open();
  await salon.workflow({ when: { trigger: "after_end", hours: 2 } });
  const before = await salon.book({ start: later(morning, -5 * hour).toISOString() });
  const recent = await salon.book({ customer: ola, start: later(morning, -hour).toISOString() });
  await salon.look(later(morning, 1_000));
  await salon.look(later(recent.end, 2 * hour));
  expect(await salon.textsTo()).toEqual(["Hi Ola"]);
  expect(await salon.statesOf(before)).toEqual([]);
});

test("a negative figure is before the end", async () => {
  const salon = await salons.open();
  await salon.workflow({ when: { trigger: "after_end", minutes: -15 } });
  const booking = await salon.book({ start });
  await salon.look(later(booking.end, -15 * minute - 1));
  expect(await salon.textsTo()).toEqual([]);
  await salon.look(later(booking.end, -15 * minute));
  expect(await salon.textsTo()).toEqual(["Hi Kari"]);
});

test("offset 0 is the start itself, and a year ahead works", async () => {
  const salon = await salons.open();
  await salon.workflow({ name: "Now", when: { trigger: "before_start", minutes: 0 }, text: "now" });
  await salon.workflow({ name: "A year", when: { trigger: "before_start", days: 366 }, text: "a year" });
  const far = later(morning, 400 * day).toISOString();
  await salon.book({ start: far });
  await salon.look(later(morning, 34 * day - 1_000));
  expect(await salon.textsTo()).toEqual([]);
  await salon.look(later(morning, 34 * day + 2 * hour));
  expect(await salon.textsTo()).toEqual(["a year"]);
  await salon.look(new Date(far));
  expect(await salon.textsTo()).toEqual(["a year", "now"]);
});

test("the day before at 18:00 is so by the clock of the booking's zone, over the change of clocks too", async () => {
  // In Oslo clocks are put forward on 28 March 2027, in New York they were on the 14th.
  const salon = await salons.open({ at: new Date("2027-03-26T12:00:00Z") });
  await salon.request("POST /locations", { name: "New York", time_zone: "America/New_York" });
  await salon.workflow({ when: { trigger: "before_start", days: 1, at: "18:00" }, text: "{{ booking.time }}" });
  const oslo = await salon.book({ start: "2027-03-28T14:00" });
  const york = await salon.book({ customer: ola, start: "2027-03-28T14:00", location: "New York" });
  expect([oslo.start, york.start]).toEqual(["2027-03-28T12:00:00.000Z", "2027-03-28T18:00:00.000Z"]);
  await salon.look();
  const due = async (booking: typeof oslo) => (await salon.decisionsOf(booking)).map(({ due_at }) => due_at);
  expect(await due(oslo)).toEqual(["2027-03-27T17:00:00.000Z"]);
  expect(await due(york)).toEqual(["2027-03-27T22:00:00.000Z"]);
  await salon.look(new Date("2027-03-27T16:59:59.999Z"));
  expect(await salon.textsTo()).toEqual([]);
  await salon.look(new Date("2027-03-27T17:00:00Z"));
  expect(await salon.textsTo()).toEqual(["14:00"]);
  await salon.look(new Date("2027-03-27T22:00:00Z"));
  expect(await salon.textsTo(ola.mobile)).toEqual(["14:00"]);
});

test("a day keeps the clock over the change, 24 hours are elapsed time", async () => {
  const salon = await salons.open({ at: new Date("2027-03-20T12:00:00Z") });
  await salon.workflow({ name: "Day", when: { trigger: "before_start", days: 1 } });
  await salon.workflow({ name: "Hours", when: dayBefore });
  const booking = await salon.book({ start: "2027-03-28T14:00" });
  const ahead = await salon.decisionsOf(booking);
  expect(Object.fromEntries(ahead.map(({ workflow, due_at }) => [workflow.name, due_at]))).toEqual({
    Day: "2027-03-27T13:00:00.000Z",
    Hours: "2027-03-27T12:00:00.000Z",
  });
  await salon.look(new Date("2027-03-27T12:00:00Z"));
  expect(await salon.textsTo()).toHaveLength(1);
  await salon.look(new Date("2027-03-27T13:00:00Z"));
  expect(await salon.textsTo()).toHaveLength(2);
});

test("reminders in allowed hours only: before the night, thanks after it", async () => {
  const salon = await salons.open();
  await salon.request("PATCH /workspace", { reminder_hours: { from: "08:00", to: "21:00" } });
  await salon.workflow({ name: "Reminder", when: { trigger: "before_start", hours: 8 }, text: "soon" });
  await salon.workflow({ name: "Thanks", when: { trigger: "after_end", hours: 8 }, text: "thanks" });
  await salon.workflow({ name: "Confirmation", text: "booked" });
  // 11 March, 10:00 to 10:45 in Oslo: the reminder would be due at 02:00.
  const early = await salon.book({});
  // 11 March, 15:00 to 15:45: thanks would be due at 23:45.
  await salon.book({ customer: ola, start: "2027-03-11T15:00" });
  await salon.look();
  await salon.look(new Date("2027-03-10T21:30:00Z"));
  // A confirmation goes at any hour.
  expect((await salon.textsTo(kari.mobile)).sort()).toEqual(["booked", "soon"]);
  const reminder = (await salon.decisionsOf(early)).find(({ workflow }) => workflow.name === "Reminder");
  expect(Date.parse(reminder?.due_at ?? "")).toBeLessThanOrEqual(Date.parse("2027-03-10T20:00:00Z"));
  expect(Date.parse(reminder?.due_at ?? "")).toBeGreaterThanOrEqual(Date.parse("2027-03-10T19:59:00Z"));
  await salon.look(new Date("2027-03-12T06:59:59Z"));
  expect(await salon.textsTo(ola.mobile)).toEqual(["booked", "soon"]);
  await salon.look(new Date("2027-03-12T07:00:00Z"));
  expect(await salon.textsTo(ola.mobile)).toEqual(["booked", "soon", "thanks"]);
});

test("moved into the past: no text about a start that was, missed or skipped for ever", async () => {
  const salon = await salons.open();
  await salon.workflow({ when: hourBefore });
  const booking = await salon.book({ start });
  await salon.look(later(start, -2 * hour));
  await salon.change(booking.id, { start: later(start, -3 * hour).toISOString() });
  await salon.look();
  await salon.look(later(start, 2 * hour));
  expect(await salon.textsTo()).toEqual([]);
  expect(await salon.statesOf(booking)).toEqual(["skipped: booked_too_late"]);
});

test("a clock that is set back sends nothing twice, and nothing is left out afterwards", async () => {
  const salon = await salons.open();
  await salon.workflow({ when: hourBefore });
  await salon.book({ start });
  await salon.book({ customer: ola, start: later(start, 10 * minute).toISOString() });
  await salon.look(later(start, -hour));
  await salon.look(later(start, -2 * hour));
  for (let ms = -2 * hour; ms <= 0; ms += 5 * minute) await salon.look(later(start, ms));
  expect((await salon.textsTo()).sort()).toEqual(["Hi Kari", "Hi Ola"]);
});

test("the number at the moment is used, and the decision keeps which", async () => {
  const salon = await salons.open();
  await salon.workflow({ when: hourBefore });
  const booking = await salon.book({ start });
  await salon.look();
  await salon.request(`PATCH /contacts/${booking.customer?.id}`, { mobile: "+4791234599" });
  await salon.look(later(start, -hour));
  await salon.request(`PATCH /contacts/${booking.customer?.id}`, { mobile: "+4791234511" });
  expect(await salon.decisionsOf(booking)).toMatchObject([{ state: "sent", to: "+4791234599" }]);
  expect(await salon.textsTo("+4791234599")).toEqual(["Hi Kari"]);
});

test("a reminder stands in the ledger at its moment, and is not submitted once it makes no sense any more", async () => {
  const salon = await salons.open();
  await salon.workflow({ when: hourBefore });
  await salon.book({ start });
  await salon.look();
  await salon.look(later(start, -hour + minute));
  expect((await salon.messages()).map(({ created_at }) => created_at)).toEqual([later(start, -hour).toISOString()]);
  const { rows } = await database.db.asSystem((tx) =>
    sql<{ expires_at: Date }>`select expires_at from message_queue where workspace_id = ${salon.id}`.execute(tx),
  );
  expect(rows).toEqual([{ expires_at: later(start, -40 * minute) }]);
});

test("the database is away over the moment: sent once it is back, if that is early enough", async () => {
  for (const [away, expected] of [
    [10 * minute, ["Hi Kari"]],
    [30 * minute, []],
  ] as const) {
    const salon = await salons.open();
    await salon.workflow({ when: hourBefore });
    await salon.book({ start });
    await salon.look();
    const refused = () => Promise.reject(Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }));
    const cutOff = { ...salons.services, db: { ...database.db, asSystem: refused, inWorkspace: refused } };
    const works = bookingsModule
      .due(cutOff as unknown as DueServices)
      .filter(({ name }) => name.startsWith("workflows."));
    await expect(runDue(works, later(start, -hour))).rejects.toThrow("ECONNREFUSED");
    await salon.look(later(start, -hour + away));
    await salon.look();
    expect(await salon.textsTo()).toEqual(expected);
  }
});

test("at a time of day that the clocks skip, a reminder goes at the first one after; at one that comes twice, once", async () => {
  for (const [at, starting, due] of [
    ["2027-03-26T12:00:00Z", "2027-03-29T14:00", "2027-03-28T01:30:00.000Z"],
    ["2027-10-29T12:00:00Z", "2027-11-01T14:00", "2027-10-31T00:30:00.000Z"],
  ] as const) {
    const salon = await salons.open({ at: new Date(at) });
    await salon.workflow({ when: { trigger: "before_start", days: 1, at: "02:30" } });
    const booking = await salon.book({ start: starting });
    await salon.look();
    expect(await salon.decisionsOf(booking)).toMatchObject([{ state: "waiting", due_at: due }]);
    await salon.look(later(due, -1));
    expect(await salon.textsTo()).toEqual([]);
    for (let half = 0; half < 6; half++) await salon.look(later(due, half * 30 * minute));
    expect(await salon.textsTo()).toEqual(["Hi Kari"]);
  }
});
