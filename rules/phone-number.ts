/** Phone numbers as people write them and programs spell them, read by their country's numbering plan (server only). */
import { quickMobile } from "./mobile-pattern.ts";
import { asMobileNumber, formsOfLine } from "./mobile-prefix.ts";
import { dialledAtHome, groupsOf, type PhoneNumber, readInternational, readNational } from "./phone-number-plan.ts";
import { distinct, internationalReadings, nationalReadings, type Reading } from "./phone-number-readings.ts";
import { type PhoneNumberProblem, readSpelling, type Spelling } from "./phone-number-spelling.ts";

/** The use of a number: texts are sent to a `mobile`, while a `phone` may be of any kind. */
export type NumberUse = "mobile" | "phone";

/**
 * Reads a number in any spelling; one without country code belongs to `country` (ISO 3166-1 alpha-2).
 *
 * Digits without a + can be a number of the country, and one of another country with its code in front. A mobile goes before
 * other numbers, because texts are sent to mobiles; where two numbers are equally likely the result is `ambiguous`, never a guess.
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

/** Every number that a spelling can mean, with its other forms, for searching rather than storing. */
export function numbersOf(input: string, country: string): string[] | PhoneNumberProblem {
  const spelling = readSpelling(input);
  if ("problem" in spelling) return spelling;
  const numbers = readingsOf(spelling, country).flatMap(({ number }) => formsOfLine(number));
  return numbers.length > 0 ? [...new Set(numbers)] : whyNone(spelling, country);
}

/** The full parse, comparing all readings; `quickMobile` gives the same result where it gives one. */
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

/** Foreign numbers other than mobiles need a written +: one digit too many must not turn a number into a landline of Samoa. */
const isBelieved = ({ kind, foreign, international }: Reading, { plus, digits }: Spelling) =>
  !international || kind === "mobile" || !foreign || plus || digits.startsWith("00");

/**
 * The most likely readings, one or several. A landline that is spelled as it is dialled in the country goes before foreign
 * mobiles, so that 24 74 12 34, a landline of Oslo, is not read as a mobile of Ascension Island; one without its leading zero
 * goes after all mobiles.
 */
function likeliest(readings: readonly Reading[], { digits }: Spelling, use: NumberUse): readonly Reading[] {
  const mobiles = readings.filter(({ kind }) => kind === "mobile");
  const home = readings.find(({ international }) => !international);
  if (!home || home.kind === "mobile") return mobiles.length > 0 ? mobiles : readings;
  const own = mobiles.filter(({ foreign }) => !foreign);
  if (own.length > 0) return use === "mobile" ? mobiles : own;
  if (home.kind === "short" || dialledAtHome(home.number) === digits) return [home];
  return use === "mobile" && mobiles.length > 0 ? mobiles : readings;
}

/** Argentina's mobiles are texted, and therefore written, without the digit that distinguishes them from landlines. */
function mobileOf(reading: Reading, country: string): Reading {
  const mobile = reading.kind === "landline" ? asMobileNumber(reading.number) : reading.number;
  if (mobile === reading.number) return reading;
  const read = readInternational(mobile.slice(1), country);
  return "number" in read && read.kind === "mobile" ? { ...read, international: reading.international } : reading;
}

/**
 * The reading that the grouping of the digits indicates: a country code is a group of its own, as in 47 923 45 678, and a
 * national number is grouped by its plan, as in (479) 234-5678. Null where it indicates none or several.
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

/** Why digits are no number, as they were dialled. */
function whyNone({ digits, plus }: Spelling, country: string): PhoneNumberProblem {
  const isInternational = plus || digits.startsWith("00");
  const read = isInternational ? readInternational(digits.replace(/^00/, ""), country) : readNational(digits, country);
  if ("problem" in read) return read;
  throw new Error(`${digits} is a number in ${country}, and none`);
}
