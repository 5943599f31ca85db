import fc from "fast-check";
import { expect, test } from "vitest";
import { runs } from "../testing/runs.ts";
import {
  type AllowedHours,
  lastSensibleMoment,
  momentOf,
  rangesDue,
  type Timing,
  timingProblem,
} from "./booking-moments.ts";

const minute = 60_000;
const day = 86_400_000;

const daytime: AllowedHours = { from: "08:00", to: "21:00" };
const before = (count: number, unit: Timing["unit"], at: string | null = null): Timing => ({
  trigger: "before_start",
  unit,
  count,
  at,
});
const after = (count: number, unit: Timing["unit"], at: string | null = null): Timing => ({
  trigger: "after_end",
  unit,
  count,
  at,
});

/** The moment for a booking whose start and end are this instant. */
function moment(timing: Timing, anchor: string, zone = "Europe/Oslo", hours: AllowedHours | null = null): string {
  const instant = new Date(anchor);
  return momentOf(timing, { start: instant, end: instant, time_zone: zone }, hours)
    .toISOString()
    .replace(":00.000", "");
}

test("minutes and hours are elapsed time, days keep the clock when it is changed", () => {
  // Oslo's clocks go from 02:00 to 03:00 on 29 March.
  expect(moment(before(24, "hours"), "2026-03-29T10:00Z")).toBe("2026-03-28T10:00Z");
  expect(moment(before(1, "days"), "2026-03-29T10:00Z")).toBe("2026-03-28T11:00Z");
  expect(moment(after(1, "days"), "2026-03-28T11:00Z")).toBe("2026-03-29T10:00Z");
  expect(moment(before(90, "minutes"), "2026-03-29T01:30Z")).toBe("2026-03-29T00:00Z");
  expect(moment(after(-30, "minutes"), "2026-03-29T01:30Z")).toBe("2026-03-29T01:00Z");
  // 02:30 is skipped: as long after the jump. It comes twice on 25 October: the first time.
  expect(moment(before(1, "days"), "2026-03-30T00:30Z")).toBe("2026-03-29T01:30Z");
  expect(moment(before(1, "days"), "2026-10-26T01:30Z")).toBe("2026-10-25T00:30Z");
  // No day away from the second 02:30 is the second.
  expect(moment(before(0, "days"), "2026-10-25T01:30Z")).toBe("2026-10-25T01:30Z");
});

test("a time of day counts in the booking's zone, from the date of the start or of the end", () => {
  expect(moment(before(1, "days", "18:00"), "2026-12-04T13:00Z")).toBe("2026-12-03T17:00Z");
  expect(moment(before(1, "days", "18:00"), "2026-12-04T13:00Z", "America/New_York")).toBe("2026-12-03T23:00Z");
  // 00:30 on 5 December in Oslo.
  expect(moment(before(1, "days", "18:00"), "2026-12-04T23:30Z")).toBe("2026-12-04T17:00Z");
  expect(moment(before(0, "days", "08:00"), "2026-12-04T13:00Z")).toBe("2026-12-04T07:00Z");
  expect(moment(after(2, "days", "10:00"), "2026-12-04T23:30Z")).toBe("2026-12-07T09:00Z");
  expect(moment(after(-1, "days", "10:00"), "2026-12-04T13:00Z")).toBe("2026-12-03T09:00Z");
});

test("only the anchor of the trigger counts", () => {
  const booking = { start: new Date("2026-06-10T08:00Z"), end: new Date("2026-06-10T09:00Z"), time_zone: "UTC" };
  expect(momentOf(before(1, "hours"), booking, null)).toEqual(new Date("2026-06-10T07:00Z"));
  expect(momentOf(after(1, "hours"), booking, null)).toEqual(new Date("2026-06-10T10:00Z"));
});

test("a reminder of the night goes at the end of the hours before it, a thank-you at the next beginning", () => {
  const at = (timing: Timing, anchor: string, hours = daytime) => moment(timing, anchor, "Europe/Oslo", hours);
  expect(at(before(2, "hours"), "2026-12-04T07:00Z")).toBe("2026-12-03T20:00Z");
  expect(at(before(2, "hours"), "2026-12-04T22:30Z")).toBe("2026-12-04T20:00Z");
  expect(at(before(2, "hours"), "2026-12-04T22:00Z")).toBe("2026-12-04T20:00Z");
  expect(at(before(2, "hours"), "2026-12-04T09:00Z")).toBe("2026-12-04T07:00Z");
  expect(at(after(1, "hours"), "2026-12-04T20:30Z")).toBe("2026-12-05T07:00Z");
  expect(at(after(-1, "hours"), "2026-12-04T05:00Z")).toBe("2026-12-04T07:00Z");
  // From 20:00 to 02:00, and all day.
  const night = { from: "20:00", to: "02:00" };
  expect(at(before(0, "minutes"), "2026-12-04T11:00Z", night)).toBe("2026-12-04T01:00Z");
  expect(at(after(0, "minutes"), "2026-12-04T11:00Z", night)).toBe("2026-12-04T19:00Z");
  expect(at(before(0, "minutes"), "2026-12-04T22:00Z", night)).toBe("2026-12-04T22:00Z");
  expect(at(before(0, "minutes"), "2026-12-04T02:00Z", { from: "09:00", to: "09:00" })).toBe("2026-12-04T02:00Z");
});

/** Zones and the instants at which their clocks are changed: by an hour, half an hour, two hours, a day, at midnight. */
const changes = [
  ["Europe/Oslo", "2026-03-29T01:00Z"],
  ["Europe/Oslo", "2026-10-25T01:00Z"],
  ["America/New_York", "2026-11-01T06:00Z"],
  ["Australia/Lord_Howe", "2026-04-04T15:00Z"],
  ["Australia/Lord_Howe", "2026-10-03T15:30Z"],
  ["Antarctica/Troll", "2026-03-29T01:00Z"],
  ["America/Havana", "2026-11-01T05:00Z"],
  ["America/Nuuk", "2026-10-25T01:00Z"],
  ["America/Santiago", "2026-09-06T04:00Z"],
  ["America/Santiago", "2026-04-05T03:00Z"],
  ["America/St_Johns", "2010-11-07T02:31Z"],
  ["Africa/Casablanca", "2026-02-15T02:00Z"],
  ["Pacific/Apia", "2011-12-30T10:00Z"],
  ["Asia/Kathmandu", "2026-06-10T12:00Z"],
] as const;

const clock = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 0, 1, 30, 59))
  .map((parts) => parts.map((part) => String(part).padStart(2, "0")).join(":"));
const hoursOrNone = fc.option(fc.oneof(fc.constant(daytime), fc.record({ from: clock, to: clock })), { nil: null });
const timings: fc.Arbitrary<Timing> = fc
  .record({
    trigger: fc.constantFrom("before_start", "after_end"),
    unit: fc.constantFrom("minutes", "hours", "days", "days"),
    count: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 366 })),
    isNegative: fc.boolean(),
    at: fc.option(clock, { nil: null }),
  })
  .map(({ trigger, unit, count, isNegative, at }) => ({
    trigger,
    unit,
    count: isNegative && trigger === "after_end" ? -count : count,
    at: unit === "days" ? at : null,
  }));
/** An instant within two days of one, often on the half-hour. */
const near = (instant: number) =>
  fc
    .oneof(
      fc.integer({ min: -96, max: 96 }).map((halves) => halves * 30 * minute),
      fc.integer({ min: -2 * day, max: 2 * day }),
    )
    .map((away) => instant + away);

const within = (at: number, from: number, until: number) => from < at && at <= until;

test("property: a booking is in a range exactly if its moment is due, wherever and whenever clocks are changed", () => {
  const cases = fc.constantFrom(...changes).chain(([zone, change]) =>
    fc.record({
      zone: fc.constant(zone),
      timing: timings,
      hours: hoursOrNone,
      // The anchor or its moment is near the change.
      anchor: near(Date.parse(change)),
      isAwayByItsOffset: fc.boolean(),
      fromAway: fc.oneof(fc.constantFrom(0, -1, 1), fc.integer({ min: -2 * day, max: day })),
      length: fc.oneof(fc.constantFrom(1, 1000, day), fc.integer({ min: 1, max: 4 * day })),
      others: fc.array(fc.integer({ min: -2 * day, max: 2 * day }), { maxLength: 5 }),
    }),
  );
  fc.assert(
    fc.property(cases, ({ zone, timing, hours, anchor, isAwayByItsOffset, fromAway, length, others }) => {
      const dueAt = (at: number) =>
        momentOf(timing, { start: new Date(at), end: new Date(at), time_zone: zone }, hours).getTime();
      const first = isAwayByItsOffset ? anchor - (dueAt(anchor) - anchor) : anchor;
      const from = dueAt(first) - 1 + fromAway;
      const until = from + length;
      const ranges = rangesDue(timing, zone, hours, new Date(from), new Date(until));
      const edges = ranges.flatMap((range) => [range.after.getTime(), range.until.getTime()]);
      for (const at of [first, ...others.map((away) => first + away), ...edges, ...edges.map((edge) => edge + 1)])
        expect(ranges.some((range) => within(at, range.after.getTime(), range.until.getTime()))).toBe(
          within(dueAt(at), from, until),
        );
      for (const [i, range] of ranges.entries()) {
        expect(range.after < range.until).toBe(true);
        if (i > 0) expect(range.after > (ranges[i - 1]?.until as Date)).toBe(true);
      }
    }),
    { numRuns: runs(3_000, 300_000) },
  );
});

test("property: each stretch of time follows the one before it, and no booking is in two of them", () => {
  const cases = fc.constantFrom(...changes).chain(([zone, change]) =>
    fc.record({
      zone: fc.constant(zone),
      timing: timings,
      hours: hoursOrNone,
      from: near(Date.parse(change)),
      lengths: fc.array(fc.integer({ min: 1, max: 12 * 60 * minute }), { minLength: 2, maxLength: 6 }),
    }),
  );
  const whole = (ranges: { after: Date; until: Date }[]) =>
    ranges.reduce((sum, range) => sum + range.until.getTime() - range.after.getTime(), 0);
  fc.assert(
    fc.property(cases, ({ zone, timing, hours, from, lengths }) => {
      const due = (a: number, b: number) => rangesDue(timing, zone, hours, new Date(a), new Date(b));
      let at = from;
      let sum = 0;
      for (const length of lengths) sum += whole(due(at, (at += length)));
      expect(sum).toBe(whole(due(from, at)));
    }),
    { numRuns: runs(1_000, 100_000) },
  );
});

test("nothing is looked for at another time of day, and one range after a long downtime", () => {
  const due = (timing: Timing, from: string, until: string, hours: AllowedHours | null = null) =>
    rangesDue(timing, "Europe/Oslo", hours, new Date(from), new Date(until)).map((range) => [
      range.after.toISOString(),
      range.until.toISOString(),
    ]);
  const evening = before(1, "days", "18:00");
  expect(due(evening, "2026-12-03T17:00:00Z", "2026-12-03T17:00:01Z")).toEqual([]);
  expect(due(evening, "2026-12-03T16:59:59Z", "2026-12-03T17:00:00Z")).toEqual([
    ["2026-12-03T22:59:59.999Z", "2026-12-04T22:59:59.999Z"],
  ]);
  expect(due(evening, "2026-10-01T17:00:00Z", "2026-12-01T16:59:59Z")).toEqual([
    ["2026-10-02T21:59:59.999Z", "2026-12-01T22:59:59.999Z"],
  ]);
  expect(due(before(2, "hours"), "2026-12-03T23:00:00Z", "2026-12-03T23:00:01Z", daytime)).toEqual([]);
  // At 21:00 all of the night's.
  expect(due(before(2, "hours"), "2026-12-03T19:59:59Z", "2026-12-03T20:00:00Z", daytime)).toEqual([
    ["2026-12-03T21:59:59.000Z", "2026-12-04T08:59:59.999Z"],
  ]);
  expect(due(after(1, "hours"), "2026-12-04T06:59:59Z", "2026-12-04T07:00:00Z", daytime)).toEqual([
    ["2026-12-03T19:00:00.000Z", "2026-12-04T06:00:00.000Z"],
  ]);
  expect(due(before(1, "hours"), "2026-12-03T12:00:00Z", "2026-12-03T12:00:00Z")).toEqual([]);
});

test("property: an allowed moment stays, another is moved as little as possible, a reminder never to a later time", () => {
  const cases = fc.constantFrom(...changes).chain(([zone, change]) =>
    fc.record({
      zone: fc.constant(zone),
      hours: fc.record({ from: clock, to: clock }),
      planned: near(Date.parse(change)),
      trigger: fc.constantFrom("before_start" as const, "after_end" as const),
      part: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    }),
  );
  fc.assert(
    fc.property(cases, ({ zone, hours, planned, trigger, part }) => {
      const isAllowed = (at: number) => {
        const shown = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainTime();
        const [from, to] = [hours.from, hours.to].map((time) => Temporal.PlainTime.compare(shown, time));
        if (hours.from === hours.to) return true;
        const [isAfter, isBefore] = [(from as number) >= 0, (to as number) <= 0];
        return hours.from < hours.to ? isAfter && isBefore : isAfter || isBefore;
      };
      const instant = new Date(planned);
      const timing: Timing = { trigger, unit: "minutes", count: 0, at: null };
      const moved = momentOf(timing, { start: instant, end: instant, time_zone: zone }, hours).getTime();
      expect(isAllowed(moved)).toBe(true);
      if (isAllowed(planned)) expect(moved).toBe(planned);
      else expect(trigger === "before_start" ? moved < planned : moved > planned).toBe(true);
      const between = Math.round(moved + (planned - moved) * part);
      if (between !== moved) expect(isAllowed(between)).toBe(false);
    }),
    { numRuns: runs(2_000, 200_000) },
  );
});

test("a late reminder goes for a third of the time that is left, at most half a day, at least five minutes, never after the start", () => {
  const start = new Date("2026-12-04T13:00Z");
  const booking = { start, end: new Date("2026-12-04T14:00Z") };
  /** Minutes before the start. */
  const last = (due: number, lateness: number | null = null) =>
    (start.getTime() -
      lastSensibleMoment(before(0, "minutes"), new Date(start.getTime() - due * minute), booking, lateness).getTime()) /
    minute;
  expect(last(60)).toBe(40);
  expect(last(24 * 60)).toBe(16 * 60);
  expect(last(14 * 24 * 60)).toBe((14 * 24 - 12) * 60);
  expect(last(9)).toBe(4);
  expect(last(3)).toBe(0);
  expect(last(0)).toBe(-1);
  expect(last(60, 2)).toBe(58);
  expect(last(60, 0)).toBe(59);
  expect(last(60, 90)).toBe(0);
  // Planned for the evening, and the booking was in the morning.
  expect(last(-60)).toBe(0);
  expect(last(-60, 600)).toBe(0);
});

test("what follows an end goes for two days, or as long as the workflow says", () => {
  const booking = { start: new Date("2026-12-04T13:00Z"), end: new Date("2026-12-04T14:00Z") };
  const late = (timing: Timing, lateness: number | null) => {
    const due = momentOf(timing, { ...booking, time_zone: "UTC" }, null);
    return (lastSensibleMoment(timing, due, booking, lateness).getTime() - due.getTime()) / minute;
  };
  expect(late(after(2, "hours"), null)).toBe(2 * 24 * 60);
  expect(late(after(-10, "minutes"), null)).toBe(2 * 24 * 60);
  expect(late(after(2, "hours"), 30)).toBe(30);
  expect(late(after(2, "hours"), 0)).toBe(1);
});

test("a timing is from none to a year, whole, and before the end only by a negative figure", () => {
  for (const right of [
    before(0, "minutes"),
    before(366, "days", "00:00"),
    before(8784, "hours"),
    after(-527_040, "minutes"),
    after(-1, "days", "23:59"),
  ])
    expect(timingProblem(right), JSON.stringify(right)).toBeNull();
  for (const [wrong, field] of [
    [before(-1, "minutes"), "count"],
    [before(1.5, "hours"), "count"],
    [before(Number.NaN, "hours"), "count"],
    [before(367, "days"), "count"],
    [before(527_041, "minutes"), "count"],
    [after(-8785, "hours"), "count"],
    [before(1, "hours", "18:00"), "at"],
    [before(1, "days", "24:00"), "at"],
    [before(1, "days", "6:00"), "at"],
    [before(1, "days", ""), "at"],
  ] as const)
    expect(timingProblem(wrong)?.field, JSON.stringify(wrong)).toBe(field);
  expect(timingProblem(before(400, "days"))?.message).toBe("400 days is not a whole number from 0 to 366.");
});
