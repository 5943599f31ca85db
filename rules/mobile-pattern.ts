/**
 * The fast path for mobile numbers, which are nearly all numbers of an import: one regular expression instead of a full parse.
 * It gives a result only where the full parse would give the same.
 */
import { callingCodes, canBeDialled, canHaveCode, dials00, lacksPrefix, planDataOf } from "./number-lengths.ts";
import type { Spelling } from "./phone-number-spelling.ts";

interface Plan {
  country: string;
  callingCode: string;
  mobile: RegExp;
  /** The trunk prefix, dialled before national numbers, like the Swedish 0. */
  prefix: string | undefined;
  /** What the full parse would remove from the beginning of a number. */
  prefixPattern: RegExp | undefined;
}

const plans = new Map<string, Plan | null>();

/** Fewer digits without a + are never read as a number with its country code. */
const leastWithCode = 7;

/** The only possible mobile number of a spelling; null where all readings must be compared. */
export function quickMobile(
  { digits, plus, withoutHomeZero }: Spelling,
  country: string,
  use: "mobile" | "phone",
): { number: string; country: string } | null {
  if (withoutHomeZero !== null) return null;
  if (plus) return readMobile(`+${digits}`, country);
  if (digits.startsWith("00")) return dials00(country) ? readMobile(`+${digits.slice(2)}`, country) : null;
  const mobile = readMobile(digits, country);
  if (mobile) return canHaveCode(digits, "mobile") ? null : mobile;
  // A landline of the home country may be likelier than a foreign mobile: where any number will do, or as it is dialled there.
  const counted = use === "mobile" && lacksPrefix(digits, country) ? "mobile" : "any";
  if (digits.length < leastWithCode || canBeDialled(digits, country, counted)) return null;
  return readMobile(`+${digits}`, country);
}

/** A mobile number of these digits, with + in front of a country code; null where the full parse is needed. */
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

/** Null for countries whose mobiles cannot be recognised by the mobile pattern alone. */
function readPlan(country: string): Plan | null {
  const data = planDataOf(country);
  if (!data) return null;
  // Where it is empty, mobiles and landlines share a number range.
  const mobile = data.type("MOBILE")?.pattern() || data.type("FIXED_LINE")?.pattern();
  const isMain = callingCodes[data.callingCode()]?.[0] === country;
  const leading = data.leadingDigits();
  const prefix = data.nationalPrefix();
  const parsed = data.nationalPrefixForParsing();
  if (!mobile || !isMain || data.nationalPrefixTransformRule()) return null;
  if (parsed && !/^\d+$/.test(parsed)) return null;
  return {
    country,
    callingCode: data.callingCode(),
    // Norway's leading digits distinguish it from Svalbard, which shares its country code.
    mobile: new RegExp(`^${leading ? `(?=${leading})` : ""}(?:${mobile})$`),
    prefix: (parsed && prefix) || undefined,
    prefixPattern: parsed ? new RegExp(`^(?:${parsed})`) : undefined,
  };
}
