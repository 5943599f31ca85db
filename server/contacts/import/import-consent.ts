/** The words of consent columns, and dates of consent. */

const words = (list: string) => new Set(list.trim().split(/\s+/));
// In lower case, without spaces, hyphens and underscores.
const yes = words(`
  ja yes y j 1 true sann sant sand t x ✓ ✔ ☑ ok on på wahr kyllä k tosi einverstanden jepp jo
  subscribed granted accepted accepts agreed optedin optin given active confirmed marketingcontact
  samtykket godkjent godtatt påmeldt abonnert abonnent ønsker godkänd godkänt accepterat samtyckt anmäld prenumererar prenumerant
  godkendt accepteret tilmeldt zugestimmt erteilt eingewilligt abonniert angemeldet erlaubt annettu hyväksytty sallittu tilaaja tilannut`);
const no = words(`
  nei no nej n 0 false usann falsk falskt falsch usant f - – off av nein ei epätosi e never none not
  unsubscribed notsubscribed neversubscribed nonsubscribed cleaned pending unconfirmed withdrawn revoked denied declined rejected refused
  optedout optout notoptedin notgiven notset unknown nonmarketingcontact blocked blacklisted blocklisted suppressed invalid inactive redacted
  avmeldt reservert avslått trukket ikke ønskerikke avregistrerad avanmäld avprenumererad avböjt återkallat nekat
  afmeldt frameldt afslået trukkettilbage abgemeldet abgelehnt widerrufen widersprochen gesperrt keine kielletty peruttu peruutettu kieltänyt eiannettu`);
/** Channels, as shops list those that a person agreed to: "sms", "['email', 'sms']". */
const channels = words("sms text mms email mail epost push phone call calls whatsapp web mobile direct_mail");

/** True, false, or null for a word that could mean either. */
export function readConsent(value: string): boolean | null {
  const cell = value.toLowerCase();
  const word = cell.length > 1 ? cell.replace(/[\s_-]/g, "") : cell;
  if (yes.has(word)) return true;
  if (no.has(word)) return false;
  const listed = cell.match(/[\p{L}_]+/gu) ?? [];
  if (listed.length === 0 || listed.some((each) => !channels.has(each))) return null;
  return listed.some((each) => each === "sms" || each === "text" || each === "mms" || each === "mobile");
}

/** What a column of opt-outs holds for a person who has not opted out. */
const notOptedOut = words(`
  nei no nej n 0 false usann falsk falskt falsch usant f - – off av nein ei epätosi e never none not null na n/a [] {}
  subscribed active optedin optin aktiv ingen ikke inte keine ikkereservert`);

/** Whether a cell of a column of opt-outs means one: anything but a no, such as a date, an x or a reason. */
export const readOptedOut = (value: string): boolean => !notOptedOut.has(value.toLowerCase().replace(/[\s_]/g, ""));

/**
 * The instant of 2026-02-28, 28.02.2026, 28/02/2026 (day first), each with or without a time of day, or of an ISO instant.
 * A date alone is its first moment in `timeZone`: a withdrawal later that day is then later. Null for anything else.
 */
export function readConsentDate(value: string, timeZone: string): Date | null {
  const match =
    /^(?:(?<y>\d{4})-(?<m>\d{1,2})-(?<d>\d{1,2})|(?<d2>\d{1,2})[./](?<m2>\d{1,2})[./](?<y2>\d{4}))(?:[T ]+(?<time>\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:\.\d{1,9})?)?))? ?(?<zone>Z|[+-]\d{2}:?\d{2})?$/i.exec(
      value,
    );
  if (!match?.groups) return null;
  const { y, m, d, y2, m2, d2, time, zone } = match.groups;
  const [hour = 0, minute = 0, second = 0] = (time ?? "0:0").split(/[:.]/).slice(0, 3).map(Number);
  try {
    const local = Temporal.PlainDateTime.from(
      { year: Number(y ?? y2), month: Number(m ?? m2), day: Number(d ?? d2), hour, minute, second },
      { overflow: "reject" },
    );
    const zoned = local.toZonedDateTime(zone ? offsetOf(zone) : timeZone);
    const instant = time ? zoned : zone ? zoned : zoned.startOfDay();
    return new Date(instant.epochMilliseconds);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

const offsetOf = (zone: string) => (zone.toUpperCase() === "Z" ? "UTC" : zone.replace(/^(...)(\d\d)$/, "$1:$2"));
