/**
 * Where a name cannot be the sender: networks there refuse it or replace it. By the number, so that rules and PostgreSQL ask
 * the same question. Names that must be registered first are not meant: whether they are is the carrier's to say.
 *
 * Source: the countries with "No" in Twilio's "International support for Alphanumeric Sender ID", read in April 2026
 * (https://help.twilio.com/articles/223133767): BE, BS, CA, CL, CN, CO, CR, DO, EC, GF, GU, HU, IR, KR, KY, MY, NR, NZ, PA, PR,
 * PY, SY, TW, US, UY, ZA; and MP and VI, whose networks are American.
 */

/** North America but for these area codes, which take names: AI AG BB BM VG DM GD JM MS KN LC VC TT TC AS SX. */
const areasWithNames = [264, 268, 246, 441, 284, 767, 473, 876, 658, 664, 869, 758, 784, 868, 649, 684, 721];
const callingCodes = [27, 32, 36, 56, 57, 60, 64, 82, 86, 98, 506, 507, 593, 594, 595, 598, 674, 886, 963];

/** A number (E.164) that no text from a name reaches. JavaScript and PostgreSQL read it alike. */
export const beyondNames = new RegExp(`^\\+(1(?!${areasWithNames.join("|")})|${callingCodes.join("|")})`);
