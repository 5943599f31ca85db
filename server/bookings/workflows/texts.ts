/** The texts of workflows: parsed once, chosen by the recipient's language, and filled with what is known of the booking. */
import type { Language } from "../../../contract/shapes.ts";
import { workflowScope } from "../../../rules/booking-placeholders.ts";
import { type BookingFacts, bookingValues } from "../../../rules/booking-values.ts";
import { parseTemplate, type Template, type TemplateValues } from "../../../rules/placeholders.ts";
import type { Person } from "../../contacts/person.ts";
import type { Booking } from "../booking.ts";
import type { BookingBefore } from "../happenings-store.ts";
import type { ManageLinks } from "../manage-links.ts";
import type { About, RecipientOf } from "./recipients.ts";
import type { WorkflowRow } from "./workflow.ts";

/** What a workspace says of its readers. */
export interface Home {
  language: Language;
  country: string;
}

/** A text and its variants by language or locale. */
export interface Texts {
  text: string;
  texts?: Readonly<Record<string, string>> | undefined;
}

/** The text for a recipient: the variant of their locale, else of their language, else the main one. */
export function textFor({ text, texts = {} }: Texts, locale: string | null): string {
  if (locale === null) return text;
  const wanted = normal(locale);
  const variants = Object.entries(texts).map(([name, variant]) => [normal(name), variant] as const);
  const exact = variants.find(([name]) => name === wanted);
  const ofLanguage = variants.find(([name]) => name === languageOf(wanted));
  return exact?.[1] ?? ofLanguage?.[1] ?? text;
}

/** Norwegian is one language here: bokmål. */
const languageOf = (locale: string): string => {
  const [language = ""] = locale.split("-");
  return language === "no" || language === "nn" ? "nb" : language;
};

const normal = (locale: string): string => locale.replaceAll("_", "-").toLowerCase();

/** Whether a recipient has one of the languages; who has none has the workspace's. */
export function speaks(languages: readonly string[] | undefined, locale: string | null, home: Home): boolean {
  if (!languages?.length) return true;
  const own = normal(locale ?? home.language);
  return languages.map(normal).some((each) => each === own || each === languageOf(own));
}

const parsed = new Map<string, Template>();
const mostParsed = 5_000;

/** A text of a stored workflow, which was checked when it was saved. Parsed once for all its recipients. */
export function templateOf({ trigger }: Pick<WorkflowRow, "trigger">, text: string): Template {
  const key = `${trigger} ${text}`;
  let template = parsed.get(key);
  if (!template) {
    const result = parseTemplate(text, workflowScope(trigger));
    if (!result.ok) throw new Error(`A text of a workflow cannot be read any more: ${result.problems[0]?.message}`);
    ({ template } = result);
    if (parsed.size >= mostParsed) parsed.clear();
    parsed.set(key, template);
  }
  return template;
}

/** A text for one recipient; null where a filter makes it too long of their values. */
export function renderedOf(template: Template, values: TemplateValues): string | null {
  try {
    return template.render(values);
  } catch {
    return null;
  }
}

/** What a booking's texts may say, for one recipient. `access`: what stands for the link to their own page; null where there is none. */
export function valuesFor(
  {
    booking,
    before,
    recipient,
    access,
  }: {
    booking: Booking | null;
    before: BookingBefore | null;
    recipient: Pick<RecipientOf, "kind" | "left" | "locale" | "time_zone" | "about">;
    access: string | null;
  },
  home: Home,
  links: ManageLinks,
): TemplateValues {
  const { language, country } = home;
  const reader = { locale: recipient.locale, time_zone: recipient.time_zone, language, country };
  const customer = personOf(recipient.about);
  return {
    ...(booking && bookingValues(factsFor(booking, before, recipient, links), reader)),
    ...(customer && { customer, contact: customer }),
    booker: personOf(booking?.customer ?? recipient.about),
    access: { link: access },
  };
}

/** Whoever has a place among others reads of the place: that it is cancelled, where they come no more. */
function factsFor(
  booking: Booking,
  before: BookingBefore | null,
  { kind, left }: Pick<RecipientOf, "kind" | "left">,
  links: ManageLinks,
): BookingFacts {
  const facts = factsOf(booking, before, links);
  return { ...facts, group: kind === "attendee", ...(left && { status: "cancelled" }) };
}

/** A booking as its texts show it. */
export function factsOf(booking: Booking, before: BookingBefore | null, links: ManageLinks): BookingFacts {
  const { service } = booking;
  return {
    reference: booking.reference,
    status: booking.status,
    start: booking.start_at,
    end: booking.end_at,
    time_zone: booking.time_zone,
    notes: booking.notes,
    price:
      service && service.price !== null && service.currency !== null
        ? { amount: service.price, currency: service.currency }
        : null,
    service,
    location: booking.location,
    resources: booking.resources,
    manage_link: links.urlOf(booking.manage_code),
    group: false,
    old: before && {
      start: new Date(before.start),
      end: new Date(before.end),
      time_zone: before.time_zone,
      service: before.service,
      location: before.location,
      resources: before.resources.map(({ name }) => name),
    },
  };
}

function personOf(person: About | Person | null): TemplateValues["contact"] | undefined {
  if (person === null) return undefined;
  const contact = "contact" in person ? person.contact : person;
  const { first_name, last_name, locale } = person;
  return {
    first_name,
    last_name,
    locale,
    mobile: contact?.mobile ?? null,
    phone: contact?.phone ?? null,
    email: contact?.email ?? null,
    properties: contact?.properties ?? {},
  };
}

/** The values of several bookings that are told in one text: what differs is listed, in the reader's language. */
export function joinedValues(values: readonly TemplateValues[], locale: string): TemplateValues {
  const [first, ...others] = values;
  if (!first || others.length === 0) return first ?? {};
  const list = new Intl.ListFormat(languageTag(locale), { type: "conjunction" });
  const join = (each: readonly unknown[]): unknown => {
    if (typeof each[0] === "object" && each[0] !== null) {
      const keys = Object.keys(each[0]);
      return Object.fromEntries(keys.map((key) => [key, join(each.map((one) => (one as Fields | null)?.[key]))]));
    }
    const different = [...new Set(each)].filter((one) => typeof one === "string");
    return different.length > 1 ? list.format(different) : each[0];
  };
  return join(values) as TemplateValues;
}

type Fields = Record<string, unknown>;

/** A locale that Intl takes. */
function languageTag(locale: string): string {
  try {
    return Intl.getCanonicalLocales(locale.replaceAll("_", "-"))[0] ?? "en";
  } catch (error) {
    if (error instanceof RangeError) return "en";
    throw error;
  }
}
