/** What the calls on bookings take and refuse, and one booking for one id of another system, however often and in what order it comes. */
import { expect, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { day, hour, kari, later, minute, morning, ola, salonsOf } from "../../testing/workflows.ts";

const salons = await salonsOf(await testDatabase());

const start = later(morning, 3 * day).toISOString();
const end = later(start, hour).toISOString();

test.each<[string, object, string, string]>([
  ["an end before the start", { start, end: later(start, -1).toISOString() }, "end_before_start", "end"],
  ["no start", { end }, "invalid", "start"],
  ["neither end nor duration", { start, end: undefined }, "end_missing", "end"],
  ["a start 50 years ahead", { start: "2077-03-10T10:00:00Z", end: "2077-03-10T11:00:00Z" }, "too_far_ahead", "start"],
  ["a start long ago", { start: "1999-03-10T10:00:00Z", end: "1999-03-10T11:00:00Z" }, "too_long_ago", "start"],
  ["a booking of two years", { start, end: later(start, 730 * day).toISOString() }, "too_long", "end"],
  ["a start that the clocks skip", { start: "2027-03-28T02:30", end: "2027-03-28T04:00" }, "skipped_time", "start"],
  ["an end that the clocks skip", { start: "2027-03-28T01:30", end: "2027-03-28T02:30" }, "skipped_time", "end"],
  ["a start that is no time", { start: "tomorrow", end }, "invalid_time", "start"],
  ["a 30 February", { start: "2027-02-30T10:00", end: "2027-02-30T11:00" }, "invalid_time", "start"],
  ["an unknown status", { start, end, status: "Gone" }, "unknown_status", "status"],
  ["an unknown service", { start, end, service: "Nope" }, "unknown_service", "service"],
  ["an unknown location", { start, end, location: "Nope" }, "unknown_location", "location"],
  ["an unknown resource", { start, end, resources: ["Nope"] }, "unknown_resource", "resources"],
  ["a customer of nothing", { start, end, customer: {} }, "no_customer", "customer"],
  ["a number that is none", { start, end, customer: { mobile: "12345" } }, "invalid_number", "customer.mobile"],
  ["an attendee of nothing", { start, end, attendees: [{}] }, "no_attendee", "attendees.0"],
  [
    "an attendee's number that is none",
    { start, end, attendees: [kari, { first_name: "A", mobile: "1" }] },
    "invalid_number",
    "attendees.1.mobile",
  ],
])("%s is refused with the field", async (_, fields, code, field) => {
  const salon = await salons.open();
  expect(await salon.refusal("POST /bookings", { customer: kari, ...fields })).toMatchObject({
    status: 422,
    code,
    field,
  });
  expect(await salon.all("/bookings")).toEqual([]);
});

test("a zone that does not exist is refused: of a location, and of an attendee", async () => {
  const salon = await salons.open();
  for (const time_zone of ["Mars/Olympus", "W. Europe Standard Time", "+25:00", ""]) {
    const location = await salon.refusal("POST /locations", { name: `In ${time_zone}`, time_zone });
    expect([time_zone, location.status, location.field]).toEqual([time_zone, 422, "time_zone"]);
    const attendee = await salon.refusal("POST /bookings", { start, end, attendees: [{ ...kari, time_zone }] });
    expect([time_zone, attendee.status]).toEqual([time_zone, 422]);
    expect(attendee.field).toMatch(/^attendees/);
  }
  expect(await salon.all("/bookings")).toEqual([]);
});

test("of a wall time that the clocks show twice the first counts", async () => {
  const salon = await salons.open({ at: new Date("2027-10-20T10:00:00Z") });
  const booking = await salon.book({ start: "2027-10-31T02:30", end: "2027-10-31T02:45" });
  expect([booking.start, booking.end]).toEqual(["2027-10-31T00:30:00.000Z", "2027-10-31T00:45:00.000Z"]);
  const reminder = await salon.workflow({ when: { trigger: "before_start", hours: 1 } });
  await salon.request(`PATCH /workflows/${reminder.id}`, { also_ahead: true });
  await salon.look(new Date("2027-10-30T23:30:00Z"));
  expect(await salon.textsTo()).toEqual(["Hi Kari"]);
});

test("a wall time is that of the location's zone, and a booking may end when it starts", async () => {
  const salon = await salons.open();
  await salon.request("POST /locations", { name: "Tokyo", time_zone: "Asia/Tokyo" });
  const booking = await salon.request("POST /bookings", {
    start: "2027-03-12T14:00",
    end: "2027-03-12T14:00",
    location: "Tokyo",
  });
  expect(booking).toMatchObject({
    start: "2027-03-12T05:00:00.000Z",
    end: "2027-03-12T05:00:00.000Z",
    time_zone: "Asia/Tokyo",
  });
});

test("the same external id twenty times at once: one 201, nineteen 200, one booking, one confirmation", async () => {
  const salon = await salons.open();
  await salon.workflow();
  await salon.workflow({ when: { trigger: "booking_changed" }, text: "changed" });
  const body = { customer: kari, start, end, external_id: "abc-1" };
  const answers = await Promise.all(Array.from({ length: 20 }, () => salon.ask("POST /bookings", body)));
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array.from({ length: 19 }, () => 200), 201]);
  expect(new Set(answers.map(({ body: { id } }) => id)).size).toBe(1);
  expect(await salon.all("/bookings")).toHaveLength(1);
  expect(await salon.all("/contacts")).toHaveLength(1);
  for (let i = 0; i < 3; i++) await salon.look();
  expect(await salon.textsTo()).toEqual(["Hi Kari"]);
});

test("twenty bookings of one new number at once: one contact, who became a customer once", async () => {
  const salon = await salons.open();
  await salon.workflow({ when: { trigger: "customer_created" }, text: "Welcome" });
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      salon.ask("POST /bookings", {
        customer: kari,
        start: later(start, i * hour).toISOString(),
        end: later(start, (i + 1) * hour).toISOString(),
      }),
    ),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 201));
  expect(await salon.all("/contacts")).toHaveLength(1);
  await salon.look();
  expect(await salon.textsTo()).toEqual(["Welcome"]);
});

test("what comes out of order changes nothing: the latest state elsewhere holds", async () => {
  const salon = await salons.open();
  await salon.workflow({ when: { trigger: "booking_changed" }, text: "{{ booking.time }}" });
  const post = (hours: number, updated_at: string) =>
    salon.request("POST /bookings", {
      customer: kari,
      start: later(start, hours * hour).toISOString(),
      end: later(start, (hours + 1) * hour).toISOString(),
      external_id: "abc-2",
      updated_at,
    });
  await post(0, "2027-03-10T08:00:00Z");
  await salon.look();
  await post(2, "2027-03-10T08:30:00Z");
  await post(1, "2027-03-10T08:15:00Z");
  const { id, start: now } = await post(2, "2027-03-10T08:30:00Z");
  expect(now).toBe(later(start, 2 * hour).toISOString());
  await salon.look();
  await post(1, "2027-03-10T08:20:00Z");
  await salon.look();
  expect(await salon.textsTo()).toEqual(["12:00"]);
  const { history } = await salon.request(`GET /bookings/${id}`);
  expect(history.filter(({ what }: { what: string }) => what === "start")).toHaveLength(1);
});

test("two changes of one booking at once: both are kept, and one text tells of both", async () => {
  const salon = await salons.open();
  await salon.request("POST /resources", { name: "Ida" });
  await salon.workflow({
    when: { trigger: "booking_changed" },
    text: "{{ old.time }} {{ booking.time }} {{ resource.name }}",
  });
  const { id } = await salon.book({ start });
  await salon.look();
  await Promise.all([
    salon.change(id, { start: later(start, hour).toISOString() }),
    salon.change(id, { resources: ["Ida"] }),
    salon.change(id, { notes: "x" }),
  ]);
  await salon.look();
  expect(await salon.textsTo()).toEqual(["10:00 11:00 Ida"]);
});

test("a booking by an idempotency key is made once", async () => {
  const salon = await salons.open();
  await salon.workflow();
  const { call } = salons;
  const request = {
    key: salon.key,
    headers: { "idempotency-key": "once-1" },
    body: { customer: kari, start, end },
  };
  const answers = await Promise.all([1, 2, 3].map(() => call("POST /bookings", request)));
  const repeated = await call("POST /bookings", request);
  expect(repeated.status).toBe(201);
  for (const { status } of answers) expect([201, 409]).toContain(status);
  expect(await salon.all("/bookings")).toHaveLength(1);
  await salon.look();
  expect(await salon.textsTo()).toEqual(["Hi Kari"]);
});

test("a booking of an archived service keeps its name, and a new one cannot have it", async () => {
  const salon = await salons.open();
  const cut = await salon.request("POST /services", { name: "Cut", duration_minutes: 30 });
  const booking = await salon.book({ start, service: "Cut" });
  expect(Date.parse(booking.end) - Date.parse(booking.start)).toBe(30 * minute);
  await salon.request(`DELETE /services/${cut.id}`);
  expect(await salon.request(`GET /bookings/${booking.id}`)).toMatchObject({ service: { id: cut.id, name: "Cut" } });
  await salon.change(booking.id, { start: later(start, hour).toISOString() });
  const refused = await salon.refusal("POST /bookings", { customer: ola, start, end, service: "Cut" });
  expect([refused.status, refused.field]).toEqual([422, "service"]);
});

test("the history says what was changed, from what to what, when and by whom", async () => {
  const salon = await salons.open();
  const { id } = await salon.book({ start });
  await salon.change(id, { start: later(start, hour).toISOString(), changed_by: "customer" });
  await salon.cancel(id, { by: "employee", reason: "ill" });
  const { history } = await salon.request(`GET /bookings/${id}`);
  expect(history).toMatchObject([
    { what: "status", from: "confirmed", to: "cancelled", by: "employee", reason: "ill" },
    { what: "end", by: "customer" },
    { what: "start", from: start, to: later(start, hour).toISOString(), by: "customer" },
    { what: "created", by: "employee" },
  ]);
});
