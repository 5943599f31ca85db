import fc from "fast-check";
import { type CountryCode, getCountries, getExampleNumber, parsePhoneNumberFromString } from "libphonenumber-js/max";
import examples from "libphonenumber-js/mobile/examples";
import { expect, test } from "vitest";
import { runs } from "../testing/runs.ts";
import { readMobile } from "./mobile-pattern.ts";
import { parsePhoneNumber } from "./phone-number.ts";

const read = (input: string, country = "NO") => {
  const result = parsePhoneNumber(input, country);
  return "number" in result ? `${result.number} ${result.kind}` : result.code;
};

test("every spelling of a number comes to the same E.164", () => {
  for (const spelling of [
    "40012345",
    "400 12 345",
    "400-12-345",
    "+47 400 12 345",
    "+47 (400) 12.345",
    "0047 40012345",
    "+47 (0) 400 12 345",
    " 4740012345 ",
    "\u202a+47\u00a0400\u201112\u2013345\u202c",
    "＋４７４００１２３４５",
    "+٤٧٤٠٠١٢٣٤٥",
    "\ufefftel:+4740012345",
    "400/12/345",
  ])
    expect(read(spelling), spelling).toBe("+4740012345 mobile");
  expect(read("070-174 06 05", "SE")).toBe("+46701740605 mobile");
  expect(read("+46 (0)70-174 06 05", "NO")).toBe("+46701740605 mobile");
});

test("a number is of the kind its country gives it", () => {
  expect(read("22 33 44 55")).toBe("+4722334455 landline");
  expect(read("820 12 345")).toBe("+4782012345 premium");
  expect(read("800 12 345")).toBe("+4780012345 other");
  expect(read("2090")).toBe("2090 short");
  expect(read("112")).toBe("112 short");
  expect(read("(415) 555-2671", "US")).toBe("+14155552671 mobile");
});

test("a foreign number says so and whose it is", () => {
  expect(parsePhoneNumber("+46 70 174 06 05", "NO")).toMatchObject({ country: "SE", foreign: true });
  expect(parsePhoneNumber("70 174 06 05", "SE")).toMatchObject({ country: "SE", foreign: false });
  expect(parsePhoneNumber("+883510012345678", "NO")).toMatchObject({ country: "001", kind: "other", foreign: true });
  expect(parsePhoneNumber("+4740012345", "XX")).toMatchObject({ country: "NO", foreign: true });
});

test("what is no number is refused with the reason and the value", () => {
  expect(read("")).toBe("empty");
  expect(read(" \u200b ")).toBe("empty");
  for (const words of [
    "abc",
    "1-800-FLOWERS",
    "++4740012345",
    "400 12 345 (Kari)",
    "ola@example.com",
    "4001234O",
    "4+7",
  ])
    expect(read(words), words).toBe("not_a_number");
  for (const extended of ["40012345 ext 4", "40012345x4", "+47 22 33 44 55 ext. 12", "40012345;ext=12", "22334455#12"])
    expect(read(extended), extended).toBe("extension");
  for (const short of ["1", "4001234", "+4759", "123456"]) expect(read(short), short).toMatch(/too_short|not_in_use/);
  for (const long of ["400123456", "580012345678", "+474001234567890123", "1".repeat(5000)])
    expect(read(long), long).toBe("too_long");
  expect(read("+999123456789")).toBe("unknown_country");
  expect(read("40012345", "XX")).toBe("unknown_country");
  expect(read("+47 59 00 00 00")).toBe("not_in_use");
  expect(parsePhoneNumber("4001234", "NO")).toEqual({
    code: "too_short",
    problem: "4001234 has too few digits for a phone number.",
  });
});

test("the short way for mobile numbers answers as the full parse does, in every country", () => {
  const country = fc.constantFrom(...getCountries());
  fc.assert(
    fc.property(
      country,
      country,
      fc.array(fc.nat(9), { maxLength: 6 }),
      fc.constantFrom("+", "0", ""),
      (of, home, digits, lead) => {
        const example = getExampleNumber(of, examples);
        if (!example) return;
        // The last digits at random: mostly a mobile number, now and then something beside the range.
        const national = example.nationalNumber.slice(0, -digits.length || undefined) + digits.join("");
        const dialled = lead === "+" ? `+${example.countryCallingCode}${national}` : lead + national;
        const quick = readMobile(dialled, home);
        if (!quick) return;
        const full = parsePhoneNumberFromString(dialled, { defaultCountry: home as CountryCode, extract: false });
        expect({ number: full?.number, country: full?.country, valid: full?.isValid() }, dialled).toEqual({
          ...quick,
          valid: true,
        });
        expect(["MOBILE", "FIXED_LINE_OR_MOBILE"]).toContain(full?.getType());
      },
    ),
    { numRuns: runs(3_000, 200_000) },
  );
});

test("the short way is taken for the mobile numbers of the Nordic countries", () => {
  for (const [dialled, home] of [
    ["40012345", "NO"],
    ["+4740012345", "SE"],
    ["0701740605", "SE"],
    ["20123456", "DK"],
  ] as const)
    expect(readMobile(dialled, home), dialled).not.toBeNull();
});

test("nothing typed makes it throw", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.constantFrom("NO", "US", "XX", ""),
      (input, country) => {
        const result = parsePhoneNumber(input, country);
        expect("number" in result || result.problem.length > 0).toBe(true);
      },
    ),
    { numRuns: runs(1_000, 100_000) },
  );
});
