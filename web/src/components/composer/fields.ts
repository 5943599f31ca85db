/** What a text can be personalised with, as the composer offers it. */
import {
  campaignScope,
  isKnownPlaceholder,
  preferencesPlaceholder,
  propertyOf,
} from "../../../../rules/placeholder-names.ts";

export type FieldType = "contact" | "property" | "workspace" | "sender" | "link";

/** The known names by group. `name` is the key of its label in the catalogue. */
export const composerFields = [
  { type: "contact", field: "contact.first_name", name: "first_name" },
  { type: "contact", field: "contact.last_name", name: "last_name" },
  { type: "contact", field: "contact.full_name", name: "full_name" },
  { type: "contact", field: "contact.mobile", name: "mobile" },
  { type: "contact", field: "contact.phone", name: "phone" },
  { type: "contact", field: "contact.email", name: "email" },
  { type: "contact", field: "contact.locale", name: "locale" },
  { type: "workspace", field: "workspace.name", name: "workspace_name" },
  { type: "sender", field: "sender.address", name: "sender_address" },
  { type: "link", field: preferencesPlaceholder, name: "preferences_link" },
] as const satisfies readonly { type: FieldType; field: string; name: string }[];

export type FieldName = (typeof composerFields)[number]["name"];

/** A field that can be chosen. */
export interface ChoosableField {
  type: FieldType;
  field: string;
}

/** The known names, then the properties that contacts have, and that of `also` if it is not among them. */
export function fieldsOf(keys: readonly string[], also?: string): ChoosableField[] {
  const own = keys.map((key) => propertyStart + key);
  if (also !== undefined && propertyOf(also) !== null && !own.includes(also)) own.push(also);
  return [...composerFields, ...own.map((field): ChoosableField => ({ type: "property", field }))];
}

const names = new Map<string, FieldName>(composerFields.map((one) => [one.field, one.name]));
const propertyStart = "contact.properties.";

/** The catalogue's key of a field's label, or null for a contact's own property. */
export function fieldName(field: string): FieldName | null {
  return names.get(field) ?? null;
}

/** Whether a name may be a chip. */
export function isField(field: string): boolean {
  return isKnownPlaceholder(field, campaignScope);
}
