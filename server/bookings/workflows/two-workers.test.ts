/** Two workers that look at the same time decide nothing twice, and a change beside them is told as it is. */
import { expect, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { runDue } from "../../../testing/due.ts";
import { day, hour, later, minute, morning, salonsOf } from "../../../testing/workflows.ts";
import type { DueServices } from "../../kit/services.ts";
import { bookingsModule } from "../module.ts";

const salons = await salonsOf(await testDatabase({ max: 20 }));

const start = later(morning, 3 * day).toISOString();
const person = (i: number) => ({ first_name: `Guest ${i}`, mobile: `+4792000${String(i).padStart(3, "0")}` });
const many = 40;

/** Another worker's look, beside those of the salon. */
const besides = bookingsModule
  .due(salons.services as unknown as DueServices)
  .filter(({ name }) => name.startsWith("workflows."));

test("two workers at once: each customer is confirmed once and reminded once", async () => {
  const salon = await salons.open();
  await salon.workflow({ text: "booked {{ customer.first_name }}" });
  await salon.workflow({ when: { trigger: "before_start", hours: 1 }, text: "soon {{ customer.first_name }}" });
  for (let i = 0; i < many; i++) await salon.book({ start, customer: person(i) });
  for (const now of [later(morning, 1_000), later(start, -hour), later(start, -hour + 1_000)])
    await Promise.all([salon.look(now), runDue(besides, now), runDue(salons.works, now)]);
  const expected = Array.from({ length: many }, (_, i) => [`booked Guest ${i}`, `soon Guest ${i}`]).flat();
  expect((await salon.textsTo()).sort()).toEqual(expected.sort());
});

test("two workers at once, with actions that change the booking: one change, and no deadlock", async () => {
  const salon = await salons.open();
  await salon.workflow({ do: [{ action: "change_status", status: "confirmed" }] });
  await salon.workflow({ when: { trigger: "booking_status_changed" }, text: "{{ customer.first_name }}" });
  for (let i = 0; i < many; i++) await salon.book({ start, customer: person(i), status: "pending" });
  for (let ms = 1_000; ms < 5_000; ms += 1_000) {
    const now = later(morning, ms);
    await Promise.all([salon.look(now), runDue(besides, now)]);
  }
  expect((await salon.textsTo()).sort()).toEqual(Array.from({ length: many }, (_, i) => `Guest ${i}`).sort());
});

test("bookings that are moved while two workers look: each is reminded of its new time once, of the old one at most once", async () => {
  const salon = await salons.open();
  await salon.workflow({
    when: { trigger: "before_start", hours: 1 },
    text: "{{ customer.first_name }} {{ booking.time }}",
  });
  const bookings = [];
  for (let i = 0; i < many; i++) bookings.push(await salon.book({ start, customer: person(i) }));
  await salon.look();
  const moment = later(start, -hour);
  salons.setTime(moment);
  const moved = later(start, 2 * hour).toISOString();
  await Promise.all([
    runDue(besides, moment),
    ...bookings.map(({ id }) => salon.change(id, { start: moved })),
    runDue(salons.works, moment),
  ]);
  await salon.look(later(moment, minute));
  await Promise.all([salon.look(later(moved, -hour)), runDue(besides, later(moved, -hour))]);
  const texts = await salon.textsTo();
  for (let i = 0; i < many; i++) {
    expect(texts.filter((text) => text === `Guest ${i} 12:00`)).toHaveLength(1);
    expect(texts.filter((text) => text === `Guest ${i} 10:00`).length).toBeLessThanOrEqual(1);
  }
});
