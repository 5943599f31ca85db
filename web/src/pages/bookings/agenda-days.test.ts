import { expect, test } from "vitest";
import { extentOn, wallOf, wallsOf } from "./agenda-days.ts";

const zone = "Europe/Oslo";

test.each([
  ["an hour", "2026-12-01T13:00:00Z", "2026-12-01T14:00:00Z", { from: 840, to: 900 }],
  ["what is short is drawn half an hour long", "2026-12-01T13:00:00Z", "2026-12-01T13:10:00Z", { from: 840, to: 870 }],
  [
    "late in the evening it stays within the day",
    "2026-12-01T22:50:00Z",
    "2026-12-01T22:59:00Z",
    { from: 1410, to: 1440 },
  ],
  ["over midnight, the first day", "2026-12-01T22:00:00Z", "2026-12-02T01:00:00Z", { from: 1380, to: 1440 }],
  ["from the day before", "2026-11-30T22:00:00Z", "2026-12-01T01:00:00Z", { from: 0, to: 120 }],
  ["that ended at midnight", "2026-11-30T22:00:00Z", "2026-11-30T23:00:00Z", null],
  ["of the next day", "2026-12-01T23:00:00Z", "2026-12-02T00:00:00Z", null],
])("%s", (_name, start, end, extent) => {
  expect(extentOn("2026-12-01", wallsOf({ start, end }, zone))).toEqual(extent);
});

test("a booking over the hour that the clocks show twice ends after its start", () => {
  const booking = { start: "2026-10-25T00:45:00Z", end: "2026-10-25T01:15:00Z" };
  expect(extentOn("2026-10-25", wallsOf(booking, zone))).toEqual({ from: 165, to: 195 });
});

test("a slot is a wall time", () => {
  expect(wallOf("2026-12-01", 570)).toBe("2026-12-01T09:30");
});
