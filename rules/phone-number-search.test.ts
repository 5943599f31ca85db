import fc from "fast-check";
import { expect, test } from "vitest";
import { runs } from "../testing/runs.ts";
import { numberPrefixes } from "./phone-number-search.ts";
import { parsePhoneNumber } from "./phone-number.ts";

test.each([
  ["912 34", "NO", ["+4791234", "+91234"]],
  ["912‑34‑623", "NO", ["+4791234623", "+91234623"]],
  ["９１２３４６２３", "NO", ["+4791234623", "+91234623"]],
  ["\u202a+4791234623\u202c", "NO", ["+4791234623"]],
  ["\u2068+4791234623\u2069", "NO", ["+4791234623"]],
  ["tel:+4791234623", "NO", ["+4791234623"]],
  ["0047912", "NO", ["+47912"]],
  ["+47 (0) 912 34 623", "NO", ["+47091234623", "+4791234623"]],
  ["+44 (0)7912 345678", "GB", ["+4407912345678", "+447912345678"]],
  ["+44 0791", "NO", ["+440791", "+44791"]],
  ["070-174", "SE", ["+4670174"]],
  ["06 1234 5678", "IT", ["+39612345678", "+390612345678"]],
  ["06", "IT", ["+396", "+3906"]],
  ["1 212", "US", ["+1212"]],
  ["401234567.0", "FI", ["+358401234567", "+401234567"]],
  ["4915123456789", "DE", ["+494915123456789", "+4915123456789"]],
  ["+52 1 55", "NO", ["+52155", "+5255"]],
  ["+54 9 11", "NO", ["+54911", "+5411"]],
  ["11 2345", "AR", ["+54112345", "+549112345", "+112345", "+12345"]],
  ["9", "NO", ["+479", "+9"]],
  ["+", "NO", []],
  ["ola", "NO", []],
  ["4711@example.no", "NO", []],
  ["4.01E+8", "FI", []],
])("%s in %s may be the beginning of %s", (text, country, prefixes) => {
  expect(numberPrefixes(text, country)).toEqual(prefixes);
});

test("every number that is accepted is found by the same spelling", () => {
  const part = fc.constantFrom(..."0123456789".split(""), " ", "-", "\u2011", "(0)", ".", "\u200b");
  const spelling = fc
    .tuple(
      fc.constantFrom(
        "+47",
        "0047",
        "",
        "0",
        "+46 (0)",
        "0046",
        "+44 (0)",
        "+49",
        "49",
        "+39 0",
        "+521",
        "tel:+54 9 ",
        "'",
      ),
      fc.array(part, { minLength: 6, maxLength: 14 }),
      fc.constantFrom("", "", ".0", ",00"),
    )
    .map(([lead, parts, tail]) => lead + parts.join("") + tail);
  let found = 0;
  fc.assert(
    fc.property(
      spelling,
      fc.constantFrom("NO", "SE", "GB", "DE", "IT", "FI", "MX", "AR", "US"),
      fc.constantFrom("mobile", "phone"),
      (text, country, use) => {
        const taken = parsePhoneNumber(text, country, use);
        if ("problem" in taken || taken.kind === "short") return;
        found++;
        const prefixes = numberPrefixes(text, country);
        expect(
          prefixes.some((prefix) => taken.number.startsWith(prefix)),
          `${text} in ${country}`,
        ).toBe(true);
      },
    ),
    { numRuns: runs(3_000, 100_000) },
  );
  expect(found).toBeGreaterThan(100);
});
