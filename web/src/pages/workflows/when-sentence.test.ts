import { createFormatter, createTranslator } from "use-intl/core";
import { describe, expect, test } from "vitest";
import type { Language } from "../../../../contract/shapes.ts";
import type { Action, When } from "../../../../contract/workflows.ts";
import { formatPhoneNumber } from "../../../../rules/phone-number-format.ts";
import { loadPageMessages } from "../../locales/catalogues.ts";
import { languages } from "../../locales/languages.ts";
import { describeAction, describeWhen, type Wording } from "./when-sentence.ts";

const names: Record<string, string> = {
  klipp: "Klipp",
  farge: "Farge",
  oslo: "Oslo",
  ida: "Ida",
  faste: "Faste kunder",
};

async function wordingIn(locale: Language): Promise<Wording> {
  const workflows = await loadPageMessages("workflows", locale);
  const { bookings } = await loadPageMessages("statuses", locale);
  const t = createTranslator({ locale, messages: workflows as object, namespace: "sentence" as never });
  const format = createFormatter({ locale });
  return {
    say: (key, values) => (t as (key: string, values?: object) => string)(key, values),
    list: (parts) => format.list(parts),
    nameOf: (_kind, ref) => names[ref] ?? "–",
    statusName: (status) => (bookings as Record<string, string>)[status] ?? status,
    phone: (number) => formatPhoneNumber(number, "NO"),
    languageName: (language) => new Intl.DisplayNames(locale, { type: "language" }).of(language) ?? language,
  };
}

const sentences: Record<string, { when: When } & Record<Language, string>> = {
  "a new booking of any kind": {
    when: { trigger: "booking_created" },
    en: "New booking · all services · all locations",
    nb: "Ny booking · alle tjenester · alle steder",
    sv: "Ny bokning · alla tjänster · alla platser",
    da: "Ny booking · alle ydelser · alle steder",
  },
  "chosen services, locations and resources": {
    when: { trigger: "booking_created", services: ["klipp", "farge"], locations: ["oslo"], resources: ["ida"] },
    en: "New booking · Klipp and Farge · Oslo · Ida",
    nb: "Ny booking · Klipp og Farge · Oslo · Ida",
    sv: "Ny bokning · Klipp och Farge · Oslo · Ida",
    da: "Ny booking · Klipp og Farge · Oslo · Ida",
  },
  "who made the change": {
    when: { trigger: "booking_changed", changed_by: "employee" },
    en: "Booking changed by an employee · all services · all locations",
    nb: "Booking endret av en ansatt · alle tjenester · alle steder",
    sv: "Bokning ändrad av en anställd · alla tjänster · alla platser",
    da: "Booking ændret af en medarbejder · alle ydelser · alle steder",
  },
  "a number of hours before the start": {
    when: { trigger: "before_start", hours: 24 },
    en: "24 hours before the start · all services · all locations",
    nb: "24 timer før start · alle tjenester · alle steder",
    sv: "24 timmar före start · alla tjänster · alla platser",
    da: "24 timer før start · alle ydelser · alle steder",
  },
  "the day before at a time of day, for statuses": {
    when: { trigger: "before_start", days: 1, at: "18:00", statuses: ["confirmed", "Innsjekket"] },
    en: "The day before at 18:00 · all services · all locations · Confirmed and Innsjekket",
    nb: "Dagen før kl. 18:00 · alle tjenester · alle steder · Bekreftet og Innsjekket",
    sv: "Dagen före kl. 18:00 · alla tjänster · alla platser · Bekräftad och Innsjekket",
    da: "Dagen før kl. 18:00 · alle ydelser · alle steder · Bekræftet og Innsjekket",
  },
  "at the start, only what was booked in time": {
    when: { trigger: "before_start", minutes: 0, booked_at_least_minutes: 120 },
    en: "At the start · all services · all locations · booked at least 2 hours before",
    nb: "Ved start · alle tjenester · alle steder · booket minst 2 timer før",
    sv: "Vid start · alla tjänster · alla platser · bokad minst 2 timmar före",
    da: "Ved start · alle ydelser · alle steder · booket mindst 2 timer før",
  },
  "a negative figure is before the end": {
    when: { trigger: "after_end", minutes: -30 },
    en: "30 minutes before the end · all services · all locations",
    nb: "30 minutter før slutt · alle tjenester · alle steder",
    sv: "30 minuter före slutet · alla tjänster · alla platser",
    da: "30 minutter før slut · alle ydelser · alle steder",
  },
  "a customer has no services": {
    when: { trigger: "customer_created", languages: ["sv"] },
    en: "New customer · Swedish",
    nb: "Ny kunde · svensk",
    sv: "Ny kund · svenska",
    da: "Ny kunde · svensk",
  },
};

describe.each(languages)("in %s", (language) => {
  test.each(Object.entries(sentences))("%s", async (_, { when, ...said }) => {
    expect(describeWhen(when, await wordingIn(language))).toBe(said[language]);
  });
});

test("a change of status says from what to what, as far as it is set", async () => {
  const wording = await wordingIn("nb");
  const say = (conditions: Partial<When>) =>
    describeWhen({ trigger: "booking_status_changed", ...conditions }, wording).split(" · ")[0];
  expect(say({})).toBe("Status endret");
  expect(say({ from: "pending" })).toBe("Status endret fra Ubekreftet");
  expect(say({ to: "confirmed", changed_by: "customer" })).toBe("Status endret til Bekreftet av kunden");
  expect(say({ from: "pending", to: "confirmed" })).toBe("Status endret fra Ubekreftet til Bekreftet");
});

test.each<[Action, string]>([
  [
    { action: "send_sms", to: { customer: true, resource: true, numbers: ["+4791234567"] }, text: "" },
    "Send SMS til kunden, ressursen og 912 34 567",
  ],
  [{ action: "send_sms", to: {}, text: "" }, "Send SMS"],
  [
    { action: "send_email", to: { old_resource: true }, subject: "", text: "" },
    "Send e-post til den forrige ressursen",
  ],
  [{ action: "change_status", status: "completed" }, "Endre status til Fullført"],
  [
    { action: "set_contact", marketing: false, list: "faste" },
    "Endre kontakten: ingen markedsføring og legg til i Faste kunder",
  ],
  [{ action: "set_contact" }, "Endre kontakten"],
  [{ action: "webhook", webhook: "gone" }, "Webhook til –"],
])("what is done is said: %o", async (action, sentence) => {
  expect(describeAction(action, await wordingIn("nb"))).toBe(sentence);
});
