/** Ready-made workflows, in each language: what most businesses begin with. They are off until somebody switches them on. */
import type { Language } from "../../../contract/shapes.ts";
import type { Action, When } from "../../../contract/workflows.ts";

export interface ReadyMade {
  key: string;
  name: string;
  description: string;
  when: When;
  do: Action[];
}

interface Words {
  name: string;
  description: string;
  text: string;
}

const toCustomer = (text: string): Action[] => [{ action: "send_sms", to: { customer: true }, text }];

const keys = ["confirmation", "change", "reminder", "thanks"] as const;
type Key = (typeof keys)[number];

const whens: Record<Key, When> = {
  confirmation: { trigger: "booking_created" },
  change: { trigger: "booking_changed" },
  reminder: { trigger: "before_start", hours: 24 },
  thanks: { trigger: "after_end", hours: 2, statuses: ["confirmed", "completed"] },
};

const words: Record<Language, Record<Key, Words>> = {
  en: {
    confirmation: {
      name: "Booking confirmation",
      description: "A text as soon as somebody has booked.",
      text: 'Hi {{ customer.first_name | default: "there" }}! {{ service.name | default: "Your booking" }} is booked for {{ booking.weekday }} {{ booking.date }} at {{ booking.time }}. See it here: {{ booking.manage_link }}\n{{ workspace.name }}',
    },
    change: {
      name: "Booking changed",
      description: "A text when the time, the place or the person is another.",
      text: 'Hi {{ customer.first_name | default: "there" }}! We have moved {{ booking.yours }} on {{ old.date }} at {{ old.time }} to {{ booking.weekday }} {{ booking.date }} at {{ booking.time }}. See it here: {{ booking.manage_link }}\n{{ workspace.name }}',
    },
    reminder: {
      name: "Reminder the day before",
      description: "A text 24 hours before the booking.",
      text: 'Hi {{ customer.first_name | default: "there" }}! Welcome {{ booking.weekday }} {{ booking.date }} at {{ booking.time }}. Can you not come? {{ booking.manage_link }}\n{{ workspace.name }}',
    },
    thanks: {
      name: "Thanks for your visit",
      description: "A text two hours after the booking.",
      text: "Thanks for your visit! We hope to see you again.\n{{ workspace.name }}",
    },
  },
  nb: {
    confirmation: {
      name: "Bekreftelse på booking",
      description: "En SMS med en gang noen har bestilt.",
      text: 'Hei {{ customer.first_name | default: "der" }}! {{ service.name | default: "Timen din" }} er bestilt {{ booking.weekday }} {{ booking.date }} kl. {{ booking.time }}. Se bestillingen her: {{ booking.manage_link }}\nHilsen {{ workspace.name }}',
    },
    change: {
      name: "Bookingen er endret",
      description: "En SMS når tid, sted eller person er en annen.",
      text: 'Hei {{ customer.first_name | default: "der" }}! Nå er {{ booking.yours }} {{ old.date }} kl. {{ old.time }} flyttet til {{ booking.weekday }} {{ booking.date }} kl. {{ booking.time }}. Se bestillingen her: {{ booking.manage_link }}\nHilsen {{ workspace.name }}',
    },
    reminder: {
      name: "Påminnelse dagen før",
      description: "En SMS 24 timer før.",
      text: 'Hei {{ customer.first_name | default: "der" }}! Velkommen {{ booking.weekday }} {{ booking.date }} kl. {{ booking.time }}. Kan du ikke komme? {{ booking.manage_link }}\nHilsen {{ workspace.name }}',
    },
    thanks: {
      name: "Takk for besøket",
      description: "En SMS to timer etter.",
      text: "Takk for besøket! Vi håper å se deg igjen.\nHilsen {{ workspace.name }}",
    },
  },
  sv: {
    confirmation: {
      name: "Bokningsbekräftelse",
      description: "Ett sms så fort någon har bokat.",
      text: 'Hej {{ customer.first_name | default: "där" }}! {{ service.name | default: "Din tid" }} är bokad {{ booking.weekday }} {{ booking.date }} kl. {{ booking.time }}. Se bokningen här: {{ booking.manage_link }}\nHälsningar {{ workspace.name }}',
    },
    change: {
      name: "Bokningen är ändrad",
      description: "Ett sms när tid, plats eller person är en annan.",
      text: 'Hej {{ customer.first_name | default: "där" }}! Nu är {{ booking.yours }} {{ old.date }} kl. {{ old.time }} flyttad till {{ booking.weekday }} {{ booking.date }} kl. {{ booking.time }}. Se bokningen här: {{ booking.manage_link }}\nHälsningar {{ workspace.name }}',
    },
    reminder: {
      name: "Påminnelse dagen innan",
      description: "Ett sms 24 timmar innan.",
      text: 'Hej {{ customer.first_name | default: "där" }}! Välkommen {{ booking.weekday }} {{ booking.date }} kl. {{ booking.time }}. Kan du inte komma? {{ booking.manage_link }}\nHälsningar {{ workspace.name }}',
    },
    thanks: {
      name: "Tack för besöket",
      description: "Ett sms två timmar efteråt.",
      text: "Tack för besöket! Vi hoppas att vi ses igen.\nHälsningar {{ workspace.name }}",
    },
  },
  da: {
    confirmation: {
      name: "Bekræftelse af booking",
      description: "En sms, så snart nogen har booket.",
      text: 'Hej {{ customer.first_name | default: "der" }}! {{ service.name | default: "Din tid" }} er booket {{ booking.weekday }} {{ booking.date }} kl. {{ booking.time }}. Se din booking her: {{ booking.manage_link }}\nHilsen {{ workspace.name }}',
    },
    change: {
      name: "Bookingen er ændret",
      description: "En sms, når tid, sted eller person er en anden.",
      text: 'Hej {{ customer.first_name | default: "der" }}! Nu er {{ booking.yours }} {{ old.date }} kl. {{ old.time }} flyttet til {{ booking.weekday }} {{ booking.date }} kl. {{ booking.time }}. Se din booking her: {{ booking.manage_link }}\nHilsen {{ workspace.name }}',
    },
    reminder: {
      name: "Påmindelse dagen før",
      description: "En sms 24 timer før.",
      text: 'Hej {{ customer.first_name | default: "der" }}! Velkommen {{ booking.weekday }} {{ booking.date }} kl. {{ booking.time }}. Kan du ikke komme? {{ booking.manage_link }}\nHilsen {{ workspace.name }}',
    },
    thanks: {
      name: "Tak for besøget",
      description: "En sms to timer efter.",
      text: "Tak for besøget! Vi håber at se dig igen.\nHilsen {{ workspace.name }}",
    },
  },
};

/** All of them in a language. */
export function readyMade(language: Language): ReadyMade[] {
  return keys.map((key) => {
    const { name, description, text } = words[language][key];
    return { key, name, description, when: whens[key], do: toCustomer(text) };
  });
}
