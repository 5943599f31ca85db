/**
 * Digits that some countries use, or used, before a mobile number. Networks, address books and people write the same number with
 * and without them.
 *
 * - Mexico abolished them in August 2019: 1 after +52, nationally 01, 02, 044 and 045. libphonenumber has removed them since its
 *   release 8.13.38; its FAQ (`#mx_legacy_formats`) says that such numbers are still in use and mean the numbers without.
 * - Argentina's mobiles are called with +54 9 from abroad and with 15 after the area code nationally, and texted without either.
 *   libphonenumber takes a number without the 9 for a landline; its FAQ (`#mx_and_ar`) says to add the 9 to a known mobile.
 *
 * Brazil's ninth digit is not such a prefix: it is part of the number.
 */

export const oldMexicanPrefix = "1|0(?:[12]|4[45])";
const oldMexicanAbroad = new RegExp(`^\\+52(?:${oldMexicanPrefix})(?=\\d{10}$)`);
const oldMexicanAtHome = new RegExp(`^(?:${oldMexicanPrefix})(?=\\d{10}$)`);

/** The digits as they are dialled today, with + in front of a country code; digits without one are dialled in `country`. */
export function withoutOldMobilePrefix(dialled: string, country: string): string {
  if (dialled.startsWith("+52")) return dialled.replace(oldMexicanAbroad, "+52");
  return country === "MX" ? dialled.replace(oldMexicanAtHome, "") : dialled;
}

const argentineMobile = /^\+549(?=\d{10}$)/;
const argentineLine = /^\+54(?=[1-8]\d{9}$)/;

/** The number in its country's mobile form, where there is one. */
export const asMobileNumber = (number: string): string => number.replace(argentineLine, "+549");

/** All E.164 forms of a number, the given one first. */
export function formsOfLine(number: string): string[] {
  if (argentineMobile.test(number)) return [number, number.replace(argentineMobile, "+54")];
  const mobile = asMobileNumber(number);
  const modern = withoutOldMobilePrefix(number, "");
  return [...new Set([number, mobile, modern])];
}

/** The other forms of the beginning of an E.164 number. */
export function otherBeginnings(beginning: string): string[] {
  if (beginning.startsWith("+521")) return [`+52${beginning.slice(4)}`];
  if (beginning.startsWith("+549")) return [`+54${beginning.slice(4)}`];
  return /^\+54[1-8]/.test(beginning) ? [`+549${beginning.slice(3)}`] : [];
}
