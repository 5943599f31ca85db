/** Who gets the texts of a workflow, in which language, and who does not. */
import { expect, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { day, hour, kari, later, minute, morning, ola, salonsOf } from "../../../testing/workflows.ts";

const salons = await salonsOf(await testDatabase());

const start = later(morning, 3 * day).toISOString();
const created = { trigger: "booking_created" };
const hourBefore = { trigger: "before_start", hours: 1 };
const sms = (to: object, text: string, more: object = {}) => ({ action: "send_sms", to, text, ...more });

test("a group: everybody their own text, nobody sees another, and the booker only where they come", async () => {
  const salon = await salons.open();
  await salon.workflow({ text: "{{ customer.first_name }}, booked by {{ booker.first_name }}" });
  const anna = { first_name: "Anna", mobile: "+4791234571" };
  const booking = await salon.book({ start, attendees: [anna, ola, { first_name: "Baby" }] });
  await salon.look();
  expect(await salon.textsTo("+4791234571")).toEqual(["Anna, booked by Kari"]);
  expect(await salon.textsTo(ola.mobile)).toEqual(["Ola, booked by Kari"]);
  expect(await salon.textsTo(kari.mobile)).toEqual([]);
  const decisions = await salon.decisionsOf(booking);
  expect(decisions.map(({ recipient, name, state, reason }) => [recipient, name, state, reason]).sort()).toEqual([
    ["attendee", "Anna", "sent", null],
    ["attendee", "Baby", "skipped", "no_number"],
    ["attendee", "Ola", "sent", null],
  ]);
});

test("two hundred attendees each get one text with their own name", async () => {
  const salon = await salons.open();
  await salon.workflow({ when: hourBefore, text: "Hi {{ customer.first_name }}" });
  const attendees = Array.from({ length: 200 }, (_, i) => ({
    first_name: `Guest ${i}`,
    mobile: `+479200${String(i).padStart(4, "0")}`,
  }));
  const booking = await salon.book({ start, attendees });
  await salon.look(later(start, -hour));
  const sent = (await salon.messages()).map(({ to, text }) => [to, text]);
  expect(sent.sort()).toEqual(attendees.map(({ first_name, mobile }) => [mobile, `Hi ${first_name}`]).sort());
  expect(await salon.decisionsOf(booking)).toHaveLength(200);
});

test("two attendees who share a number are told apart and each is told", async () => {
  const salon = await salons.open();
  await salon.workflow();
  await salon.book({ start, attendees: [kari, { ...kari, first_name: "Kim" }] });
  await salon.look();
  expect((await salon.textsTo(kari.mobile)).sort()).toEqual(["Hi Kari", "Hi Kim"]);
});

test("one attendee leaves: only that one is told; one joins: only that one is confirmed", async () => {
  const salon = await salons.open();
  await salon.workflow({ text: "in: {{ customer.first_name }}" });
  await salon.workflow({
    when: { trigger: "booking_cancelled" },
    text: "your place is off, {{ customer.first_name }}",
  });
  await salon.workflow({ when: { trigger: "booking_changed" }, text: "changed" });
  const anna = { first_name: "Anna", mobile: "+4791234571" };
  const { id } = await salon.book({ start, attendees: [kari, ola] });
  await salon.look();
  expect(await salon.textsTo()).toHaveLength(2);
  await salon.change(id, { attendees: [kari, anna] });
  await salon.look();
  expect((await salon.textsTo()).slice(2).sort()).toEqual(["in: Anna", "your place is off, Ola"]);
});

test("a cancelled group: everybody is told", async () => {
  const salon = await salons.open();
  await salon.workflow({ when: { trigger: "booking_cancelled" }, text: "off, {{ customer.first_name }}" });
  const { id } = await salon.book({ start, attendees: [kari, ola] });
  await salon.look();
  await salon.cancel(id);
  await salon.look();
  expect((await salon.textsTo()).sort()).toEqual(["off, Kari", "off, Ola"]);
});

test("a group that is moved after some were reminded: all are reminded of the new time", async () => {
  const salon = await salons.open();
  await salon.workflow({ when: hourBefore, text: "{{ booking.date }}" });
  const { id } = await salon.book({ start, attendees: [kari, ola] });
  await salon.look(later(start, -hour));
  const moved = later(start, day).toISOString();
  await salon.change(id, { start: moved });
  await salon.look();
  await salon.look(later(moved, -hour));
  expect(await salon.textsTo(ola.mobile)).toEqual(["13 March 2027", "14 March 2027"]);
  expect(await salon.textsTo(kari.mobile)).toEqual(["13 March 2027", "14 March 2027"]);
});

test("fixed numbers in any spelling are one each, and a resource with the same number gets one text", async () => {
  const salon = await salons.open();
  await salon.request("POST /resources", { name: "Ida", mobile: "912 34 561" });
  const made = await salon.workflow({
    do: [sms({ resource: true, numbers: ["912 34 561", "0047 912 34 562", "+47 912-34-562", "91234563"] }, "new")],
  });
  expect(made.do[0]).toMatchObject({ to: { numbers: ["+4791234561", "+4791234562", "+4791234563"] } });
  await salon.book({ start, resources: ["Ida"] });
  await salon.look();
  expect((await salon.messages()).map(({ to }) => to).sort()).toEqual(["+4791234561", "+4791234562", "+4791234563"]);
});

test("a text to a resource names the customer, in the resource's language", async () => {
  const salon = await salons.open();
  await salon.request("POST /resources", { name: "Ida", mobile: "+4791234561", locale: "sv" });
  await salon.workflow({
    do: [sms({ resource: true, customer: true }, "{{ customer.first_name }} {{ booking.weekday }}")],
  });
  await salon.book({ start, resources: ["Ida"] });
  await salon.look();
  expect(await salon.textsTo("+4791234561")).toEqual(["Kari lördag"]);
  expect(await salon.textsTo(kari.mobile)).toEqual(["Kari Saturday"]);
});

test("a workflow for a booking of nobody says that there is nobody to tell", async () => {
  const salon = await salons.open();
  await salon.workflow();
  const booking = await salon.book({ start, customer: null });
  await salon.look();
  expect(await salon.statesOf(booking)).toEqual(["skipped: no_recipient"]);
});

test("a customer without number, with a landline, or opted out: one skip each, and the others get theirs", async () => {
  const salon = await salons.open();
  await salon.workflow();
  const nobody = await salon.book({ start, customer: { first_name: "No", email: "no@example.com" } });
  const landline = await salon.request("POST /contacts", { first_name: "Line", phone: "+4722123456" });
  const fixed = await salon.book({ start, customer: { id: landline.id } });
  const stopped = await salon.book({ start, customer: { first_name: "Stop", mobile: "+4791234572" } });
  await salon.request(`POST /contacts/${stopped.customer?.id}/opt-outs`, { reason: "by phone" });
  const well = await salon.book({ start });
  await salon.look();
  expect(await salon.statesOf(nobody)).toEqual(["skipped: no_number"]);
  expect(await salon.statesOf(fixed)).toEqual(["skipped: landline"]);
  expect(await salon.statesOf(stopped)).toEqual(["skipped: opted_out"]);
  expect(await salon.statesOf(well)).toEqual(["sent"]);
});

test("the recipient's locale chooses the text: its own, its language's, else the main one", async () => {
  const salon = await salons.open({ language: "nb" });
  const texts = { nb: "bokmål", "en-GB": "British", en: "English", sv: "svenska" };
  await salon.workflow({ do: [sms({ customer: true }, "main", { texts })] });
  for (const [locale, expected] of [
    ["nb-NO", "bokmål"],
    ["nn", "bokmål"],
    ["no", "bokmål"],
    ["en-GB", "British"],
    ["en-US", "English"],
    ["sv-SE", "svenska"],
    ["de", "main"],
    [undefined, "main"],
  ]) {
    const before = (await salon.textsTo()).length;
    await salon.book({ start, ...(locale && { locale }) });
    await salon.look();
    expect([locale, (await salon.textsTo()).slice(before)]).toEqual([locale, [expected]]);
  }
});

test("the booking's locale goes before the customer's, and an attendee's own before both", async () => {
  const salon = await salons.open();
  await salon.workflow({
    do: [sms({ customer: true }, "main", { texts: { nb: "norsk", sv: "svensk", da: "dansk" } })],
  });
  await salon.book({ start, customer: { ...kari, locale: "nb" } });
  await salon.look();
  await salon.book({ start, customer: { ...kari, locale: "nb" }, locale: "sv" });
  await salon.look();
  await salon.book({ start, locale: "sv", attendees: [{ ...ola, locale: "da" }, kari] });
  await salon.look();
  expect((await salon.textsTo(kari.mobile)).sort()).toEqual(["norsk", "svensk", "svensk"]);
  expect(await salon.textsTo(ola.mobile)).toEqual(["dansk"]);
});

test("a workflow for some languages tells those who speak them; who has none has the workspace's", async () => {
  const salon = await salons.open({ language: "nb" });
  await salon.workflow({ name: "nb", when: { ...created, languages: ["nb"] }, text: "norsk" });
  await salon.workflow({ name: "en", when: { ...created, languages: ["en", "de"] }, text: "English" });
  for (const [locale, expected] of [
    ["nn-NO", "norsk"],
    ["en-GB", "English"],
    ["de", "English"],
    ["fr", undefined],
    [undefined, "norsk"],
  ]) {
    const before = (await salon.textsTo()).length;
    await salon.book({ start, ...(locale && { locale }) });
    await salon.look();
    expect([locale, (await salon.textsTo()).slice(before)]).toEqual([locale, expected === undefined ? [] : [expected]]);
  }
});

test("dates and times are written in the recipient's language, in the zone of the place", async () => {
  const salon = await salons.open({ language: "nb" });
  await salon.request("POST /locations", { name: "New York", time_zone: "America/New_York" });
  await salon.workflow({ text: "{{ booking.weekday }} {{ booking.date }} {{ booking.time }}" });
  await salon.book({ start: "2027-03-15T14:00", location: "New York", locale: "en" });
  await salon.look();
  await salon.book({ start: "2027-03-15T14:00", locale: "da" });
  await salon.look();
  expect(await salon.textsTo()).toEqual(["Monday 15 March 2027 14:00", "mandag 15. marts 2027 14.00"]);
});

test("a muted booking, a booking out of one workflow, and a muted customer get nothing, and say why", async () => {
  const salon = await salons.open();
  const one = await salon.workflow({ name: "one", when: hourBefore, text: "one" });
  await salon.workflow({ name: "two", when: { trigger: "before_start", minutes: 30 }, text: "two" });
  const muted = await salon.book({ start });
  const out = await salon.book({ start, customer: ola });
  const quiet = await salon.book({ start, customer: { first_name: "Tyst", mobile: "+4791234573" } });
  await salon.change(muted.id, { muted: true });
  await salon.change(out.id, { muted: [one.id] });
  await salon.request(`PATCH /contacts/${quiet.customer?.id}`, { muted: true });
  await salon.look();
  expect(await salon.statesOf(muted)).toEqual(["skipped: booking_muted", "skipped: booking_muted"]);
  expect(await salon.statesOf(out)).toEqual(["waiting", "skipped: booking_muted"]);
  expect(await salon.statesOf(quiet)).toEqual(["skipped: muted", "skipped: muted"]);
  await salon.look(later(start, -hour));
  await salon.look(later(start, -30 * minute));
  expect((await salon.messages()).map(({ to, text }) => [to, text])).toEqual([[ola.mobile, "two"]]);
  expect(await salon.statesOf(muted)).toEqual(["skipped: booking_muted", "skipped: booking_muted"]);
  expect(await salon.statesOf(out)).toEqual(["sent", "skipped: booking_muted"]);
  expect(await salon.statesOf(quiet)).toEqual(["skipped: muted", "skipped: muted"]);
});

test("muted and unmuted before the moment, a booking is told", async () => {
  const salon = await salons.open();
  await salon.workflow({ when: hourBefore });
  const booking = await salon.book({ start });
  await salon.change(booking.id, { muted: true });
  await salon.look();
  await salon.change(booking.id, { muted: false });
  await salon.look(later(start, -hour));
  expect(await salon.textsTo()).toEqual(["Hi Kari"]);
});

test("two bookings of one customer due in one minute: a text each, or one that lists both where the workflow merges", async () => {
  for (const merge of [false, true]) {
    const salon = await salons.open();
    await salon.request("POST /services", { name: "Cut", duration_minutes: 45 });
    await salon.request("POST /services", { name: "Colour", duration_minutes: 45 });
    await salon.workflow({ when: hourBefore, merge, text: "{{ service.name }} at {{ booking.time }}" });
    const first = await salon.book({ start, service: "Cut" });
    const second = await salon.book({ start: later(start, 30_000).toISOString(), service: "Colour" });
    await salon.book({ start, service: "Colour", customer: ola });
    await salon.look(later(start, -hour + 40_000));
    const texts = (await salon.textsTo(kari.mobile)).sort();
    expect(texts).toEqual(merge ? ["Cut and Colour at 10:00"] : ["Colour at 10:00", "Cut at 10:00"]);
    expect(await salon.textsTo(ola.mobile)).toEqual(["Colour at 10:00"]);
    const states = [...(await salon.statesOf(first)), ...(await salon.statesOf(second))].sort();
    expect(states).toEqual(merge ? ["sent", "skipped: merged"] : ["sent", "sent"]);
  }
});

test("bookings that one of several shares with nobody are told to that one alone where the workflow merges", async () => {
  const salon = await salons.open();
  await salon.request("POST /services", { name: "Yoga", duration_minutes: 45 });
  await salon.request("POST /services", { name: "Massage", duration_minutes: 45 });
  const mail = {
    action: "send_email",
    to: { customer: true },
    subject: "{{ service.name }}",
    text: "{{ service.name }}",
  };
  const sms = { action: "send_sms", to: { customer: true }, text: "{{ service.name }}" };
  await salon.workflow({ when: hourBefore, merge: true, do: [sms, mail] });
  const withMail = { ...ola, email: "ola@example.com" };
  await salon.book({ start, service: "Yoga", attendees: [kari, withMail] });
  await salon.book({ start, service: "Massage", attendees: [kari] });
  await salon.look(later(start, -hour));
  expect(await salon.textsTo(kari.mobile)).toEqual(["Yoga and Massage"]);
  expect(await salon.textsTo(ola.mobile)).toEqual(["Yoga"]);
  expect(await salon.mailsTo(withMail.email)).toMatchObject([{ subject: "Yoga" }]);
});

test("one who leaves is told by mail too, in their language, and not while they are muted", async () => {
  const salon = await salons.open();
  const mail = {
    action: "send_email",
    to: { customer: true },
    subject: "Your place",
    text: "Cancelled",
    texts: { nb: "Avlyst" },
  };
  await salon.workflow({ when: { trigger: "booking_cancelled" }, do: [mail] });
  const withMail = { ...ola, email: "ola@example.com", locale: "nb" };
  const booking = await salon.book({
    start,
    attendees: [kari, withMail, { first_name: "Per", mobile: "+4791234569" }],
  });
  await salon.look();
  const [, second, third] = booking.attendees;
  await salon.request(`PATCH /contacts/${third?.id}`, { muted: true });
  await salon.change(booking.id, { attendees: [kari, { id: second?.id }] });
  await salon.look();
  expect(await salon.statesOf(booking)).toEqual(["skipped: muted"]);
  await salon.change(booking.id, { attendees: [kari] });
  await salon.look();
  expect((await salon.mailsTo(withMail.email)).map(({ text }) => text)).toEqual(["Avlyst"]);
});

test("an attendee or customer of another workspace is unknown", async () => {
  const other = await salons.open();
  const theirs = await other.book({ start });
  const salon = await salons.open();
  const id = theirs.customer?.id;
  expect(
    await salon.refusal("POST /bookings", { start, end: later(start, hour).toISOString(), attendees: [{ id }] }),
  ).toEqual({ status: 422, code: "unknown_contact", field: "attendees.0.id", value: id });
  expect(
    await salon.refusal("POST /bookings", { start, end: later(start, hour).toISOString(), customer: { id } }),
  ).toEqual({
    status: 422,
    code: "unknown_contact",
    field: "customer.id",
    value: id,
  });
  expect((await salon.refusal(`GET /bookings/${theirs.id}/decisions`)).status).toBe(404);
});

test("the zone of the place is named to whose own clock is known to show another time", async () => {
  const salon = await salons.open();
  await salon.request("POST /locations", { name: "New York", time_zone: "America/New_York" });
  await salon.workflow({ text: "{{ booking.time }}" });
  const attendees = [
    { ...kari, time_zone: "Europe/Oslo" },
    { ...ola, time_zone: "America/Toronto" },
  ];
  await salon.book({ start: "2027-03-15T14:00", location: "New York", attendees });
  await salon.look();
  expect(await salon.textsTo(kari.mobile)).toEqual(["14:00 (New York time)"]);
  expect(await salon.textsTo(ola.mobile)).toEqual(["14:00"]);
});

test("where people take part from where they are, each reads the time of their own zone", async () => {
  const salon = await salons.open();
  await salon.request("POST /locations", { name: "Video", remote: true });
  await salon.workflow({ text: "{{ booking.time }}" });
  await salon.book({
    start: "2027-03-12T14:00",
    location: "Video",
    attendees: [kari, { ...ola, time_zone: "America/New_York" }],
  });
  await salon.look();
  expect(await salon.textsTo(kari.mobile)).toEqual(["14:00"]);
  expect(await salon.textsTo(ola.mobile)).toEqual(["08:00"]);
});
