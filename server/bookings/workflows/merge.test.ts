/** One text about all bookings of a person that come due in the same minute, however many are due, and whenever each is found. */
import { expect, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { day, hour, kari, later, minute, morning, ola, salonsOf } from "../../../testing/workflows.ts";
import { atOnce } from "./shares.ts";

const salons = await salonsOf(await testDatabase());

const start = later(morning, 3 * day).toISOString();
const second = 1_000;
const merging = { when: { trigger: "before_start", hours: 1 }, text: "{{ booking.reference }}", merge: true };

test("starts 30 seconds apart: one text, at the moment of the first, and none at that of the second", async () => {
  const salon = await salons.open();
  await salon.workflow(merging);
  const [one, other] = [
    await salon.book({ start }),
    await salon.book({ start: later(start, 30 * second).toISOString() }),
  ];
  const next = await salon.book({ start: later(start, minute).toISOString() });
  for (const at of [0, 15, 30, 45].map((seconds) => later(start, -hour + seconds * second))) await salon.look(at);
  expect(await salon.textsTo()).toEqual([`${one.reference} and ${other.reference}`]);
  expect(await salon.statesOf(one)).toEqual(["sent"]);
  expect(await salon.statesOf(other)).toEqual(["skipped: merged"]);
  await salon.look(later(start, -hour + minute));
  expect((await salon.textsTo()).slice(1)).toEqual([next.reference]);
});

test("who comes to the later booking alone is told at its own moment", async () => {
  const salon = await salons.open();
  await salon.workflow({ ...merging, text: "{{ customer.first_name }} {{ booking.reference }}" });
  const one = await salon.book({ start });
  const other = await salon.book({ start: later(start, 30 * second).toISOString(), attendees: [kari, ola] });
  await salon.look(later(start, -hour));
  expect(await salon.textsTo()).toEqual([`Kari ${one.reference} and ${other.reference}`]);
  await salon.look(later(start, -hour + 30 * second));
  expect((await salon.textsTo()).slice(1)).toEqual([`Ola ${other.reference}`]);
});

test("more than are decided at once: each person's two bookings, of which the second comes long after the first, are one text", async () => {
  const salon = await salons.open();
  const many = atOnce + 20;
  const references = new Map<string, string[]>();
  for (let half = 0; half < 2; half++)
    for (let i = 0; i < many; i++) {
      const mobile = `+4792${String(i).padStart(6, "0")}`;
      const { reference } = await salon.book({ start, customer: { first_name: "Guest", mobile } });
      references.set(mobile, [...(references.get(mobile) ?? []), reference]);
    }
  await salon.workflow({ ...merging, also_ahead: true });
  await salon.look(later(start, -hour));
  const sent = (await salon.messages()).filter(({ status }) => status === "queued");
  expect(sent).toHaveLength(many);
  for (const { to, text } of sent) expect(text.split(" and ").sort()).toEqual(references.get(to ?? "")?.sort());
});
