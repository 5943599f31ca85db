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

/** The names that a text of one kind may have. Besides these, `contact.properties.<key>` with any property key. */
export type TemplateScope = Readonly<Record<string, PlaceholderKind>>;

const text = (example: string): PlaceholderKind => ({ example, type: "text" });

/** Of every text: the recipient, the business and the sender. */
export const messageScope = {
  "contact.first_name": text("Kari"),
  "contact.last_name": text("Nordmann"),
  "contact.full_name": text("Kari Nordmann"),
  "contact.mobile": text("+4791234567"),
  "contact.phone": text("+4722123456"),
  "contact.email": text("kari@example.com"),
  "contact.locale": text("nb"),
  "workspace.name": text("Salong Saks"),
  "sender.address": text("SALONG"),
} as const satisfies TemplateScope;

/** Of the recipient's own page of preferences. It has no dot, since it is no field of anything. */
export const preferencesPlaceholder = "preferences_link";

export const campaignScope = {
  ...messageScope,
  [preferencesPlaceholder]: { example: "https://sms.example/p/k3Xv9QaZ81bC", type: "link" },
} as const satisfies TemplateScope;

const propertyPlaceholder = /^contact\.properties\.([a-z][a-z0-9_]{0,49})$/;

/** The property key in a name such as "contact.properties.town", or null for any other name. */
export function propertyOf(name: string): string | null {
  return propertyPlaceholder.exec(name)?.[1] ?? null;
}

/** Whether a text of this scope may contain a name such as "contact.first_name". */
export function isKnownPlaceholder(name: string, scope: TemplateScope): boolean {
  return Object.hasOwn(scope, name) || propertyOf(name) !== null;
}
