/** The built-in statuses of bookings in words. */
import type { BuiltInStatus } from "../contract/booking-places.ts";
import type { Language } from "../contract/shapes.ts";

/** As they stand in a sentence: "Your booking is confirmed". */
const words: Record<Language, Record<BuiltInStatus, string>> = {
  en: {
    pending: "pending",
    confirmed: "confirmed",
    rejected: "rejected",
    cancelled: "cancelled",
    completed: "completed",
    no_show: "no-show",
  },
  nb: {
    pending: "ikke bekreftet ennå",
    confirmed: "bekreftet",
    rejected: "avslått",
    cancelled: "avlyst",
    completed: "gjennomført",
    no_show: "ikke møtt",
  },
  sv: {
    pending: "inte bekräftad än",
    confirmed: "bekräftad",
    rejected: "avböjd",
    cancelled: "avbokad",
    completed: "genomförd",
    no_show: "utebliven",
  },
  da: {
    pending: "ikke bekræftet endnu",
    confirmed: "bekræftet",
    rejected: "afvist",
    cancelled: "aflyst",
    completed: "gennemført",
    no_show: "udeblevet",
  },
};

/** A built-in status in words for a text; a workspace's own name as it is. */
export function statusInWords(status: string, language: Language): string {
  return Object.hasOwn(words.en, status) ? words[language][status as BuiltInStatus] : status;
}

/** What the reader has: the booking, or a place in it where several come. */
const yours: Record<Language, { booking: string; place: string }> = {
  en: { booking: "your booking", place: "your place" },
  nb: { booking: "timen din", place: "plassen din" },
  sv: { booking: "din tid", place: "din plats" },
  da: { booking: "din tid", place: "din plads" },
};

export const yoursInWords = (group: boolean, language: Language): string =>
  yours[language][group ? "place" : "booking"];
