/** The judgement of a run of reminders: what is wrong is named, and what a race may bring is not. */
import { expect, test } from "vitest";
import { type BookingState, type Change, lead, type LoggedBooking } from "./booking-traffic.ts";
import {
  compareReminders,
  confirmationText,
  type Decided,
  type HandsetText,
  reminderText,
} from "./reminder-records.ts";

const moment = Date.UTC(2026, 5, 1, 10);
const start = moment + lead;
const later = start + 60_000;
const now = moment + 600_000;
const number = "+4791500001";

const there: BookingState = { start, live: true, asked: -Infinity, answered: -Infinity };
const booking = (change: Change | null, ...states: BookingState[]): LoggedBooking => ({ number, change, states });
const sent = (occurrence: number, decided_at: number, message_id = "m"): Decided => ({
  number,
  occurrence,
  decided_at,
  state: "sent",
  reason: null,
  message_id,
});
const tooLate = (occurrence: number): Decided => ({
  ...sent(occurrence, moment + 1_000),
  state: "skipped",
  reason: "booked_too_late",
  message_id: null,
});
const text = (of: number, at: number, message_id = "m"): HandsetText => ({
  number,
  text: reminderText(of),
  message_id,
  at,
});

function violations(
  one: LoggedBooking,
  reminders: Decided[],
  texts: HandsetText[],
  confirmations: Decided[] = [],
): string[] {
  return compareReminders({ bookings: [one], reminders, confirmations, texts }, now).violations.map(
    (each) => /^[^+]+/.exec(each)?.[0].trim() ?? each,
  );
}

test("a due reminder is with the carrier once, with its time, or the run has failed", () => {
  const one = booking(null, there);
  const decided = sent(start, moment + 500);
  expect(violations(one, [decided], [text(start, moment + 600)])).toEqual([]);
  expect(violations(one, [], [])).toEqual(["0 decisions about"]);
  expect(violations(one, [decided], [])).toEqual(["0 times with the carrier:"]);
  expect(violations(one, [decided], [text(start, moment + 600), text(start, moment + 700)])).toEqual([
    "2 times with the carrier:",
  ]);
  expect(violations(one, [decided], [text(later, moment + 600)])).toEqual(["with another time:"]);
  expect(violations(one, [tooLate(start)], [])).toEqual(["not sent to"]);
  expect(violations(one, [{ ...tooLate(start), state: "missed", reason: "too_late" }], [])).toEqual([
    "neither sent nor too late:",
    "not sent to",
  ]);
});

test("a text that nothing decided is a violation", () => {
  const found = compareReminders({ bookings: [], reminders: [], confirmations: [], texts: [text(start, moment)] }, now);
  expect(found.violations).toEqual([`${number} got "${reminderText(start)}", which nothing decided`]);
});

test("after a cancellation was answered nothing is decided; one that is under way may come too late", () => {
  const off = (answered: number) => booking("cancelled", there, { start, live: false, asked: answered - 50, answered });
  const decided = sent(start, moment + 500);
  const texts = [text(start, moment + 2_000)];
  expect(violations(off(moment + 400), [decided], texts)).toEqual(["sent though it was otherwise:"]);
  expect(violations(off(moment + 510), [decided], texts)).toEqual([]);
  expect(violations(off(moment + 400), [], [])).toEqual([]);
  const overtaken = compareReminders(
    { bookings: [off(moment + 1_000)], reminders: [decided], confirmations: [], texts },
    now,
  );
  expect(overtaken).toMatchObject({ violations: [], overtaken: 1, overtakenBy: 1_000 });
});

test("a queued reminder that a cancellation took back is none; it must not reach the carrier, nor be taken back for nothing", () => {
  const off = booking("cancelled", there, { start, live: false, asked: moment + 550, answered: moment + 600 });
  const takenBack: Decided = { ...sent(start, moment + 500), state: "skipped", reason: "booking_cancelled" };
  expect(violations(off, [takenBack], [])).toEqual([]);
  expect(violations(off, [takenBack], [text(start, moment + 700)])).toEqual(["taken back, and with the carrier:"]);
  expect(violations(booking(null, there), [takenBack], [])).toEqual([
    "taken back though nothing changed:",
    "not sent to",
  ]);
});

test("a moved booking is reminded of with its new time, once; of the old one only before that", () => {
  const moved = booking("moved", there, { start: later, live: true, asked: moment - 60, answered: moment - 10 });
  const renewed = sent(later, moment + 60_500, "n");
  const arrived = text(later, moment + 60_600, "n");
  expect(violations(moved, [renewed], [arrived])).toEqual([]);
  expect(violations(moved, [], [])).toEqual(["0 decisions about"]);
  expect(violations(moved, [sent(start, moment + 500), renewed], [text(start, moment + 600), arrived])).toEqual([
    "sent though it was otherwise:",
  ]);
});

test("moved away and back in time it is reminded of; moved back too late it need not be, but is decided", () => {
  const away = { start: start + 86_400_000, live: true, asked: moment - 3_000, answered: moment - 2_900 };
  const back = (answered: number) =>
    booking("moved and moved back", there, away, { start, live: true, asked: answered - 100, answered });
  const decided = sent(start, moment + 500);
  const texts = [text(start, moment + 600)];
  expect(violations(back(moment - 1_000), [decided], texts)).toEqual([]);
  expect(violations(back(moment - 1_000), [tooLate(start)], [])).toEqual(["not sent to"]);
  expect(violations(back(moment + 50), [tooLate(start)], [])).toEqual([]);
  expect(violations(back(moment + 50), [decided], texts)).toEqual([]);
  // Asked for after the moment, it cannot be in time.
  expect(violations(back(moment + 300), [decided], texts)).toEqual(["sent though it was otherwise:"]);
  expect(violations(back(moment + 300), [], [])).toEqual(["0 decisions about"]);
});

test("who books too late is confirmed once, and not reminded", () => {
  const late = booking("late", { start, live: true, asked: moment + 1_000, answered: moment + 1_100 });
  const confirmed = sent(moment + 1_000, moment + 1_500, "c");
  const got = { ...text(start, moment + 1_600, "c"), text: confirmationText(start) };
  expect(violations(late, [tooLate(start)], [got], [confirmed])).toEqual([]);
  expect(violations(late, [tooLate(start)], [], [])).toEqual(["not confirmed once:"]);
  expect(violations(late, [sent(start, moment + 1_500)], [got, text(start, moment + 1_600)], [confirmed])).toEqual([
    "sent though it was otherwise:",
  ]);
});

test("who lives elsewhere reads the zone behind the time; another time is one all the same", () => {
  const judged = (words: string) =>
    compareReminders(
      {
        bookings: [booking(null, there)],
        reminders: [sent(start, moment)],
        confirmations: [],
        texts: [{ ...text(start, moment + 1_000), text: words }],
      },
      now,
    ).violations;
  expect(judged(`${reminderText(start)} (Oslo time)`)).toEqual([]);
  expect(judged(`${reminderText(start)} (Paris time)`)).toHaveLength(1);
  expect(judged(`${reminderText(later)} (Oslo time)`)).toHaveLength(1);
});
