/** Phone numbers as people write them and programs spell them, read by their country's numbering plan (server only). */
import { quickMobile } from "./mobile-pattern.ts";
import { asMobileNumber, formsOfLine } from "./mobile-prefix.ts";
import { dialledAtHome, groupsOf, type PhoneNumber, readInternational, readNational } from "./phone-number-plan.ts";
import { distinct, internationalReadings, nationalReadings, type Reading } from "./phone-number-readings.ts";
import { type PhoneNumberProblem, readSpelling, type Spelling } from "./phone-number-spelling.ts";

/** What a number is meant for: `mobile` is what texts are sent to, `phone` may be any. */
export type NumberUse = "mobile" | "phone";

/**
 * Reads a number in any spelling; one without country code belongs to `country` (ISO 3166-1 alpha-2).
 *
 * Digits without a + can be a number of the country, and one of another with its code in front. A mobile goes before what is
 * none, since that is whom people write to; where two numbers are as likely it is `ambiguous`, and never a guess.
 */
export function parsePhoneNumber(
  input: string,
  country: string,
  use: NumberUse = "phone",
): PhoneNumber | PhoneNumberProblem {
  const spelling = readSpelling(input);
  if ("problem" in spelling) return spelling;
  const quick = quickMobile(spelling, country, use);
  return quick ? { ...quick, kind: "mobile", foreign: quick.country !== country } : readInFull(spelling, country, use);
}

/** Every number that a spelling can be, for whoever looks for one rather than keeps it; other forms of the same line too. */
export function numbersOf(input: string, country: string): string[] | PhoneNumberProblem {
  const spelling = readSpelling(input);
  if ("problem" in spelling) return spelling;
  const numbers = readingsOf(spelling, country).flatMap(({ number }) => formsOfLine(number));
  return numbers.length > 0 ? [...new Set(numbers)] : whyNone(spelling, country);
}

/** The long way, by every reading; `quickMobile` answers the same where it answers. */
export function readInFull(spelling: Spelling, country: string, use: NumberUse): PhoneNumber | PhoneNumberProblem {
  const readings = readingsOf(spelling, country);
  const usable = use === "mobile" ? readings.map((each) => mobileOf(each, country)) : readings;
  const likely = likeliest(distinct(usable.filter((each) => isBelieved(each, spelling))), spelling, use);
  const [first, second] = likely;
  if (!first) return whyNone(spelling, country);
  const chosen = second ? readingOfGroups(likely, spelling) : first;
  if (!chosen) return ambiguous(spelling, likely);
  const { international: _, ...number } = chosen;
  return number;
}

function readingsOf(spelling: Spelling, country: string): Reading[] {
  const abroad = internationalReadings(spelling, country);
  return spelling.plus ? abroad : [...nationalReadings(spelling, country), ...abroad];
}

/** Of numbers abroad that are no mobiles only those whose + was written: a digit too many must not make a landline of Samoa. */
const isBelieved = ({ kind, foreign, international }: Reading, { plus, digits }: Spelling) =>
  !international || kind === "mobile" || !foreign || plus || digits.startsWith("00");

/**
 * What the digits are most likely meant to be, one or several. A mobile goes before what is none; but where any number will
 * do, a landline that is spelled as it is dialled at home goes before all of abroad, and one without its trunk prefix only
 * before none.
 */
function likeliest(readings: readonly Reading[], { digits }: Spelling, use: NumberUse): readonly Reading[] {
  const mobiles = readings.filter(({ kind }) => kind === "mobile");
  const home = readings.find(({ international }) => !international);
  if (!home || home.kind === "mobile" || (use === "mobile" && mobiles.length > 0))
    return mobiles.length > 0 ? mobiles : readings;
  const own = mobiles.filter(({ foreign }) => !foreign);
  if (own.length > 0) return own;
  return home.kind === "short" || dialledAtHome(home.number) === digits ? [home] : readings;
}

/** Argentina's mobiles are texted, and so written, without the digit that tells them from landlines. */
function mobileOf(reading: Reading, country: string): Reading {
  const mobile = reading.kind === "landline" ? asMobileNumber(reading.number) : reading.number;
  if (mobile === reading.number) return reading;
  const read = readInternational(mobile.slice(1), country);
  return "number" in read && read.kind === "mobile" ? { ...read, international: reading.international } : reading;
}

/**
 * Which of several readings the groups of digits speak for: a country code stands alone, as in 47 923 45 678, and a number at
 * home is grouped as its plan does, as in (479) 234-5678. Null where they speak for none or for both.
 */
function readingOfGroups(readings: readonly Reading[], { written }: Spelling): Reading | null {
  const groups = written.match(/\d+/g) ?? [];
  if (groups.length < 2) return null;
  const fitting = readings.filter(({ number, international }) => {
    const [callingCode, ...national] = groupsOf(number);
    return international ? groups[0] === callingCode : groups.join(" ") === national.join(" ");
  });
  return fitting.length === 1 ? (fitting[0] ?? null) : null;
}

function ambiguous({ written }: Spelling, readings: readonly Reading[]): PhoneNumberProblem {
  const each = readings.map(({ number, country }) => `${number} (${country})`);
  return {
    code: "ambiguous",
    problem: `"${written.slice(0, 40)}" can be ${each.join(" or ")}; write + and the country code.`,
    readings: readings.map(({ number }) => number),
  };
}

/** Why digits are no number: as they were dialled. */
function whyNone({ digits, plus }: Spelling, country: string): PhoneNumberProblem {
  const isInternational = plus || digits.startsWith("00");
  const read = isInternational ? readInternational(digits.replace(/^00/, ""), country) : readNational(digits, country);
  if ("problem" in read) return read;
  throw new Error(`${digits} is a number in ${country}, and none`);
}
