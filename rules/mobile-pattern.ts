/**
 * The short way for mobile numbers, which are nearly all of an import: one regular expression instead of a full parse.
 * It only answers where the full parse would say the same.
 */
import { type CountryCode, isSupportedCountry, Metadata } from "libphonenumber-js/core";
import metadata from "libphonenumber-js/metadata.max.json";

interface Plan {
  country: string;
  callingCode: string;
  mobile: RegExp;
  /** Dialled before the number at home, like the Swedish 0. */
  prefix: string | undefined;
  /** What the full parse would take off the beginning of a number. */
  prefixPattern: RegExp | undefined;
}

/** The library has these methods and leaves them out of its types. */
interface NumberingPlan {
  callingCode(): string;
  nationalPrefix(): string | undefined;
  nationalPrefixForParsing(): string | undefined;
  nationalPrefixTransformRule(): string | undefined;
  leadingDigits(): string | undefined;
  type(type: "MOBILE"): { pattern(): string } | undefined;
}

const plans = new Map<string, Plan | null>();
const callingCodes = metadata.country_calling_codes as Record<string, string[]>;

/** A mobile number of digits, with + in front of a country code; null where only the full parse can tell. */
export function readMobile(dialled: string, country: string): { number: string; country: string } | null {
  if (dialled.startsWith("+")) {
    for (let length = 1; length <= 3; length++) {
      const countries = callingCodes[dialled.slice(1, 1 + length)];
      if (countries) return match(planOf(countries[0] as string), dialled.slice(1 + length));
    }
    return null;
  }
  const plan = planOf(country);
  if (!plan) return null;
  const { prefix } = plan;
  return match(plan, prefix && dialled.startsWith(prefix) ? dialled.slice(prefix.length) : dialled);
}

function match(plan: Plan | null, national: string): { number: string; country: string } | null {
  if (!plan?.mobile.test(national) || plan.prefixPattern?.test(national)) return null;
  return { number: `+${plan.callingCode}${national}`, country: plan.country };
}

function planOf(country: string): Plan | null {
  let plan = plans.get(country);
  if (plan === undefined) {
    plan = readPlan(country);
    plans.set(country, plan);
  }
  return plan;
}

/** Null for countries whose numbers cannot be told apart by the mobile pattern alone. */
function readPlan(country: string): Plan | null {
  if (!isSupportedCountry(country as CountryCode, metadata as never)) return null;
  const data = new Metadata(metadata as never);
  data.selectNumberingPlan(country as CountryCode);
  const rules = data.numberingPlan as unknown as NumberingPlan;
  const mobile = rules.type("MOBILE")?.pattern();
  const isMain = callingCodes[rules.callingCode()]?.[0] === country;
  const leading = rules.leadingDigits();
  const prefix = rules.nationalPrefix();
  const parsed = rules.nationalPrefixForParsing();
  if (!mobile || !isMain || rules.nationalPrefixTransformRule()) return null;
  if (parsed && !/^\d+$/.test(parsed)) return null;
  return {
    country,
    callingCode: rules.callingCode(),
    // Norway's leading digits are what tells it from Svalbard, which shares its code.
    mobile: new RegExp(`^${leading ? `(?=${leading})` : ""}(?:${mobile})$`),
    prefix: parsed ? prefix : undefined,
    prefixPattern: parsed ? new RegExp(`^(?:${parsed})`) : undefined,
  };
}
