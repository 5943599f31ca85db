import { describe, expect, test } from "vitest";
import { dateOrderOf, looksLikeMoment, readDuration, readMoment, readTime, readTimes } from "./booking-cells.ts";

const moment = (cell: string, country = "NO") => {
  const read = readMoment(cell, dateOrderOf(country));
  return "code" in read ? read.code : "instant" in read ? read.instant : `${read.date} ${read.time ?? "–"}`;
};

describe("a moment", () => {
  test.each([
    ["2026-12-04 14:00", "2026-12-04 14:00"],
    ["2026-12-04T14:00", "2026-12-04 14:00"],
    ["2026-12-04T14:00:30", "2026-12-04 14:00:30"],
    ["2026-12-04 14.00", "2026-12-04 14:00"],
    ["20261204T1400", "2026-12-04 14:00"],
    ["04.12.2026 14:00", "2026-12-04 14:00"],
    ["4.12.26 kl. 9", "2026-12-04 09:00"],
    ["4/12-2026", "2026-12-04 –"],
    ["4/12-2026 14.30", "2026-12-04 14:30"],
    ["fre. 4. des. 2026 kl 14", "2026-12-04 14:00"],
    ["4. desember 2026, 14:00", "2026-12-04 14:00"],
    ["fredag den 4. maj 2026 klokken 14:00", "2026-05-04 14:00"],
    ["4-Dec-2026 2:00 PM", "2026-12-04 14:00"],
    ["Fri, December 4th, 2026 at 12:15 am", "2026-12-04 00:15"],
    ["46360.5833333333", "2026-12-04 14:00"],
    ["46360,375", "2026-12-04 09:00"],
    ["46360", "2026-12-04 –"],
    ["2026-12-04\u00a014:00", "2026-12-04 14:00"],
  ])("is read of %s", (cell, read) => expect(moment(cell)).toBe(read));

  test.each([
    ["2026-12-04T14:00:00+01:00", "2026-12-04T14:00:00+01:00"],
    ["2026-12-04 13:00Z", "2026-12-04T13:00Z"],
  ])("with its offset is an instant: %s", (cell, read) => expect(moment(cell)).toBe(read));

  test.each([
    ["04/12/2026", "NO", "2026-12-04 –"],
    ["04/12/2026", "US", "2026-04-12 –"],
    ["04/12/2026", "CA", "ambiguous_date"],
    ["13/12/2026", "CA", "2026-12-13 –"],
    ["12/13/2026", "CA", "2026-12-13 –"],
    ["12/12/2026", "CA", "2026-12-12 –"],
    ["04.12.2026", "US", "2026-12-04 –"],
    ["12/13/2026", "NO", "invalid_date"],
    ["13/12/2026", "US", "invalid_date"],
    ["26-12-04", "SE", "ambiguous_date"],
  ])("%s in %s is %s: day and month are never exchanged to make a date fit", (cell, country, read) =>
    expect(moment(cell, country)).toBe(read),
  );

  test.each(["", "i morgen", "4/12", "31.02.2026", "2026-13-01", "12", "99999", "Ola"])("is not %j", (cell) =>
    expect(moment(cell)).toBe("invalid_date"),
  );
  test.each(["04.12.2026 25:00", "04.12.2026 formiddag", "2026-12-04 14:61"])("has no such time: %s", (cell) =>
    expect(moment(cell)).toBe("invalid_time"),
  );
});

test.each([
  ["14:00", "14:00"],
  ["9", "09:00"],
  ["kl 9.05", "09:05"],
  ["1400", "14:00"],
  ["14h30", "14:30"],
  ["2 pm", "14:00"],
  ["12 a.m.", "00:00"],
  ["0.583333333", "14:00"],
  ["0.5", "12:00"],
])("the time of day %s is %s", (cell, read) => expect(readTime(cell)).toBe(read));

test.each(["24:00", "13 pm", "0.25", "x", "", "1:5"])("%j is no time of day", (cell) =>
  expect(readTime(cell)).toMatchObject({ code: "invalid_time" }),
);

test("a time may say until when", () => {
  expect(readTimes("14:00")).toEqual({ start: "14:00", end: null });
  expect(readTimes("14:00–15:30")).toEqual({ start: "14:00", end: "15:30" });
  expect(readTimes("kl. 14 til 15.30")).toEqual({ start: "14:00", end: "15:30" });
  expect(readTimes("14:00 - x")).toMatchObject({ code: "invalid_time" });
});

test.each([
  ["90", 90],
  ["90 min", 90],
  ["1:30", 90],
  ["01:30:00", 90],
  ["1 t 30 min", 90],
  ["1,5 timer", 90],
  ["1.5 hours", 90],
  ["1 timme och 15 minuter", 75],
  ["2h", 120],
  ["PT1H30M", 90],
  ["0.0625", 90],
])("%s lasts %d minutes", (cell, minutes) => expect(readDuration(cell)).toBe(minutes));

test.each(["1,5", "lang", "", "-30", "PT"])("%j is no duration", (cell) =>
  expect(readDuration(cell)).toMatchObject({ code: "invalid_duration" }),
);

test("numbers of phones, orders and people are no moments", () => {
  for (const cell of ["91234567", "+47 912 34 567", "1042", "ola@example.no", "Ola", "450"])
    expect(looksLikeMoment(cell)).toBe(false);
  for (const cell of ["04.12.2026", "2026-12-04 14:00", "4/12-2026"]) expect(looksLikeMoment(cell)).toBe(true);
});
