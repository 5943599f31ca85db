/** Who gets an action's text or mail about a booking. */
import type { Decision } from "../../../contract/decisions.ts";
import { fullName, type Person, selectPeople } from "../../contacts/person.ts";
import type { Tx } from "../../kit/db.ts";
import { type Attendee, type BookedResource, type Booking, namesOf } from "../booking.ts";
import { selectResources } from "../complete-bookings.ts";
import type { LeftAttendee } from "../happenings-store.ts";
import type { Occasion } from "./occasion.ts";
import type { StoredAction } from "./workflow.ts";

/** Somebody to tell. */
export interface RecipientOf {
  kind: Exclude<Decision["recipient"], "none">;
  /** Distinguishes them from the others of an action. */
  key: string;
  contact: Person | null;
  /** Of those who are no contacts: where to. */
  number: string | null;
  email: string | null;
  name: string | null;
  /** Their language and zone, if known. */
  locale: string | null;
  time_zone: string | null;
  /** Somebody who comes no more, though the booking stays. */
  left: boolean;
  /** Whom `customer.…` and `contact.…` mean in their text. */
  about: About | null;
}

/** A person that a text is about: an attendee with the names of the booking, or a contact. */
export interface About {
  contact: Person | null;
  first_name: string | null;
  last_name: string | null;
  locale: string | null;
}

type To = Extract<StoredAction, { action: "send_sms" | "send_email" }>["to"];

/** Who is no part of a booking any more, by their ids: resources that were on it, and contacts who were to come. */
export interface Gone {
  resources: ReadonlyMap<string, BookedResource>;
  contacts: ReadonlyMap<string, Person>;
}

/** Of bookings that were not changed. */
export const nobodyGone: Gone = { resources: new Map(), contacts: new Map() };

/** Those who were part of bookings before they were changed. */
export async function selectGone(
  tx: Tx,
  workspaceId: string,
  changed: readonly Pick<Occasion, "before" | "also">[],
): Promise<Gone> {
  const resources = changed.flatMap(({ before }) => before?.resources.map(({ id }) => id) ?? []);
  const left = changed.flatMap(({ before, also }) => [...(before?.left ?? []), ...also]);
  const contacts = left.map(({ contact_id }) => contact_id);
  return {
    resources: await selectResources(tx, workspaceId, resources),
    contacts: await selectPeople(tx, workspaceId, contacts),
  };
}

/** All of them, each once. A text about some attendees goes to these alone, and not to others. */
export function recipientsOf(occasion: Occasion, to: To, gone: Gone): RecipientOf[] {
  const people = to.customer ? peopleOf(occasion, gone) : [];
  if (occasion.only !== null) return people;
  const about = aboutOf(occasion);
  const others = [...resourcesOf(occasion, to, gone), ...fixedOf(to)].map((each) => ({ ...each, about }));
  const all = new Map<string, RecipientOf>();
  for (const each of [...people, ...others]) {
    // A number that is typed and a resource's too gets one text.
    const where = each.contact ? each.key : (each.number ?? each.email ?? each.key);
    if (!all.has(where)) all.set(where, each);
  }
  return [...all.values()];
}

function peopleOf(occasion: Occasion, gone: Gone): RecipientOf[] {
  const { workflow, booking, contact, only, except, also, before } = occasion;
  if (booking === null) return contact === null ? [] : [customer(contact, null)];
  const contactOf = (id: string | null) => gone.contacts.get(id ?? "") ?? null;
  const asAttendee = ({ id, contact_id, first_name, last_name, locale }: LeftAttendee) =>
    attendee({ id, first_name, last_name, locale, time_zone: null, contact: contactOf(contact_id) }, booking);
  if (only !== null)
    return [
      ...booking.attendees.map((each) => attendee(each, booking)),
      ...(before?.left ?? []).map((each) => ({ ...asAttendee(each), left: true })),
    ].filter(({ key }) => only.some((id) => key === `attendee:${id}`));
  // Of a booking that is off nobody has left: it is as off for them as for the others.
  const others = also.flatMap(({ contact_id, attendee: left }) => {
    if (left) return [asAttendee(left)];
    const known = contactOf(contact_id);
    return known ? [customer(known, null)] : [];
  });
  // Who comes along has become nobody's customer.
  const isGroup = booking.attendees.length > 0 && workflow.trigger !== "customer_created";
  const coming = booking.attendees.filter(({ id }) => !except.includes(id)).map((each) => attendee(each, booking));
  if (isGroup) return [...coming, ...others];
  return booking.customer === null ? others : [customer(booking.customer, booking.locale), ...others];
}

function customer(contact: Person, locale: string | null): RecipientOf {
  const { first_name, last_name, time_zone } = contact;
  return {
    kind: "customer",
    key: `customer:${contact.id}`,
    contact,
    number: null,
    email: null,
    name: fullName(contact),
    locale: locale ?? contact.locale,
    time_zone,
    left: false,
    about: { contact, first_name, last_name, locale: contact.locale },
  };
}

function attendee(who: Attendee, { locale: ofBooking, customer_id }: Booking): RecipientOf {
  const { contact } = who;
  const names = namesOf(who);
  // The booking's language is that of who booked it.
  const isBooker = contact !== null && contact.id === customer_id;
  const own = contact?.locale ?? null;
  const locale = who.locale ?? (isBooker ? (ofBooking ?? own) : (own ?? ofBooking));
  return {
    kind: "attendee",
    key: `attendee:${who.id}`,
    contact,
    number: null,
    email: null,
    name: fullName(names),
    locale,
    time_zone: who.time_zone ?? contact?.time_zone ?? null,
    left: false,
    about: { contact, ...names, locale: who.locale ?? contact?.locale ?? null },
  };
}

/** In a text to others the customer is the one who booked. */
function aboutOf({ booking, contact }: Occasion): About | null {
  const person = booking === null ? contact : booking.customer;
  if (person === null) return null;
  const { first_name, last_name, locale } = person;
  return { contact: person, first_name, last_name, locale };
}

type Other = Omit<RecipientOf, "about">;

function resourcesOf({ booking, before }: Occasion, to: To, gone: Gone): Other[] {
  if (booking === null) return [];
  const was = new Set((before?.resources ?? []).map(({ id }) => id));
  const is = new Set(booking.resource_ids);
  const ids = new Set<string>();
  if (to.resource) for (const id of is) ids.add(id);
  if (to.new_resource) for (const id of is) if (!was.has(id)) ids.add(id);
  if (to.old_resource) for (const id of was) if (!is.has(id)) ids.add(id);
  return [...ids].flatMap((id): Other[] => {
    const resource = booking.resources.find((each) => each.id === id) ?? gone.resources.get(id);
    if (!resource) return [];
    const { mobile: number, email, name, locale } = resource;
    return [
      {
        kind: "resource",
        key: `resource:${id}`,
        contact: null,
        number,
        email,
        name,
        locale,
        time_zone: null,
        left: false,
      },
    ];
  });
}

function fixedOf(to: To): Other[] {
  const nothing = { contact: null, name: null, locale: null, time_zone: null, left: false } as const;
  const numbers = "numbers" in to ? (to.numbers ?? []) : [];
  const addresses = "addresses" in to ? (to.addresses ?? []) : [];
  return [
    ...numbers.map((number): Other => ({ ...nothing, kind: "number", key: `number:${number}`, number, email: null })),
    ...addresses.map((email): Other => ({ ...nothing, kind: "address", key: `address:${email}`, number: null, email })),
  ];
}
