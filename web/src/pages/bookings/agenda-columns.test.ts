import { expect, test } from "vitest";
import type { Booking } from "../../../../contract/bookings.ts";
import { columnsOf, datesOf } from "./agenda-columns.ts";

const zone = "Europe/Oslo";
const booking = (id: string, start: string, end: string, resources: string[] = []) =>
  ({ id, start, end, resources: resources.map((name) => ({ id: name, name })), location: null }) as unknown as Booking;

test.each([
  [1, "2026-11-30", "2026-12-06"],
  [0, "2026-11-29", "2026-12-05"],
  [6, "2026-11-28", "2026-12-04"],
])("a week that begins on day %i is from %s to %s", (firstDay, first, last) => {
  const dates = datesOf("week", "2026-12-02", firstDay);
  expect([dates[0], dates.at(-1), dates.length]).toEqual([first, last, 7]);
  for (const date of dates) expect(datesOf("week", date, firstDay)).toEqual(dates);
  expect(datesOf("day", "2026-12-02", firstDay)).toEqual(["2026-12-02"]);
});

test("a booking over midnight is in both days, with what it takes of each", () => {
  const night = booking("night", "2026-12-01T22:00:00Z", "2026-12-02T01:00:00Z");
  const noon = booking("noon", "2026-12-02T11:00:00Z", "2026-12-02T12:00:00Z");
  const columns = columnsOf(["2026-12-01", "2026-12-02"], [night, noon], zone, null);
  expect(columns.map(({ bookings, extents }) => [bookings.map(({ id }) => id), extents])).toEqual([
    [["night"], [{ from: 1380, to: 1440 }]],
    [
      ["night", "noon"],
      [
        { from: 0, to: 120 },
        { from: 720, to: 780 },
      ],
    ],
  ]);
});

test("a day of resources shows each booking under all of its resources, archived ones too, and under none", () => {
  const both = booking("both", "2026-12-01T09:00:00Z", "2026-12-01T10:00:00Z", ["Anne", "Archived"]);
  const alone = booking("alone", "2026-12-01T11:00:00Z", "2026-12-01T12:00:00Z");
  const all = ["Anne", "Bo"].map((name) => ({ id: name, name }));
  const columns = columnsOf(["2026-12-01"], [both, alone], zone, { kind: "resource", all });
  expect(columns.map(({ key, bookings }) => [key, bookings.map(({ id }) => id)])).toEqual([
    ["Anne", ["both"]],
    ["Bo", []],
    ["Archived", ["both"]],
    ["none", ["alone"]],
  ]);
});
