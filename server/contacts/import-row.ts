/** One row of a file as the contact it describes, or why it cannot be one. */
import { z } from "zod";
import type { NumberKind, RejectionReason } from "../../contract/contacts.ts";
import { unfitForNames } from "../../contract/shapes.ts";
import type { PhoneNumberProblem } from "../../rules/phone-number-spelling.ts";
import { parsePhoneNumber } from "../../rules/phone-number.ts";
import { isTimeZone } from "../../rules/time-zone.ts";
import { Problem } from "../kit/errors.ts";
import { readLocale } from "./contact.ts";
import { readConsent, readConsentDate } from "./import-consent.ts";
import type { ColumnField } from "./import-mapping.ts";

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

/** How the rows of one file are read; `country` and `timeZone` are the workspace's. */
export interface RowContext {
  country: string;
  timeZone: string;
  now: Date;
}

/** Makes the reader of a file's rows. */
export function createRowReader(fields: ColumnField[], context: RowContext): (cells: string[]) => ReadRow {
  const columns = fields.flatMap((field, index) => (field === "ignore" ? [] : [{ index, field }]));
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
    };
    for (const { index, field } of columns) {
      const raw = cells[index];
      if (raw === undefined || raw === "") continue;
      const value = raw.trim();
      if (value === "") continue;
      switch (field) {
        case "mobile":
        case "phone": {
          const parsed = value.length > 40 ? null : parsePhoneNumber(value, context.country, field);
          if (!parsed || "problem" in parsed) return { reason: numberReason(parsed, field), value };
          // A service's, nobody's phone.
          if (parsed.kind === "short") return { reason: numberReason(null, field), value };
          contact[field] = parsed.number;
          if (field === "mobile") contact.mobile_kind = parsed.kind;
          else contact.phone_kind = parsed.kind;
          break;
        }
        case "email":
          if (value.length > longestEmail || !z.regexes.email.test(value)) return { reason: "invalid_email", value };
          contact.email = value.toLowerCase();
          break;
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
          contact.consent = consent;
          break;
        }
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
    if (!contact.mobile && !contact.phone && !contact.email) return { reason: "no_number_or_email", value: null };
    return contact;
  };
}

/** The numbers that a rejected cell can be, where it is rejected for being more than one. */
export function readingsOf({ reason, value }: Rejection, country: string): { readings?: string[] } {
  const [why, field] = reason.split("_");
  if (why !== "ambiguous" || value === null) return {};
  const read = parsePhoneNumber(value, country, field === "mobile" ? "mobile" : "phone");
  return "readings" in read ? { readings: read.readings } : {};
}

/** Why a cell is no number to reach somebody by. */
function numberReason(problem: PhoneNumberProblem | null, field: "mobile" | "phone"): RejectionReason {
  if (problem?.code === "ambiguous" || problem?.code === "reformatted") return `${problem.code}_${field}`;
  return `invalid_${field}`;
}

/** As a name may be, see contract/shapes.ts: a file is not refused for what nobody sees in it. */
const tidy = (value: string) => value.replace(/\s+/g, " ").replace(unfitForAll, "").normalize("NFC");
const unfitForAll = new RegExp(unfitForNames, "gu");

/** "Ola Johan Nordmann": the last word is the last name. "Nordmann, Ola" is turned round. */
function splitName(name: string, contact: ImportedContact): void {
  const comma = /^([^,]+), ?([^,]+)$/.exec(name);
  if (comma) {
    contact.last_name = comma[1] as string;
    contact.first_name = comma[2] as string;
    return;
  }
  const space = name.lastIndexOf(" ");
  contact.first_name = space < 0 ? name : name.slice(0, space);
  contact.last_name = space < 0 ? null : name.slice(space + 1);
}

function localeOrNull(value: string): string | null {
  try {
    return value.length > 20 ? null : readLocale(value);
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}

/** The same few dates come a million times; a file of different ones must not fill the memory. */
function remembered<Value>(cache: Map<string, Value>, key: string, make: (key: string) => Value): Value {
  const found = cache.get(key);
  if (found !== undefined) return found;
  const value = make(key);
  if (cache.size >= 5_000) cache.clear();
  cache.set(key, value);
  return value;
}
