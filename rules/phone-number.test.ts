import { describe, expect, test } from "vitest";
import { spellings } from "../testing/number-spellings.ts";
import { parsePhoneNumber } from "./phone-number.ts";

const read = (input: string, country = "NO", use: "mobile" | "phone" = "mobile") => {
  const result = parsePhoneNumber(input, country, use);
  return "number" in result ? `${result.number} ${result.kind}` : result.code;
};

test("every spelling of a number comes to the same E.164", () => {
  for (const spelling of [
    "40012345",
    "400 12 345",
    "400-12-345",
    "+47 400 12 345",
    "+47 (400) 12.345",
    "(+47) 400 12 345",
    "0047 40012345",
    "+0047 40012345",
    "+47 (0) 400 12 345",
    "0047(0)40012345",
    "47 (0) 400 12 345",
    " 4740012345 ",
    "\u202a+47\u00a0400\u201112\u2013345\u202c",
    "\u2068+4740012345\u2069",
    "＋４７４００１２３４５",
    "（＋４７）４００　１２－３４５",
    "+٤٧٤٠٠١٢٣٤٥",
    "𝟜𝟘𝟘𝟙𝟚𝟛𝟜𝟝",
    "\ufefftel:+4740012345",
    "tel:+47-400-12-345",
    "TEL://%2B4740012345",
    "tel:400-12-345;phone-context=+47",
    "tel:+4740012345;isub=12",
    "400/12/345",
    "400\u00ad12\u200b34\u31645",
    "\u2800400\u280012\u2043345",
    "400’12’345",
  ])
    expect(read(spelling), spelling).toBe("+4740012345 mobile");
  expect(read("070-174 06 05", "SE")).toBe("+46701740605 mobile");
  expect(read("+46 (0)70-174 06 05", "NO")).toBe("+46701740605 mobile");
  expect(read("(0)70-174 06 05", "SE")).toBe("+46701740605 mobile");
  expect(read("+44 (0)7912 345678", "NO")).toBe("+447912345678 mobile");
});

test("digits of every script are read by their value", () => {
  let scripts = 0;
  for (const system of Intl.supportedValuesOf("numberingSystem")) {
    const written = new Intl.NumberFormat(`en-u-nu-${system}`, { useGrouping: false }).format(92_345_678);
    if (!/^\p{Nd}{8}$/u.test(written)) continue;
    expect(read(written), `${system}: ${written}`).toBe("+4792345678 mobile");
    scripts++;
  }
  expect(scripts).toBeGreaterThan(60);
});

test("a text that folding would add digits to, or with digits left out, is no number", () => {
  for (const spelling of [
    "9234567²",
    "923 45 678¹",
    "92345678½",
    "①②345678",
    "⒈2345678",
    "4001…45",
    "400 12 3..",
    "0171 12345--",
    "400123··",
    "400 12 ***",
    "400 12 •••",
  ])
    for (const country of ["NO", "DE", "FI"]) expect(read(spelling, country), spelling).toBe("not_a_number");
});

describe("a number that a program took for a figure", () => {
  test.each([
    ["401234567.0", "FI", "+358401234567"],
    ["+358401234568.0", "FI", "+358401234568"],
    ["1701234567.0", "DE", "+491701234567"],
    ["+491701234568.0", "DE", "+491701234568"],
    ["491701234568.0", "DE", "+491701234568"],
    ["401234567.00", "FI", "+358401234567"],
    ["401234567,0", "FI", "+358401234567"],
    ["401234567,00", "FI", "+358401234567"],
    ["4.01234567E8", "FI", "+358401234567"],
    ["4,01234567E+8", "FI", "+358401234567"],
    ["4.01234567e+08", "FI", "+358401234567"],
    ["4.91701234568E+011", "DE", "+491701234568"],
    ["401,234,567", "FI", "+358401234567"],
    ["401,234,567.00", "FI", "+358401234567"],
    ["401.234.567,00", "FI", "+358401234567"],
    ["401\u00a0234\u00a0567", "FI", "+358401234567"],
    ["401\u202f234\u202f567,00", "FI", "+358401234567"],
    ["401’234’567.00", "FI", "+358401234567"],
    ["'0401234567", "FI", "+358401234567"],
    ["’+358401234567", "FI", "+358401234567"],
    ['="0401234567"', "FI", "+358401234567"],
    ['="401234567.0"', "FI", "+358401234567"],
    ["=401234567", "FI", "+358401234567"],
    ['"0401234567"', "FI", "+358401234567"],
  ])("%s in %s is %s", (cell, country, number) => {
    expect(read(cell, country)).toBe(`${number} mobile`);
  });

  test.each([
    "4.01E+08",
    "4,01235E+8",
    "4.0123456E8",
    "4.012345678E8",
    "4E+08",
    "+4.01234567E+8",
    "-4.01234567E+8",
    "0.401234567E9",
    "4.01234567E-8",
    "4.91702E+11",
    "401234567.5",
    "401234567.50",
    "401234567,25",
    "401234567.000",
    "401234567.0000001",
    "+358 40 123 4567.0",
    "040 123 4567.00",
    "401 234 567.0",
  ])("%s is rejected, whatever number it would make", (cell) => {
    for (const country of ["FI", "DE", "AT", "NO", "SE"]) {
      expect(parsePhoneNumber(cell, country, "mobile"), country).toEqual({
        code: "reformatted",
        problem: expect.stringContaining(`"${cell}"`),
      });
    }
  });

  test("dots between groups of digits are no decimal points", () => {
    expect(read("06.12.34.56.00", "FR")).toBe("+33612345600 mobile");
    expect(read("0171.1234567", "DE")).toBe("+491711234567 mobile");
    expect(read("400.12.345")).toBe("+4740012345 mobile");
    expect(read("(415) 555.2600", "US")).toBe("+14155552600 mobile");
  });
});

describe.each(spellings)("a mobile in a workspace of $country", ({ country, taken, ambiguous, reformatted }) => {
  test.each(taken)("%s is %s", (written, number) => {
    expect(read(written, country)).toBe(`${number} mobile`);
  });

  test("digits that can be two numbers are ambiguous", () => {
    for (const [written, readings] of ambiguous)
      expect(parsePhoneNumber(written, country, "mobile"), written).toMatchObject({ code: "ambiguous", readings });
    for (const written of reformatted) expect(read(written, country), written).toBe("reformatted");
  });
});

describe("digits without a +", () => {
  test.each([
    ["4915123456789", "DE", "+4915123456789"],
    ["491701234567", "DE", "+491701234567"],
    ["491512345678", "DE", "+491512345678"],
    ["436601234567", "AT", "+436601234567"],
    ["43660123456", "AT", "+43660123456"],
    ["4366012345678", "AT", "+4366012345678"],
    ["6281234567890", "ID", "+6281234567890"],
    ["628123456789", "ID", "+628123456789"],
    ["358401234567", "FI", "+358401234567"],
    ["35840123456", "FI", "+35840123456"],
    ["393201234567", "IT", "+393201234567"],
    ["919876543210", "IN", "+919876543210"],
    ["4915123456789", "NO", "+4915123456789"],
    ["358401234567", "SE", "+358401234567"],
    ["4740012345", "SE", "+4740012345"],
    ["4740012345", "XX", "+4740012345"],
    ["47 400 12 345", "DE", "+4740012345"],
    ["14155552671", "US", "+14155552671"],
    ["01149 1512 3456789", "US", "+4915123456789"],
  ])("%s in %s is the mobile %s", (input, country, number) => {
    for (const use of ["mobile", "phone"] as const) expect(read(input, country, use)).toBe(`${number} mobile`);
  });

  test.each([
    // A mobile at home, and one of Texas, Arkansas, Norway or Missouri.
    ["15123456789", "DE", ["+4915123456789", "+15123456789"]],
    ["4792123456", "US", ["+14792123456", "+4792123456"]],
    ["15512345678", "MX", ["+525512345678", "+15512345678"]],
    // Two landlines of Germany, one without its trunk prefix and one without its +.
    ["49616657175", "DE", ["+4949616657175", "+49616657175"]],
    // The international prefix 00, or the 001 of Hong Kong.
    ["0014792123456", "HK", ["+4792123456", "+14792123456"]],
  ])("%s in %s is ambiguous: %s", (input, country, readings) => {
    const result = parsePhoneNumber(input, country, "mobile");
    expect(result).toMatchObject({ code: "ambiguous", readings });
    if ("problem" in result) for (const said of [`"${input}"`, ...readings]) expect(result.problem).toContain(said);
  });

  test("a trunk zero, a +, or groups that only one of the two is written in decide", () => {
    expect(read("015123456789", "DE")).toBe("+4915123456789 mobile");
    expect(read("+15123456789", "DE")).toBe("+15123456789 mobile");
    expect(read("1512 3456789", "DE")).toBe("+4915123456789 mobile");
    expect(read("1 512 345 6789", "DE")).toBe("+15123456789 mobile");
    expect(read("(479) 212-3456", "US")).toBe("+14792123456 mobile");
    expect(read("47 921 23 456", "US")).toBe("+4792123456 mobile");
    expect(read("4792 123 456", "US")).toBe("ambiguous");
  });

  test("a landline as it is dialled in the country goes before foreign mobiles", () => {
    // Of Norway, or mobiles of Tokelau and Ascension Island; of Spain, or of Myanmar.
    for (const use of ["mobile", "phone"] as const) {
      expect(read("69074010", "NO", use)).toBe("+4769074010 landline");
      expect(read("24741234", "NO", use)).toBe("+4724741234 landline");
      expect(read("959123456", "ES", use)).toBe("+34959123456 landline");
    }
    // Of Sweden, but without its 0.
    expect(read("0278467344", "SE", "phone")).toBe("+46278467344 landline");
    expect(read("278467344", "SE", "phone")).toBe("ambiguous");
    expect(read("278467344", "SE", "mobile")).toMatch(/ mobile$/);
    expect(read("4915123456789", "DE", "phone")).toBe("+4915123456789 mobile");
  });

  test("a foreign number that is no mobile needs its +", () => {
    expect(read("468123456", "NO", "phone")).toMatch(/^too_/);
    expect(read("+468123456", "NO", "phone")).toBe("+468123456 landline");
    expect(read("00468123456", "NO", "phone")).toBe("+468123456 landline");
    expect(read("4930123456", "DE", "phone")).toBe("+4930123456 landline");
  });

  test("a national number is read as one where no foreign number fits", () => {
    expect(read("701740605", "SE")).toBe("+46701740605 mobile");
    expect(read("2125551234", "US")).toBe("+12125551234 mobile");
    expect(read("22334455", "NO", "phone")).toBe("+4722334455 landline");
    expect(read("06 1234 5678", "IT", "phone")).toBe("+390612345678 landline");
    expect(read("+39 (0)6 1234 5678", "NO", "phone")).toBe("+390612345678 landline");
    expect(read("+39 (0)320 123 4567", "NO")).toBe("+393201234567 mobile");
  });
});

describe("countries that write more before a mobile number than belongs to it", () => {
  test("Mexico's numbers are the same with the prefixes that it abolished", () => {
    for (const spelling of ["+5215512345678", "5215512345678", "+52 1 55 1234 5678", "0052 1 55 1234 5678"])
      for (const country of ["NO", "MX", "US"]) expect(read(spelling, country), spelling).toBe("+525512345678 mobile");
    for (const spelling of ["5512345678", "01 55 1234 5678", "044 55 1234 5678", "045 55 1234 5678", "02 55 1234 5678"])
      expect(read(spelling, "MX"), spelling).toBe("+525512345678 mobile");
    expect(read("+52155123456789")).toBe("too_long");
  });

  test("Argentina's mobiles have a 9 from abroad, and a 15 or nothing nationally", () => {
    for (const spelling of ["+5491123456789", "5491123456789", "+54 11 15 2345 6789", "+54 11 2345 6789"])
      expect(read(spelling), spelling).toBe("+5491123456789 mobile");
    for (const spelling of ["011 15 2345-6789", "11 2345-6789", "9 11 2345 6789"])
      expect(read(spelling, "AR"), spelling).toBe("+5491123456789 mobile");
    expect(read("02966 15 423456", "AR")).toBe("+5492966423456 mobile");
    expect(read("+54 11 2345 6789", "AR", "phone")).toBe("+541123456789 landline");
  });

  test("Brazil's ninth digit is part of the number", () => {
    expect(read("+5511987654321")).toBe("+5511987654321 mobile");
    expect(read("+551187654321")).not.toContain("11987654321");
  });
});

test("no area code is added, except where it is as good as the country's code", () => {
  expect(read("+67282723", "NO")).toBe("too_short");
  expect(read("82723", "NF")).toBe("too_short");
  expect(read("712345", "GG")).toBe("too_short");
  expect(read("+44 7781 712345", "GG")).toBe("+447781712345 mobile");
  expect(read("464 1234", "AG")).toBe("+12684641234 mobile");
});

test("a number is of the kind its country gives it", () => {
  expect(read("22 33 44 55")).toBe("+4722334455 landline");
  expect(read("820 12 345")).toBe("+4782012345 premium");
  expect(read("800 12 345")).toBe("+4780012345 other");
  expect(read("2090")).toBe("2090 short");
  expect(read("112")).toBe("112 short");
  expect(read("(415) 555-2671", "US")).toBe("+14155552671 mobile");
});

test("devices and services of twelve digits are mobiles", () => {
  for (const spelling of ["580012345678", "+47 58 00 12 34 56 78", "4758 0012345678", "580012345678.0"])
    expect(read(spelling, "NO"), spelling).toBe("+47580012345678 mobile");
  expect(read("+47590012345678", "SE")).toBe("+47590012345678 mobile");
  expect(read("+45371234567890", "NO")).toBe("+45371234567890 mobile");
  // Of Norway, or mobiles of Venezuela and Guadeloupe.
  expect(read("584141234567", "NO")).toBe("ambiguous");
  expect(read("584141234567", "SE")).toBe("+584141234567 mobile");
  expect(read("590690123456", "NO")).toBe("ambiguous");
});

test("a foreign number is marked as such, with its country", () => {
  expect(parsePhoneNumber("+46 70 174 06 05", "NO")).toMatchObject({ country: "SE", foreign: true });
  expect(parsePhoneNumber("70 174 06 05", "SE")).toMatchObject({ country: "SE", foreign: false });
  expect(parsePhoneNumber("+883510012345678", "NO")).toMatchObject({ country: "001", kind: "other", foreign: true });
  expect(parsePhoneNumber("+4740012345", "XX")).toMatchObject({ country: "NO", foreign: true });
});

test("a text that is no number is refused with the reason and the value", () => {
  expect(read("")).toBe("empty");
  for (const blank of [" \u200b ", "\u2800", "\u3164", "''", '""', "tel:"])
    expect(read(blank), blank).not.toContain("+");
  expect(read(" \u200b ")).toBe("empty");
  for (const words of [
    "abc",
    "1-800-FLOWERS",
    "++4740012345",
    "400 12 345 (Kari)",
    "ola@example.com",
    "4001234O",
    "4+7",
    "40012345, 92345678",
    "tel:%E0%A4%A",
  ])
    expect(read(words), words).toBe("not_a_number");
  for (const extended of [
    "40012345 ext 4",
    "40012345x4",
    "+47 22 33 44 55 ext. 12",
    "40012345;ext=12",
    "22334455#12",
    "tel:+4722334455;ext=12",
  ])
    expect(read(extended), extended).toBe("extension");
  for (const short of ["1", "4001234", "+4759", "123456"]) expect(read(short), short).toMatch(/too_short|not_in_use/);
  for (const long of ["400123456", "570012345678", "+474001234567890123", "1".repeat(5000)])
    expect(read(long), long).toBe("too_long");
  expect(read("+999123456789")).toBe("unknown_country");
  expect(read("40012345", "XX")).toBe("unknown_country");
  expect(read("+47 59 00 00 00")).toBe("not_in_use");
  expect(parsePhoneNumber("4001234", "NO")).toEqual({
    code: "too_short",
    problem: "4001234 has too few digits for a phone number.",
  });
});
