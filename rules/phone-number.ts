/** Phone numbers as people write them, read by their country's numbering plan (libphonenumber's full data: server only). */
import {
  type CountryCode,
  getCountryCallingCode,
  isSupportedCountry,
  ParseError,
  parsePhoneNumberWithError,
  validatePhoneNumberLength,
} from "libphonenumber-js/max";
import type { NumberKind } from "../contract/contacts.ts";
import { readMobile } from "./mobile-pattern.ts";

export interface PhoneNumber {
  /** E.164; a short number stays as it is dialled. */
  number: string;
  kind: NumberKind;
  /** ISO 3166-1 alpha-2, or "001" for numbers of no country (+800, +883 …). */
  country: string;
  /** Whether it belongs to another country than the one it was read for. */
  foreign: boolean;
}

/** Why a number cannot be read: a code for programs, a sentence for people. */
export interface PhoneNumberProblem {
  code: "empty" | "not_a_number" | "extension" | "too_short" | "too_long" | "unknown_country" | "not_in_use";
  problem: string;
}

const kinds: Record<string, NumberKind> = {
  MOBILE: "mobile",
  // North America has one range for both, and most numbers of it take texts.
  FIXED_LINE_OR_MOBILE: "mobile",
  FIXED_LINE: "landline",
  PREMIUM_RATE: "premium",
};

/** Numbers of services by country: too short for the numbering plan, but real. Elsewhere they are read as too short. */
const shortNumbers: Record<string, RegExp> = {
  NO: /^(11[0-37]|116\d{3}|18\d{2}|19\d{2}|2\d{3,4})$/,
  SE: /^(112|113|114\d{2}|116\d{3}|118\d{3}|7[0-9]\d{3})$/,
  DK: /^(11[234]|116\d{3}|1[2-9]\d{2})$/,
  US: /^(911|[2-9]\d{4,5})$/,
};

/** Reads a number in any spelling; one without country code belongs to `country` (ISO 3166-1 alpha-2). */
export function parsePhoneNumber(input: string, country: string): PhoneNumber | PhoneNumberProblem {
  const dialled = digitsOf(input);
  if (typeof dialled !== "string") return dialled;
  const mobile = readMobile(dialled, country);
  if (mobile) return { ...mobile, kind: "mobile", foreign: mobile.country !== country };
  if (shortNumbers[country]?.test(dialled)) return { number: dialled, kind: "short", country, foreign: false };
  const read = readByPlan(dialled, country);
  // "+47 (0) 400 12 345": the zero that is only dialled at home.
  if ("problem" in read && dialled.startsWith("+") && /\(\s*0\s*\)/.test(input)) {
    const international = digitsOf(input.replace(/\(\s*0\s*\)/, ""));
    const again = typeof international === "string" ? readByPlan(international, country) : read;
    if ("number" in again) return again;
  }
  return read;
}

/** The digits that numbers of the country begin with abroad; null for what is no country with a numbering plan. */
export const callingCodeOf = (country: string): string | null =>
  isSupportedCountry(country) ? getCountryCallingCode(country) : null;

/**
 * Country code and national number of digits in any spelling, whether or not anybody has the number: numbering plans grow
 * faster than what is known of them here. Null where not even the length fits.
 */
export function splitNumber(input: string, country: string): { callingCode: string; national: string } | null {
  const dialled = digitsOf(input);
  if (typeof dialled !== "string") return null;
  const options: ParseOptions = { extract: false };
  if (isSupportedCountry(country)) options.defaultCountry = country;
  else if (!dialled.startsWith("+")) return null;
  try {
    const parsed = parsePhoneNumberWithError(dialled, options);
    return parsed.isPossible() ? { callingCode: parsed.countryCallingCode, national: parsed.nationalNumber } : null;
  } catch (error) {
    if (error instanceof ParseError) return null;
    throw error;
  }
}

interface ParseOptions {
  defaultCountry?: CountryCode;
  extract: boolean;
}

function readByPlan(dialled: string, country: string): PhoneNumber | PhoneNumberProblem {
  if (!dialled.startsWith("+") && !isSupportedCountry(country))
    return problem(
      "unknown_country",
      `"${country}" is no country with a numbering plan; write +, country code and number.`,
    );
  const options: ParseOptions = { extract: false };
  if (isSupportedCountry(country)) options.defaultCountry = country;
  try {
    const parsed = parsePhoneNumberWithError(dialled, options);
    if (!parsed.isValid()) return unusable(dialled, parsed.country ?? country, options);
    const found = parsed.country ?? "001";
    return {
      number: parsed.number,
      kind: kinds[parsed.getType() ?? ""] ?? "other",
      country: found,
      foreign: found !== country,
    };
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    if (error.message === "TOO_LONG") return tooLong(dialled);
    if (error.message === "INVALID_COUNTRY")
      return problem("unknown_country", `${dialled} begins with a country code that does not exist.`);
    return tooShort(dialled);
  }
}

/** Why a number that parsed is not one: its length, or that nobody can have it. */
function unusable(dialled: string, country: string, options: ParseOptions): PhoneNumberProblem {
  const length = validatePhoneNumberLength(dialled, options);
  if (length === "TOO_LONG") return tooLong(dialled);
  if (length) return tooShort(dialled);
  return problem("not_in_use", `${dialled} is not a number in use in ${country}.`);
}

const tooShort = (dialled: string) => problem("too_short", `${dialled} has too few digits for a phone number.`);
const tooLong = (dialled: string) =>
  problem("too_long", `${dialled.slice(0, 40)} has too many digits for a phone number.`);

function problem(code: PhoneNumberProblem["code"], sentence: string): PhoneNumberProblem {
  return { code, problem: sentence };
}

/** ASCII digits, with + in front where the country code is written (as + or 00). */
function digitsOf(input: string): string | PhoneNumberProblem {
  if (/^\+?\d{3,15}$/.test(input)) return withPlus(input);
  const text = input.length > 100 ? input.slice(0, 100) : input;
  const folded = text
    .normalize("NFKC")
    .replace(/\p{Nd}/gu, asciiDigit)
    // Invisible marks that come with copied numbers, then everything people put between digits.
    .replace(/\p{Cf}/gu, "")
    .trim()
    .replace(/^tel:/i, "");
  if (folded === "") return problem("empty", "There is no number.");
  if (/(?:\d[\s,;]*(?:ext|x|#|anknytning|linje|lokal|intern)[.:=\s]*\d+$)/i.test(folded))
    return problem("extension", `"${folded}" has an extension, which cannot take a text.`);
  const digits = folded.replace(/[\s\p{Pd}\u2212.\u00b7/()[\]]/gu, "");
  if (!/^\+?\d+$/.test(digits)) return problem("not_a_number", `"${folded.slice(0, 40)}" is not a phone number.`);
  return withPlus(digits);
}

function withPlus(digits: string): string {
  return digits.startsWith("00") ? `+${digits.slice(2)}` : digits;
}

/** Unicode keeps the ten digits of each script together, zero first. */
function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0) as number;
  if (code < 0x80) return digit;
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value++;
  return String(value);
}
