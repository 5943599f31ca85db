/** A number's country and kind by the numbering plans (libphonenumber's full data: server only). */
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
import { withoutOldMobilePrefix } from "./mobile-prefix.ts";
import { beyondPlans } from "./number-lengths.ts";
import { type PhoneNumberProblem, problem } from "./phone-number-spelling.ts";

export interface PhoneNumber {
  /** E.164; a short number stays as it is dialled. */
  number: string;
  kind: NumberKind;
  /** ISO 3166-1 alpha-2, or "001" for numbers of no country (+800, +883 …). */
  country: string;
  /** Whether its country is another than the one it was read for. */
  foreign: boolean;
}

const kinds: Record<string, NumberKind> = {
  MOBILE: "mobile",
  // North America has one range for landlines and mobiles, and most of its numbers receive texts.
  FIXED_LINE_OR_MOBILE: "mobile",
  FIXED_LINE: "landline",
  PREMIUM_RATE: "premium",
};

/** Short numbers of services that the numbering plans lack, by country. */
const shortNumbers: Record<string, RegExp> = {
  NO: /^(11[0-37]|116\d{3}|18\d{2}|19\d{2}|2\d{3,4})$/,
  SE: /^(112|113|114\d{2}|116\d{3}|118\d{3}|7[0-9]\d{3})$/,
  DK: /^(11[234]|116\d{3}|1[2-9]\d{2})$/,
  US: /^(911|[2-9]\d{4,5})$/,
};

/** The number that digits mean when they are dialled in `country` (ISO 3166-1 alpha-2). */
export function readNational(digits: string, country: string): PhoneNumber | PhoneNumberProblem {
  if (shortNumbers[country]?.test(digits)) return { number: digits, kind: "short", country, foreign: false };
  if (!isSupportedCountry(country))
    return problem(
      "unknown_country",
      `"${country}" is no country with a numbering plan; write +, country code and number.`,
    );
  return readByPlan(withoutOldMobilePrefix(digits, country), country, { extract: false, defaultCountry: country });
}

/** The number of digits that begin with a country code; numbers of another country than `country` are foreign. */
export function readInternational(digits: string, country: string): PhoneNumber | PhoneNumberProblem {
  const dialled = withoutOldMobilePrefix(`+${digits}`, country);
  const quick = readMobile(dialled, country);
  if (quick) return { ...quick, kind: "mobile", foreign: quick.country !== country };
  return readByPlan(dialled, country, { extract: false });
}

/** + and the 15 digits of E.164; some of the library's plans, such as Germany's, have no limit. */
const longest = 16;

interface ParseOptions {
  defaultCountry?: CountryCode;
  extract: boolean;
}

function readByPlan(dialled: string, country: string, options: ParseOptions): PhoneNumber | PhoneNumberProblem {
  try {
    const parsed = parsePhoneNumberWithError(dialled, options);
    if (parsed.number.length > longest) return tooLong(dialled);
    if (!hasOnlyDigitsOf(dialled, parsed)) return tooShort(dialled);
    const kind = parsed.isValid() ? (kinds[parsed.getType() ?? ""] ?? "other") : isBeyondPlan(parsed) ? "mobile" : null;
    if (kind === null) return unusable(dialled, parsed.country ?? country, options);
    const found = parsed.country ?? "001";
    return { number: parsed.number, kind, country: found, foreign: found !== country };
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    if (error.message === "TOO_LONG") return tooLong(dialled);
    if (error.message === "INVALID_COUNTRY")
      return problem("unknown_country", `${shown(dialled)} begins with a country code that does not exist.`);
    return tooShort(dialled);
  }
}

interface Parsed {
  countryCallingCode: string;
  nationalNumber: string;
}

/**
 * Whether all digits of a number were dialled, except its country code. The library completes some local numbers with the
 * area code of a small country (Guernsey, Norfolk Island …), also where they were dialled from another place. That is accepted
 * in North America's countries with one area code, which is as good as a country code; in Argentina the 9 of a mobile replaces
 * the 15 that is dialled nationally.
 */
function hasOnlyDigitsOf(dialled: string, { countryCallingCode, nationalNumber }: Parsed): boolean {
  if (dialled.endsWith(nationalNumber)) return true;
  if (countryCallingCode === "1") return nationalNumber.slice(3) === dialled;
  if (countryCallingCode !== "54" || !nationalNumber.startsWith("9")) return false;
  const line = nationalNumber.slice(1);
  return [2, 3, 4].some((area) => dialled.endsWith(`${line.slice(0, area)}15${line.slice(area)}`));
}

const isBeyondPlan = ({ countryCallingCode, nationalNumber }: Parsed) =>
  beyondPlans[countryCallingCode]?.mobile.test(nationalNumber) ?? false;

/** Why a parsed number is not valid: its length, or that it is not in use. */
function unusable(dialled: string, country: string, options: ParseOptions): PhoneNumberProblem {
  const length = validatePhoneNumberLength(dialled, options);
  if (length === "TOO_LONG") return tooLong(dialled);
  if (length) return tooShort(dialled);
  return problem("not_in_use", `${dialled} is not a number in use in ${country}.`);
}

const shown = (dialled: string) => dialled.slice(0, 40);
const tooShort = (dialled: string) => problem("too_short", `${shown(dialled)} has too few digits for a phone number.`);
const tooLong = (dialled: string) => problem("too_long", `${shown(dialled)} has too many digits for a phone number.`);

/** The calling code of a country; null for one without a numbering plan. */
export const callingCodeOf = (country: string): string | null =>
  isSupportedCountry(country) ? getCountryCallingCode(country) : null;

/**
 * Country code and national number of digits, with + in front of a country code, also for a number that is not in use:
 * numbering plans grow faster than the library's data. Null where not even the length is possible.
 */
export function splitNumber(dialled: string, country: string): { callingCode: string; national: string } | null {
  const options: ParseOptions = { extract: false };
  if (isSupportedCountry(country)) options.defaultCountry = country;
  else if (!dialled.startsWith("+")) return null;
  try {
    const parsed = parsePhoneNumberWithError(withoutOldMobilePrefix(dialled, country), options);
    if (!parsed.isPossible() || !hasOnlyDigitsOf(dialled, parsed)) return null;
    return { callingCode: parsed.countryCallingCode, national: parsed.nationalNumber };
  } catch (error) {
    if (error instanceof ParseError) return null;
    throw error;
  }
}

/** The groups of digits of a number by its plan: the calling code, then those that it is written in. */
export const groupsOf = (number: string): string[] =>
  parsePhoneNumberWithError(number).formatInternational().match(/\d+/g) ?? [];

/** The digits of a number as it is dialled in its country. */
export const dialledAtHome = (number: string): string =>
  parsePhoneNumberWithError(number).formatNational().replace(/\D/g, "");
