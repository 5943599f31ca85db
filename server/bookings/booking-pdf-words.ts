/** The words of a booking's PDF. The values come in the same language from whoever orders the PDF. */
import type { Language } from "../../contract/shapes.ts";

export interface BookingPdfWords {
  reference: string;
  when: string;
  service: string;
  resource: string;
  where: string;
  directions: string;
  price: string;
  status: string;
  booked_by: string;
  attendees: string;
  notes: string;
  manage: string;
  /** Beside the picture that a phone's camera reads. */
  scan: string;
  page(number: number, of: number): string;
}

export const bookingPdfWords: Record<Language, BookingPdfWords> = {
  en: {
    reference: "Reference",
    when: "When",
    service: "Service",
    resource: "With",
    where: "Where",
    directions: "Getting there",
    price: "Price",
    status: "Status",
    booked_by: "Booked by",
    attendees: "Who is coming",
    notes: "Notes",
    manage: "See or change your booking",
    scan: "On paper? Scan the code with your phone.",
    page: (number, of) => `Page ${number} of ${of}`,
  },
  nb: {
    reference: "Referanse",
    when: "Når",
    service: "Tjeneste",
    resource: "Hos",
    where: "Hvor",
    directions: "Slik finner du frem",
    price: "Pris",
    status: "Status",
    booked_by: "Bestilt av",
    attendees: "Hvem som kommer",
    notes: "Merknad",
    manage: "Se eller endre bestillingen",
    scan: "På papir? Skann koden med mobilen.",
    page: (number, of) => `Side ${number} av ${of}`,
  },
  sv: {
    reference: "Referens",
    when: "När",
    service: "Tjänst",
    resource: "Hos",
    where: "Var",
    directions: "Hitta hit",
    price: "Pris",
    status: "Status",
    booked_by: "Bokat av",
    attendees: "Vilka som kommer",
    notes: "Kommentar",
    manage: "Se eller ändra bokningen",
    scan: "På papper? Skanna koden med mobilen.",
    page: (number, of) => `Sida ${number} av ${of}`,
  },
  da: {
    reference: "Reference",
    when: "Hvornår",
    service: "Ydelse",
    resource: "Hos",
    where: "Hvor",
    directions: "Find vej",
    price: "Pris",
    status: "Status",
    booked_by: "Booket af",
    attendees: "Hvem der kommer",
    notes: "Bemærkning",
    manage: "Se eller ændr bookingen",
    scan: "På papir? Scan koden med mobilen.",
    page: (number, of) => `Side ${number} af ${of}`,
  },
};
