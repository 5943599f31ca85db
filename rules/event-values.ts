/** What stands in the placeholders of an event: written in the reader's language, by the clock of where the event is. */
import type { Reader } from "./booking-values.ts";
import { momentsInWords } from "./moment-words.ts";
import { readerLocale } from "./reader-locale.ts";
import { isTimeZone } from "./time-zone.ts";

export interface EventFacts {
  event: {
    name: string;
    start: Date;
    time_zone: string;
    venue: string | null;
    address: string | null;
    url: string | null;
  };
  /** Null where the reader has several, or none. */
  order: { reference: string; link: string | null } | null;
  /** The kinds of the reader's tickets, one for each ticket. */
  tickets: readonly string[];
}

/** The values by the names of rules/event-placeholders.ts; null for what there is none of. */
export interface EventValues {
  [scope: string]: unknown;
  event: Record<"name" | "date" | "time" | "venue" | "address" | "url", string | null>;
  order: Record<"reference" | "link", string | null>;
  ticket: Record<"type", string | null>;
  tickets: string | null;
}

/** Never throws: a locale or zone that does not exist counts as none. */
export function eventValues({ event, order, tickets }: EventFacts, reader: Omit<Reader, "time_zone">): EventValues {
  const locale = readerLocale(reader);
  const zone = isTimeZone(event.time_zone) ? event.time_zone : "UTC";
  const { date, time } = momentsInWords({ start: event.start, end: event.start }, zone, null, locale);
  const kinds = new Map<string, number>();
  for (const kind of tickets) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  const counted = [...kinds].map(([kind, count]) => (tickets.length === 1 ? kind : `${count} x ${kind}`));
  return {
    event: { name: event.name, date, time, venue: event.venue, address: event.address, url: event.url },
    order: { reference: order?.reference ?? null, link: order?.link ?? null },
    ticket: { type: [...kinds.keys()].join(", ") || null },
    tickets: counted.join(", ") || null,
  };
}
