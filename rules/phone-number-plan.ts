/** What numbering plans say of digits: whose they are, and of what kind (libphonenumber's full data: server only). */
import {
  type CountryCode,
  getCountryCallingCode,
  isSupportedCountry,
  ParseError,
  parsePhoneNumberWithError,
  validatePhoneNumberLength,
} from "libphonenumber-js/max";
import type { NumberKind } from "../contract/contacts.ts";
import { withoutOldMobilePrefix } from "./mobile-prefix.ts";
import { type PhoneNumberProblem, problem } from "./phone-number-spelling.ts";

export interface PhoneNumber {
  /** E.164; a short number stays as it is dialled. */
  number: string;
  kind: NumberKind;
  /** ISO 3166-1 alpha-2, or "001" for numbers of no country (+800, +883 …). */
  country: string;
  /** Whether it belongs to another country than the one it was read for. */
  foreign: boolean;
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

/** The number that digits are where they are dialled in `country` (ISO 3166-1 alpha-2). */
export function readNational(digits: string, country: string): PhoneNumber | PhoneNumberProblem {
  if (shortNumbers[country]?.test(digits)) return { number: digits, kind: "short", country, foreign: false };
  if (!isSupportedCountry(country))
    return problem(
      "unknown_country",
      `"${country}" is no country with a numbering plan; write +, country code and number.`,
    );
  return readByPlan(withoutOldMobilePrefix(digits, country), country, { extract: false, defaultCountry: country });
}

/** The number that digits are with their country code in front; `country` tells which are foreign. */
export function readInternational(digits: string, country: string): PhoneNumber | PhoneNumberProblem {
  return readByPlan(withoutOldMobilePrefix(`+${digits}`, country), country, { extract: false });
}

/** + and the 15 digits of E.164; the library knows some plans, as Germany's, without a limit. */
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
    const kind = parsed.isValid()
      ? (kinds[parsed.getType() ?? ""] ?? "other")
      : isShortMobile(parsed)
        ? "mobile"
        : null;
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
 * Whether all digits of a number were dialled, but for its country code. The library completes some local numbers with the
 * area code of a small country (Guernsey, Norfolk Island …), also where they were dialled from afar. In North America's
 * countries of one area code that is as good as their country code; in Argentina the 9 of a mobile takes the place of the 15
 * that is dialled at home.
 */
function hasOnlyDigitsOf(dialled: string, { countryCallingCode, nationalNumber }: Parsed): boolean {
  if (dialled.endsWith(nationalNumber)) return true;
  if (countryCallingCode === "1") return nationalNumber.slice(3) === dialled;
  if (countryCallingCode !== "54" || !nationalNumber.startsWith("9")) return false;
  const line = nationalNumber.slice(1);
  return [2, 3, 4].some((area) => dialled.endsWith(`${line.slice(0, area)}15${line.slice(area)}`));
}

/**
 * Germany's mobiles have ten or eleven digits. The library knows ten behind 016 and 017 alone; address books hold them
 * behind 015 too, and read as anything else they are landlines of strangers: 491512345678 would be one of Leer.
 */
const isShortMobile = ({ countryCallingCode, nationalNumber }: Parsed) =>
  countryCallingCode === "49" && /^15\d{8}$/.test(nationalNumber);

/** Why a number that parsed is not one: its length, or that nobody can have it. */
function unusable(dialled: string, country: string, options: ParseOptions): PhoneNumberProblem {
  const length = validatePhoneNumberLength(dialled, options);
  if (length === "TOO_LONG") return tooLong(dialled);
  if (length) return tooShort(dialled);
  return problem("not_in_use", `${dialled} is not a number in use in ${country}.`);
}

const shown = (dialled: string) => dialled.slice(0, 40);
const tooShort = (dialled: string) => problem("too_short", `${shown(dialled)} has too few digits for a phone number.`);
const tooLong = (dialled: string) => problem("too_long", `${shown(dialled)} has too many digits for a phone number.`);

/** The digits that numbers of the country begin with abroad; null for what is no country with a numbering plan. */
export const callingCodeOf = (country: string): string | null =>
  isSupportedCountry(country) ? getCountryCallingCode(country) : null;

/**
 * Country code and national number of digits, with + in front of a country code, whether or not anybody has the number:
 * numbering plans grow faster than what is known of them here. Null where not even the length fits.
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

/** How a number is grouped by its plan: the calling code, then the groups that it is written in. */
export const groupsOf = (number: string): string[] =>
  parsePhoneNumberWithError(number).formatInternational().match(/\d+/g) ?? [];

/** The digits that a number is dialled with in its country. */
export const dialledAtHome = (number: string): string =>
  parsePhoneNumberWithError(number).formatNational().replace(/\D/g, "");
