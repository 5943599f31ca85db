/**
 * Digits that some countries put, or once put, before a mobile number. With them and without them it is the same line, and
 * networks, address books and people write it both ways.
 *
 * - Mexico gave them up in August 2019: 1 behind +52, at home 01, 02, 044 and 045. libphonenumber has dropped them since its
 *   release 8.13.38, and its FAQ (`#mx_legacy_formats`) reads numbers with them as numbers without: they are still in use.
 * - Argentina dials +54 9 from abroad, 15 behind the area code at home, and texts without either. libphonenumber's kind of a
 *   number without a 9 is a landline; its FAQ (`#mx_and_ar`) says to put the 9 before what is known to be a mobile.
 *
 * Brazil's ninth digit is none of these: it became part of the number, and who had the one of eight digits is not told by it.
 */

export const oldMexicanPrefix = "1|0(?:[12]|4[45])";
const oldMexicanAbroad = new RegExp(`^\\+52(?:${oldMexicanPrefix})(?=\\d{10}$)`);
const oldMexicanAtHome = new RegExp(`^(?:${oldMexicanPrefix})(?=\\d{10}$)`);

/** The digits as they are dialled today, with + in front of a country code; `country` is where those without are dialled. */
export function withoutOldMobilePrefix(dialled: string, country: string): string {
  if (dialled.startsWith("+52")) return dialled.replace(oldMexicanAbroad, "+52");
  return country === "MX" ? dialled.replace(oldMexicanAtHome, "") : dialled;
}

const argentineMobile = /^\+549(?=\d{10}$)/;
const argentineLine = /^\+54(?=[1-8]\d{9}$)/;

/** The number in the form for mobiles, where it is of a country that has one. */
export const asMobileNumber = (number: string): string => number.replace(argentineLine, "+549");

/** All E.164 forms of the line that a number is, the given one first. */
export function formsOfLine(number: string): string[] {
  if (argentineMobile.test(number)) return [number, number.replace(argentineMobile, "+54")];
  const mobile = asMobileNumber(number);
  const modern = withoutOldMobilePrefix(number, "");
  return [...new Set([number, mobile, modern])];
}

/** How else a beginning of E.164 begins on the same line. */
export function otherBeginnings(beginning: string): string[] {
  if (beginning.startsWith("+521")) return [`+52${beginning.slice(4)}`];
  if (beginning.startsWith("+549")) return [`+54${beginning.slice(4)}`];
  return /^\+54[1-8]/.test(beginning) ? [`+549${beginning.slice(3)}`] : [];
}
