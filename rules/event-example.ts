/** An event to show in previews before there is one, written as a real one would be. */
import type { Language } from "../contract/shapes.ts";
import { type EventValues, eventValues } from "./event-values.ts";

interface ExampleWords {
  name: string;
  venue: string;
  address: string;
  kinds: readonly [string, string];
  first_name: string;
  last_name: string;
  holder: string;
  mobile: string;
}

const words: Record<Language, ExampleWords> = {
  en: {
    name: "Christmas concert",
    venue: "Bridge Hall",
    address: "12 Bridge Street",
    kinds: ["Standard", "Child"],
    first_name: "Emma",
    last_name: "Taylor",
    holder: "James",
    mobile: "+447700900123",
  },
  nb: {
    name: "Julekonsert",
    venue: "Folketeateret",
    address: "Storgata 21, 0184 Oslo",
    kinds: ["Ordinær", "Barn"],
    first_name: "Kari",
    last_name: "Nordmann",
    holder: "Ola",
    mobile: "+4791234567",
  },
  sv: {
    name: "Julkonsert",
    venue: "Stora salen",
    address: "Götgatan 35, 116 21 Stockholm",
    kinds: ["Ordinarie", "Barn"],
    first_name: "Anna",
    last_name: "Svensson",
    holder: "Erik",
    mobile: "+46701740605",
  },
  da: {
    name: "Julekoncert",
    venue: "Store sal",
    address: "Elmegade 12, 2200 København",
    kinds: ["Voksen", "Barn"],
    first_name: "Mette",
    last_name: "Hansen",
    holder: "Lars",
    mobile: "+4520123456",
  },
};

/** Values of all placeholders of an event, in a workspace's language and by its country's habits. */
export function exampleEventValues(language: Language, country: string): EventValues {
  const { name, venue, address, kinds, first_name, last_name, holder, mobile } = words[language];
  const facts = {
    event: {
      name,
      start: new Date("2026-12-04T19:00:00Z"),
      time_zone: "UTC",
      venue,
      address,
      url: "https://tickets.example/concert",
    },
    order: { reference: "K7PX-3MQD", link: "https://sms.example/o/k3Xv9QaZ81bC" },
    tickets: [kinds[0], kinds[0], kinds[1]],
  };
  const buyer = { first_name, last_name, mobile, phone: null, email: "buyer@example.com", locale: language };
  return {
    ...eventValues(facts, { locale: null, language, country }),
    contact: buyer,
    buyer,
    holder: { ...buyer, first_name: holder, email: "holder@example.com" },
    preferences_link: "https://sms.example/p/k3Xv9QaZ81bC",
  };
}
