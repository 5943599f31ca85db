/**
 * How many digits numbers have, by country, counting prefixes: enough to rule out readings at a hundredth of the cost of a full
 * parse.
 */
import { type CountryCode, isSupportedCountry, Metadata } from "libphonenumber-js/core";
import metadata from "libphonenumber-js/metadata.max.json";
import { oldMexicanPrefix } from "./mobile-prefix.ts";

/** Methods that the library's types omit. What a plan lacks may be 0 in its data. */
export interface NumberingPlan {
  callingCode(): string;
  IDDPrefix(): string;
  nationalPrefix(): string | 0 | undefined;
  nationalPrefixForParsing(): string | 0 | undefined;
  nationalPrefixTransformRule(): string | 0 | undefined;
  leadingDigits(): string | 0 | undefined;
  possibleLengths(): number[];
  type(type: "MOBILE" | "FIXED_LINE"): { pattern(): string; possibleLengths(): number[] } | undefined;
  formats(): {
    pattern(): string;
    leadingDigitsPatterns(): string[];
    nationalPrefixFormattingRule(): string | 0 | undefined;
  }[];
}

/** The library's data of a country; null for one without a numbering plan. */
export function planDataOf(country: string): NumberingPlan | null {
  if (!isSupportedCountry(country as CountryCode, metadata as never)) return null;
  const data = new Metadata(metadata as never);
  data.selectNumberingPlan(country as CountryCode);
  return data.numberingPlan as unknown as NumberingPlan;
}

/** Countries by calling code, the main one first. */
export const callingCodes = metadata.country_calling_codes as Record<string, string[]>;
const ofNoCountry = metadata.nonGeographic as Record<string, unknown>;

/**
 * Mobiles that the library's plans lack, by calling code.
 *
 * - Germany's of 015 with ten digits: it has those with eleven, and with ten after 016 and 017 only. Address books contain them,
 *   and otherwise they would be read as strangers' landlines: 491512345678 as one of Leer.
 * - Norway's 58 and 59 and Denmark's 37 with twelve: devices, and services that answer texts. The library omits numbers of
 *   machines (its FAQ, "What about M2M (machine to machine) numbers?").
 */
export const beyondPlans: Record<string, { mobile: RegExp; length: number }> = {
  45: { mobile: /^37\d{10}$/, length: 12 },
  47: { mobile: /^5[89]\d{10}$/, length: 12 },
  49: { mobile: /^15\d{8}$/, length: 10 },
};

/** Which numbers count: "mobile" excludes those that are certainly not mobile. */
export type Counted = "mobile" | "any";

interface Lengths extends Record<Counted, ReadonlySet<number>> {
  /** Prefixes that may be dialled before a number, and whether something else replaces them. */
  trunks: { prefix: RegExp; transforms: boolean }[];
}

/** By calling code, because lengths cannot distinguish countries that share one. */
const known = new Map<string, Lengths>();

function lengthsOf(callingCode: string): Lengths {
  let lengths = known.get(callingCode);
  if (!lengths) {
    lengths = readLengths(callingCodes[callingCode] ?? [], beyondPlans[callingCode]?.length);
    known.set(callingCode, lengths);
  }
  return lengths;
}

function readLengths(countries: readonly string[], beyond: number | undefined): Lengths {
  const plans = countries.flatMap((country) => {
    const plan = planDataOf(country);
    return plan ? [{ country, plan }] : [];
  });
  const also = beyond === undefined ? [] : [beyond];
  // Texts may come from landlines of a country without mobile numbers.
  const mobile = plans.flatMap(({ plan }) => (plan.type("MOBILE") ?? plan.type("FIXED_LINE"))?.possibleLengths() ?? []);
  return {
    mobile: new Set([...mobile, ...also]),
    any: new Set([...plans.flatMap(({ plan }) => plan.possibleLengths()), ...also]),
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
  /** The international prefix. */
  abroad: RegExp;
  /** Whether that is 00 and nothing else. */
  abroadIs00: boolean;
  /** The trunk prefix, if every number can be dialled with it. */
  prefix: string | null;
  /** How its numbers are written at home; the first that fits counts, and what fits none is written without the prefix. */
  formats: { leading: RegExp | null; pattern: RegExp; hasPrefix: boolean }[];
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
      prefix: (!plan.nationalPrefixTransformRule() && plan.nationalPrefix()) || null,
      formats: plan.formats().map((format) => {
        const leading = format.leadingDigitsPatterns().at(-1);
        const rule = (format.nationalPrefixFormattingRule() || "").replace("$1", "");
        return {
          leading: leading === undefined ? null : new RegExp(`^(?:${leading})`),
          pattern: new RegExp(`^(?:${format.pattern()})$`),
          hasPrefix: /\d/.test(rule),
        };
      }),
    };
    homes.set(country, home);
  }
  return home;
}

/** Whether 00 is the country's international prefix; elsewhere it may be the beginning of the prefix, or of a number. */
export const dials00 = (country: string): boolean => homeOf(country)?.abroadIs00 ?? false;

/**
 * Whether digits lack the trunk prefix that a national number of them is dialled with, like the zero of most European countries.
 * Some numbers have none there either, such as Israel's of 1 and many countries' of free calls.
 */
export function lacksPrefix(digits: string, country: string): boolean {
  const home = homeOf(country);
  if (!home?.prefix || digits.startsWith(home.prefix)) return false;
  const format = home.formats.find(({ leading, pattern }) => (leading?.test(digits) ?? true) && pattern.test(digits));
  return format?.hasPrefix ?? false;
}

/** Whether digits can be a number as dialled in the country, without a country code or with the international prefix. */
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
