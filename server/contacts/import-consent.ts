/** What people write in a consent column, and when it was. */

const yes = new Set(
  "ja yes y j 1 true sann sant sand t x ✓ ✔ ☑ ok on på subscribed granted samtykket godkjent".split(" "),
);
const no = new Set("nei no nej n 0 false usann falsk usant f - off av unsubscribed withdrawn".split(" "));

/** True, false, or null for a word that could mean either. */
export function readConsent(value: string): boolean | null {
  const word = value.toLowerCase();
  return yes.has(word) ? true : no.has(word) ? false : null;
}

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
