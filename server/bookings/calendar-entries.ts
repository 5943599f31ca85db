/** Bookings as entries of calendars: the customer's, and those of the people who serve them. */
import type { Language } from "../../contract/shapes.ts";
import { fullName } from "../contacts/person.ts";
import { bookingPdfWords } from "./booking-pdf-words.ts";
import { type Booking, isOff, namesOf } from "./booking.ts";
import type { CalendarEntry } from "./icalendar.ts";
import type { ManageLinks } from "./manage-links.ts";

/** The same for each who has the booking, so that a calendar that gets it by two ways has it once. */
type Frame = Omit<CalendarEntry, "summary" | "description" | "location" | "url">;

const frameOf = (booking: Booking): Frame => ({
  uid: booking.id,
  sequence: booking.sequence,
  start: booking.start_at,
  end: booking.end_at,
  status: isOff(booking) ? "CANCELLED" : booking.stands_for === "pending" ? "TENTATIVE" : "CONFIRMED",
  created_at: booking.created_at,
  updated_at: booking.updated_at,
});

/** For whoever comes: nothing of notes and of others who come. `business` is the workspace's name. */
export function entryForCustomer(
  booking: Booking,
  links: ManageLinks,
  { business, language }: { business: string; language: Language },
): CalendarEntry {
  const words = bookingPdfWords[language];
  const { location } = booking;
  const url = links.urlOf(booking.manage_code);
  const resources = booking.resources.map(({ name }) => name).join(", ");
  return {
    ...frameOf(booking),
    summary: joined([booking.service?.name, business], " – "),
    description: joined(
      [
        `${words.reference}: ${booking.reference}`,
        resources && `${words.resource}: ${resources}`,
        location?.directions,
        location?.phone && `${business}: ${location.phone}`,
        url,
      ],
      "\n",
    ),
    location: placeOf(booking),
    url,
  };
}

/** For those who serve the customer: who it is, how to reach them, and what was noted. */
export function entryForResource(booking: Booking, language: Language): CalendarEntry {
  const { customer, attendees, service, notes, reference } = booking;
  const coming = attendees.map((each) => fullName(namesOf(each))).filter((name) => name !== null);
  const who = fullName(customer) ?? customer?.mobile ?? customer?.email ?? joined(coming.slice(0, mostNames), ", ");
  return {
    ...frameOf(booking),
    summary: joined([service?.name, who], " – ") || reference,
    description: joined(
      [customer?.mobile ?? customer?.phone, notes, `${bookingPdfWords[language].reference}: ${reference}`],
      "\n",
    ),
    location: placeOf(booking),
    url: null,
  };
}

const mostNames = 3;

const placeOf = ({ location }: Booking): string | null => location && joined([location.name, location.address], ", ");

const joined = (parts: readonly (string | null | undefined)[], separator: string): string =>
  parts.filter(Boolean).join(separator);
