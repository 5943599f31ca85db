/** Making and changing workflows: nothing is sent by it, nothing reaches back, and what is ahead is shown. */
import { expect, test } from "vitest";
import type { Workflow } from "../../../contract/workflows.ts";
import { testDatabase } from "../../../testing/database.ts";
import { day, hour, kari, later, minute, morning, ola, salonsOf } from "../../../testing/workflows.ts";

const salons = await salonsOf(await testDatabase());

const start = later(morning, 3 * day).toISOString();
const hourBefore = { trigger: "before_start", hours: 1 };
const sms = (text: string, more: object = {}) => ({ action: "send_sms", to: { customer: true }, text, ...more });

test("a new workflow is for what is booked from then on: it says nothing about bookings that were there", async () => {
  const salon = await salons.open();
  const before = await salon.book({ start });
  await salon.look();
  await salon.workflow({ name: "Confirmation", text: "booked" });
  const reminder = await salon.workflow({ name: "Reminder", when: hourBefore, text: "reminder" });
  expect(await salon.request(`GET /workflows/${reminder.id}/ahead`)).toMatchObject({
    items: [],
    bookings: 0,
    bookings_with_earlier: 1,
  });
  await salon.book({ start, customer: ola });
  await salon.look();
  await salon.look(later(start, -hour));
  expect((await salon.messages()).map(({ to, text }) => [to, text])).toEqual([
    [ola.mobile, "booked"],
    [ola.mobile, "reminder"],
  ]);
  expect(await salon.statesOf(before)).toEqual([]);
});

test("also for the bookings ahead, if it is ticked: their reminders that are to come, not those that would have been", async () => {
  const salon = await salons.open();
  const soon = await salon.book({ start: later(morning, 30 * minute).toISOString() });
  await salon.book({ start, customer: ola });
  await salon.look();
  const made = await salon.workflow({ when: hourBefore, also_ahead: true });
  expect(await salon.request(`GET /workflows/${made.id}/ahead`)).toMatchObject({
    items: [{ state: "waiting", to: ola.mobile, due_at: later(start, -hour).toISOString() }],
    bookings: 1,
    bookings_with_earlier: 1,
  });
  await salon.look();
  await salon.change(soon.id, { notes: "running late" });
  await salon.look(later(morning, 5 * minute));
  expect(await salon.textsTo()).toEqual([]);
  await salon.look(later(start, -hour));
  expect((await salon.messages()).map(({ to }) => to)).toEqual([ola.mobile]);
});

test("switched off over a moment and on again: that moment is not made up for", async () => {
  const salon = await salons.open();
  const made = await salon.workflow({ when: hourBefore });
  const first = await salon.book({ start });
  const second = await salon.book({ start: later(start, 3 * hour).toISOString(), customer: ola });
  await salon.look();
  await salon.request(`PATCH /workflows/${made.id}`, { enabled: false });
  await salon.look(later(start, -hour));
  await salon.look(later(start, -hour + minute));
  await salon.request(`PATCH /workflows/${made.id}`, { enabled: true, also_ahead: true });
  await salon.look();
  await salon.change(first.id, { end: later(first.end, hour).toISOString() });
  await salon.look();
  expect(await salon.textsTo()).toEqual([]);
  await salon.look(later(second.start, -hour));
  expect((await salon.messages()).map(({ to }) => to)).toEqual([ola.mobile]);
});

test("saving sends nothing, and an edit applies to what is ahead", async () => {
  const salon = await salons.open();
  const made = await salon.workflow({ when: hourBefore, text: "old" });
  const first = await salon.book({ start });
  await salon.book({ start: later(start, 2 * hour).toISOString(), customer: ola });
  await salon.look(later(start, -hour));
  expect(await salon.textsTo()).toEqual(["old"]);
  const edited = { do: [{ ...made.do[0], text: "new" }], revision: made.revision };
  await salon.request(`PATCH /workflows/${made.id}`, edited);
  for (let i = 0; i < 3; i++) await salon.look();
  await salon.change(first.id, { notes: "hm" });
  await salon.look();
  expect(await salon.textsTo()).toEqual(["old"]);
  await salon.look(later(start, hour));
  expect(await salon.textsTo()).toEqual(["old", "new"]);
});

test("an earlier moment after an edit: bookings that were told of this start are not told again", async () => {
  const salon = await salons.open();
  const made = await salon.workflow({ when: hourBefore });
  await salon.book({ start });
  await salon.look(later(start, -hour));
  await salon.request(`PATCH /workflows/${made.id}`, { when: { trigger: "before_start", minutes: 30 } });
  await salon.look(later(start, -30 * minute));
  await salon.look(later(start, -20 * minute));
  expect(await salon.textsTo()).toEqual(["Hi Kari"]);
});

test("a longer lead after an edit: what came due before the edit stays unsent, or is sent once in time", async () => {
  const salon = await salons.open();
  const made = await salon.workflow({ when: hourBefore });
  await salon.book({ start });
  await salon.look(later(start, -6 * hour));
  await salon.request(`PATCH /workflows/${made.id}`, { when: { trigger: "before_start", hours: 5 } });
  await salon.look();
  expect(await salon.textsTo()).toEqual([]);
  await salon.look(later(start, -5 * hour));
  await salon.look(later(start, -hour));
  expect(await salon.textsTo()).toEqual(["Hi Kari"]);
});

test("a reminder whose moment an edit, or a cancellation, left behind is shown with the reason, also when the moment is long past", async () => {
  const salon = await salons.open();
  const reminder = await salon.workflow({ when: { trigger: "before_start", hours: 1 }, text: "soon" });
  const moved = await salon.book({ start: later(morning, 2 * day).toISOString() });
  const off = await salon.book({ start: later(morning, 3 * day).toISOString() });
  await salon.look();
  await salon.look(later(morning, 20 * hour));
  await salon.request(`PATCH /workflows/${reminder.id}`, { when: { trigger: "before_start", hours: 30 } });
  await salon.cancel(off.id);
  await salon.look(later(morning, 21 * hour));
  const reasons = async (of: { id: string }) =>
    (await salon.decisionsOf(of)).map(({ state, reason }) => [state, reason]);
  expect(await reasons(moved)).toEqual([["skipped", "passed_over"]]);
  expect(await reasons(off)).toEqual([["skipped", "booking_cancelled"]]);
  await salon.look(later(morning, 60 * hour));
  expect(await reasons(off)).toEqual([["skipped", "booking_cancelled"]]);
});

test("an action that is added says nothing about what was decided; those before it keep their ids", async () => {
  const salon = await salons.open();
  const made = await salon.workflow({ text: "one" });
  await salon.book({ start });
  await salon.look();
  const edited: Workflow = await salon.request(`PATCH /workflows/${made.id}`, { do: [sms("zero"), made.do[0]] });
  expect(edited.do[1]?.id).toBe(made.do[0]?.id);
  for (let i = 0; i < 3; i++) await salon.look();
  expect(await salon.textsTo()).toEqual(["one"]);
});

test("two people edit one workflow: the second is told that it has changed, and nothing is lost", async () => {
  const salon = await salons.open();
  const made = await salon.workflow();
  const path = `PATCH /workflows/${made.id}`;
  await salon.request(path, { name: "By Eva", revision: made.revision });
  expect(await salon.refusal(path, { name: "By Per", revision: made.revision })).toEqual({
    status: 409,
    code: "workflow_changed",
    field: "revision",
    value: made.revision + 1,
  });
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, i) => salon.ask(path, { name: `Name ${i}`, revision: made.revision + 1 })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 7 }, () => 409)]);
  expect((await salon.request(`GET /workflows/${made.id}`)).revision).toBe(made.revision + 2);
});

test("a copy is disabled, with actions of its own, and sends nothing when the first does", async () => {
  const salon = await salons.open();
  const made = await salon.workflow({ name: "Confirmation", text: "one" });
  const copy: Workflow = await salon.request(`POST /workflows/${made.id}/clone`);
  expect(copy).toMatchObject({ name: "Confirmation (copy)", enabled: false, sent_count: 0 });
  expect(copy.do[0]?.id).not.toBe(made.do[0]?.id);
  const booking = await salon.book({ start });
  await salon.look();
  expect(await salon.textsTo()).toEqual(["one"]);
  await salon.request(`PATCH /workflows/${copy.id}`, { enabled: true });
  await salon.change(booking.id, { notes: "x" });
  await salon.look();
  expect(await salon.textsTo()).toEqual(["one"]);
});

test("a workflow that is deleted sends nothing more; its decisions keep its name", async () => {
  const salon = await salons.open();
  const made = await salon.workflow({ name: "Old one" });
  const booking = await salon.book({ start });
  await salon.look();
  await salon.request(`DELETE /workflows/${made.id}`);
  await salon.book({ start, customer: ola });
  await salon.look();
  expect(await salon.textsTo()).toEqual(["Hi Kari"]);
  expect(await salon.decisionsOf(booking)).toMatchObject([
    { workflow: { id: made.id, name: "Old one" }, state: "sent" },
  ]);
  expect((await salon.refusal(`GET /workflows/${made.id}`)).status).toBe(404);
  expect(await salon.all("/workflows")).toEqual([]);
});

test("the ready-made ones are four, off until switched on, in each language, and each can be sent", async () => {
  for (const language of ["en", "nb", "sv", "da"] as const) {
    const salon = await salons.open({ language });
    const { items } = await salon.request("GET /workflow-templates");
    expect(items.map(({ key }: { key: string }) => key)).toEqual(["confirmation", "change", "reminder", "thanks"]);
    for (const { key, name } of items) {
      const off: Workflow = await salon.request(`POST /workflow-templates/${key}`);
      expect(off).toMatchObject({ enabled: false, name, problems: [] });
      await salon.request(`PATCH /workflows/${off.id}`, { enabled: true });
    }
    const { id, end } = await salon.book({ start });
    await salon.look();
    await salon.change(id, { start: later(start, hour).toISOString() });
    await salon.look();
    await salon.look(later(start, hour - day));
    await salon.look(later(end, 3 * hour));
    const texts = await salon.textsTo();
    expect(texts).toHaveLength(4);
    for (const text of texts) expect(text).toMatch(/[\n ]Saks$/);
    // Thanks name nobody.
    expect(texts.filter((text) => text.includes("Kari"))).toHaveLength(3);
  }
  const salon = await salons.open();
  expect((await salon.refusal("POST /workflow-templates/birthday", {})).status).toBe(404);
});

test("a test goes to a number with or without country code, counts against the quota, and is marked", async () => {
  const salon = await salons.open();
  const made = await salon.workflow({ text: "Hi {{ customer.first_name }} at {{ booking.time }}" });
  const example = await salon.request(`POST /workflows/${made.id}/test`, { to: "912 34 580" });
  await salon.book({ start });
  const real = await salon.request(`POST /workflows/${made.id}/test`, { to: "+47 91234580" });
  const texts = [];
  for (const { message_id } of [example, real]) texts.push(await salon.request(`GET /messages/${message_id}`));
  expect(texts).toMatchObject([
    { to: "+4791234580", text: "Hi Emma at 14:00", source: { type: "test", id: made.id } },
    { to: "+4791234580", text: "Hi Kari at 10:00", source: { type: "test", id: made.id } },
  ]);
  expect(await salon.refusal(`POST /workflows/${made.id}/test`, { to: "12" })).toMatchObject({
    status: 422,
    field: "to",
  });
  expect(await salon.refusal(`POST /workflows/${made.id}/test`, { to: "a@example.com" })).toMatchObject({
    status: 422,
    code: "wrong_address",
    field: "to",
    value: "a@example.com",
  });
  await salon.request("PATCH /subscription", { allowance: 2 });
  expect(await salon.refusal(`POST /workflows/${made.id}/test`, { to: "91234580" })).toMatchObject({
    status: 422,
    code: "quota_exceeded",
  });
  // A test is no decision.
  expect(await salon.all(`/workflows/${made.id}/decisions`)).toEqual([]);
});

test("a test of a mail goes to an address, with what goes with the mail", async () => {
  const salon = await salons.open();
  const made = await salon.workflow({
    do: [
      sms("text"),
      {
        action: "send_email",
        to: { customer: true },
        subject: "S {{ customer.first_name }}",
        text: "T",
        pdf: true,
        ics: true,
      },
    ],
  });
  const { mail_id } = await salon.request(`POST /workflows/${made.id}/test`, { to: "me@example.com" });
  const mail = await salon.request(`GET /mails/${mail_id}`);
  expect(mail).toMatchObject({ subject: "S Emma", to: "me@example.com", source: { type: "test", id: made.id } });
  expect(mail.attachments).toHaveLength(2);
  expect(await salon.refusal(`POST /workflows/${made.id}/test`, { to: "me@", action: made.do[1]?.id })).toMatchObject({
    status: 422,
    field: "to",
  });
});

test("a preview shows the text of a real booking, and its length for a typical and for the longest customer", async () => {
  const salon = await salons.open();
  for (const [i, first_name] of ["Bo", "Kari", "Wilhelmina Alexandra Konstanse"].entries())
    await salon.request("POST /contacts", { first_name, mobile: `+479123459${i}` });
  const preview = (text: string) =>
    salon.request("POST /workflows/preview", { when: { trigger: "booking_created" }, action: sms(text) });
  const filler = "x".repeat(150);
  expect(await preview(`{{ customer.first_name }} ${filler}`)).toMatchObject({
    shown: { channel: "sms", text: `Emma ${filler}`, encoding: "GSM-7", segments: 1 },
    typical_segments: 1,
    longest_segments: 2,
    longest_name: "Wilhelmina Alexandra Konstanse",
    booking: null,
    problems: [],
  });
  const booking = await salon.book({ start, customer: ola });
  expect(await preview("{{ customer.first_name }} {{ booking.time }}")).toMatchObject({
    shown: { to: ola.mobile, text: "Ola 10:00" },
    booking: { id: booking.id, reference: booking.reference, start },
  });
  const broken = await preview("{{ customer.frist_name }}");
  expect(broken.problems).toMatchObject([{ field: "text", value: { value: expect.stringContaining("frist_name") } }]);
  expect(await salon.messages()).toEqual([]);
});

test("an action's id is not that of another's mail", async () => {
  const salon = await salons.open();
  const sms = { action: "send_sms", to: { customer: true }, text: "Hi", fallback_email: true };
  const asked = { name: "Two", when: { trigger: "booking_created" } };
  for (const id of ["a:mail", "", "a b"])
    expect((await salon.refusal("POST /workflows", { ...asked, do: [{ ...sms, id }] })).status).toBe(422);
  const made = await salon.request("POST /workflows", { ...asked, do: [{ ...sms, id: "a-1_B" }] });
  expect(made.do).toMatchObject([{ id: "a-1_B" }]);
});

test("a text that is too long for the mail that may go instead is refused", async () => {
  const salon = await salons.open();
  const asked = { name: "Long", when: { trigger: "booking_created" } };
  const text = "<".repeat(10_000);
  const sms = { action: "send_sms", to: { customer: true }, text };
  await salon.request("POST /workflows", { ...asked, do: [sms] });
  expect(await salon.refusal("POST /workflows", { ...asked, do: [{ ...sms, fallback_email: true }] })).toEqual({
    status: 422,
    code: "text_too_long",
    field: "do.0.text",
    value: 10_000,
  });
  const variants = { ...sms, text: "Hi", texts: { nb: text }, fallback_email: true };
  expect(await salon.refusal("POST /workflows", { ...asked, do: [variants] })).toMatchObject({
    code: "text_too_long",
    field: "do.0.texts.nb",
  });
});

test("decisions of a workflow come in pages, none twice and none left out, whatever is decided meanwhile", async () => {
  const salon = await salons.open();
  const made = await salon.workflow();
  for (let i = 0; i < 5; i++) {
    await salon.book({ start, attendees: [kari, ola] });
    await salon.look();
  }
  const seen: string[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const page = await salon.request(`GET /workflows/${made.id}/decisions?limit=3${cursor && `&cursor=${cursor}`}`);
    for (const { booking, name } of page.items) seen.push(`${booking.id} ${name}`);
    cursor = page.next_cursor;
    await salon.book({ start });
    await salon.look();
  }
  expect([seen.length, new Set(seen).size]).toEqual([10, 10]);
  expect(await salon.refusal(`GET /workflows/${made.id}/decisions?cursor=abc`)).toMatchObject({
    status: 422,
    code: "invalid_cursor",
    field: "cursor",
    value: "abc",
  });
});

test("what goes out next is listed of all workflows, soonest first", async () => {
  const salon = await salons.open();
  await salon.workflow({ name: "Reminder", when: hourBefore });
  await salon.workflow({ name: "Thanks", when: { trigger: "after_end", hours: 1 } });
  await salon.workflow({ name: "Confirmation" });
  await salon.book({ start });
  await salon.book({ start: later(start, 4 * hour).toISOString(), customer: ola });
  const gone = await salon.book({ start, customer: { first_name: "Off", mobile: "+4791234575" } });
  await salon.cancel(gone.id);
  const { items } = await salon.request("GET /workflows/upcoming?limit=3");
  expect(
    items.map(({ workflow, name }: { workflow: { name: string }; name: string }) => [workflow.name, name]),
  ).toEqual([
    ["Reminder", "Kari"],
    ["Thanks", "Kari"],
    ["Reminder", "Ola"],
  ]);
});

test("what a change would tell is shown as it would be sent, and nothing is written", async () => {
  const salon = await salons.open();
  const made = await salon.workflow({
    when: { trigger: "booking_changed" },
    text: "{{ old.time }} → {{ booking.time }}",
  });
  await salon.workflow({ name: "Off", when: { trigger: "booking_cancelled" }, text: "off" });
  await salon.request("POST /resources", { name: "Ida" });
  const { id } = await salon.book({ start, resources: ["Ida"] });
  const other = await salon.book({ start: later(start, 2 * hour).toISOString(), resources: ["Ida"], customer: ola });
  await salon.look();
  const before = await salon.request(`GET /bookings/${id}`);
  const told = await salon.request("POST /bookings/would-tell", { id, change: { start: other.start } });
  expect(told).toMatchObject({
    items: [{ workflow: { id: made.id }, channel: "sms", to: kari.mobile, name: "Kari", text: "10:00 → 12:00" }],
    busy: [{ resource: { name: "Ida" }, booking: { id: other.id } }],
  });
  const cancelled = await salon.request("POST /bookings/would-tell", { id, cancel: true });
  expect(cancelled.items.map(({ text }: { text: string }) => text)).toEqual(["off"]);
  const fresh = {
    customer: { first_name: "New", mobile: "+4791234576" },
    start,
    end: later(start, hour).toISOString(),
  };
  await salon.request("POST /bookings/would-tell", { change: fresh });
  await salon.look();
  expect(await salon.textsTo()).toEqual([]);
  expect(await salon.request(`GET /bookings/${id}`)).toEqual(before);
  expect(await salon.all("/bookings")).toHaveLength(2);
  expect((await salon.all<{ mobile: string }>("/contacts")).map(({ mobile }) => mobile)).not.toContain("+4791234576");
});

test("a workflow whose services are all archived says so, and keeps firing for bookings that have one", async () => {
  const salon = await salons.open();
  const cut = await salon.request("POST /services", { name: "Cut", duration_minutes: 30 });
  const made = await salon.workflow({ when: { ...hourBefore, services: ["Cut"] }, text: "{{ service.name }}" });
  await salon.book({ start, service: "Cut" });
  await salon.look();
  await salon.request(`DELETE /services/${cut.id}`);
  expect((await salon.request(`GET /workflows/${made.id}`)).problems).toMatchObject([
    { code: "condition_never_met", field: "when.services", value: [cut.id] },
  ]);
  // Saving it as it is stays possible.
  await salon.request(`PATCH /workflows/${made.id}`, { when: made.when, name: "Still" });
  await salon.look(later(start, -hour));
  expect(await salon.textsTo()).toEqual(["Cut"]);
});

test("a workflow of another workspace is not there, whatever is asked of it", async () => {
  const other = await salons.open();
  const { id } = await other.workflow();
  const salon = await salons.open();
  for (const [line, body] of [
    [`GET /workflows/${id}`],
    [`PATCH /workflows/${id}`, { name: "mine" }],
    [`DELETE /workflows/${id}`],
    [`POST /workflows/${id}/clone`],
    [`POST /workflows/${id}/test`, { to: kari.mobile }],
    [`GET /workflows/${id}/decisions`],
    [`GET /workflows/${id}/ahead`],
  ] as const)
    expect([line, (await salon.refusal(line, body)).status]).toEqual([line, 404]);
  expect(await salon.messages()).toEqual([]);
});

test("the sender of workflows is one of the workspace's, and reminder hours are times of day", async () => {
  const salon = await salons.open();
  expect(await salon.refusal("PATCH /workspace", { workflow_sender: "Twelve letters" })).toMatchObject({
    status: 422,
    field: "workflow_sender",
    value: "Twelve letters",
  });
  expect(await salon.request("PATCH /workspace", { workflow_sender: salon.number })).toMatchObject({
    workflow_sender: salon.number,
  });
  expect(await salon.request("PATCH /workspace", { workflow_sender: null })).toMatchObject({ workflow_sender: null });
  expect((await salon.refusal("PATCH /workspace", { reminder_hours: { from: "8", to: "21:00" } })).status).toBe(422);
  expect(await salon.request("PATCH /workspace", { reminder_hours: { from: "08:00", to: "21:00" } })).toMatchObject({
    reminder_hours: { from: "08:00", to: "21:00" },
  });
  expect(await salon.request("PATCH /workspace", { reminder_hours: null })).toMatchObject({ reminder_hours: null });
});

test.each<[string, object, string, string]>([
  ["no offset", { when: { trigger: "before_start" } }, "offset_missing", "when.minutes"],
  ["two offsets", { when: { trigger: "before_start", hours: 1, days: 1 } }, "two_offsets", "when.days"],
  ["a negative lead", { when: { trigger: "before_start", hours: -1 } }, "invalid_offset", "when.hours"],
  [
    "a time of day with hours",
    { when: { trigger: "before_start", hours: 1, at: "18:00" } },
    "invalid_offset",
    "when.at",
  ],
  ["an offset of a change", { when: { trigger: "booking_created", hours: 1 } }, "not_for_trigger", "when.hours"],
  [
    "late thanks",
    { when: { trigger: "after_end", hours: 1, send_if_late: true } },
    "not_for_trigger",
    "when.send_if_late",
  ],
  [
    "from without status change",
    { when: { trigger: "booking_created", from: "pending" } },
    "not_for_trigger",
    "when.from",
  ],
  ["an unknown status", { when: { trigger: "booking_status_changed", to: "Gone" } }, "unknown_status", "when.to"],
  [
    "an unknown service",
    { when: { trigger: "booking_created", services: ["Nope"] } },
    "unknown_service",
    "when.services",
  ],
  ["no recipient", { do: [sms("x", { to: {} })] }, "no_recipient", "do.0.to"],
  [
    "an old resource of a new booking",
    { do: [sms("x", { to: { old_resource: true } })] },
    "not_for_trigger",
    "do.0.to.old_resource",
  ],
  ["a number that is none", { do: [sms("x", { to: { numbers: ["123"] } })] }, "invalid_number", "do.0.to.numbers.0"],
  ["a text of blanks", { do: [sms("  ")] }, "empty_text", "do.0.text"],
  ["an unknown placeholder", { do: [sms("{{ booking.tiem }}")] }, "unknown_placeholder", "do.0.text"],
  ["an old time of a new booking", { do: [sms("{{ old.time }}")] }, "unknown_placeholder", "do.0.text"],
  [
    "an unknown placeholder of a variant",
    { do: [sms("x", { texts: { nb: "{{ x }}" } })] },
    "unknown_placeholder",
    "do.0.texts.nb",
  ],
  [
    "a variant of a language by its name",
    { do: [sms("x", { texts: { norsk: "x" } })] },
    "invalid_locale",
    "do.0.texts.norsk",
  ],
  [
    "two variants of one language",
    { do: [sms("x", { texts: { "en-GB": "x", en_gb: "y" } })] },
    "locale_twice",
    "do.0.texts.en_gb",
  ],
  [
    "a subject of no language",
    { do: [{ action: "send_email", to: { customer: true }, subject: "x", subjects: { xx: "y" }, text: "x" }] },
    "invalid_locale",
    "do.0.subjects.xx",
  ],
  ["a variant of no language", { do: [sms("x", { texts: { "?!": "x" } })] }, "invalid_locale", "do.0.texts.?!"],
  ["a sender that cannot be one", { do: [sms("x", { sender: "Twelve letters" })] }, "invalid_sender", "do.0.sender"],
  ["an unknown status to set", { do: [{ action: "change_status", status: "Gone" }] }, "unknown_status", "do.0.status"],
  ["nothing to set", { do: [{ action: "set_contact" }] }, "nothing_set", "do.0"],
  ["an unknown list", { do: [{ action: "set_contact", list: "Nope" }] }, "unknown_list", "do.0.list"],
  [
    "an unknown webhook",
    { do: [{ action: "webhook", webhook: "01980000-0000-7000-8000-000000000000" }] },
    "unknown_webhook",
    "do.0.webhook",
  ],
])("%s is refused with the field", async (_, fields, code, field) => {
  const salon = await salons.open();
  const input = { name: "x", when: { trigger: "booking_created" }, do: [sms("x")], ...fields };
  expect(await salon.refusal("POST /workflows", input)).toMatchObject({ status: 422, code, field });
});
