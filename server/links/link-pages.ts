/** The pages of a link that leads nowhere, in the language of the visitor's browser. */
import type { Language } from "../../contract/shapes.ts";
import { escapeHtml } from "../../rules/escape-html.ts";
import { acceptedLanguage, publicPage } from "../kit/public-page.ts";

interface Words {
  unknownTitle: string;
  unknown: string;
  goneTitle: string;
  gone(business: string): string;
}

const words: Record<Language, Words> = {
  en: {
    unknownTitle: "We can’t find that page",
    unknown: "Nothing is at this address. Check that you have copied the whole link from the message.",
    goneTitle: "This link is no longer valid",
    gone: (business) =>
      `The link came in a text message from ${business}. Contact them if you still need what it led to.`,
  },
  nb: {
    unknownTitle: "Vi finner ikke siden",
    unknown: "Det er ingenting på denne adressen. Sjekk at du har fått med hele lenken fra meldingen.",
    goneTitle: "Lenken virker ikke lenger",
    gone: (business) =>
      `Du fikk lenken i en SMS fra ${business}. Ta kontakt med dem hvis du fortsatt trenger det den gikk til.`,
  },
  sv: {
    unknownTitle: "Vi hittar inte sidan",
    unknown: "Det finns inget på den här adressen. Kontrollera att du fick med hela länken från meddelandet.",
    goneTitle: "Länken fungerar inte längre",
    gone: (business) =>
      `Länken kom i ett sms från ${business}. Hör av dig till dem om du fortfarande behöver det den ledde till.`,
  },
  da: {
    unknownTitle: "Vi kan ikke finde siden",
    unknown: "Der er ikke noget på denne adresse. Tjek, at du har fået hele linket fra beskeden med.",
    goneTitle: "Linket virker ikke længere",
    gone: (business) =>
      `Linket kom i en sms fra ${business}. Kontakt dem, hvis du stadig har brug for det, det førte til.`,
  },
};

/** The best of our languages for an Accept-Language header; English where none is asked for. */
export const languageFor = (header: string | undefined): Language => acceptedLanguage(header) ?? "en";

/** Of a code that never existed, or is forgotten. */
export function unknownPage(language: Language): string {
  const { unknownTitle, unknown } = words[language];
  return page(language, unknownTitle, unknown);
}

/** Of a link that has expired, or whose recipient was erased. */
export function gonePage(language: Language, business: string): string {
  const { goneTitle, gone } = words[language];
  return page(language, goneTitle, gone(business));
}

const page = (language: Language, title: string, text: string) =>
  publicPage(language, title, `<p>${escapeHtml(text)}</p>`);
