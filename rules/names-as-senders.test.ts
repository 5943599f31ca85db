import { type CountryCode, getCountries, getExampleNumber } from "libphonenumber-js/max";
import examples from "libphonenumber-js/mobile/examples";
import { expect, test } from "vitest";
import { beyondNames } from "./names-as-senders.ts";

/** Twilio's table, April 2026, and two of the United States' territories. */
const withoutNames = "BE BS CA CL CN CO CR DO EC GF GU HU IR KR KY MP MY NR NZ PA PR PY SY TW US UY VI ZA".split(" ");

test("exactly the countries of the table refuse names, also where they share a calling code with others", () => {
  const beyond = getCountries().filter((country) =>
    beyondNames.test(getExampleNumber(country as CountryCode, examples)?.number ?? ""),
  );
  expect(beyond.sort()).toEqual(withoutNames);
});

test.each(["+18095550100", "+18295550100", "+18495550100", "+17875550100", "+19395550100", "+12425550100"])(
  "%s is in one of them by any of its area codes",
  (number) => expect(beyondNames.test(number)).toBe(true),
);
