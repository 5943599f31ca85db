import { expect, test } from "vitest";
import { countryOptions } from "./countries.ts";
import { firstDayOfWeek } from "./week.ts";

/** Not in TypeScript's library yet. */
interface WithWeek {
  getWeekInfo(): { firstDay: number };
}

test.each([
  ["NO", 1],
  ["GB", 1],
  ["US", 0],
  ["EG", 6],
])("a week in %s begins on day %i", (country, day) => expect(firstDayOfWeek(country)).toBe(day));

test("the table is that of Intl, for every country", () => {
  const byIntl = ({ value }: { value: string }) =>
    (new Intl.Locale(`und-${value}`) as unknown as WithWeek).getWeekInfo().firstDay % 7;
  const countries = countryOptions("en");
  expect(countries.map(({ value }) => [value, firstDayOfWeek(value)])).toEqual(
    countries.map((country) => [country.value, byIntl(country)]),
  );
});
