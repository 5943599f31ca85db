/** A contact: a person's numbers, name and other data. */
import type { Contact, ContactInput, ContactSummary, NumberKind } from "../../contract/contacts.ts";
import { trimBlank } from "../../rules/blank.ts";
import { parsePhoneNumber } from "../../rules/phone-number.ts";
import { invalid } from "../kit/errors.ts";
import { numberProblem } from "../workspaces/number-problem.ts";
import { checkTimeZone } from "../workspaces/workspace.ts";

/** A row of `contacts`. */
export interface ContactRow {
  id: string;
  mobile: string | null;
  mobile_kind: NumberKind | null;
  phone: string | null;
  phone_kind: NumberKind | null;
  email: string | null;
  first_name: string | null;
  last_name: string | null;
  locale: string | null;
  time_zone: string | null;
  marketing: boolean;
  muted: boolean;
  customer_since: Date | null;
  sms_consents: number;
  properties: Record<string, unknown>;
  created_at: Date;
  updated_at: Date;
}

/** The columns that a caller sets; undefined leaves one unchanged, null clears it. */
export type ContactFields = Partial<
  Pick<
    ContactRow,
    | "mobile"
    | "mobile_kind"
    | "phone"
    | "phone_kind"
    | "email"
    | "first_name"
    | "last_name"
    | "locale"
    | "time_zone"
    | "marketing"
    | "muted"
    | "properties"
  >
>;

export interface OptOutRow {
  number: string;
  /** The sender's address, or null for the whole workspace. */
  sender: string | null;
  at: Date;
  source: string;
  evidence: string | null;
}

export interface PossibleOptOutRow {
  /** The received message's id. */
  id: string;
  at: Date;
  number: string;
  sender: string | null;
  text: string | null;
}

/** A caller's input in the form it is stored in; numbers are read by `country`'s plan. 422 names the field and its value. */
export function readContactInput(input: ContactInput, country: string): ContactFields {
  const fields: ContactFields = {};
  for (const field of ["mobile", "phone"] as const) {
    const given = emptied(input[field]);
    if (given === undefined) continue;
    fields[field] = null;
    fields[`${field}_kind`] = null;
    if (given === null) continue;
    const { number, kind } = readNumber(given, country, field);
    fields[field] = number;
    fields[`${field}_kind`] = kind;
  }
  for (const field of ["first_name", "last_name"] as const) {
    const given = emptied(input[field]);
    if (given !== undefined) fields[field] = given && storable(given, field);
  }
  const email = emptied(input.email);
  if (email !== undefined) fields.email = email && email.toLowerCase();
  const locale = emptied(input.locale);
  if (locale !== undefined) fields.locale = locale && readLocale(locale);
  const timeZone = emptied(input.time_zone);
  if (timeZone !== undefined) {
    if (timeZone) checkTimeZone(timeZone, "time_zone");
    fields.time_zone = timeZone;
  }
  if (input.marketing !== undefined) fields.marketing = input.marketing;
  if (input.muted !== undefined) fields.muted = input.muted;
  if (input.properties) {
    fields.properties = Object.fromEntries(
      Object.entries(input.properties).map(([key, value]) => [
        key,
        typeof value === "string" ? storable(value, `properties.${key}`) : value,
      ]),
    );
  }
  return fields;
}

/** The keys of properties with a value; null removes one. */
export const keysWithValue = (properties: Record<string, unknown> = {}): string[] =>
  Object.keys(properties).filter((key) => properties[key] !== null);

/** Somebody's number in any spelling, read by `country`'s plan; 422 for one that is none or a service's. */
export function readNumber(given: string, country: string, field: "mobile" | "phone") {
  const parsed = parsePhoneNumber(given, country, field);
  if ("problem" in parsed) throw numberProblem(parsed, field, given);
  if (parsed.kind !== "short") return { number: parsed.number, kind: parsed.kind };
  throw invalid("invalid_number", `${parsed.number} is the short number of a service.`, field, given);
}

/** Null for a text without visible characters; undefined stays. */
export const emptied = (value: string | null | undefined) =>
  value === undefined ? undefined : trimBlank(value ?? "") || null;

/** Composed (NFC) and without what PostgreSQL's text and jsonb cannot hold. */
export function storable(value: string, field: string): string {
  if (value.includes("\0")) throw invalid("invalid_text", `${field} holds a NUL character.`, field, value);
  return value.toWellFormed().normalize("NFC");
}

/** The canonical spelling of a BCP 47 language tag; 422 for any other text. */
export function readLocale(given: string): string {
  try {
    const [locale] = Intl.getCanonicalLocales(given.replaceAll("_", "-"));
    if (locale) return locale;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw invalid("invalid_locale", `${given} is not a language tag (BCP 47), like nb-NO.`, "locale", given);
}

/** A contact as a row of a table. */
export function presentSummary(row: ContactRow & { opted_out: boolean }): ContactSummary {
  return { ...presentColumns(row), opted_out: row.opted_out };
}

/** Data stored about a contact elsewhere, by its id or numbers. */
interface Belongings {
  lists: { id: string; name: string }[];
  optOuts: OptOutRow[];
  possibleOptOuts: PossibleOptOutRow[];
}

/** A contact with its lists and the opt-outs of its numbers. */
export function presentContact(row: ContactRow, { lists, optOuts, possibleOptOuts }: Belongings): Contact {
  return {
    ...presentColumns(row),
    properties: row.properties,
    lists,
    opt_outs: optOuts.map(dated),
    possible_opt_outs: possibleOptOuts.map(dated),
  };
}

const dated = <R extends { at: Date }>(row: R) => ({ ...row, at: row.at.toISOString() });

function presentColumns(row: ContactRow) {
  return {
    id: row.id,
    mobile: row.mobile,
    mobile_kind: row.mobile_kind,
    phone: row.phone,
    phone_kind: row.phone_kind,
    email: row.email,
    first_name: row.first_name,
    last_name: row.last_name,
    locale: row.locale,
    time_zone: row.time_zone,
    marketing: row.marketing,
    muted: row.muted,
    customer_since: row.customer_since?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}
