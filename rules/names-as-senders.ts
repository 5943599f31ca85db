/**
 * Countries in which a name cannot be the sender, because networks refuse or replace it. By number, so that TypeScript and
 * PostgreSQL use the same pattern. Countries that require registration of names are not included: that is checked by the carrier.
 *
 * Source: the countries with "No" in Twilio's "International support for Alphanumeric Sender ID", read in April 2026
 * (https://help.twilio.com/articles/223133767): BE, BS, CA, CL, CN, CO, CR, DO, EC, GF, GU, HU, IR, KR, KY, MY, NR, NZ, PA, PR,
 * PY, SY, TW, US, UY, ZA; and MP and VI, whose networks are American.
 */
import type { Language } from "../contract/shapes.ts";

/** North America except for these area codes, which accept names: AI AG BB BM VG DM GD JM MS KN LC VC TT TC AS SX. */
const areasWithNames = [264, 268, 246, 441, 284, 767, 473, 876, 658, 664, 869, 758, 784, 868, 649, 684, 721];
const callingCodes = [27, 32, 36, 56, 57, 60, 64, 82, 86, 98, 506, 507, 593, 594, 595, 598, 674, 886, 963];

/** Those countries by their ISO 3166-1 codes, for what is decided before there is a number. */
const countriesWithoutNames: ReadonlySet<string> = new Set(
  "BE BS CA CL CN CO CR DO EC GF GU HU IR KR KY MP MY NR NZ PA PR PY SY TW US UY VI ZA".split(" "),
);

/** Whether the networks of a country (ISO 3166-1) show names as senders. */
export const namesReach = (country: string): boolean => !countriesWithoutNames.has(country);

/** An E.164 number that no text from a name reaches. JavaScript and PostgreSQL read the pattern alike. */
export const beyondNames = new RegExp(`^\\+(1(?!${areasWithNames.join("|")})|${callingCodes.join("|")})`);

/** "Booking", as a salon's customers read it above a text. */
export const usualName: Record<Language, string> = {
  en: "Booking",
  nb: "Reservasjon",
  sv: "Bokning",
  da: "Reservation",
};
