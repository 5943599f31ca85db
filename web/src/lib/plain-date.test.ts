import fc from "fast-check";
import { expect, test } from "vitest";
import { runs } from "../../../testing/runs.ts";
import { addDays, daysBetween, isPlainDate, weekStartOf } from "./plain-date.ts";

test.each(["2026-12-24", "2028-02-29"])("%s is a date", (text) => expect(isPlainDate(text)).toBe(true));
test.each(["", "2026-02-29", "2026-13-01", "24.12.2026", "2026-12-24T10:00", "+002026-12-24"])(
  "%j is no date",
  (text) => expect(isPlainDate(text)).toBe(false),
);

const dates = fc
  .integer({ min: Date.UTC(1990, 0) / 86_400_000, max: Date.UTC(2100, 0) / 86_400_000 })
  .map((days) => new Date(days * 86_400_000).toISOString().slice(0, 10));

test("property: dates are added, compared and put into weeks as Temporal does it", () => {
  fc.assert(
    fc.property(dates, fc.integer({ min: -800, max: 800 }), (date, days) => {
      const plain = Temporal.PlainDate.from(date);
      const later = plain.add({ days });
      expect(addDays(date, days)).toBe(later.toString());
      expect(daysBetween(date, later.toString())).toBe(days);
      expect(weekStartOf(date, 1)).toBe(plain.subtract({ days: plain.dayOfWeek - 1 }).toString());
      expect(weekStartOf(date, 0)).toBe(plain.subtract({ days: plain.dayOfWeek % 7 }).toString());
      expect(weekStartOf(date, 6)).toBe(plain.subtract({ days: (plain.dayOfWeek + 1) % 7 }).toString());
    }),
    { numRuns: runs(300, 20_000) },
  );
});
