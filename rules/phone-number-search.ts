/** The numbers that a search for a phone number, or for the beginning of one, can mean. */
import { otherBeginnings } from "./mobile-prefix.ts";
import { callingCodes, planDataOf } from "./number-lengths.ts";
import { readSpelling } from "./phone-number-spelling.ts";
import { numbersOf } from "./phone-number.ts";

/**
 * The possible beginnings in E.164 of the number in a search text, in any spelling; digits without country code are of `country`.
 * "912 34" in Norway: +4791234, and +91234 in case the plus was left out. Empty for a text that is no number.
 */
export function numberPrefixes(text: string, country: string): string[] {
  const spelling = readSpelling(text);
  if ("problem" in spelling) return [];
  const { digits, plus, withoutHomeZero } = spelling;
  const spelled = withoutHomeZero === null ? [digits] : [digits, withoutHomeZero];
  const isInternational = plus || digits.startsWith("00");
  const begun = spelled.flatMap((each) => [
    ...(isInternational ? [] : withoutCode(each, country)),
    ...withCode(each.replace(/^00/, "")),
  ]);
  const whole = numbersOf(text, country);
  const known = Array.isArray(whole) ? whole.filter((number) => number.startsWith("+")) : [];
  return [...new Set([...begun.flatMap((each) => [each, ...otherBeginnings(each)]), ...known])];
}

/** For digits as dialled in the country. Where there is no trunk prefix, a zero may be part of the number, as in Italy. */
function withoutCode(digits: string, country: string): string[] {
  const plan = planDataOf(country);
  if (!plan) return [];
  const trunk = plan.nationalPrefix() || null;
  const first = trunk ?? "0";
  const bare = digits.startsWith(first) ? [digits.slice(first.length)] : [];
  const national = trunk === null || bare.length === 0 ? [...bare, digits] : bare;
  return national.map((each) => `+${plan.callingCode()}${each}`);
}

/** For digits that begin with a country code, with or without the trunk prefix after it. */
function withCode(digits: string): string[] {
  if (digits.startsWith("0")) return [];
  const callingCode = [1, 2, 3].map((length) => digits.slice(0, length)).find((each) => each in callingCodes);
  const trunk = callingCode && planDataOf(callingCodes[callingCode]?.[0] ?? "")?.nationalPrefix();
  if (!callingCode || !trunk || !digits.startsWith(trunk, callingCode.length)) return [`+${digits}`];
  return [`+${digits}`, `+${callingCode}${digits.slice(callingCode.length + trunk.length)}`];
}
