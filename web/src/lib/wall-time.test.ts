import fc from "fast-check";
import { expect, test } from "vitest";
import { runs } from "../../../testing/runs.ts";
import { readWallTime, wallTimeAt, zoneInWords } from "./wall-time.ts";

test.each([
  ["2026-12-24T10:00", "Europe/Oslo", "once", "2026-12-24T09:00:00.000Z", "2026-12-24T10:00"],
  ["2027-03-28T02:30", "Europe/Oslo", "skipped", "2027-03-28T01:30:00.000Z", "2027-03-28T03:30"],
  ["2026-10-25T02:30", "Europe/Oslo", "twice", "2026-10-25T00:30:00.000Z", "2026-10-25T02:30"],
  // Half an hour of summer time.
  ["2026-10-04T02:15", "Australia/Lord_Howe", "skipped", "2026-10-03T15:45:00.000Z", "2026-10-04T02:45"],
  ["2026-04-05T01:45", "Australia/Lord_Howe", "twice", "2026-04-04T14:45:00.000Z", "2026-04-05T01:45"],
])("%s in %s is there %s", (text, zone, kind, instant, shown) => {
  expect(readWallTime(text, zone)).toEqual({ instant: new Date(instant), kind, shown });
});

test.each(["", "2026-02-30T10:00", "2026-12-24", "2026-12-24T25:00", "2026-12-24T10:00Z", "24.12.2026 10:00"])(
  "%j is no wall time",
  (text) => {
    expect(readWallTime(text, "Europe/Oslo")).toBeNull();
  },
);

const zones = ["Europe/Oslo", "Australia/Lord_Howe", "America/New_York", "Asia/Kolkata", "Africa/Casablanca", "UTC"];

test("property: it is the moment that Temporal, and so the server, has for it", () => {
  const minutes = fc.integer({ min: Date.UTC(2024, 0) / 60_000, max: Date.UTC(2031, 0) / 60_000 });
  fc.assert(
    fc.property(minutes, fc.constantFrom(...zones), (minute, zone) => {
      const text = new Date(minute * 60_000).toISOString().slice(0, 16);
      const zoned = Temporal.PlainDateTime.from(text).toZonedDateTime(zone, { disambiguation: "compatible" });
      const later = Temporal.PlainDateTime.from(text).toZonedDateTime(zone, { disambiguation: "later" });
      const read = readWallTime(text, zone);
      expect(read?.instant.getTime()).toBe(zoned.epochMilliseconds);
      expect(read?.shown).toBe(zoned.toPlainDateTime().toString().slice(0, 16));
      const isShown = read?.shown === text;
      const kind = !isShown ? "skipped" : later.epochMilliseconds === zoned.epochMilliseconds ? "once" : "twice";
      expect(read?.kind).toBe(kind);
      expect(wallTimeAt(new Date(zoned.epochMilliseconds), zone)).toBe(read?.shown);
    }),
    { numRuns: runs(500, 50_000) },
  );
});

const july = new Date("2026-07-01T10:00:00Z");

test("a zone is named in words, with its city", () => {
  expect(zoneInWords("Europe/Oslo", "en", july)).toBe("Central European Time (Oslo)");
  expect(zoneInWords("Europe/Oslo", "nb", july)).toBe("sentraleuropeisk tid (Oslo)");
});
