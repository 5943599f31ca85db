/**
 * How many digits numbers have, by country: enough to know what digits cannot be, at a hundredth of a full parse. What may be
 * dialled before a number is counted too.
 */
import { type CountryCode, isSupportedCountry, Metadata } from "libphonenumber-js/core";
import metadata from "libphonenumber-js/metadata.max.json";
import { oldMexicanPrefix } from "./mobile-prefix.ts";

/** The library has these methods and leaves them out of its types. What a plan has not may be 0 in its data. */
export interface NumberingPlan {
  callingCode(): string;
  IDDPrefix(): string;
  nationalPrefix(): string | 0 | undefined;
  nationalPrefixForParsing(): string | 0 | undefined;
  nationalPrefixTransformRule(): string | 0 | undefined;
  leadingDigits(): string | 0 | undefined;
  possibleLengths(): number[];
  type(type: "MOBILE" | "FIXED_LINE"): { pattern(): string; possibleLengths(): number[] } | undefined;
}

/** The library's data of a country; null for what is none with a numbering plan. */
export function planDataOf(country: string): NumberingPlan | null {
  if (!isSupportedCountry(country as CountryCode, metadata as never)) return null;
  const data = new Metadata(metadata as never);
  data.selectNumberingPlan(country as CountryCode);
  return data.numberingPlan as unknown as NumberingPlan;
}

/** Countries by calling code, the one that the others share it with first. */
export const callingCodes = metadata.country_calling_codes as Record<string, string[]>;
const ofNoCountry = metadata.nonGeographic as Record<string, unknown>;

/** What is counted: numbers that are surely no mobile are not. */
export type Counted = "mobile" | "any";

interface Lengths extends Record<Counted, ReadonlySet<number>> {
  /** What may be dialled before a number, and whether something else then takes its place. */
  trunks: { prefix: RegExp; transforms: boolean }[];
}

/** By calling code: who shares one may have any of its numbers. */
const known = new Map<string, Lengths>();

function lengthsOf(callingCode: string): Lengths {
  let lengths = known.get(callingCode);
  if (!lengths) {
    lengths = readLengths(callingCodes[callingCode] ?? []);
    known.set(callingCode, lengths);
  }
  return lengths;
}

function readLengths(countries: readonly string[]): Lengths {
  const plans = countries.flatMap((country) => {
    const plan = planDataOf(country);
    return plan ? [{ country, plan }] : [];
  });
  return {
    // A country without mobiles of its own may send texts from its landlines.
    mobile: new Set(
      plans.flatMap(({ plan }) => (plan.type("MOBILE") ?? plan.type("FIXED_LINE"))?.possibleLengths() ?? []),
    ),
    any: new Set(plans.flatMap(({ plan }) => plan.possibleLengths())),
    trunks: plans.flatMap(({ country, plan }) => {
      const prefix = country === "MX" ? oldMexicanPrefix : plan.nationalPrefixForParsing();
      const transforms = Boolean(plan.nationalPrefixTransformRule());
      return prefix ? [{ prefix: new RegExp(`^(?:${prefix})`), transforms }] : [];
    }),
  };
}

function fits(digits: string, lengths: Lengths, counted: Counted): boolean {
  if (lengths[counted].has(digits.length)) return true;
  return lengths.trunks.some(({ prefix, transforms }) => {
    const dialledFirst = prefix.exec(digits)?.[0];
    if (dialledFirst === undefined) return false;
    return transforms || lengths[counted].has(digits.length - dialledFirst.length);
  });
}

interface Home {
  callingCode: string;
  /** What is dialled to get abroad. */
  abroad: RegExp;
  /** Whether that is 00 and nothing else. */
  abroadIs00: boolean;
}

const homes = new Map<string, Home | null>();

function homeOf(country: string): Home | null {
  let home = homes.get(country);
  if (home === undefined) {
    const plan = planDataOf(country);
    home = plan && {
      callingCode: plan.callingCode(),
      abroad: new RegExp(`^(?:${plan.IDDPrefix()})`),
      abroadIs00: plan.IDDPrefix() === "00",
    };
    homes.set(country, home);
  }
  return home;
}

/** Whether 00 is what is dialled in the country to get abroad; elsewhere it may be the beginning of it, or of a number. */
export const dials00 = (country: string): boolean => homeOf(country)?.abroadIs00 ?? false;

/** Whether digits can be a number that is dialled in the country without a country code, or with what leads abroad. */
export function canBeDialled(digits: string, country: string, counted: Counted): boolean {
  const home = homeOf(country);
  return home !== null && (fits(digits, lengthsOf(home.callingCode), counted) || home.abroad.test(digits));
}

/** Whether digits can be a number with its country code in front. */
export function canHaveCode(digits: string, counted: Counted): boolean {
  for (let length = 1; length <= 3; length++) {
    const callingCode = digits.slice(0, length);
    if (callingCode in ofNoCountry) return true;
    if (callingCode in callingCodes) return fits(digits.slice(length), lengthsOf(callingCode), counted);
  }
  return false;
}
