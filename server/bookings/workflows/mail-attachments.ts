/** What goes with a mail about a booking, in the language of its reader. */
import type { Language } from "../../../contract/shapes.ts";
import { bookingValues } from "../../../rules/booking-values.ts";
import { languageOf, readerLocale } from "../../../rules/reader-locale.ts";
import type { MailAttachment } from "../../kit/mail.ts";
import { type Booking, fullName, namesOf } from "../booking.ts";
import { entryForCustomer } from "../calendar-entries.ts";
import { calendarOf } from "../icalendar.ts";
import type { Deciding } from "./step.ts";
import { factsOf, type Home } from "./texts.ts";

/** The language of our own words for a recipient. */
export const mailLanguage = (workspace: Home, locale: string | null): Language =>
  languageOf(readerLocale({ locale, language: workspace.language, country: workspace.country })) ?? workspace.language;

/** What goes with a mail about a booking: the booking as a PDF, and as a calendar entry. */
export async function attachmentsOf(
  deciding: Deciding,
  booking: Booking | null,
  { pdf, ics }: { pdf?: boolean | undefined; ics?: boolean | undefined },
  { language, heading, locale }: { language: Language; heading: string; locale: string | null },
): Promise<MailAttachment[]> {
  if (booking === null) return [];
  const { workspace, links } = deciding;
  const files: MailAttachment[] = [];
  if (pdf) {
    const content = await pdfOf(deciding, booking, { language, heading, locale });
    files.push({ name: `${booking.reference}.pdf`, type: "application/pdf", content });
  }
  if (ics) {
    const content = Buffer.from(
      calendarOf([entryForCustomer(booking, links, { business: workspace.name, language })], { language }),
    );
    files.push({ name: `${booking.reference}.ics`, type: "text/calendar; charset=utf-8; method=PUBLISH", content });
  }
  return files;
}

async function pdfOf(
  { workspace, links, now }: Deciding,
  booking: Booking,
  { language, heading, locale }: { language: Language; heading: string; locale: string | null },
): Promise<Buffer> {
  // Loaded where a mail needs it: the fonts take 100 MB of memory.
  const { bookingPdf } = await import("../booking-pdf.ts");
  const reader = { locale, time_zone: null, language: workspace.language, country: workspace.country };
  const values = bookingValues(factsOf(booking, null, links), reader);
  const { customer, location } = booking;
  return bookingPdf({
    language,
    business: workspace.name,
    heading,
    reference: booking.reference,
    when: `${values.booking.weekday} ${values.booking.date}\n${values.booking.time}–${values.booking.end_time}`,
    service: values.service.name,
    resource: values.resource.name,
    where: location && [location.name, location.address].filter(Boolean).join("\n"),
    directions: location?.directions ?? null,
    price: values.booking.price,
    status: values.booking.status,
    booked_by: customer && [fullName(customer), customer.mobile, customer.email].filter(Boolean).join("\n"),
    attendees: booking.attendees.map((each) => fullName(namesOf(each)) ?? ""),
    // Notes are the salon's own, unless a text names them.
    notes: null,
    manage_link: links.urlOf(booking.manage_code),
    footer: [workspace.name, location?.address, location?.phone].filter(Boolean).join("\n"),
    created_at: now,
  });
}
