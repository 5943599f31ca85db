/** When a booking is, in words: for pages that people open without signing in. */
import { bookingValues, type BookingFacts, type Reader } from "../../rules/booking-values.ts";
import { readerLocale } from "../../rules/reader-locale.ts";
import { isTimeZone } from "../../rules/time-zone.ts";
import { zoneInWords } from "../../rules/zone-words.ts";

export interface BookingWhen {
  /** Such as "fredag 4. desember 2026 kl. 14:00–15:00". */
  whole: string;
  /** The start alone. */
  start: string;
  /** The same within a sentence. */
  startWithin: string;
}

/**
 * The times of the place; of a booking that people take part in from where they are, those of the reader's zone, if it is known, and
 * always with the zone.
 */
export function whenOf(facts: BookingFacts, reader: Reader): BookingWhen {
  const isRemote = facts.location?.remote === true;
  const own = { ...reader, time_zone: isRemote ? reader.time_zone : null };
  const { booking: first } = bookingValues(facts, own);
  const { booking: last } = bookingValues({ ...facts, start: facts.end }, own);
  const zone = isRemote ? ` (${zoneInWords(zoneOf(facts, own), readerLocale(own), facts.start)})` : "";
  const start = `${first.weekday} ${first.date}, ${first.time}`;
  const end = first.date === last.date ? `–${last.time}` : ` – ${last.weekday} ${last.date}, ${last.time}`;
  return {
    whole: capital(`${start}${facts.end > facts.start ? end : ""}${zone}`),
    start: capital(start + zone),
    startWithin: start + zone,
  };
}

function zoneOf({ time_zone }: BookingFacts, { time_zone: own }: Reader): string {
  if (own !== null && isTimeZone(own)) return own;
  return isTimeZone(time_zone) ? time_zone : "UTC";
}

/** With a capital letter at its beginning. */
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
