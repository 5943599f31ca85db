/** What a text may name. Apart from the parser, so that a page which only shows names does not load the template engine. */

/** Where a text is written, which decides what it may name. */
export type TemplateScope = "campaign" | "message";

const recipientPlaceholders = [
  "contact.first_name",
  "contact.last_name",
  "contact.full_name",
  "contact.mobile",
  "contact.phone",
  "contact.email",
  "contact.locale",
  "workspace.name",
  "sender.address",
];

/** Of the recipient's own page of preferences. It has no scope, since it is no field of anything. */
export const preferencesPlaceholder = "preferences_link";

/** Names by scope. Besides these, `contact.properties.<key>` with any property key. */
export const knownPlaceholders: Record<TemplateScope, readonly string[]> = {
  campaign: [...recipientPlaceholders, preferencesPlaceholder],
  message: recipientPlaceholders,
};

const propertyPlaceholder = /^contact\.properties\.([a-z][a-z0-9_]{0,49})$/;

/** The property key in a name such as "contact.properties.town", or null for any other name. */
export function propertyOf(name: string): string | null {
  return propertyPlaceholder.exec(name)?.[1] ?? null;
}

/** Whether a text of this scope may contain a name such as "contact.first_name". */
export function isKnownPlaceholder(name: string, scope: TemplateScope): boolean {
  return knownPlaceholders[scope].includes(name) || propertyOf(name) !== null;
}
