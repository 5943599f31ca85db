/** What goes with a mail about a booking, in the language of its reader. */
import type { Language } from "../../../contract/shapes.ts";
import { bookingValues } from "../../../rules/booking-values.ts";
import { languageOf, readerLocale } from "../../../rules/reader-locale.ts";
import { fullName } from "../../contacts/person.ts";
import type { MailAttachment } from "../../kit/mail.ts";
import { type Booking, namesOf } from "../booking.ts";
import { entryForCustomer } from "../calendar-entries.ts";
import { calendarOf } from "../icalendar.ts";
import type { RecipientOf } from "./recipients.ts";
import type { Deciding } from "./step.ts";
import { factsOf, type Home } from "./texts.ts";

/** The language of our own words for a recipient. */
export const mailLanguage = (workspace: Home, locale: string | null): Language =>
  languageOf(readerLocale({ locale, language: workspace.language, country: workspace.country })) ?? workspace.language;

/** Whom attachments are for, and how they are written. */
export interface Reading {
  recipient: Pick<RecipientOf, "kind" | "contact" | "locale" | "time_zone">;
  language: Language;
  heading: string;
}

export type AttachmentMaker = (booking: Booking | null, reading: Reading) => Promise<MailAttachment[]>;

/** Makes what goes with mails about bookings: the booking as a PDF, and as a calendar entry. What is the same for several is made once. */
export function attachmentMaker(
  deciding: Pick<Deciding, "workspace" | "links" | "now">,
  { pdf, ics }: { pdf?: boolean | undefined; ics?: boolean | undefined },
): AttachmentMaker {
  const pdfs = new Map<string, Promise<Buffer>>();
  const { workspace, links } = deciding;
  return async (booking, { recipient, language, heading }) => {
    if (booking === null) return [];
    const files: MailAttachment[] = [];
    if (pdf) {
      const { locale, time_zone } = recipient;
      const knows = whatIsKnownTo(booking, recipient);
      const key = JSON.stringify([booking.id, language, heading, locale, time_zone, knows]);
      const content = pdfs.get(key) ?? pdfOf(deciding, booking, { language, heading, locale, time_zone, knows });
      pdfs.set(key, content);
      files.push({ name: `${booking.reference}.pdf`, type: "application/pdf", content: await content });
    }
    if (ics) {
      const content = Buffer.from(
        calendarOf([entryForCustomer(booking, links, { business: workspace.name, language })], { language }),
      );
      files.push({ name: `${booking.reference}.ics`, type: "text/calendar; charset=utf-8; method=PUBLISH", content });
    }
    return files;
  };
}

interface Known {
  /** Who booked and who comes. */
  people: boolean;
  notes: boolean;
}

/** Notes are the business's own. Who comes with others reads nothing of them, nor of who booked, unless they booked themselves. */
function whatIsKnownTo({ customer_id }: Booking, { kind, contact }: Reading["recipient"]): Known {
  const isGuest = kind === "attendee" && (contact === null || contact.id !== customer_id);
  return { people: !isGuest, notes: kind !== "attendee" && kind !== "customer" };
}

async function pdfOf(
  { workspace, links, now }: Pick<Deciding, "workspace" | "links" | "now">,
  booking: Booking,
  {
    language,
    heading,
    knows,
    ...of
  }: { language: Language; heading: string; locale: string | null; time_zone: string | null; knows: Known },
): Promise<Buffer> {
  // Loaded where a mail needs it: the fonts take 100 MB of memory.
  const { bookingPdf } = await import("../booking-pdf.ts");
  const reader = { ...of, language: workspace.language, country: workspace.country };
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
    booked_by:
      knows.people && customer
        ? [fullName(customer), customer.mobile, customer.email].filter(Boolean).join("\n")
        : null,
    attendees: knows.people ? booking.attendees.map((each) => fullName(namesOf(each)) ?? "") : [],
    notes: knows.notes ? booking.notes : null,
    manage_link: links.urlOf(booking.manage_code),
    footer: [workspace.name, location?.address, location?.phone].filter(Boolean).join("\n"),
    created_at: now,
  });
}
