/** What workflows do: texts with senders and a mail instead, mails, changes of status and contact, webhooks, and what does not fit. */
import { expect, test } from "vitest";
import type { DueServices } from "../../../server/kit/services.ts";
import { testDatabase } from "../../../testing/database.ts";
import { runDue } from "../../../testing/due.ts";
import { submitMails } from "../../../testing/mails.ts";
import { onThisMachine } from "../../../testing/targets.ts";
import { startReceiver, verifies } from "../../../testing/webhook-receiver.ts";
import { day, hour, kari, later, morning, ola, salonsOf } from "../../../testing/workflows.ts";
import { instantOf } from "../../kit/id.ts";
import { webhookSender } from "../../webhooks/send-webhooks.ts";

const salons = await salonsOf(await testDatabase());

const start = later(morning, 3 * day).toISOString();
const sms = (text: string, more: object = {}) => ({ action: "send_sms", to: { customer: true }, text, ...more });
const mail = (more: object = {}) => ({
  action: "send_email",
  to: { customer: true },
  subject: "Your booking {{ booking.reference }}",
  text: "Hi {{ customer.first_name }},\n\nsee {{ booking.manage_link }}",
  ...more,
});
const withMail = { ...kari, email: "kari@example.com" };

test("texts are from the action's sender, else the workspace's for workflows, else a name in its language", async () => {
  const salon = await salons.open({ language: "nb" });
  await salon.workflow();
  await salon.book({ start });
  await salon.look();
  await salon.request("POST /senders", { address: "Saks" });
  await salon.request("PATCH /workspace", { workflow_sender: "Saks" });
  await salon.book({ start });
  await salon.look();
  await salon.workflow({ name: "own", do: [sms("own", { sender: salon.number })] });
  await salon.book({ start });
  await salon.look();
  const froms = (await salon.messages()).map(({ from }) => from);
  expect(froms.slice(0, 2)).toEqual(["Reservasjon", "Saks"]);
  expect(froms.slice(2).sort()).toEqual([salon.number, "Saks"].sort());
});

test("a mail has the link to the customer's own page, which the ledger does not keep, also where it goes instead of a text", async () => {
  const salon = await salons.open();
  const text = "Sign in: {{ access.link }}";
  await salon.workflow({ name: "mail", do: [mail({ text, pdf: true, subject: "At {{ access.link }}" })] });
  await salon.workflow({ name: "instead", do: [sms(text, { fallback_email: true })] });
  const before = await salon.book({ start, customer: { first_name: "Ola", email: "ola@example.com" } });
  await salon.look();
  expect(await salon.statesOf(before)).toEqual(["skipped: no_access", "skipped: no_access"]);
  await salon.request("PATCH /workspace", { customer_access: true });
  const booking = await salon.book({ start, customer: { first_name: "Kari", email: "kari@example.com" } });
  await salon.look();
  expect((await salon.statesOf(booking)).sort()).toEqual(["sent", "sent", "skipped: instead_by_mail"]);
  const mails = await salon.mailsTo("kari@example.com");
  expect(mails.map(({ subject }) => subject).sort()).toEqual(["At [access link]", "Your booking with Saks"]);
  for (const each of mails) {
    const { text: shown } = await salon.request(`GET /mails/${each.id}`);
    expect(shown).toContain("Sign in: [access link]");
  }
});

test("who cannot get a text gets a mail where the action says so: no number, a landline, opted out", async () => {
  const salon = await salons.open({ language: "nb" });
  await salon.workflow({ do: [sms("Hei {{ customer.first_name }}", { fallback_email: true })] });
  const landline = await salon.request("POST /contacts", {
    first_name: "Line",
    phone: "+4722123456",
    email: "line@example.com",
  });
  const opted = await salon.book({ start, customer: { ...withMail, email: "stop@example.com" } });
  await salon.request(`POST /contacts/${opted.customer?.id}/opt-outs`, { reason: "by phone" });
  const none = await salon.book({ start, customer: { first_name: "Ingen", email: "ingen@example.com" } });
  const fixed = await salon.book({ start, customer: { id: landline.id } });
  const nothing = await salon.book({ start, customer: { first_name: "Ingenting" } });
  await salon.look();
  expect(await salon.textsTo()).toEqual([]);
  for (const [booking, address] of [
    [none, "ingen@example.com"],
    [fixed, "line@example.com"],
    [opted, "stop@example.com"],
  ] as const) {
    expect((await salon.statesOf(booking)).sort()).toEqual(["sent", "skipped: instead_by_mail"]);
    const [sent] = await salon.mailsTo(address);
    expect(sent).toMatchObject({ subject: "Din booking hos Saks" });
    expect(sent?.text).toContain(`Hei ${booking.customer?.first_name}`);
  }
  expect(await salon.statesOf(nothing)).toEqual(["skipped: no_number"]);
  await salon.look(later(morning, hour));
  expect(await salon.mailsTo("ingen@example.com")).toHaveLength(1);
});

test("a subject that a filter makes too long for one booking holds up no other", async () => {
  const salon = await salons.open();
  const six = `{{ booking.notes${" | append: booking.notes".repeat(5)} }}`;
  const workflow = await salon.workflow({ do: [mail({ subject: six, pdf: true })] });
  const long = await salon.book({ start, customer: withMail, notes: "x".repeat(2_000) });
  const short = await salon.book({ start, customer: withMail, notes: "x" });
  await salon.look();
  expect(await salon.statesOf(long)).toEqual(["skipped: render_error"]);
  expect(await salon.statesOf(short)).toEqual(["sent"]);
  const { when, do: actions } = workflow;
  const asked = { to: "eva@example.com", booking: long.id };
  expect(await salon.refusal(`POST /workflows/${workflow.id}/test`, asked)).toMatchObject({
    status: 422,
    code: "render_error",
    field: "subject",
  });
  const preview = await salon.ask("POST /workflows/preview", { when, action: actions[0], booking: long.id });
  expect(preview.status).toBe(200);
});

test("a mail has its subject, its text, HTML of the same words, and the booking as PDF and calendar entry", async () => {
  const salon = await salons.open();
  await salon.workflow({ do: [mail({ pdf: true, ics: true })] });
  const booking = await salon.book({ start, customer: withMail });
  await salon.look();
  await submitMails(salons.services);
  const [sent] = await salon.all<{
    subject: string;
    text: string;
    html: string;
    attachments: { name: string; type: string; size: number }[];
  }>("/sandbox/mailbox?to=kari@example.com");
  expect(sent?.subject).toBe(`Your booking ${booking.reference}`);
  expect(sent?.text).toContain(`Hi Kari,\n\nsee ${booking.manage_url}`);
  expect(sent?.html).toContain(`<a href="${booking.manage_url}"`);
  expect(sent?.attachments.map(({ name }) => name).sort()).toEqual([
    `${booking.reference}.ics`,
    `${booking.reference}.pdf`,
  ]);
  for (const { size } of sent?.attachments ?? []) expect(size).toBeGreaterThan(200);
  expect(await salon.decisionsOf(booking)).toMatchObject([
    { channel: "email", state: "sent", to: "kari@example.com", mail_id: expect.any(String), message_id: null },
  ]);
});

test("a mail to a resource and to fixed addresses, each address once", async () => {
  const salon = await salons.open();
  await salon.request("POST /resources", { name: "Ida", email: "ida@example.com" });
  await salon.workflow({
    do: [mail({ to: { resource: true, addresses: ["ida@example.com", "desk@example.com", "desk@example.com"] } })],
  });
  await salon.book({ start, resources: ["Ida"] });
  await salon.look();
  expect(await salon.mailsTo("ida@example.com")).toHaveLength(1);
  expect(await salon.mailsTo("desk@example.com")).toHaveLength(1);
});

test("a mail is of the time at which it is due, however old its workflow is: what is new is not purged as old", async () => {
  const salon = await salons.open();
  await salon.workflow({ do: [mail()] });
  const late = later(morning, 400 * day);
  await salon.look(late);
  await salon.book({ start: later(late, day).toISOString(), customer: withMail });
  await salon.look();
  const [sent] = await salon.mailsTo("kari@example.com");
  expect(instantOf(sent?.id ?? "")).toEqual(late);
});

test("a mail to nobody's address is a skip", async () => {
  const salon = await salons.open();
  await salon.workflow({ do: [mail()] });
  const booking = await salon.book({ start });
  await salon.look();
  expect(await salon.statesOf(booking)).toEqual(["skipped: no_address"]);
});

test("hostile values stay words: no markup in HTML, no header in the subject, no placeholder that is filled again", async () => {
  const salon = await salons.open();
  const first_name = `<img src=x onerror=alert(1)> {{ workspace.name }}`;
  const last_name = `"><script>`;
  await salon.workflow({
    do: [
      mail({
        subject: "For {{ customer.first_name }}",
        text: "{{ customer.first_name }} {{ customer.last_name }} {{ booking.notes }}",
      }),
      sms("{{ customer.first_name }}"),
    ],
  });
  await salon.book({ start, customer: { ...withMail, first_name, last_name }, notes: "a\r\nBcc: evil@example.com" });
  await salon.look();
  await submitMails(salons.services);
  const [sent] = await salon.all<{ subject: string; text: string; html: string; to: string }>(
    "/sandbox/mailbox?to=kari@example.com",
  );
  expect(sent?.html).not.toContain("<img src=x");
  expect(sent?.html).not.toContain("<script>");
  expect(sent?.html).toContain("&lt;script&gt;");
  expect(sent?.text).toContain("{{ workspace.name }}");
  expect(sent?.subject).not.toContain("\n");
  expect(sent?.to).toBe("kari@example.com");
  expect(await salon.textsTo(kari.mobile)).toEqual([first_name]);
});

test("mails choose subject and text by the recipient's locale", async () => {
  const salon = await salons.open();
  await salon.workflow({
    do: [mail({ subject: "Hello", subjects: { nb: "Hei" }, text: "Welcome", texts: { nb: "Velkommen" } })],
  });
  await salon.book({
    start,
    attendees: [
      { first_name: "A", email: "a@example.com", locale: "nn" },
      { first_name: "B", email: "b@example.com", locale: "en" },
    ],
  });
  await salon.look();
  expect(await salon.mailsTo("a@example.com")).toMatchObject([
    { subject: "Hei", text: expect.stringContaining("Velkommen") },
  ]);
  expect(await salon.mailsTo("b@example.com")).toMatchObject([
    { subject: "Hello", text: expect.stringContaining("Welcome") },
  ]);
});

test("a status is changed once, as by the workflow, and others fire on that", async () => {
  const salon = await salons.open();
  await salon.workflow({ name: "Accept", do: [{ action: "change_status", status: "confirmed" }] });
  await salon.workflow({ when: { trigger: "booking_status_changed", to: "confirmed" }, text: "confirmed" });
  const booking = await salon.book({ start, status: "pending" });
  await salon.look();
  await salon.look();
  await salon.look();
  const { status, history } = await salon.request(`GET /bookings/${booking.id}`);
  expect(status).toBe("confirmed");
  expect(history[0]).toMatchObject({ what: "status", from: "pending", to: "confirmed", by: "system", name: "Accept" });
  expect(await salon.textsTo()).toEqual(["confirmed"]);
  const second = await salon.book({ start });
  await salon.look();
  expect(await salon.statesOf(second)).toEqual(["skipped: unchanged"]);
});

test("workflows that set each other off stop, and the booking says that they did", async () => {
  const salon = await salons.open();
  const when = (to: string) => ({ trigger: "booking_status_changed", to });
  await salon.workflow({
    name: "There",
    when: when("confirmed"),
    do: [{ action: "change_status", status: "pending" }],
  });
  await salon.workflow({ name: "Back", when: when("pending"), do: [{ action: "change_status", status: "confirmed" }] });
  const booking = await salon.book({ start, status: "pending" });
  await salon.look();
  await salon.change(booking.id, { status: "confirmed" });
  for (let i = 0; i < 20; i++) await salon.look();
  const states = await salon.statesOf(booking);
  expect(states).toContain("skipped: loop");
  expect(states.filter((state) => state === "sent").length).toBeLessThanOrEqual(6);
});

test("a contact gets marketing switched on, and is put on a list", async () => {
  const salon = await salons.open();
  const list = await salon.request("POST /lists", { name: "Guests" });
  await salon.workflow({
    when: { trigger: "booking_paid" },
    do: [{ action: "set_contact", marketing: true, list: "Guests" }],
  });
  const booking = await salon.book({ start, payment: "paid" });
  await salon.look();
  expect(await salon.statesOf(booking)).toEqual(["sent"]);
  const contact = await salon.request(`GET /contacts/${booking.customer?.id}`);
  expect(contact).toMatchObject({ marketing: true });
  const members = await salon.all<{ id: string }>(`/contacts?list=${list.id}`);
  expect(members.map(({ id }) => id)).toEqual([booking.customer?.id]);
});

test("a webhook is signed and delivered once, however often is looked", async () => {
  const salon = await salons.open({ at: new Date() });
  const receiver = await startReceiver();
  const hook = await salon.request("POST /webhooks", { url: receiver.url, events: ["alert.raised"] });
  const made = await salon.workflow({ do: [{ action: "webhook", webhook: hook.id }] });
  const booking = await salon.book();
  for (let i = 0; i < 3; i++) await salon.look();
  const sender = webhookSender({ ...salons.services, targets: onThisMachine } as unknown as DueServices & {
    targets: typeof onThisMachine;
  });
  await runDue([sender], salons.clock.now());
  await sender.stop?.();
  await runDue([sender], salons.clock.now());
  await sender.stop?.();
  const ours = receiver.received.filter(({ body }) => JSON.parse(body).type === "workflow.triggered");
  expect(ours).toHaveLength(1);
  const [only] = ours;
  if (!only) throw new Error("nothing was delivered");
  expect(verifies(only, hook.secret)).toBe(true);
  expect(JSON.parse(only.body).data).toMatchObject({
    workflow: { id: made.id, name: made.name },
    trigger: "booking_created",
    booking: { id: booking.id, reference: booking.reference },
    contact_id: booking.customer?.id,
  });
  expect(await salon.statesOf(booking)).toEqual(["sent"]);
});

test("what an action names may be gone: a skip, a problem on the workflow, and the other actions go on", async () => {
  const salon = await salons.open();
  const hook = await salon.request("POST /webhooks", { url: "https://hooks.example/x", events: ["alert.raised"] });
  const list = await salon.request("POST /lists", { name: "Guests" });
  await salon.request("PUT /booking-statuses", { items: [{ name: "Arrived", stands_for: "confirmed" }] });
  const made = await salon.workflow({
    do: [
      { action: "webhook", webhook: hook.id },
      { action: "set_contact", list: list.id },
      { action: "change_status", status: "Arrived" },
      sms("hello"),
    ],
  });
  expect(made.problems).toEqual([]);
  await salon.request(`DELETE /webhooks/${hook.id}`);
  await salon.request(`DELETE /lists/${list.id}`);
  await salon.request("PUT /booking-statuses", { items: [] });
  const booking = await salon.book({ start });
  await salon.look();
  expect((await salon.statesOf(booking)).sort()).toEqual(["sent", "skipped: gone", "skipped: gone", "skipped: gone"]);
  const { problems } = await salon.request(`GET /workflows/${made.id}`);
  expect(problems.map(({ code }: { code: string }) => code)).toEqual(["webhook_gone", "list_gone", "status_gone"]);
});

test("the quota ends between two of three texts: what does not fit is a decision, and nothing else stops", async () => {
  const salon = await salons.open();
  await salon.workflow({ do: [sms("one"), mail(), sms("two")] });
  await salon.request("PATCH /subscription", { allowance: 3 });
  const first = await salon.book({ start, customer: withMail });
  const second = await salon.book({ start, customer: ola });
  await salon.look();
  expect(await salon.textsTo()).toHaveLength(3);
  const states = [...(await salon.decisionsOf(first)), ...(await salon.decisionsOf(second))];
  expect(states.filter(({ reason }) => reason === "quota_exceeded")).toHaveLength(1);
  expect(await salon.mailsTo("kari@example.com")).toHaveLength(1);
  await salon.look(later(morning, hour));
  expect(await salon.textsTo()).toHaveLength(3);
});

test("the link to a customer's own page goes only where they have one, and the ledger does not keep it", async () => {
  const salon = await salons.open();
  const made = await salon.workflow({ do: [sms("Your page: {{ access.link }}")] });
  expect(made.problems).toMatchObject([{ code: "no_access", field: "do.0.text" }]);
  const without = await salon.book({ start });
  await salon.look();
  expect(await salon.statesOf(without)).toEqual(["skipped: no_access"]);
  await salon.request("PATCH /workspace", { customer_access: true });
  expect((await salon.request(`GET /workflows/${made.id}`)).problems).toEqual([]);
  const booking = await salon.book({ start });
  await salon.look();
  expect(await salon.statesOf(booking)).toEqual(["sent"]);
  expect(await salon.textsTo()).toEqual(["Your page: [access link]"]);
});

test("a resource without a number gets the mail instead, in its own language", async () => {
  const salon = await salons.open();
  await salon.request("POST /resources", { name: "Ida", email: "ida@example.com", locale: "sv" });
  await salon.workflow({
    do: [{ ...sms("new: {{ booking.weekday }}", { fallback_email: true }), to: { resource: true } }],
  });
  const booking = await salon.book({ start, resources: ["Ida"] });
  await salon.look();
  expect((await salon.statesOf(booking)).sort()).toEqual(["sent", "skipped: instead_by_mail"]);
  expect(await salon.mailsTo("ida@example.com")).toMatchObject([
    { subject: "Din bokning hos Saks", text: expect.stringContaining("new: lördag") },
  ]);
});

test("a customer who is deleted before the moment is told nothing, and the booking says that there is nobody", async () => {
  const salon = await salons.open();
  await salon.workflow({ when: { trigger: "before_start", hours: 1 } });
  const booking = await salon.book({ start });
  const other = await salon.book({ start, customer: ola });
  await salon.look();
  await salon.request(`DELETE /contacts/${booking.customer?.id}`);
  await salon.look(later(start, -hour));
  expect(await salon.statesOf(booking)).toEqual(["skipped: no_recipient"]);
  expect(await salon.statesOf(other)).toEqual(["sent"]);
});
