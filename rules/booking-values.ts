/**
 * What stands in the placeholders of a booking, for texts, mails and documents alike: written in the recipient's language, by the clock
 * of the place where they come, or of where they are if they take part from there.
 */
import type { Language } from "../contract/shapes.ts";
import { statusInWords, yoursInWords } from "./booking-status-words.ts";
import { momentsInWords, plain } from "./moment-words.ts";
import { offsetAt } from "./offset-at.ts";
import { languageOf, readerLocale } from "./reader-locale.ts";
import { remembered } from "./remembered.ts";
import { isTimeZone } from "./time-zone.ts";

export interface BookingFacts {
  reference: string;
  /** A built-in status, which is put into words, or a name of the workspace's own. */
  status: string;
  start: Date;
  end: Date;
  time_zone: string;
  notes: string | null;
  /** In units of the currency (ISO 4217). */
  price: { amount: number; currency: string } | null;
  service: { name: string } | null;
  location: {
    name: string;
    address: string | null;
    phone: string | null;
    directions: string | null;
    /** Whether people take part from where they are. */
    remote: boolean;
  } | null;
  resources: readonly { name: string }[];
  manage_link: string | null;
  /** Whether the reader has a place among others, rather than the booking. */
  group: boolean;
  /** How it was before a change, with names. */
  old: {
    start: Date;
    end: Date;
    time_zone: string;
    service: string | null;
    location: string | null;
    resources: readonly string[];
  } | null;
}

export interface Reader {
  /** BCP 47, perhaps without region. */
  locale: string | null;
  time_zone: string | null;
  /** The workspace's, for a reader without locale. */
  language: Language;
  /** The workspace's, for a locale without region. */
  country: string;
}

/** The values by the names of rules/booking-placeholders.ts; null for what there is none of. */
export interface BookingValues {
  booking: Record<
    | "reference"
    | "status"
    | "date"
    | "time"
    | "end_time"
    | "weekday"
    | "duration"
    | "notes"
    | "price"
    | "manage_link"
    | "yours",
    string | null
  >;
  old: Record<"date" | "time" | "end_time" | "weekday" | "service" | "location" | "resource", string | null>;
  service: Record<"name", string | null>;
  location: Record<"name" | "address" | "phone" | "directions", string | null>;
  resource: Record<"name", string | null>;
}

/** Never throws: a locale or zone that does not exist counts as none. */
export function bookingValues(facts: BookingFacts, reader: Reader): BookingValues {
  const locale = readerLocale(reader);
  const { old, location } = facts;
  const own = reader.time_zone !== null && isTimeZone(reader.time_zone) ? reader.time_zone : null;
  const zoneOf = ({ time_zone }: { time_zone: string }): string =>
    (location?.remote ? own : null) ?? (isTimeZone(time_zone) ? time_zone : "UTC");
  const zone = zoneOf(facts);
  return {
    booking: {
      reference: facts.reference,
      status: statusInWords(facts.status, languageOf(locale) ?? "en"),
      ...momentsInWords(facts, zone, own, locale),
      duration: duration(facts, zone, locale),
      notes: facts.notes,
      price: facts.price && price(facts.price, locale),
      manage_link: facts.manage_link,
      yours: yoursInWords(facts.group, languageOf(locale) ?? "en"),
    },
    old: {
      ...(old
        ? momentsInWords(old, zoneOf(old), own, locale)
        : { date: null, time: null, end_time: null, weekday: null }),
      service: old?.service ?? null,
      location: old?.location ?? null,
      resource: old && listed(old.resources, locale),
    },
    service: { name: facts.service?.name ?? null },
    location: {
      name: location?.name ?? null,
      address: location?.address ?? null,
      phone: location?.phone ?? null,
      directions: location?.directions ?? null,
    },
    resource: {
      name: listed(
        facts.resources.map(({ name }) => name),
        locale,
      ),
    },
  };
}

const numberFormat = remembered<Intl.NumberFormat>(1_000);

const minutesOf = { day: 24 * 60, hour: 60, minute: 1 } as const;

/** In days, hours and minutes: elapsed time, from a day on by the clock, so that a night in which it is changed counts as one. */
function duration({ start, end }: { start: Date; end: Date }, zone: string, locale: string): string {
  const elapsed = (end.getTime() - start.getTime()) / 60_000;
  const shown = elapsed + (offsetAt(end.getTime(), zone) - offsetAt(start.getTime(), zone)) / 60_000;
  let left = Math.max(0, Math.round(shown >= minutesOf.day ? shown : elapsed));
  const words: string[] = [];
  for (const unit of ["day", "hour", "minute"] as const) {
    const count = Math.floor(left / minutesOf[unit]);
    left -= count * minutesOf[unit];
    if (count === 0 && (unit !== "minute" || words.length > 0)) continue;
    const format = () => new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" });
    words.push(numberFormat(`${locale}|${unit}`, format).format(count));
  }
  return plain(words.join(" "));
}

/** With decimals only where there are some. */
function price({ amount, currency }: { amount: number; currency: string }, locale: string): string {
  if (!/^[A-Za-z]{3}$/.test(currency)) return `${amount} ${currency}`.trim();
  const format = () =>
    new Intl.NumberFormat(locale, { style: "currency", currency, trailingZeroDisplay: "stripIfInteger" });
  return plain(numberFormat(`${locale}|${currency}`, format).format(amount));
}

function listed(names: readonly string[], locale: string): string | null {
  return names.length < 2 ? (names[0] ?? null) : new Intl.ListFormat(locale).format(names);
}
