/** Properties of reading phone numbers, over random numbers of all countries. */
import fc from "fast-check";
import { Metadata } from "libphonenumber-js/core";
import { type CountryCode, getCountries, getExampleNumber, parsePhoneNumberFromString } from "libphonenumber-js/max";
import metadata from "libphonenumber-js/metadata.max.json";
import examples from "libphonenumber-js/mobile/examples";
import { expect, test } from "vitest";
import { runs } from "../testing/runs.ts";
import { quickMobile, readMobile } from "./mobile-pattern.ts";
import { canBeDialled, canHaveCode } from "./number-lengths.ts";
import { readInternational, readNational } from "./phone-number-plan.ts";
import { readSpelling } from "./phone-number-spelling.ts";
import { parsePhoneNumber, readInFull } from "./phone-number.ts";

const country = fc.constantFrom(...getCountries());
const digits = (maxLength: number) => fc.array(fc.nat(9), { maxLength }).map((each) => each.join(""));

/** A mobile number of a country with random last digits: mostly a valid mobile, sometimes not. */
const nearMobile = fc.tuple(country, digits(6)).chain(([of, tail]) => {
  const example = getExampleNumber(of, examples);
  const national = example ? example.nationalNumber.slice(0, -tail.length || undefined) + tail : tail;
  return fc.constant({ of, callingCode: example?.countryCallingCode ?? "", national });
});

test("the fast path for mobile numbers gives the same as the full parse, in every country", () => {
  fc.assert(
    fc.property(nearMobile, country, fc.constantFrom("+", "0", ""), ({ callingCode, national }, home, lead) => {
      const dialled = lead === "+" ? `+${callingCode}${national}` : lead + national;
      const quick = readMobile(dialled, home);
      if (!quick) return;
      const full = parsePhoneNumberFromString(dialled, { defaultCountry: home as CountryCode, extract: false });
      expect({ number: full?.number, country: full?.country, valid: full?.isValid() }, dialled).toEqual({
        ...quick,
        valid: true,
      });
      expect(["MOBILE", "FIXED_LINE_OR_MOBILE"]).toContain(full?.getType());
    }),
    { numRuns: runs(3_000, 200_000) },
  );
});

test("the fast path gives the same as all readings, with and without country code, national and foreign", () => {
  let quick = 0;
  fc.assert(
    fc.property(
      nearMobile,
      fc.option(country),
      fc.constantFrom("+", "00", "0", "code", ""),
      ({ of, callingCode, national }, elsewhere, lead) => {
        const front = { "+": `+${callingCode}`, "00": `00${callingCode}`, "0": "0", code: callingCode, "": "" }[lead];
        const spelling = readSpelling(front + national);
        if ("problem" in spelling) return;
        const home = elsewhere ?? of;
        for (const use of ["mobile", "phone"] as const) {
          const found = quickMobile(spelling, home, use);
          if (!found) continue;
          quick++;
          expect(readInFull(spelling, home, use), `${front}${national} in ${home}`).toEqual({
            ...found,
            kind: "mobile",
            foreign: found.country !== home,
          });
        }
      },
    ),
    { numRuns: runs(3_000, 100_000) },
  );
  expect(quick).toBeGreaterThan(1000);
});

test("the fast path leaves numbers that are dialled without the trunk prefix to the full parse", () => {
  for (const [dialled, home, number] of [
    ["15123456789", "IL", "+97215123456789"], // a mailbox there, a mobile with its country code in North America
  ] as const) {
    expect(parsePhoneNumber(dialled, home, "mobile"), `${dialled} in ${home}`).toMatchObject({ number });
  }
});

test("the check of the number of digits rules out no number", () => {
  let numbers = 0;
  fc.assert(
    fc.property(
      fc.oneof(
        nearMobile.map(({ callingCode, national }) => callingCode + national),
        nearMobile.map(({ national }) => national),
        digits(15),
      ),
      country,
      (all, home) => {
        const abroad = readInternational(all, home);
        if ("number" in abroad && all.length >= 7) {
          numbers++;
          expect(canHaveCode(all, "any"), `+${all}`).toBe(true);
          if (abroad.kind === "mobile") expect(canHaveCode(all, "mobile"), `+${all}`).toBe(true);
        }
        const dialled = readNational(all, home);
        // Read so although nobody dials it so: there is nothing that the other reading does not find.
        if ("number" in dialled && all.length >= 7 && dialled.number === `+${all}`)
          expect(abroad, `+${all}`).toMatchObject({ number: dialled.number });
        if ("number" in dialled && dialled.kind !== "short" && dialled.number !== `+${all}`) {
          numbers++;
          expect(canBeDialled(all, home, "any"), `${all} in ${home}`).toBe(true);
          if (dialled.kind === "mobile") expect(canBeDialled(all, home, "mobile"), `${all} in ${home}`).toBe(true);
        }
      },
    ),
    { numRuns: runs(3_000, 100_000) },
  );
  expect(numbers).toBeGreaterThan(300);
});

test("the fast path is used for the mobile numbers that most files hold", () => {
  for (const [dialled, home] of [
    ["40012345", "NO"],
    ["+4740012345", "SE"],
    ["4740012345", "NO"],
    ["0701740605", "SE"],
    ["20123456", "DK"],
    ["4915123456789", "DE"],
    ["2125551234", "US"],
  ] as const) {
    const spelling = readSpelling(dialled);
    expect("digits" in spelling && quickMobile(spelling, home, "mobile"), dialled).toBeTruthy();
  }
});

interface Plan {
  IDDPrefix(): string;
  nationalPrefixForParsing(): string | undefined;
}

/** The digits that may precede a number's own: the international prefix, its country code, and the trunk prefix. */
function mayStandBefore(front: string, home: string, of: string | undefined, callingCode: string): boolean {
  const planOf = (code: string | undefined) => {
    if (!code || !(code in metadata.countries)) return null;
    const data = new Metadata(metadata as never);
    data.selectNumberingPlan(code as CountryCode);
    return data.numberingPlan as unknown as Plan;
  };
  const abroad = planOf(home)?.IDDPrefix() ?? "00";
  const trunks = [home, of].map((code) => planOf(code)?.nationalPrefixForParsing()).filter(Boolean);
  // Mexico's old prefixes; in Brazil the two digits of a carrier.
  const others = { 52: ["1", "0[12]", "04[45]"], 55: ["9?0\\d\\d"] }[callingCode] ?? [];
  const trunk = [...trunks, "0", ...others].join("|");
  return new RegExp(`^(?:00|${abroad})?(?:${callingCode})?(?:${trunk})?$`).test(front);
}

/** Whether a number consists of all these digits, in their order. */
function isMadeOf(number: string, own: string, home: string): boolean {
  const parsed = parsePhoneNumberFromString(number);
  if (!parsed) return number === own;
  const { nationalNumber: national, countryCallingCode: callingCode, country: of } = parsed;
  const ends = [national];
  // Argentina's 9 replaces a 15 after the area code, or nothing; a country with one area code is dialled without it.
  if (callingCode === "54" && national.startsWith("9")) {
    const line = national.slice(1);
    ends.push(line, ...[2, 3, 4].map((area) => `${line.slice(0, area)}15${line.slice(area)}`));
  }
  if (callingCode === "1" && own.length === 7) ends.push(national.slice(3));
  return ends.some((end) => own.endsWith(end) && mayStandBefore(own.slice(0, -end.length), home, of, callingCode));
}

const separator = fc.constantFrom(
  "",
  "",
  "",
  " ",
  "-",
  "\u00a0",
  "\u2011",
  "\u2013",
  ".",
  "/",
  "\u200b",
  "\u2060",
  "'",
);

/** Digits as people and programs write them. The digits stay the same, whatever is added around them. */
const spelled = fc
  .tuple(
    fc.oneof(
      nearMobile.map(({ callingCode, national }) => [callingCode, national]),
      digits(15).map((all) => ["", all]),
    ),
    fc.constantFrom("+", "00", "", "", "0"),
    fc.array(separator, { minLength: 16, maxLength: 16 }),
    fc.constantFrom("", "", ".0", ".00", ",0", ",00", "E"),
    fc.constantFrom("", "", "'", "tel:", "\u202a", "="),
  )
  .map(([[callingCode = "", national = ""], lead, between, tail, guard]) => {
    const own = (lead === "+" ? "" : lead) + callingCode + national;
    const plain = (lead === "+" ? "+" : "") + own;
    if (tail === "E") return { own, text: `${guard}${own.slice(0, 1)}.${own.slice(1)}E+${own.length - 1}` };
    if (tail !== "") return { own, text: guard + plain + tail };
    return { own, text: guard + [...plain].map((digit, i) => digit + (between[i] ?? "")).join("") };
  });

test("no input is ever read as a number of other digits than its own", () => {
  let numbers = 0;
  fc.assert(
    fc.property(spelled, country, fc.constantFrom("mobile", "phone"), ({ own, text }, home, use) => {
      const result = parsePhoneNumber(text, home, use);
      if ("problem" in result) return;
      numbers++;
      expect(isMadeOf(result.number, own, home), `${text} in ${home} was read as ${result.number}`).toBe(true);
    }),
    { numRuns: runs(3_000, 100_000) },
  );
  expect(numbers).toBeGreaterThan(600);
});

test("nor is any other text with digits in it", () => {
  const character = fc.constantFrom(..."0123456789 +-.,()/'=\"Ee;:x#*²½…\u200b\u00a0".split(""));
  fc.assert(
    fc.property(
      fc.string({ unit: character, maxLength: 22 }),
      fc.constantFrom("NO", "DE", "FI", "AT", "US"),
      (text, home) => {
        const result = parsePhoneNumber(text, home, "mobile");
        if ("problem" in result) return;
        const all = text.replace(/\D/g, "");
        const [, decimals = ""] = /[.,](00?)["']?$/.exec(text) ?? [];
        const [, whole = ""] = /^\D*([\d.,]+)E\+?\d+\D*$/i.exec(text) ?? [];
        const isOne = [all, all.slice(0, all.length - decimals.length), whole.replace(/\D/g, "")].some((own) =>
          isMadeOf(result.number, own, home),
        );
        expect(isOne, `${text} in ${home} was read as ${result.number}`).toBe(true);
      },
    ),
    { numRuns: runs(3_000, 100_000) },
  );
});

test("no text makes the parser throw", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 60 }), fc.constantFrom("NO", "US", "XX", ""), (input, home) => {
      const result = parsePhoneNumber(input, home, "mobile");
      expect("number" in result || result.problem.length > 0).toBe(true);
    }),
    { numRuns: runs(1_000, 100_000) },
  );
});
