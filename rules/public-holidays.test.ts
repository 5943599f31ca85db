import { expect, test } from "vitest";
import { dayNumber, easterSunday, isHoliday } from "./public-holidays.ts";

const date = (day: number) => new Date(day * 86_400_000).toISOString().slice(0, 10);
const holidays = (country: string, year: number) =>
  Array.from({ length: 366 }, (_, i) => dayNumber(year, 1, 1) + i)
    .filter((day) => date(day).startsWith(String(year)) && isHoliday(country, day))
    .map((day) => date(day).slice(5));

test("Easter Sunday, as published", () => {
  expect([1961, 2008, 2011, 2019, 2024, 2025, 2026, 2027, 2038, 2049].map((year) => date(easterSunday(year)))).toEqual([
    "1961-04-02",
    "2008-03-23",
    "2011-04-24",
    "2019-04-21",
    "2024-03-31",
    "2025-04-20",
    "2026-04-05",
    "2027-03-28",
    "2038-04-25",
    "2049-04-18",
  ]);
});

test("the holidays of 2026, as published", () => {
  expect(holidays("NO", 2026).join(" ")).toBe(
    "01-01 04-02 04-03 04-05 04-06 05-01 05-14 05-17 05-24 05-25 12-25 12-26",
  );
  expect(holidays("SE", 2026).join(" ")).toBe(
    "01-01 01-06 04-03 04-05 04-06 05-01 05-14 05-24 06-06 06-20 10-31 12-25 12-26",
  );
  expect(holidays("DK", 2026).join(" ")).toBe("01-01 04-02 04-03 04-05 04-06 05-14 05-24 05-25 12-25 12-26");
  expect(holidays("FI", 2026).join(" ")).toBe(
    "01-01 01-06 04-03 04-05 04-06 05-01 05-14 05-24 06-20 10-31 12-06 12-25 12-26",
  );
  expect(holidays("DE", 2026).join(" ")).toBe("01-01 04-03 04-06 05-01 05-14 05-25 10-03 12-25 12-26");
  expect(holidays("FR", 2026).join(" ")).toBe("01-01 04-06 05-01 05-08 05-14 05-25 07-14 08-15 11-01 11-11 12-25");
  // Boxing Day is a Saturday, Independence Day too.
  expect(holidays("GB", 2026).join(" ")).toBe("01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-26 12-28");
  expect(holidays("US", 2026).join(" ")).toBe(
    "01-01 01-19 02-16 05-25 06-19 07-03 07-04 09-07 10-12 11-11 11-26 12-25",
  );
});

test("a holiday on a weekend is kept on another day, even of the year before", () => {
  expect(holidays("GB", 2027)).toEqual(expect.arrayContaining(["12-25", "12-26", "12-27", "12-28"]));
  expect(holidays("GB", 2022)).toContain("12-27");
  expect(holidays("US", 2021)).toContain("12-31");
});

test("countries without a calendar have no holidays", () => {
  expect(isHoliday("XX", dayNumber(2026, 12, 25))).toBe(false);
});
