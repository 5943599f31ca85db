/**
 * What a text may name. Apart from the parser, so that a page which only shows names does not load the template engine.
 *
 * Each domain that sends texts declares its own scope: what its texts may name, with an example of each, for previews and for counting. A
 * scope is a value that is passed to the parser; nothing here knows all of them.
 */

/** What stands in a placeholder. */
export interface PlaceholderKind {
  example: string;
  type: "text" | "number" | "moment" | "link";
}

/**
 * The names that a text of one kind may have. Besides these, `contact.properties.<key>` with any property key, and
 * `customer.properties.<key>` where it names customers.
 */
export type TemplateScope = Readonly<Record<string, PlaceholderKind>>;

const text = (example: string): PlaceholderKind => ({ example, type: "text" });

/**
 * The people that a text may name: the recipient; of a booking the one who comes and the one who booked; of an order the holder of a ticket
 * and the one who bought it.
 */
const people = ["contact", "customer", "booker", "holder", "buyer"] as const;
type Person = (typeof people)[number];

const personFields = {
  first_name: text("Kari"),
  last_name: text("Nordmann"),
  full_name: text("Kari Nordmann"),
  mobile: text("+4791234567"),
  phone: text("+4722123456"),
  email: text("kari@example.com"),
  locale: text("nb"),
};

type PersonScope<Name extends Person> = Readonly<Record<`${Name}.${keyof typeof personFields}`, PlaceholderKind>>;

/** A person's names, like "contact.first_name". */
export function personScope<Name extends Person>(person: Name): PersonScope<Name> {
  const named = Object.entries(personFields).map(([field, kind]) => [`${person}.${field}`, kind]);
  return Object.fromEntries(named) as PersonScope<Name>;
}

/** Whether a name is a person's, also one of their properties. */
export function isOfPerson(name: string): boolean {
  return people.some((person) => name.startsWith(`${person}.`));
}

/** Of every text: the recipient, the business and the sender. */
export const messageScope = {
  ...personScope("contact"),
  "workspace.name": text("Salong Saks"),
  "sender.address": text("SALONG"),
} as const satisfies TemplateScope;

/** Of the recipient's own page of preferences. It has no dot, since it is no field of anything. */
export const preferencesPlaceholder = "preferences_link";

export const campaignScope = {
  ...messageScope,
  [preferencesPlaceholder]: { example: "https://sms.example/p/k3Xv9QaZ81bC", type: "link" },
} as const satisfies TemplateScope;

const propertyPlaceholder = /^(contact|customer)\.properties\.([a-z][a-z0-9_]{0,49})$/;

/** The property key in a name such as "contact.properties.town", or null for any other name. */
export function propertyOf(name: string): string | null {
  return propertyPlaceholder.exec(name)?.[2] ?? null;
}

/** Whether a text of this scope may contain a name such as "contact.first_name". */
export function isKnownPlaceholder(name: string, scope: TemplateScope): boolean {
  if (Object.hasOwn(scope, name)) return true;
  const person = propertyPlaceholder.exec(name)?.[1];
  return person !== undefined && Object.hasOwn(scope, `${person}.full_name`);
}

/** Whether a link stands in a placeholder of this scope. */
export function isLinkPlaceholder(name: string, scope: TemplateScope): boolean {
  return Object.hasOwn(scope, name) && scope[name]?.type === "link";
}
