import fc from "fast-check";
import { expect, test } from "vitest";
import { runs } from "../testing/runs.ts";
import { nextOpen, type QuietHoursRule } from "./quiet-hours.ts";

const rule = (change: Partial<QuietHoursRule> = {}): QuietHoursRule => ({
  country: "NO",
  class: "marketing",
  from: "09:00",
  to: "20:00",
  sundays: true,
  holidays: true,
  source: null,
  source_date: null,
  ...change,
});
const next = (zone: string, at: string, change: Partial<QuietHoursRule> = {}) => {
  const found = nextOpen([{ rule: rule(change), zone }], Date.parse(at));
  return found === null ? null : new Date(found).toISOString();
};

test("within its hours a text may leave at once, before and after them in the morning", () => {
  expect(next("Europe/Oslo", "2026-06-10T07:00:00Z")).toBe("2026-06-10T07:00:00.000Z");
  expect(next("Europe/Oslo", "2026-06-10T06:59:59Z")).toBe("2026-06-10T07:00:00.000Z");
  expect(next("Europe/Oslo", "2026-06-10T17:59:59.999Z")).toBe("2026-06-10T17:59:59.999Z");
  expect(next("Europe/Oslo", "2026-06-10T18:00:00Z")).toBe("2026-06-11T07:00:00.000Z");
});

test("without Sundays and holidays a text waits for the next working day", () => {
  const strict = { sundays: false, holidays: false };
  // Saturday evening.
  expect(next("Europe/Oslo", "2026-06-13T19:00:00Z", strict)).toBe("2026-06-15T07:00:00.000Z");
  // The evening before Maundy Thursday 2026: Thursday and Friday are holidays, Saturday is open.
  expect(next("Europe/Oslo", "2026-04-01T19:00:00Z", strict)).toBe("2026-04-04T07:00:00.000Z");
  // Easter Sunday and Monday.
  expect(next("Europe/Oslo", "2026-04-05T10:00:00Z", strict)).toBe("2026-04-07T07:00:00.000Z");
});

test("hours past midnight wrap, and the same time twice is all day", () => {
  const night = { from: "20:00", to: "06:00" };
  expect(next("UTC", "2026-06-10T05:59:00Z", night)).toBe("2026-06-10T05:59:00.000Z");
  expect(next("UTC", "2026-06-10T06:00:00Z", night)).toBe("2026-06-10T20:00:00.000Z");
  expect(next("UTC", "2026-06-10T23:00:00Z", night)).toBe("2026-06-10T23:00:00.000Z");
  expect(next("UTC", "2026-06-10T03:33:00Z", { from: "09:00", to: "09:00" })).toBe("2026-06-10T03:33:00.000Z");
  expect(next("UTC", "2026-06-10T03:33:00Z", { from: "00:00", to: "24:00" })).toBe("2026-06-10T03:33:00.000Z");
});

test("hours that begin in a skipped hour begin after it, in Oslo and by half an hour on Lord Howe Island", () => {
  // 29 March 2026: 02:00 becomes 03:00.
  expect(next("Europe/Oslo", "2026-03-29T00:30:00Z", { from: "02:30", to: "08:00" })).toBe("2026-03-29T01:00:00.000Z");
  // Hours that would end within it end with it.
  expect(next("Europe/Oslo", "2026-03-29T00:59:00Z", { from: "00:00", to: "02:30" })).toBe("2026-03-29T00:59:00.000Z");
  expect(next("Europe/Oslo", "2026-03-29T01:00:00Z", { from: "00:00", to: "02:30" })).toBe("2026-03-29T22:00:00.000Z");
  // 4 October 2026: 02:00 becomes 02:30, at 15:30 UTC of the day before.
  expect(next("Australia/Lord_Howe", "2026-10-03T15:00:00Z", { from: "02:15", to: "08:00" })).toBe(
    "2026-10-03T15:30:00.000Z",
  );
});

test("in a doubled hour the hours hold both times", () => {
  // 25 October 2026: 03:00 becomes 02:00; 02:30 is at 00:30 and 01:30 UTC.
  const early = { from: "02:30", to: "08:00" };
  expect(next("Europe/Oslo", "2026-10-25T00:00:00Z", early)).toBe("2026-10-25T00:30:00.000Z");
  expect(next("Europe/Oslo", "2026-10-25T01:00:00Z", early)).toBe("2026-10-25T01:30:00.000Z");
});

test("several rules and zones must all be open; where they never are, there is no instant", () => {
  const [oslo, newYork] = [
    { rule: rule(), zone: "Europe/Oslo" },
    { rule: rule(), zone: "America/New_York" },
  ];
  const at = Date.parse("2026-06-10T07:00:00Z");
  expect(new Date(nextOpen([oslo, newYork], at) ?? 0).toISOString()).toBe("2026-06-10T13:00:00.000Z");
  const night = { rule: rule({ from: "21:00", to: "08:00" }), zone: "Europe/Oslo" };
  expect(nextOpen([oslo, night], at)).toBeNull();
  expect(nextOpen([], at)).toBe(at);
});

const zones = ["UTC", "Europe/Oslo", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"];
const time = fc.integer({ min: 0, max: 95 }).map((n) => {
  const minutes = n * 15;
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
});
const anyRule = fc
  .record({
    country: fc.constantFrom("NO", "GB", "US-FL", "XX"),
    from: time,
    to: time,
    sundays: fc.boolean(),
    holidays: fc.boolean(),
  })
  .map(rule);
const zonedRule = fc.record({ rule: anyRule, zone: fc.constantFrom(...zones) });
// Around the changes of clocks, and any time.
const instant = fc.oneof(
  fc
    .constantFrom("2026-03-29", "2026-10-25", "2026-03-08", "2026-11-01", "2026-04-05", "2026-10-04")
    .chain((date) => fc.integer({ min: -24 * 60, max: 48 * 60 }).map((minutes) => Date.parse(date) + minutes * 60_000)),
  fc
    .integer({ min: Date.parse("2020-01-01"), max: Date.parse("2040-01-01") })
    .map((at) => Math.floor(at / 60_000) * 60_000),
);

const horizon = 14 * 86_400_000;

/** By the calendar, independent of the arithmetic that is tested. */
function isOpen({ rule: { from, to, sundays }, zone }: { rule: QuietHoursRule; zone: string }, at: number) {
  const clock = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  if (!sundays && clock.dayOfWeek === 7) return false;
  const now = clock.toPlainTime().toString().slice(0, 5);
  if (from === to) return true;
  return from < to ? from <= now && now < to : now >= from || now < to;
}

test("the answer is open in all zones, and no minute before it is", () => {
  const withoutHolidays = fc
    .array(zonedRule, { minLength: 1, maxLength: 3 })
    .map((rules) => rules.map((each) => ({ ...each, rule: { ...each.rule, holidays: true } })));
  fc.assert(
    fc.property(withoutHolidays, instant, (rules, at) => {
      const found = nextOpen(rules, at);
      let minute = at;
      while (minute < at + horizon && !rules.every((each) => isOpen(each, minute))) minute += 60_000;
      expect(found).toBe(minute < at + horizon ? minute : null);
    }),
    { numRuns: runs(40, 5_000) },
  );
});

test("more rules never make a text leave earlier, and the answer of the answer is itself", () => {
  fc.assert(
    fc.property(fc.array(zonedRule, { maxLength: 3 }), zonedRule, instant, (rules, more, at) => {
      const all = [...rules, more];
      const found = nextOpen(all, at) ?? Number.POSITIVE_INFINITY;
      expect(found).toBeGreaterThanOrEqual(nextOpen(rules, at) ?? Number.POSITIVE_INFINITY);
      if (Number.isFinite(found)) expect(nextOpen(all, found)).toBe(found);
    }),
    { numRuns: runs(200, 20_000) },
  );
});
