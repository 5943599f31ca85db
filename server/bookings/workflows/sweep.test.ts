/** Looking for moments: all workspaces, more than a page of bookings, one that fails, and values that people make up. */
import { sql } from "kysely";
import { expect, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { runDue } from "../../../testing/due.ts";
import { signedInPerson } from "../../../testing/people.ts";
import { day, hour, kari, later, minute, morning, ola, salonsOf } from "../../../testing/workflows.ts";

const database = await testDatabase();
const { db } = database;
const salons = await salonsOf(database);

const start = later(morning, 3 * day).toISOString();
const hourBefore = { trigger: "before_start", hours: 1 };

/** One round of each work, whatever fails in it. */
async function lookAnyway(now: Date): Promise<unknown[]> {
  salons.setTime(now);
  const results = [];
  for (const work of salons.works) results.push(await work.run({ now, signal: new AbortController().signal }));
  return results.flatMap(({ errors }) => errors);
}

test("a workspace in which something fails does not hold up the others, and catches up once it can", async () => {
  const broken = await salons.open();
  const workflow = await broken.workflow({ when: hourBefore });
  await broken.book({ start });
  await broken.look();
  const well = await salons.open({ at: salons.clock.now() });
  await well.workflow({ when: hourBefore });
  await well.book({ start });
  await well.book({ start: later(start, 10 * minute).toISOString(), customer: ola });
  await broken.request(`PATCH /workflows/${workflow.id}`, { enabled: true, also_ahead: true });
  await well.look();
  const setText = (text: string) =>
    db.asSystem((tx) =>
      sql`update workflows set "do" = jsonb_set("do", '{0,text}', to_jsonb(${text}::text)) where id = ${workflow.id}`.execute(
        tx,
      ),
    );
  await setText("{{ no.such }}");
  expect(await lookAnyway(later(start, -hour))).toHaveLength(1);
  expect(await well.textsTo()).toEqual(["Hi Kari"]);
  expect(await lookAnyway(later(start, -hour + 5 * minute))).toHaveLength(1);
  expect(await lookAnyway(later(start, -hour + 10 * minute))).toHaveLength(1);
  expect(await well.textsTo()).toEqual(["Hi Kari", "Hi Ola"]);
  expect(await broken.textsTo()).toEqual([]);
  await setText("mended");
  for (let i = 0; i < 3; i++) expect(await lookAnyway(later(start, -hour + (11 + i) * minute))).toEqual([]);
  expect(await broken.textsTo()).toEqual(["mended"]);
  expect(await well.textsTo()).toEqual(["Hi Kari", "Hi Ola"]);
  // It is looked at with all others again.
  await broken.book({ start: later(start, 2 * hour).toISOString() });
  await broken.look();
  await broken.look(later(start, hour));
  expect(await broken.textsTo()).toEqual(["mended", "mended"]);
});

test("a booking that nothing can be decided about does not hold up the others of its workspace, and is told once it can be", async () => {
  const salon = await salons.open();
  const onlyKlipp = { services: [(await salon.request("POST /services", { name: "Klipp", duration_minutes: 30 })).id] };
  const told = await salon.workflow({ when: { trigger: "booking_created", ...onlyKlipp } });
  const reminded = await salon.workflow({ when: { ...hourBefore, ...onlyKlipp }, text: "soon" });
  await salon.workflow({ text: "Booked, {{ customer.first_name }}" });
  await salon.workflow({ when: hourBefore, text: "Soon, {{ customer.first_name }}" });
  const setText = (text: string) =>
    db.asSystem((tx) =>
      sql`update workflows set "do" = jsonb_set("do", '{0,text}', to_jsonb(${text}::text))
        where workspace_id = ${salon.id} and id in (${told.id}, ${reminded.id})`.execute(tx),
    );
  await setText("{{ no.such }}");
  await salon.book({ start, service: "Klipp" });
  await salon.book({ start, customer: ola });
  await lookAnyway(later(morning, minute));
  expect(await salon.textsTo()).toEqual(["Booked, Ola"]);
  await lookAnyway(later(start, -hour));
  expect(await salon.textsTo()).toEqual(["Booked, Ola", "Soon, Ola"]);
  await setText("mended");
  await lookAnyway(later(start, -hour + 2 * minute));
  await lookAnyway(later(start, -hour + 5 * minute));
  expect((await salon.textsTo(kari.mobile)).sort()).toContain("mended");
  expect(await salon.textsTo(ola.mobile)).toEqual(["Booked, Ola", "Soon, Ola"]);
});

test("more bookings than a page, of several workspaces, in one second: each is told once", async () => {
  const many = 1_100;
  const first = await salons.open();
  await first.workflow({ when: hourBefore });
  const { id } = await first.book({ start });
  await db.asSystem((tx) =>
    sql`
      insert into bookings
      select (jsonb_populate_record(b, jsonb_build_object('id', gen_random_uuid(), 'manage_code', 'code' || n))).*
      from bookings b, generate_series(1, ${many}::int) n where b.id = ${id}`.execute(tx),
  );
  await first.look();
  await first.look(later(start, -hour));
  await first.look(later(start, -hour + 1_000));
  const { rows } = await db.asSystem((tx) =>
    sql<{ state: string; bookings: number; decisions: number }>`
      select state, count(distinct booking_id)::int as bookings, count(*)::int as decisions from workflow_decisions
      where workspace_id = ${first.id} group by state`.execute(tx),
  );
  expect(rows).toEqual([{ state: "sent", bookings: many + 1, decisions: many + 1 }]);
});

test("a booking that is made by an API key, by a person, or for an id of another system is told about alike", async () => {
  // Sessions go by the real clock.
  const salon = await salons.open({ at: new Date() });
  const start = later(salons.clock.now(), 3 * day).toISOString();
  await salon.workflow({ text: "booked" });
  await salon.workflow({ when: hourBefore, text: "soon" });
  const { cookie } = await signedInPerson(salons, salon.id, "super_admin");
  const body = { customer: kari, start, end: later(start, hour).toISOString() };
  const byPerson = await salons.call("POST /bookings", {
    cookie,
    headers: { "x-workspace": salon.id, origin: "http://localhost:3000" },
    body,
  });
  expect([byPerson.status, byPerson.body.source]).toEqual([201, "ui"]);
  await salon.request("POST /bookings", { ...body, external_id: "x-1" });
  await salon.request("POST /bookings", body);
  await salon.look();
  await salon.look(later(start, -hour));
  const texts = await salon.textsTo();
  expect(texts.filter((text) => text === "booked")).toHaveLength(3);
  expect(texts.filter((text) => text === "soon")).toHaveLength(3);
});

test("the zone of a place changes before the moment: the moment is the one of the new zone", async () => {
  const salon = await salons.open();
  const place = await salon.request("POST /locations", { name: "Van", time_zone: "Europe/Oslo" });
  await salon.workflow({ when: { trigger: "before_start", days: 1, at: "18:00" } });
  await salon.book({ start, location: place.id });
  await salon.look();
  await salon.request(`PATCH /locations/${place.id}`, { time_zone: "America/New_York" });
  await salon.look(new Date("2027-03-12T17:00:00Z"));
  expect(await salon.textsTo()).toEqual([]);
  await salon.look(new Date("2027-03-12T23:00:00Z"));
  expect(await salon.textsTo()).toEqual(["Hi Kari"]);
});

/** Notes may have what names may not: line breaks and changes of direction. */
const nameOf = (text: string) => text.replaceAll(/[\p{Cc}\u2028\u202a-\u202e]/gu, "");

const strange = [
  "🎉👩‍👩‍👧‍👦",
  "\u202Eevil\u202C",
  "Zo\u0308e\u200B\u00AD",
  "a\r\n.\r\nb\u2028c",
  "'); drop table bookings; --",
  "{{ customer.first_name }}{% if",
  "المغرب 日本語 ไทย",
  "x".repeat(100),
];

test("whatever people are called, one strange name holds up nobody: texts, mails, PDFs and calendar entries all go", async () => {
  const salon = await salons.open();
  await salon.workflow({
    do: [
      { action: "send_sms", to: { customer: true }, text: "{{ customer.first_name }}" },
      {
        action: "send_email",
        to: { customer: true },
        subject: "{{ customer.first_name }}",
        text: "{{ customer.first_name }} {{ booking.notes }}",
        pdf: true,
        ics: true,
      },
    ],
  });
  const bookings = [];
  for (const [i, value] of strange.entries())
    bookings.push(
      await salon.book({
        start,
        notes: value,
        customer: { first_name: nameOf(value), mobile: `+479123460${i}`, email: `p${i}@example.com` },
      }),
    );
  await salon.look();
  for (const [i, booking] of bookings.entries())
    expect([strange[i], await salon.statesOf(booking)]).toEqual([strange[i], ["sent", "sent"]]);
  await runDue(salons.works, later(morning, minute));
  expect(await salon.textsTo()).toHaveLength(strange.length);
});
