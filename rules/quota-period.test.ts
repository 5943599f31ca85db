import fc from "fast-check";
import { expect, test } from "vitest";
import { runs } from "../testing/runs.ts";
import { quotaPeriodAt } from "./quota-period.ts";

const period = (at: string, day: number, zone: string, notBefore?: string) => {
  const { start, end } = quotaPeriodAt(new Date(at), day, zone, notBefore ? new Date(notBefore) : undefined);
  return [start.toISOString(), end.toISOString()];
};

test("a period begins at midnight of the renewal day in the workspace's zone", () => {
  expect(period("2026-07-10T12:00:00Z", 1, "Europe/Oslo")).toEqual([
    "2026-06-30T22:00:00.000Z",
    "2026-07-31T22:00:00.000Z",
  ]);
  expect(period("2026-06-30T21:59:59Z", 1, "Europe/Oslo")).toEqual([
    "2026-05-31T22:00:00.000Z",
    "2026-06-30T22:00:00.000Z",
  ]);
  expect(period("2026-06-30T22:00:00Z", 1, "Europe/Oslo")[0]).toBe("2026-06-30T22:00:00.000Z");
});

test("in a month without the renewal day, the period begins on its last day", () => {
  expect(period("2026-02-28T12:00:00Z", 31, "UTC")).toEqual(["2026-02-28T00:00:00.000Z", "2026-03-31T00:00:00.000Z"]);
  expect(period("2028-02-28T12:00:00Z", 30, "UTC")).toEqual(["2028-01-30T00:00:00.000Z", "2028-02-29T00:00:00.000Z"]);
  expect(period("2026-04-30T00:00:00Z", 31, "UTC")).toEqual(["2026-04-30T00:00:00.000Z", "2026-05-31T00:00:00.000Z"]);
});

test("on a day without midnight the period begins at the day's first instant", () => {
  // Lebanon's clocks go from 00:00 to 01:00 on the last Sunday of March.
  expect(period("2026-03-29T12:00:00Z", 29, "Asia/Beirut")[0]).toBe("2026-03-28T22:00:00.000Z");
});

test("a changed renewal day takes effect after the period that was running", () => {
  expect(period("2026-12-03T00:00:00Z", 15, "UTC", "2026-12-01T00:00:00Z")).toEqual([
    "2026-12-01T00:00:00.000Z",
    "2026-12-15T00:00:00.000Z",
  ]);
});

const zone = fc.constantFrom(
  "Europe/Oslo",
  "America/New_York",
  "Asia/Beirut",
  "Pacific/Apia",
  "Australia/Lord_Howe",
  "UTC",
);
const instant = fc.date({ min: new Date("2000-01-01"), max: new Date("2100-01-01"), noInvalidDate: true });

test("every instant is in exactly one period, and periods follow one another without a gap", () => {
  fc.assert(
    fc.property(instant, fc.integer({ min: 1, max: 31 }), zone, (at, day, timeZone) => {
      const { start, end } = quotaPeriodAt(at, day, timeZone);
      expect(start.getTime()).toBeLessThanOrEqual(at.getTime());
      expect(end.getTime()).toBeGreaterThan(at.getTime());
      expect(quotaPeriodAt(end, day, timeZone).start).toEqual(end);
      expect(quotaPeriodAt(new Date(start.getTime() - 1), day, timeZone).end).toEqual(start);
      expect(quotaPeriodAt(start, day, timeZone)).toEqual({ start, end });
    }),
    { numRuns: runs(500, 100_000) },
  );
});
