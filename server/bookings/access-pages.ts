/** The pages of access links and the customer's own page, and what they say. */
import type { Language } from "../../contract/shapes.ts";
import { statusInWords } from "../../rules/booking-status-words.ts";
import { escapeHtml } from "../../rules/escape-html.ts";
import { publicPage } from "../kit/public-page.ts";
import { bookingPath } from "./booking-page.ts";
import { whenOf } from "./booking-when.ts";
import { type Booking, isOff } from "./booking.ts";
import type { ManageLinks } from "./manage-links.ts";
import type { OwnPage } from "./own-page.ts";
import { factsOf } from "./workflows/texts.ts";

interface Words {
  openTitle(business: string): string;
  open: string;
  continue: string;
  overTitle: string;
  over: string;
  closedTitle: string;
  closed(business: string): string;
  title(business: string): string;
  hello(name: string): string;
  coming: string;
  noneComing: string;
  past: string;
  more(business: string): string;
  signOut: string;
  leftTitle: string;
  left: string;
}

const words: Record<Language, Words> = {
  en: {
    openTitle: (business) => `Your page at ${business}`,
    open: "Here you see your bookings. The link is yours alone: do not pass it on.",
    continue: "Continue",
    overTitle: "This link does not work any more",
    over: "A link like this works once, and for 14 days. Check that you have copied all of it, or ask the business that sent it for a new one.",
    closedTitle: "Your page is not available",
    closed: (business) =>
      `${business} does not offer such a page at the moment. Get in touch with them about your bookings.`,
    title: (business) => `Your bookings with ${business}`,
    hello: (name) => `Signed in as ${name}.`,
    coming: "Coming",
    noneComing: "You have no bookings ahead.",
    past: "Past",
    more: (business) => `You have more bookings than are shown here. Ask ${business} about the others.`,
    signOut: "Sign out",
    leftTitle: "You are not signed in",
    left: "For your safety a visit ends by itself after a while. Open the link in your latest message, or ask the business for a new one.",
  },
  nb: {
    openTitle: (business) => `Siden din hos ${business}`,
    open: "Her ser du bestillingene dine. Lenken er bare til deg: ikke gi den videre.",
    continue: "Fortsett",
    overTitle: "Lenken virker ikke lenger",
    over: "En slik lenke kan brukes én gang, innen 14 dager. Sjekk at du har fått med hele, eller be bedriften som sendte den, om en ny.",
    closedTitle: "Siden din er ikke tilgjengelig",
    closed: (business) => `${business} tilbyr ikke en slik side akkurat nå. Ta kontakt med dem om bestillingene dine.`,
    title: (business) => `Bestillingene dine hos ${business}`,
    hello: (name) => `Logget inn som ${name}.`,
    coming: "Kommende",
    noneComing: "Du har ingen kommende bestillinger.",
    past: "Tidligere",
    more: (business) => `Du har flere bestillinger enn det som vises her. Spør ${business} om resten.`,
    signOut: "Logg ut",
    leftTitle: "Du er ikke logget inn",
    left: "For sikkerhets skyld logges du ut av seg selv etter en stund. Åpne lenken i den siste meldingen din, eller be bedriften om en ny.",
  },
  sv: {
    openTitle: (business) => `Din sida hos ${business}`,
    open: "Här ser du dina bokningar. Länken är bara till dig: skicka den inte vidare.",
    continue: "Fortsätt",
    overTitle: "Länken fungerar inte längre",
    over: "En sådan länk kan användas en gång, inom 14 dagar. Kontrollera att du fick med hela, eller be företaget som skickade den om en ny.",
    closedTitle: "Din sida är inte tillgänglig",
    closed: (business) => `${business} erbjuder ingen sådan sida just nu. Hör av dig till dem om dina bokningar.`,
    title: (business) => `Dina bokningar hos ${business}`,
    hello: (name) => `Inloggad som ${name}.`,
    coming: "Kommande",
    noneComing: "Du har inga kommande bokningar.",
    past: "Tidigare",
    more: (business) => `Du har fler bokningar än de som visas här. Fråga ${business} om resten.`,
    signOut: "Logga ut",
    leftTitle: "Du är inte inloggad",
    left: "För säkerhets skull loggas du ut av sig självt efter en stund. Öppna länken i ditt senaste meddelande, eller be företaget om en ny.",
  },
  da: {
    openTitle: (business) => `Din side hos ${business}`,
    open: "Her ser du dine bookinger. Linket er kun til dig: giv det ikke videre.",
    continue: "Fortsæt",
    overTitle: "Linket virker ikke længere",
    over: "Sådan et link kan bruges én gang, inden for 14 dage. Tjek, at du har fået hele linket med, eller bed virksomheden, der sendte det, om et nyt.",
    closedTitle: "Din side er ikke tilgængelig",
    closed: (business) => `${business} tilbyder ikke sådan en side lige nu. Kontakt dem om dine bookinger.`,
    title: (business) => `Dine bookinger hos ${business}`,
    hello: (name) => `Logget ind som ${name}.`,
    coming: "Kommende",
    noneComing: "Du har ingen kommende bookinger.",
    past: "Tidligere",
    more: (business) => `Du har flere bookinger, end der vises her. Spørg ${business} om resten.`,
    signOut: "Log ud",
    leftTitle: "Du er ikke logget ind",
    left: "For en sikkerheds skyld bliver du logget ud efter et stykke tid. Åbn linket i din seneste besked, eller bed virksomheden om et nyt.",
  },
};

const note = (text: string): string => `<p>${escapeHtml(text)}</p>`;

/** What a link shows before it is used: programs that look at the links of messages press no button. */
export function continuePage(language: Language, business: string): string {
  const say = words[language];
  const form = `<form method="post"><button>${say.continue}</button></form>`;
  return publicPage(language, say.openTitle(business), note(say.open) + form);
}

/** Of a link that never was, is used, has expired, or whose contact is gone: they look the same. */
export const overPage = (language: Language): string =>
  publicPage(language, words[language].overTitle, note(words[language].over));

/** Where the workspace gives its customers no access. */
export const closedPage = (language: Language, business: string): string =>
  publicPage(language, words[language].closedTitle, note(words[language].closed(business)));

/** Without a visit. */
export const signedOutPage = (language: Language): string =>
  publicPage(language, words[language].leftTitle, note(words[language].left));

/** The customer's own page: their bookings, and nothing of other people. */
export function ownPage(language: Language, shown: OwnPage, links: ManageLinks): string {
  const say = words[language];
  const { business, name, coming, past, hasMore } = shown;
  const list = (bookings: readonly Booking[]) =>
    `<ul>${bookings.map((booking) => item(language, booking, shown, links)).join("")}</ul>`;
  return publicPage(
    language,
    say.title(business),
    [
      name === null ? "" : note(say.hello(name)),
      `<h2>${say.coming}</h2>`,
      coming.length > 0 ? list(coming) : note(say.noneComing),
      past.length > 0 ? `<h2>${say.past}</h2>${list(past)}` : "",
      hasMore ? note(say.more(business)) : "",
      `<form method="post"><button class="plain">${say.signOut}</button></form>`,
    ].join(""),
  );
}

function item(language: Language, booking: Booking, { reader }: OwnPage, links: ManageLinks): string {
  const own = { ...reader, locale: reader.locale ?? language };
  const { start } = whenOf(factsOf(booking, null, links), own);
  const isConfirmed = booking.stands_for === "confirmed";
  const status = isConfirmed ? null : escapeHtml(statusInWords(booking.status, language));
  const about = [booking.service?.name, booking.location?.name].filter((name) => name !== undefined).map(escapeHtml);
  const state = status !== null && isOff(booking) ? `<span class="off">${status}</span>` : status;
  const line = [...about, state].filter((part) => part !== null).join(" · ");
  return `<li><a href="${bookingPath(booking)}">${escapeHtml(start)}</a>${line}</li>`;
}
