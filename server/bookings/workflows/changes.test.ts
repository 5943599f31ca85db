/** What workflows say about changes of bookings: each trigger, and what several changes before anybody looked come to. */
import { expect, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { day, hour, kari, later, minute, morning, ola, salonsOf } from "../../../testing/workflows.ts";

const salons = await salonsOf(await testDatabase());

const changed = { trigger: "booking_changed" };
const start = later(morning, 3 * day).toISOString();
const moved = later(morning, 4 * day).toISOString();
const movedAgain = later(morning, 5 * day).toISOString();
const from = "from {{ old.date }} {{ old.time }} to {{ booking.date }} {{ booking.time }}";

test("a booking that is made is confirmed once", async () => {
  const salon = await salons.open();
  await salon.workflow({ text: "{{ booking.weekday }} {{ booking.time }}, {{ workspace.name }}" });
  const booking = await salon.book({ start });
  for (const ms of [0, 1_000, hour]) await salon.look(later(morning, ms));
  expect(await salon.textsTo(kari.mobile)).toEqual(["Saturday 10:00, Saks"]);
  expect(await salon.statesOf(booking)).toEqual(["sent"]);
});

test("each trigger fires on its change and on no other", async () => {
  const salon = await salons.open();
  for (const trigger of [
    "booking_created",
    "booking_changed",
    "booking_status_changed",
    "booking_cancelled",
    "booking_rejected",
    "booking_paid",
    "customer_created",
  ])
    await salon.workflow({ name: trigger, when: { trigger }, text: trigger });
  let told = 0;
  let time = morning;
  const tells = async (change: () => Promise<unknown>) => {
    await change();
    time = later(time, minute);
    await salon.look(time);
    const texts = await salon.textsTo();
    const news = texts.slice(told);
    told = texts.length;
    return news.sort();
  };
  const booking = await salon.book({ start: later(morning, -day).toISOString() });
  const { id } = await salon.book({ start });
  await salon.cancel(booking.id, { notify: false });
  expect(await tells(async () => {})).toEqual(["booking_created", "customer_created"]);
  expect(await tells(() => salon.change(id, { start: moved }))).toEqual(["booking_changed"]);
  expect(await tells(() => salon.change(id, { notes: "by the window", locale: "nb" }))).toEqual([]);
  expect(await tells(() => salon.change(id, { start: moved }))).toEqual([]);
  expect(await tells(() => salon.change(id, { payment: "due" }))).toEqual([]);
  expect(await tells(() => salon.change(id, { payment: "paid" }))).toEqual(["booking_paid"]);
  expect(await tells(() => salon.change(id, { status: "pending" }))).toEqual(["booking_status_changed"]);
  expect(await tells(() => salon.change(id, { status: "rejected" }))).toEqual([
    "booking_rejected",
    "booking_status_changed",
  ]);
  expect(await tells(() => salon.change(id, { status: "confirmed" }))).toEqual(["booking_status_changed"]);
  expect(await tells(() => salon.cancel(id))).toEqual(["booking_cancelled", "booking_status_changed"]);
  expect(await tells(() => salon.cancel(id))).toEqual([]);
});

test("a deletion is a cancellation", async () => {
  const salon = await salons.open();
  await salon.workflow({ when: { trigger: "booking_cancelled" }, text: "cancelled" });
  const { id } = await salon.book({ start });
  await salon.look();
  await salon.request(`DELETE /bookings/${id}`, { reason: "ill" });
  await salon.look();
  expect(await salon.textsTo()).toEqual(["cancelled"]);
});

test("a change that nobody is to be told of is told to nobody, and the booking says so", async () => {
  const salon = await salons.open();
  await salon.workflow();
  await salon.workflow({ when: changed });
  await salon.workflow({ when: { trigger: "before_start", hours: 1 }, text: "reminder" });
  const booking = await salon.book({ start, notify: false });
  await salon.change(booking.id, { start: moved, notify: false });
  await salon.look();
  expect(await salon.textsTo()).toEqual([]);
  expect(await salon.statesOf(booking)).toEqual(["waiting", "skipped: not_told", "skipped: not_told"]);
  // Reminders go as ever.
  await salon.look(later(moved, -hour));
  expect(await salon.textsTo()).toEqual(["reminder"]);
});

test("a change is told with the old time and the new", async () => {
  const salon = await salons.open();
  await salon.workflow({ when: changed, text: from });
  const { id } = await salon.book({ start });
  await salon.look();
  await salon.change(id, { start: moved });
  await salon.look();
  expect(await salon.textsTo()).toEqual(["from 13 March 2027 10:00 to 14 March 2027 10:00"]);
});

test("moved twice before anybody looked: one text, from the first time to the last", async () => {
  const salon = await salons.open();
  await salon.workflow({ when: changed, text: from });
  const booking = await salon.book({ start });
  await salon.look();
  await salon.change(booking.id, { start: moved });
  await salon.change(booking.id, { start: movedAgain });
  await salon.look();
  expect(await salon.textsTo()).toEqual(["from 13 March 2027 10:00 to 15 March 2027 10:00"]);
  expect(await salon.statesOf(booking)).toEqual(["sent", "skipped: superseded"]);
});

test("a booking that ends when it starts does so after it was moved, whatever its service takes", async () => {
  const salon = await salons.open();
  await salon.request("POST /services", { name: "Klipp", duration_minutes: 30 });
  const { id } = await salon.book({ start, end: start, service: "Klipp" });
  expect(await salon.change(id, { start: moved })).toMatchObject({ start: moved, end: moved });
});

test("moved and moved back before anybody looked: nothing", async () => {
  const salon = await salons.open();
  await salon.workflow({ when: changed, text: from });
  const { id } = await salon.book({ start });
  await salon.look();
  await salon.change(id, { start: moved });
  await salon.change(id, { start });
  await salon.look();
  expect(await salon.textsTo()).toEqual([]);
});

test("moved right after it was made: confirmed with the new time, and no text about a change", async () => {
  const salon = await salons.open();
  await salon.workflow({ text: "{{ booking.date }}" });
  await salon.workflow({ when: changed, text: from });
  const { id } = await salon.book({ start });
  await salon.change(id, { start: moved });
  await salon.look();
  expect(await salon.textsTo()).toEqual(["14 March 2027"]);
});

test("cancelled right after it was made: neither confirmed nor cancelled", async () => {
  const salon = await salons.open();
  await salon.workflow({ text: "booked" });
  await salon.workflow({ when: { trigger: "booking_cancelled" }, text: "cancelled" });
  const { id } = await salon.book({ start });
  await salon.cancel(id);
  await salon.look();
  expect(await salon.textsTo()).toEqual([]);
});

test("accepted right after it was made: told that it is accepted, though nobody was told that it was asked for", async () => {
  const salon = await salons.open();
  await salon.workflow({ when: { trigger: "booking_created", statuses: ["pending"] }, text: "asked" });
  await salon.workflow({
    when: { trigger: "booking_status_changed", from: "pending", to: "confirmed" },
    text: "accepted",
  });
  const { id } = await salon.book({ start, status: "pending" });
  await salon.change(id, { status: "confirmed" });
  await salon.look();
  expect(await salon.textsTo()).toEqual(["accepted"]);
});

test("a status that is changed twice before anybody looked counts from the first to the last, and back again as nothing", async () => {
  const salon = await salons.open();
  for (const [from, to] of [
    ["confirmed", "completed"],
    ["pending", "completed"],
    ["pending", "confirmed"],
  ])
    await salon.workflow({ when: { trigger: "booking_status_changed", from, to }, text: `${from} to ${to}` });
  const { id } = await salon.book({ start, status: "confirmed" });
  await salon.look();
  await salon.change(id, { status: "pending" });
  await salon.change(id, { status: "completed" });
  await salon.look();
  expect(await salon.textsTo()).toEqual(["confirmed to completed"]);
  const back = await salon.book({ customer: ola, start, status: "confirmed" });
  await salon.look();
  await salon.change(back.id, { status: "pending" });
  await salon.change(back.id, { status: "confirmed" });
  await salon.look();
  expect(await salon.textsTo(ola.mobile)).toEqual([]);
});

test("a new customer's text goes to the one who booked, and not to who comes along", async () => {
  const salon = await salons.open();
  await salon.workflow({ when: { trigger: "customer_created" } });
  await salon.book({ start, attendees: [kari, ola] });
  await salon.look();
  expect([await salon.textsTo(kari.mobile), await salon.textsTo(ola.mobile)]).toEqual([["Hi Kari"], []]);
});

test("a new customer without booking is told by a workflow for every booking only", async () => {
  const salon = await salons.open();
  await salon.request("POST /services", { name: "Klipp" });
  const when = { trigger: "customer_created" };
  await salon.workflow({ when: { ...when, services: ["Klipp"] }, text: "a cut" });
  await salon.workflow({ when, text: "welcome" });
  await salon.request("POST /contacts", { ...ola, customer: true });
  await salon.look();
  expect(await salon.textsTo(ola.mobile)).toEqual(["welcome"]);
});

test("cancelled and reinstated before anybody looked: nobody is told that it is off", async () => {
  const salon = await salons.open();
  await salon.workflow({ when: { trigger: "booking_cancelled" }, text: "cancelled" });
  const { id } = await salon.book({ start });
  await salon.look();
  await salon.cancel(id);
  await salon.change(id, { status: "confirmed" });
  await salon.look();
  expect(await salon.textsTo()).toEqual([]);
});

test("moved and cancelled before anybody looked: told that it is off, not that it was moved", async () => {
  const salon = await salons.open();
  await salon.workflow({ when: changed, text: from });
  await salon.workflow({ when: { trigger: "booking_cancelled" }, text: "cancelled" });
  const booking = await salon.book({ start });
  await salon.look();
  await salon.change(booking.id, { start: moved });
  await salon.cancel(booking.id);
  await salon.look();
  expect(await salon.textsTo()).toEqual(["cancelled"]);
  expect((await salon.statesOf(booking)).sort()).toEqual(["sent", "skipped: booking_cancelled"]);
});

test("a resource that was replaced: who is gone and who came get their own texts", async () => {
  const salon = await salons.open();
  await salon.request("POST /resources", { name: "Ida", mobile: "912 34 561" });
  await salon.request("POST /resources", { name: "Per", mobile: "912 34 562" });
  await salon.request("POST /resources", { name: "Stol 1" });
  const sms = (to: object, text: string) => ({ action: "send_sms", to, text });
  await salon.workflow({
    when: changed,
    do: [
      sms({ old_resource: true }, "{{ old.resource }} is free on {{ old.date }}"),
      sms({ new_resource: true }, "{{ resource.name }} has {{ customer.first_name }} on {{ booking.date }}"),
    ],
  });
  const { id } = await salon.book({ start, resources: ["Ida"] });
  await salon.look();
  await salon.change(id, { resources: ["Per"] });
  await salon.look();
  expect(await salon.textsTo("+4791234561")).toEqual(["Ida is free on 13 March 2027"]);
  expect(await salon.textsTo("+4791234562")).toEqual(["Per has Kari on 13 March 2027"]);
  expect(await salon.textsTo()).toHaveLength(2);
});

test("changed by the customer or by an employee, as the workflow asks", async () => {
  const salon = await salons.open();
  for (const changed_by of ["customer", "employee", "any"])
    await salon.workflow({ name: changed_by, when: { ...changed, changed_by }, text: changed_by });
  const { id } = await salon.book({ start });
  await salon.look();
  await salon.change(id, { start: moved, changed_by: "customer" });
  await salon.look();
  expect((await salon.textsTo()).sort()).toEqual(["any", "customer"]);
  await salon.change(id, { start, changed_by: "employee" });
  await salon.look();
  expect((await salon.textsTo()).sort()).toEqual(["any", "any", "customer", "employee"]);
});

test("a status from X to Y, by names of the workspace's own and by what they stand for", async () => {
  const salon = await salons.open();
  await salon.request("PUT /booking-statuses", { items: [{ name: "Arrived", stands_for: "confirmed" }] });
  const when = (fields: object) => ({ trigger: "booking_status_changed", ...fields });
  await salon.workflow({ name: "a", when: when({ from: "pending", to: "confirmed" }), text: "accepted" });
  await salon.workflow({ name: "b", when: when({ to: "arrived" }), text: "arrived" });
  await salon.workflow({ name: "c", when: when({ to: "completed" }), text: "completed" });
  const { id } = await salon.book({ start, status: "pending" });
  await salon.look();
  await salon.change(id, { status: "confirmed" });
  await salon.look();
  expect(await salon.textsTo()).toEqual(["accepted"]);
  await salon.change(id, { status: "Arrived" });
  await salon.look();
  expect(await salon.textsTo()).toEqual(["accepted", "arrived"]);
  await salon.change(id, { status: "completed" });
  await salon.look();
  expect(await salon.textsTo()).toEqual(["accepted", "arrived", "completed"]);
});

test("conditions on service, location, resource and status: any of a kind, and each kind", async () => {
  const salon = await salons.open();
  const cut = await salon.request("POST /services", { name: "Cut", duration_minutes: 30 });
  await salon.request("POST /services", { name: "Colour", duration_minutes: 60 });
  await salon.request("POST /locations", { name: "Centre" });
  await salon.request("POST /resources", { name: "Ida" });
  await salon.request("POST /resources", { name: "Per" });
  const when = (fields: object) => ({ trigger: "booking_created", ...fields });
  await salon.workflow({ name: "a", when: when({ services: ["cut"] }), text: "cut" });
  await salon.workflow({ name: "b", when: when({ services: [cut.id, "Colour"], resources: ["Per"] }), text: "per" });
  await salon.workflow({ name: "c", when: when({ locations: ["Centre"] }), text: "centre" });
  await salon.workflow({ name: "d", when: when({ statuses: ["pending"] }), text: "pending" });
  await salon.workflow({ name: "e", when: when({ services: [] }), text: "every" });
  const tells = async (fields: object) => {
    const before = (await salon.textsTo()).length;
    await salon.book({ start, ...fields });
    await salon.look();
    return (await salon.textsTo()).slice(before).sort();
  };
  expect(await tells({ service: "Cut", resources: ["Ida"] })).toEqual(["cut", "every"]);
  expect(await tells({ service: "Colour", resources: ["Ida", "Per"] })).toEqual(["every", "per"]);
  expect(await tells({ location: "Centre", status: "pending" })).toEqual(["centre", "every", "pending"]);
  expect(await tells({})).toEqual(["every"]);
});

test("made without a booking, a contact is a customer from then on: told once", async () => {
  const salon = await salons.open();
  await salon.workflow({ when: { trigger: "customer_created" }, text: "Welcome {{ customer.first_name }}" });
  const contact = await salon.request("POST /contacts", { ...kari, customer: true });
  await salon.look();
  expect(await salon.textsTo()).toEqual(["Welcome Kari"]);
  await salon.book({ start, customer: { id: contact.id } });
  await salon.look();
  expect(await salon.textsTo()).toHaveLength(1);
});

test("a confirmation about which nothing was heard for half a day is missed", async () => {
  const salon = await salons.open();
  await salon.workflow();
  const booking = await salon.book({ start });
  const other = await salon.book({ start, customer: ola });
  await salon.look(later(morning, 12 * hour));
  expect(await salon.statesOf(booking)).toEqual(["sent"]);
  const third = await salon.book({ start });
  await salon.look(later(morning, 25 * hour));
  expect(await salon.statesOf(third)).toEqual(["missed: too_late"]);
  expect(await salon.statesOf(other)).toEqual(["sent"]);
});

test("a booking that is entered when it is over is not confirmed", async () => {
  const salon = await salons.open();
  await salon.workflow();
  const booking = await salon.book({ start: later(morning, -day).toISOString() });
  await salon.look();
  expect(await salon.textsTo()).toEqual([]);
  expect(await salon.statesOf(booking)).toEqual(["skipped: booking_over"]);
});
