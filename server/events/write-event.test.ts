/** What the calls on events take and refuse: times, dates, zones, items; and events that other systems send. */
import { expect, test } from "vitest";
import type { Event, EventItem } from "../../contract/events.ts";
import { testDatabase } from "../../testing/database.ts";
import { organisersOf } from "../../testing/events.ts";

const organisers = await organisersOf(await testDatabase());
const name = "Concert";

test.each<[string, object, string, string]>([
  ["no start", {}, "start_missing", "start"],
  ["an end before the start", { start: "2027-04-10T19:00", end: "2027-04-10T18:59" }, "end_before_start", "end"],
  ["an end alone", { end: "2027-04-10T18:59" }, "start_missing", "start"],
  ["an event of two years", { start: "2027-04-10T19:00", end: "2029-04-10T19:00" }, "too_long", "end"],
  ["a start that the clocks skip", { start: "2027-03-28T02:30" }, "skipped_time", "start"],
  ["an end that the clocks skip", { start: "2027-03-28T00:30", end: "2027-03-28T02:30" }, "skipped_time", "end"],
  ["a start that is no time", { start: "tomorrow" }, "invalid_time", "start"],
  ["a 30 February", { start: "2027-02-30T10:00" }, "invalid_time", "start"],
  ["a start 50 years ahead", { start: "2077-03-10T10:00:00Z" }, "too_far_ahead", "start"],
  ["an unknown zone", { start: "2027-04-10T19:00", time_zone: "Mars/Olympus" }, "unknown_time_zone", "time_zone"],
  ["an offset as a zone", { start: "2027-04-10T19:00", time_zone: "+02:00" }, "unknown_time_zone", "time_zone"],
  [
    "a start beside dates",
    { start: "2027-04-10T19:00", dates: [{ start: "2027-04-10T19:00" }] },
    "start_and_dates",
    "dates",
  ],
  [
    "a date that ends before it starts",
    { dates: [{ start: "2027-04-10T19:00" }, { start: "2027-04-11T19:00", end: "2027-04-11T18:00" }] },
    "end_before_start",
    "dates.1.end",
  ],
  [
    "a date that a new event cannot have",
    { dates: [{ id: "019abf0e-3a51-7c41-8a5e-7a8e6f2b9d10", start: "2027-04-10T19:00" }] },
    "unknown_date",
    "dates.0.id",
  ],
  ["no date at all", { dates: [] }, "invalid", "dates"],
  ["a web address that is none", { start: "2027-04-10T19:00", url: "javascript:alert(1)" }, "invalid", "url"],
  ["an unknown status", { start: "2027-04-10T19:00", status: "gone" }, "invalid", "status"],
  ["a venue with a NUL", { start: "2027-04-10T19:00", venue: "a\0b" }, "impossible_character", "venue"],
])("%s is refused with the field", async (_, fields, code, field) => {
  const organiser = await organisers.open();
  expect(await organiser.refusal("POST /events", { name, ...fields })).toMatchObject({ status: 422, code, field });
  expect(await organiser.all("/events")).toEqual([]);
});

test("an event is in its own zone, over midnight and without a known end", async () => {
  const organiser = await organisers.open();
  const late = await organiser.request("POST /events", {
    name,
    start: "2027-04-10T22:00",
    end: "2027-04-11T02:00",
    time_zone: "Asia/Tokyo",
  });
  expect(late).toMatchObject({
    start: "2027-04-10T13:00:00.000Z",
    end: "2027-04-10T17:00:00.000Z",
    time_zone: "Asia/Tokyo",
    status: "published",
    dates: [{ start: "2027-04-10T13:00:00.000Z", end: "2027-04-10T17:00:00.000Z" }],
  });
  const open = await organiser.request("POST /events", { name, start: "2027-04-10T22:00" });
  expect(open).toMatchObject({ start: "2027-04-10T20:00:00.000Z", end: null, time_zone: "Europe/Oslo" });
});

test("across the change of the clocks an event lasts as long as the hours that pass, and of a time shown twice the first counts", async () => {
  const organiser = await organisers.open();
  const spring = await organiser.request("POST /events", { name, start: "2027-03-28T01:00", end: "2027-03-28T04:00" });
  expect([spring.start, spring.end]).toEqual(["2027-03-28T00:00:00.000Z", "2027-03-28T02:00:00.000Z"]);
  const autumn = await organiser.request("POST /events", { name, start: "2027-10-31T02:30", end: "2027-10-31T03:30" });
  expect([autumn.start, autumn.end]).toEqual(["2027-10-31T00:30:00.000Z", "2027-10-31T02:30:00.000Z"]);
  // Moved by start alone it lasts as long as before.
  const moved = await organiser.request(`PATCH /events/${autumn.id}`, { start: "2027-11-01T10:00" });
  expect([moved.start, moved.end]).toEqual(["2027-11-01T09:00:00.000Z", "2027-11-01T11:00:00.000Z"]);
  const ended = await organiser.request(`PATCH /events/${autumn.id}`, { end: null });
  expect([ended.start, ended.end]).toEqual(["2027-11-01T09:00:00.000Z", null]);
});

test("dates keep their ids: by id where they are moved, else by start; the event starts with its first", async () => {
  const organiser = await organisers.open();
  const event: Event = await organiser.request("POST /events", {
    name,
    dates: [
      { start: "2027-04-10T19:00" },
      { start: "2027-04-11T19:00", end: "2027-04-11T21:00" },
      { start: "2027-04-12T19:00" },
    ],
  });
  const [first, second, third] = event.dates.map(({ id }) => id);
  expect(event.start).toBe("2027-04-10T17:00:00.000Z");
  const changed: Event = await organiser.request(`PATCH /events/${event.id}`, {
    dates: [{ start: "2027-04-12T19:00" }, { id: second, start: "2027-04-20T19:00" }, { start: "2027-04-13T19:00" }],
  });
  expect(changed.dates.map(({ id }) => id)).toEqual([third, second, expect.not.stringMatching(first as string)]);
  expect(changed).toMatchObject({ start: "2027-04-12T17:00:00.000Z", end: null });
  // By its last date it is still ahead.
  expect(await organiser.all("/events?from=2027-04-15")).toHaveLength(1);
  expect(await organiser.all("/events?from=2027-04-21")).toEqual([]);
  expect(await organiser.all("/events?to=2027-04-12")).toEqual([]);
  const twice = {
    dates: [
      { id: second, start: "2027-04-20T19:00" },
      { id: second, start: "2027-04-21T19:00" },
    ],
  };
  expect(await organiser.refusal(`PATCH /events/${event.id}`, twice)).toMatchObject({
    code: "unknown_date",
    field: "dates.1.id",
  });
});

test("a date that tickets are for cannot go, and can be moved", async () => {
  const organiser = await organisers.open();
  const event = await organiser.event({
    start: undefined,
    dates: [{ start: "2027-04-10T19:00" }, { start: "2027-04-11T19:00" }],
  });
  const [first, second] = event.dates;
  const order = await organiser.order(event, { lines: [{ ticket_type: "Stalls", date: second?.id }] });
  expect(order.lines[0]?.tickets).toMatchObject([{ date: second?.id }]);
  const without = { dates: [{ id: first?.id, start: "2027-04-10T19:00" }] };
  expect(await organiser.refusal(`PATCH /events/${event.id}`, without)).toEqual({
    status: 409,
    code: "date_has_tickets",
    field: "dates",
    value: second?.id,
  });
  const moved = { dates: [{ id: second?.id, start: "2027-04-12T19:00" }] };
  expect((await organiser.request(`PATCH /events/${event.id}`, moved)).dates).toHaveLength(1);
  const elsewhere = await organiser.event();
  expect(
    await organiser.refusal(`POST /events/${elsewhere.id}/orders`, {
      lines: [{ ticket_type: "Stalls", date: second?.id }],
    }),
  ).toMatchObject({ status: 422, code: "unknown_date", field: "lines.0.date", value: second?.id });
});

test("an event of another system is made once, however often it comes, and what is older changes nothing", async () => {
  const organiser = await organisers.open();
  const body = (start: string, updated_at: string) => ({ name, start, external_id: "E-1", updated_at });
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => organiser.ask("POST /events", body("2027-04-10T19:00", "2027-03-10T08:00:00Z"))),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array.from({ length: 19 }, () => 200), 201]);
  expect(await organiser.all("/events")).toHaveLength(1);
  await organiser.request("POST /events", body("2027-04-12T19:00", "2027-03-10T08:30:00Z"));
  const late = await organiser.request("POST /events", body("2027-04-11T19:00", "2027-03-10T08:15:00Z"));
  expect(late.start).toBe("2027-04-12T17:00:00.000Z");
});

test("a draft without orders is deleted; any other event is cancelled and archived, and keeps its orders", async () => {
  const organiser = await organisers.open();
  const draft = await organiser.event({ status: "draft" });
  await organiser.request(`DELETE /events/${draft.id}`);
  expect((await organiser.ask(`GET /events/${draft.id}`)).status).toBe(404);
  const sold = await organiser.event({ status: "draft" });
  const order = await organiser.order(sold);
  await organiser.request(`DELETE /events/${sold.id}`);
  expect(await organiser.all("/events")).toEqual([]);
  expect(await organiser.all("/events?archived=true")).toMatchObject([{ id: sold.id, status: "cancelled" }]);
  expect(await organiser.get(order)).toMatchObject({ status: "paid", event: { name } });
  const back = await organiser.request(`PATCH /events/${sold.id}`, { archived: false, status: "published" });
  expect(back).toMatchObject({ archived_at: null, status: "published" });
  expect(await organiser.all("/events")).toHaveLength(1);
});

test("events are listed from the latest start on, by page, by status, and by a part of the name or venue", async () => {
  const organiser = await organisers.open();
  for (let day = 10; day < 20; day++)
    await organiser.request("POST /events", {
      name: `Nr ${day}`,
      start: `2027-04-${day}T19:00`,
      venue: day === 14 ? "Åsgårdens 100 % scene" : null,
      ...(day === 15 && { status: "postponed" }),
    });
  const names = async (query: string) => (await organiser.all<Event>(`/events${query}`)).map((event) => event.name);
  expect(await names("")).toEqual(Array.from({ length: 10 }, (_, n) => `Nr ${19 - n}`));
  expect(await names("?status=postponed")).toEqual(["Nr 15"]);
  expect(await names(`?query=${encodeURIComponent("asgardens 100 %")}`)).toEqual(["Nr 14"]);
  expect(await names("?query=nr%2017")).toEqual(["Nr 17"]);
  expect(await names("?from=2027-04-12&to=2027-04-14")).toEqual(["Nr 13", "Nr 12"]);
  for (const [query, field] of [
    ["from=soon", "from"],
    ["cursor=x", "cursor"],
    ["status=x", "status"],
    ["query=a%00b", undefined],
  ] as const) {
    const refused = await organiser.refusal(`GET /events?${query}`);
    expect([query, refused.status < 500]).toEqual([query, true]);
    if (field) expect(refused).toMatchObject({ status: 422, field });
  }
});

test("a name of a ticket type is its own among those of the event that are not archived", async () => {
  const organiser = await organisers.open();
  const event = await organiser.event();
  const types = `/events/${event.id}/ticket-types`;
  expect(await organiser.refusal(`POST ${types}`, { name: " STALLS" })).toMatchObject({
    status: 409,
    code: "name_taken",
    field: "name",
  });
  // A product may be called the same, and so may a ticket type of another event.
  await organiser.request(`POST /events/${event.id}/products`, { name: "Stalls" });
  const [stalls, balcony] = event.ticket_types as [EventItem, EventItem];
  await organiser.request(`DELETE ${types}/${stalls.id}`);
  const again = await organiser.request(`POST ${types}`, { name: "Stalls", price: 1 });
  expect(again).toMatchObject({ price: 1, currency: "NOK" });
  expect(await organiser.refusal(`PATCH ${types}/${stalls.id}`, { archived: false })).toMatchObject({ status: 409 });
  expect(await organiser.refusal(`PATCH ${types}/${balcony.id}`, { name: "stalls" })).toMatchObject({ status: 409 });
  expect(await organiser.refusal(`PATCH ${types}/${balcony.id}`, { price: 1.005 })).toMatchObject({
    status: 422,
    code: "invalid_price",
  });
  expect(await organiser.refusal(`PATCH ${types}/${balcony.id}`, { currency: "XXQ" })).toMatchObject({
    status: 422,
    code: "unknown_currency",
  });
  const shown = (await organiser.request(`GET ${types}?archived=true`)).items as EventItem[];
  expect(shown.map((type) => [type.name, type.archived_at !== null])).toEqual([
    ["Stalls", true],
    ["Balcony", false],
    ["Stalls", false],
  ]);
  expect((await organiser.request(`GET ${types}`)).items).toHaveLength(2);
  // An id of a product names no ticket type.
  const product = event.products[0] as EventItem;
  expect((await organiser.ask(`PATCH ${types}/${product.id}`, { name: "x" })).status).toBe(404);
});
