/** A booking to show in previews before there is one, written as a real one would be. */
import type { Language } from "../contract/shapes.ts";
import { type BookingValues, bookingValues } from "./booking-values.ts";

interface ExampleWords {
  notes: string;
  service: string;
  oldService: string;
  location: string;
  oldLocation: string;
  address: string;
  phone: string;
  directions: string;
  resource: string;
  oldResource: string;
}

const words: Record<Language, ExampleWords> = {
  en: {
    notes: "First visit",
    service: "Cut and colour",
    oldService: "Cut",
    location: "Bridge Street",
    oldLocation: "Market Square",
    address: "12 Bridge Street",
    phone: "020 7946 0123",
    directions: "Entrance from the yard",
    resource: "Emma",
    oldResource: "James",
  },
  nb: {
    notes: "Første gang",
    service: "Klipp og farge",
    oldService: "Klipp",
    location: "Grünerløkka",
    oldLocation: "Majorstuen",
    address: "Markveien 35, 0554 Oslo",
    phone: "22 12 34 56",
    directions: "Inngang fra bakgården",
    resource: "Ida",
    oldResource: "Per",
  },
  sv: {
    notes: "Första besöket",
    service: "Klippning och färg",
    oldService: "Klippning",
    location: "Södermalm",
    oldLocation: "Vasastan",
    address: "Götgatan 35, 116 21 Stockholm",
    phone: "08-123 456 78",
    directions: "Ingång från gården",
    resource: "Elin",
    oldResource: "Johan",
  },
  da: {
    notes: "Første besøg",
    service: "Klip og farve",
    oldService: "Klip",
    location: "Nørrebro",
    oldLocation: "Østerbro",
    address: "Elmegade 12, 2200 København",
    phone: "33 12 34 56",
    directions: "Indgang fra gården",
    resource: "Freja",
    oldResource: "Mads",
  },
};

const prices: Readonly<Record<string, { amount: number; currency: string }>> = {
  NO: { amount: 850, currency: "NOK" },
  SE: { amount: 850, currency: "SEK" },
  DK: { amount: 650, currency: "DKK" },
  GB: { amount: 65, currency: "GBP" },
  US: { amount: 85, currency: "USD" },
};
const otherPrice = { amount: 75, currency: "EUR" };

/** Values of all placeholders of a booking, in a workspace's language and by its country's habits. */
export function exampleBookingValues(language: Language, country: string): BookingValues {
  const { notes, service, oldService, location, oldLocation, address, phone, directions, resource, oldResource } =
    words[language];
  const facts = {
    reference: "K7PX-3MQD",
    status: "confirmed",
    start: new Date("2026-12-04T14:00:00Z"),
    end: new Date("2026-12-04T15:30:00Z"),
    time_zone: "UTC",
    notes,
    price: prices[country] ?? otherPrice,
    service: { name: service },
    location: { name: location, address, phone, directions, remote: false },
    resources: [{ name: resource }],
    manage_link: "https://sms.example/b/k3Xv9QaZ81bC",
    group: false,
    old: {
      start: new Date("2026-12-03T10:00:00Z"),
      end: new Date("2026-12-03T11:30:00Z"),
      time_zone: "UTC",
      service: oldService,
      location: oldLocation,
      resources: [oldResource],
    },
  };
  return bookingValues(facts, { locale: null, time_zone: null, language, country });
}
