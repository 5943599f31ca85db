/** What would be told is what is then told. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Mail } from "../../../contract/mails.ts";
import type { Message } from "../../../contract/messages.ts";
import { testDatabase } from "../../../testing/database.ts";
import { runs } from "../../../testing/runs.ts";
import { day, hour, kari, later, minute, morning, ola, type Salon, salonsOf } from "../../../testing/workflows.ts";

const salons = await salonsOf(await testDatabase());

const start = later(morning, 3 * day).toISOString();

interface Told {
  workflow: { name: string };
  channel: string;
  to: string | null;
  text: string;
}

async function ask(salon: Salon, body: object): Promise<string[]> {
  const { items } = (await salon.request("POST /bookings/would-tell", body)) as { items: Told[] };
  return items.map(({ channel, to, text }) => `${channel} ${to}: ${text}`).sort();
}

async function sent(salon: Salon): Promise<string[]> {
  const texts = (await salon.all<Message>("/messages?source=workflow")).filter(({ status }) => status === "queued");
  const mails = (await salon.all<Mail>("/mails")).filter(({ status }) => status === "queued");
  return [
    ...texts.map(({ id, to, text }) => `${id} sms ${to}: ${text}`),
    ...mails.map(({ id, to, text }) => `${id} email ${to}: ${text}`),
  ];
}

const withoutId = (line: string) => line.slice(line.indexOf(" ") + 1);

const text = (to: object, words: string, more: object = {}) => ({ action: "send_sms", to, text: words, ...more });
const workflows = [
  {
    when: { trigger: "booking_created" },
    do: [
      text({ customer: true }, "in {{ customer.first_name }} {{ booking.time }}", { fallback_email: true }),
      { action: "send_email", to: { customer: true }, subject: "In", text: "In {{ booking.date }}", pdf: true },
      text({ customer: true }, "own page: {{ access.link }}"),
      text({ customer: true }, "{{ booking.time }}{% if access.link %} {{ access.link }}{% endif %}"),
    ],
  },
  {
    when: { trigger: "booking_changed" },
    do: [text({ customer: true, numbers: ["+4791234599"] }, "moved {{ booking.time }}", { texts: { nb: "flyttet" } })],
  },
  { when: { trigger: "booking_cancelled" }, do: [text({ customer: true }, "off {{ customer.first_name }}")] },
  {
    when: { trigger: "before_start", hours: 24, send_if_late: true },
    do: [text({ customer: true }, "soon {{ booking.time }}")],
  },
  {
    when: { trigger: "before_start", hours: 2 },
    do: [text({ customer: true }, "very soon", { texts: { nb: "snart" } })],
  },
  {
    when: { trigger: "booking_status_changed", to: "pending" },
    do: [
      { action: "change_status", status: "confirmed" },
      text({ customer: true }, "pending {{ customer.first_name }}"),
    ],
    merge: true,
  },
];

const people = [
  kari,
  { ...ola, locale: "nb", email: "ola@example.com" },
  { first_name: "Mona", email: "mona@example.com" },
  { first_name: "Lina", mobile: "+4791234577" },
  { first_name: "Baby" },
] as const;
/** Lina has replied STOP to all. */
const stopped = 3;

const person = fc.nat({ max: people.length - 1 });
const fields = fc.record(
  {
    start: fc.constantFrom(30, 90, 23 * 60, 26 * 60, 3 * 24 * 60).map((minutes) => later(morning, minutes * minute)),
    status: fc.constantFrom("confirmed", "pending", "cancelled", "completed"),
    attendees: fc.uniqueArray(person, { maxLength: 3 }),
    muted: fc.boolean(),
  },
  { requiredKeys: [] },
);

test("whatever is made or changed: what would be told is what is decided then", async () => {
  for (const customer_access of [false, true]) {
    const salon = await salons.open();
    await salon.request("PATCH /workspace", { customer_access });
    for (const workflow of workflows) await salon.workflow(workflow);
    const opted = await salon.request("POST /contacts", people[stopped]);
    await salon.request(`POST /contacts/${opted.id}/opt-outs`, { reason: "by phone" });
    const given = ({ attendees, start: at, ...more }: { attendees?: number[]; start?: Date }) => ({
      ...more,
      ...(attendees && { attendees: attendees.map((who) => people[who]) }),
      ...(at && { start: at.toISOString(), end: later(at, hour).toISOString() }),
    });
    await fc.assert(
      fc.asyncProperty(
        person,
        fields,
        fc.array(fields, { maxLength: 3 }),
        fc.boolean(),
        async (who, first, changes, looks) => {
          salons.setTime(morning);
          const before = new Set(await sent(salon));
          const made = { start, end: later(start, hour).toISOString(), customer: people[who], ...given(first) };
          const told = [await ask(salon, { change: made })];
          const { id } = await salon.request("POST /bookings", made);
          let seen = before;
          const look = async () => {
            await salon.look();
            const all = await sent(salon);
            expect(
              all
                .filter((line) => !seen.has(line))
                .map(withoutId)
                .sort(),
            ).toEqual(told.at(-1));
            seen = new Set(all);
          };
          if (looks) await look();
          for (const change of changes) {
            told.push(await ask(salon, { id, change: given(change) }));
            await salon.change(id, given(change));
            if (looks) await look();
          }
          if (!looks) await look();
        },
      ),
      { numRuns: runs(25, 500) },
    );
  }
});

test("a text with a link to the customer's own page is not told of where customers have no access", async () => {
  const salon = await salons.open();
  await salon.workflow({ text: "{{ access.link }}" });
  const change = { start, end: later(start, hour).toISOString(), customer: kari };
  expect(await ask(salon, { change })).toEqual([]);
  await salon.request("PATCH /workspace", { customer_access: true });
  expect(await ask(salon, { change })).toEqual([`sms ${kari.mobile}: [access link]`]);
});

test("a reminder that goes at once, since it is late, is told of", async () => {
  const salon = await salons.open();
  await salon.workflow({ when: { trigger: "before_start", hours: 24, send_if_late: true }, text: "soon" });
  const soon = later(morning, hour);
  const change = { start: soon.toISOString(), end: later(soon, hour).toISOString(), customer: kari };
  expect(await ask(salon, { change })).toEqual([`sms ${kari.mobile}: soon`]);
  expect(await salon.all("/bookings")).toEqual([]);
  expect(await salon.all("/messages")).toEqual([]);
  expect((await salon.request("GET /usage")).reserved).toBe(0);
});
