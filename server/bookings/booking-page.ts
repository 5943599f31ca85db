/** The public page of a booking, and what it says. */
import type { Language } from "../../contract/shapes.ts";
import { statusInWords } from "../../rules/booking-status-words.ts";
import type { Reader } from "../../rules/booking-values.ts";
import { escapeHtml } from "../../rules/escape-html.ts";
import { publicPage } from "../kit/public-page.ts";
import { bookingPdfWords } from "./booking-pdf-words.ts";
import { capital, whenOf } from "./booking-when.ts";
import { type Booking, isLive, isOff } from "./booking.ts";
import type { ManageLinks } from "./manage-links.ts";
import { factsOf } from "./workflows/texts.ts";

interface Words {
  title(business: string): string;
  pending(business: string): string;
  moved(before: string): string;
  cancelledTitle: string;
  cancelled: string;
  rejectedTitle: string;
  rejected: string;
  remote: string;
  join: string;
  addToCalendar: string;
  /** `phone` is a link. */
  call(business: string, phone: string): string;
  contact(business: string): string;
}

const words: Record<Language, Words> = {
  en: {
    title: (business) => `Your booking with ${business}`,
    pending: (business) => `It is not confirmed yet. You hear from ${business} once it is.`,
    moved: (before) => `The time has changed. It was ${before}.`,
    cancelledTitle: "This booking is cancelled",
    cancelled: "You are not expected at this time any more.",
    rejectedTitle: "This booking was declined",
    rejected: "You are not expected at this time.",
    remote: "You take part from where you are.",
    join: "How to join",
    addToCalendar: "Add to calendar",
    call: (business, phone) => `Questions, or something to change? Call ${business} on ${phone}.`,
    contact: (business) => `Questions, or something to change? Get in touch with ${business}.`,
  },
  nb: {
    title: (business) => `Bestillingen din hos ${business}`,
    pending: (business) => `Den er ikke bekreftet ennå. Du hører fra ${business} når den er det.`,
    moved: (before) => `Tiden er endret. Den var ${before}.`,
    cancelledTitle: "Bestillingen er avlyst",
    cancelled: "Du er ikke lenger ventet til denne tiden.",
    rejectedTitle: "Bestillingen ble avslått",
    rejected: "Du er ikke ventet til denne tiden.",
    remote: "Du deltar der du er.",
    join: "Slik blir du med",
    addToCalendar: "Legg i kalenderen",
    call: (business, phone) => `Spørsmål, eller noe du vil endre? Ring ${business} på ${phone}.`,
    contact: (business) => `Spørsmål, eller noe du vil endre? Ta kontakt med ${business}.`,
  },
  sv: {
    title: (business) => `Din bokning hos ${business}`,
    pending: (business) => `Den är inte bekräftad än. Du hör från ${business} när den är det.`,
    moved: (before) => `Tiden är ändrad. Den var ${before}.`,
    cancelledTitle: "Bokningen är avbokad",
    cancelled: "Du är inte längre väntad den här tiden.",
    rejectedTitle: "Bokningen blev avböjd",
    rejected: "Du är inte väntad den här tiden.",
    remote: "Du deltar där du är.",
    join: "Så deltar du",
    addToCalendar: "Lägg till i kalendern",
    call: (business, phone) => `Frågor, eller något du vill ändra? Ring ${business} på ${phone}.`,
    contact: (business) => `Frågor, eller något du vill ändra? Hör av dig till ${business}.`,
  },
  da: {
    title: (business) => `Din booking hos ${business}`,
    pending: (business) => `Den er ikke bekræftet endnu. Du hører fra ${business}, når den er det.`,
    moved: (before) => `Tidspunktet er ændret. Det var ${before}.`,
    cancelledTitle: "Bookingen er aflyst",
    cancelled: "Du er ikke længere ventet på dette tidspunkt.",
    rejectedTitle: "Bookingen blev afvist",
    rejected: "Du er ikke ventet på dette tidspunkt.",
    remote: "Du deltager, hvor du er.",
    join: "Sådan deltager du",
    addToCalendar: "Føj til kalender",
    call: (business, phone) => `Spørgsmål, eller noget du vil ændre? Ring til ${business} på ${phone}.`,
    contact: (business) => `Spørgsmål, eller noget du vil ændre? Kontakt ${business}.`,
  },
};

/** The workspace, as far as such a page shows it, and the moment of the visit. */
export interface PageContext {
  business: string;
  links: ManageLinks;
  now: Date;
  /** When the booking began before it was moved; null where it was not. */
  startBefore: Date | null;
}

/** The page. Whoever opens it may be anybody who comes: it has no notes and nobody's name but those of the resources. */
export function bookingPage(language: Language, booking: Booking, reader: Reader, context: PageContext): string {
  const say = words[language];
  const { business, links, now } = context;
  const isAhead = isLive(booking) && booking.end_at > now;
  const calendar = `<p><a class="button" href="${bookingPath(booking)}.ics">${say.addToCalendar}</a></p>`;
  return publicPage(
    language,
    titleOf(say, booking, business),
    `${noteOf(say, booking, business, isAhead)}${isAhead ? movedNote(say, booking, reader, context) : ""}${facts(language, booking, reader, links)}${isAhead ? calendar : ""}<p>${contact(say, booking, business)}</p>`,
  );
}

/** The page's address on this host. */
export const bookingPath = ({ manage_code }: Pick<Booking, "manage_code">): string => `/b/${manage_code}`;

function titleOf(say: Words, booking: Booking, business: string): string {
  if (!isOff(booking)) return say.title(business);
  return booking.stands_for === "cancelled" ? say.cancelledTitle : say.rejectedTitle;
}

function noteOf(say: Words, booking: Booking, business: string, isAhead: boolean): string {
  if (isOff(booking)) {
    const text = booking.stands_for === "cancelled" ? say.cancelled : say.rejected;
    return `<p class="off">${text}</p>`;
  }
  return booking.stands_for === "pending" && isAhead ? `<p>${escapeHtml(say.pending(business))}</p>` : "";
}

/** Whoever still has the time of an earlier message sees that it is another one now. */
function movedNote(say: Words, booking: Booking, reader: Reader, { links, startBefore }: PageContext): string {
  if (startBefore === null || startBefore.getTime() === booking.start_at.getTime()) return "";
  const before = { ...factsOf(booking, null, links), start: startBefore, end: startBefore };
  return `<p class="note">${escapeHtml(say.moved(whenOf(before, reader).startWithin))}</p>`;
}

function facts(language: Language, booking: Booking, reader: Reader, links: ManageLinks): string {
  const labels = bookingPdfWords[language];
  const { service, location, resources, reference, status } = booking;
  const where = location && [location.name, location.address, location.remote && words[language].remote];
  const rows: [label: string, html: string | null][] = [
    [labels.when, escapeHtml(whenOf(factsOf(booking, null, links), reader).whole)],
    [labels.service, service && escapeHtml(service.name)],
    [labels.resource, escapeHtml(new Intl.ListFormat(language).format(resources.map(({ name }) => name)))],
    [labels.where, where && withLinks(where.filter(Boolean).join("\n"))],
    [
      location?.remote ? words[language].join : labels.directions,
      location?.directions ? withLinks(location.directions) : null,
    ],
    [labels.reference, escapeHtml(reference)],
    [labels.status, escapeHtml(capital(statusInWords(status, language)))],
  ];
  return `<dl>${rows.map(([label, html]) => (html ? `<dt>${label}</dt><dd>${html}</dd>` : "")).join("")}</dl>`;
}

function contact(say: Words, { location }: Booking, business: string): string {
  const name = escapeHtml(business);
  const phone = location?.phone;
  if (!phone) return say.contact(name);
  const dialled = phone.replaceAll(/[^\d+]/g, "");
  return say.call(name, dialled ? `<a href="tel:${dialled}">${escapeHtml(phone)}</a>` : escapeHtml(phone));
}

/** A text as HTML, with the web addresses in it as links: that of a video call, for instance. */
function withLinks(text: string): string {
  return text
    .split(/(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)])/i)
    .map((part, i) => (i % 2 === 0 ? escapeHtml(part) : `<a href="${escapeHtml(part)}">${escapeHtml(part)}</a>`))
    .join("");
}
