/** Reads a row of a file as the contact that it describes, or the reason why it describes none. */
import { z } from "zod";
import type { NumberKind, RejectionReason } from "../../../contract/contacts.ts";
import { unfitForNames } from "../../../contract/shapes.ts";
import type { PhoneNumber } from "../../../rules/phone-number-plan.ts";
import type { PhoneNumberProblem } from "../../../rules/phone-number-spelling.ts";
import { parsePhoneNumber } from "../../../rules/phone-number.ts";
import { isTimeZone } from "../../../rules/time-zone.ts";
import { Problem } from "../../kit/errors.ts";
import { readLocale } from "../contact.ts";
import type { ColumnField } from "./file-columns.ts";
import { readConsent, readConsentDate, readOptedOut } from "./import-consent.ts";

/** What a row says. Null: the cell was empty or there is no such column, so what is known stays. */
export interface ImportedContact {
  mobile: string | null;
  mobile_kind: NumberKind | null;
  phone: string | null;
  phone_kind: NumberKind | null;
  email: string | null;
  first_name: string | null;
  last_name: string | null;
  locale: string | null;
  time_zone: string | null;
  properties: Record<string, string> | null;
  consent: boolean | null;
  consent_date: Date | null;
  consent_source: string | null;
  /** What was wrong with the row, which is taken all the same. */
  warning: Rejection | null;
}

export interface Rejection {
  reason: RejectionReason;
  value: string | null;
}

export type ReadRow = ImportedContact | Rejection;

const longestName = 100;
const longestProperty = 1000;
const longestSource = 200;
const longestEmail = 254;
const longestNumber = 40;

/** What a contact is known by within a file: rows with the same key are folded into one. */
export const knownBy = ({ mobile, email, phone }: ImportedContact): string => mobile ?? email ?? phone ?? "";

/** Whether the mobile takes no texts and there is no other number that does: as `unreachable` in check-import.ts. */
export const isUnreachable = ({ mobile, mobile_kind, phone_kind }: ImportedContact): boolean =>
  mobile !== null && ![mobile_kind, phone_kind].some((kind) => kind === "mobile" || kind === "other");

/** How the rows of one file are read; `country` and `timeZone` are the workspace's. */
export interface RowContext {
  country: string;
  timeZone: string;
  /** Whether consent is imported; otherwise columns about it reject no row. */
  consents: boolean;
  now: Date;
}

/** Makes the reader of a file's rows. */
export function createRowReader(fields: ColumnField[], context: RowContext): (cells: string[]) => ReadRow {
  const isIgnored = (field: ColumnField) =>
    field === "ignore" || (!context.consents && (field === "opted_out" || field.startsWith("consent")));
  const columns = fields.flatMap((field, index) => (isIgnored(field) ? [] : [{ index, field }]));
  const dates = new Map<string, Date | null>();
  const locales = new Map<string, string | null>();

  return (cells) => {
    if (cells.length > fields.length && cells.slice(fields.length).some((cell) => cell.trim() !== "")) {
      return { reason: "too_many_cells", value: String(cells.length) };
    }
    const contact: ImportedContact = {
      mobile: null,
      mobile_kind: null,
      phone: null,
      phone_kind: null,
      email: null,
      first_name: null,
      last_name: null,
      locale: null,
      time_zone: null,
      properties: null,
      consent: null,
      consent_date: null,
      consent_source: null,
      warning: null,
    };
    for (const { index, field } of columns) {
      const raw = cells[index];
      if (raw === undefined || raw === "") continue;
      const value = raw.trim();
      if (value === "") continue;
      switch (field) {
        case "mobile":
        case "phone": {
          const read = readNumber(value, context.country, field);
          if ("problem" in read) return { reason: reasonOf(read, field), value };
          contact[field] = read.number;
          if (field === "mobile") contact.mobile_kind = read.kind;
          else contact.phone_kind = read.kind;
          break;
        }
        case "email": {
          const [address = ""] = value.split(several, 1);
          if (address.length > longestEmail || !z.regexes.email.test(address))
            contact.warning = { reason: "invalid_email", value };
          else contact.email = address.toLowerCase();
          break;
        }
        case "first_name":
        case "last_name":
          contact[field] = tidy(value);
          break;
        case "full_name":
          splitName(tidy(value), contact);
          break;
        case "locale": {
          const locale = remembered(locales, value, localeOrNull);
          if (!locale) return { reason: "invalid_locale", value };
          contact.locale = locale;
          break;
        }
        case "time_zone":
          if (!isTimeZone(value)) return { reason: "unknown_time_zone", value };
          contact.time_zone = value;
          break;
        case "consent": {
          const consent = readConsent(value);
          if (consent === null) return { reason: "unclear_consent", value };
          // Of several columns one that says no is enough.
          contact.consent = contact.consent !== false && consent;
          break;
        }
        case "opted_out":
          if (readOptedOut(value)) contact.consent = false;
          break;
        case "consent_date": {
          const date = remembered(dates, value, (text) => readConsentDate(text, context.timeZone));
          if (!date) return { reason: "invalid_consent_date", value };
          if (date > context.now) return { reason: "consent_date_in_future", value };
          contact.consent_date = date;
          break;
        }
        case "consent_source":
          if (value.length > longestSource) return { reason: "consent_source_too_long", value };
          contact.consent_source = value;
          break;
        default: {
          if (value.length > longestProperty) return { reason: "property_too_long", value };
          contact.properties ??= {};
          contact.properties[field.slice("property:".length)] = value.normalize("NFC");
        }
      }
    }
    if (contact.first_name && contact.first_name.length > longestName) {
      return { reason: "first_name_too_long", value: contact.first_name };
    }
    if (contact.last_name && contact.last_name.length > longestName) {
      return { reason: "last_name_too_long", value: contact.last_name };
    }
    if (contact.mobile_kind === "landline" && contact.phone_kind === "mobile") swapNumbers(contact);
    // A number is enough to identify a person: a bad e-mail address does not reject the row.
    if (!contact.mobile && !contact.phone && !contact.email)
      return contact.warning ?? { reason: "no_number_or_email", value: null };
    return contact;
  };
}

/** Between the numbers or addresses that Google's address book writes into one cell. */
const several = " ::: ";

const noNumber: PhoneNumberProblem = { code: "not_a_number", problem: "This is no person's phone number." };

/** The number of a cell. Of several a mobile is taken first, and a number that may be one is not passed over for a landline. */
function readNumber(value: string, country: string, field: "mobile" | "phone"): PhoneNumber | PhoneNumberProblem {
  if (!value.includes(several)) {
    const read = readOneNumber(value, country, field);
    return "number" in read || isUnclear(read) ? read : noNumber;
  }
  const read = value.split(several).map((each) => readOneNumber(each, country, field));
  const numbers = read.filter((each) => "number" in each);
  const unclear = read.find(isUnclear);
  return numbers.find(({ kind }) => kind === "mobile") ?? unclear ?? numbers[0] ?? noNumber;
}

function readOneNumber(text: string, country: string, field: "mobile" | "phone"): PhoneNumber | PhoneNumberProblem {
  const parsed = text.length > longestNumber ? noNumber : parsePhoneNumber(text, country, field);
  // A short number is a service, no person's phone.
  return "kind" in parsed && parsed.kind === "short" ? noNumber : parsed;
}

type Unclear = PhoneNumberProblem & { code: "ambiguous" | "reformatted" };
const isUnclear = (read: PhoneNumber | PhoneNumberProblem): read is Unclear =>
  "code" in read && (read.code === "ambiguous" || read.code === "reformatted");

/** Why a cell holds no number of a person. */
const reasonOf = (problem: PhoneNumberProblem, field: "mobile" | "phone"): RejectionReason =>
  isUnclear(problem) ? `${problem.code}_${field}` : `invalid_${field}`;

/** The numbers that a cell can mean, where it was rejected because it can mean several. */
export function readingsOf({ reason, value }: Rejection, country: string): { readings?: string[] } {
  if (value === null || (reason !== "ambiguous_mobile" && reason !== "ambiguous_phone")) return {};
  const read = readNumber(value, country, reason === "ambiguous_mobile" ? "mobile" : "phone");
  return "readings" in read ? { readings: read.readings } : {};
}

/** Address books have a column for the first number and one for the second, and the mobile may be either, row by row. */
function swapNumbers(contact: ImportedContact): void {
  const { mobile, mobile_kind, phone, phone_kind } = contact;
  Object.assign(contact, { mobile: phone, mobile_kind: phone_kind, phone: mobile, phone_kind: mobile_kind });
}

/** As a name may be, see contract/shapes.ts: invisible characters are removed instead of refused. */
export const tidy = (value: string) => (isTidy.test(value) ? value : tidyInFull(value));
export const tidyInFull = (value: string) => value.replace(/\s+/g, " ").replace(unfitForAll, "").normalize("NFC");
/** Nearly all names match: words of Latin-1's letters and marks, none of them decomposed. */
const isTidy = /^[!-~À-ÿ]+(?: [!-~À-ÿ]+)*$/;
const unfitForAll = new RegExp(unfitForNames, "gu");

/** "Ola Johan Nordmann": the last word is the last name. "Nordmann, Ola" is reversed. */
export function splitName(name: string, person: { first_name: string | null; last_name: string | null }): void {
  const comma = /^([^,]+), ?([^,]+)$/.exec(name);
  if (comma) {
    person.last_name = comma[1] as string;
    person.first_name = comma[2] as string;
    return;
  }
  const space = name.lastIndexOf(" ");
  person.first_name = space < 0 ? name : name.slice(0, space);
  person.last_name = space < 0 ? null : name.slice(space + 1);
}

function localeOrNull(value: string): string | null {
  try {
    return value.length > 20 ? null : readLocale(value);
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}

/** Caches results, since the same few dates come a million times; the cache is bounded for files of many different ones. */
function remembered<Value>(cache: Map<string, Value>, key: string, make: (key: string) => Value): Value {
  const found = cache.get(key);
  if (found !== undefined) return found;
  const value = make(key);
  if (cache.size >= 5_000) cache.clear();
  cache.set(key, value);
  return value;
}
