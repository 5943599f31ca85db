/** What bookings are made of: services, locations and resources. */
import type { BookableResource, Location, Service } from "../../contract/booking-places.ts";
import { emptied, readLocale, readNumber, storable } from "../contacts/contact.ts";
import { ownCurrency, readCurrency, readPrice } from "../workspaces/prices.ts";
import { checkTimeZone, type WorkspaceRow } from "../workspaces/workspace.ts";

export const placeKinds = ["service", "location", "resource"] as const;
export type PlaceKind = (typeof placeKinds)[number];

interface Kept {
  id: string;
  name: string;
  archived_at: Date | null;
  created_at: Date;
  updated_at: Date;
}

export interface ServiceRow extends Kept {
  duration_minutes: number | null;
  price: number | null;
  currency: string | null;
}

export interface LocationRow extends Kept {
  address: string | null;
  phone: string | null;
  directions: string | null;
  /** Null: the workspace's. */
  time_zone: string | null;
  remote: boolean;
}

/** An employee, a chair, a room. */
export interface ResourceRow extends Kept {
  mobile: string | null;
  email: string | null;
  locale: string | null;
}

/** A row of any kind, as one statement reads them: what a kind does not have is null, and `remote` false. */
export type PlaceRow = ServiceRow & LocationRow & ResourceRow & { kind: PlaceKind };

/** The rows of each kind. */
export interface PlaceRows {
  service: ServiceRow;
  location: LocationRow;
  resource: ResourceRow;
}

/** The columns that a caller sets; undefined leaves one unchanged. */
export type PlaceFields = Partial<Omit<PlaceRow, keyof Kept | "kind">>;

/** The fields of a call about any kind. */
export type PlaceInput = { [Field in keyof PlaceFields]?: PlaceFields[Field] | null };

/** A caller's input in the form it is stored in; numbers are read by `country`'s plan. 422 names the field and its value. */
export function readPlaceInput(input: PlaceInput, country: string): PlaceFields {
  const fields: PlaceFields = {};
  if (input.duration_minutes !== undefined) fields.duration_minutes = input.duration_minutes;
  if (input.price !== undefined) fields.price = input.price && readPrice(input.price);
  if (input.currency !== undefined) fields.currency = input.currency && readCurrency(input.currency);
  for (const field of ["address", "phone", "directions"] as const) {
    const given = emptied(input[field]);
    if (given !== undefined) fields[field] = given && storable(given, field);
  }
  if (input.time_zone) checkTimeZone(input.time_zone, "time_zone");
  if (input.time_zone !== undefined) fields.time_zone = input.time_zone;
  if (input.remote !== undefined) fields.remote = input.remote ?? false;
  const mobile = emptied(input.mobile);
  if (mobile !== undefined) fields.mobile = mobile && readNumber(mobile, country, "mobile").number;
  const email = emptied(input.email);
  if (email !== undefined) fields.email = email && email.toLowerCase();
  const locale = emptied(input.locale);
  if (locale !== undefined) fields.locale = locale && readLocale(locale);
  return fields;
}

/** The row with the fields; a price without currency is in that of the country, or 422 where it has none. */
export function withFields(row: PlaceRow, fields: PlaceFields, country: string): PlaceRow {
  const changed = { ...row, ...fields };
  return changed.price === null || changed.currency !== null ? changed : { ...changed, currency: ownCurrency(country) };
}

export interface PlaceAnswers {
  service: Service;
  location: Location;
  resource: BookableResource;
}

/** A service, location or resource as the API shows it. */
export const presentPlace: {
  [Kind in PlaceKind]: (row: PlaceRows[Kind], workspace: WorkspaceRow) => PlaceAnswers[Kind];
} = {
  service: (row) => ({
    ...presentKept(row),
    duration_minutes: row.duration_minutes,
    price: row.price,
    currency: row.currency,
  }),
  location: (row, workspace) => ({
    ...presentKept(row),
    address: row.address,
    phone: row.phone,
    directions: row.directions,
    time_zone: row.time_zone ?? workspace.time_zone,
    remote: row.remote,
  }),
  resource: (row) => ({ ...presentKept(row), mobile: row.mobile, email: row.email, locale: row.locale }),
};

const presentKept = ({ id, name, archived_at, created_at, updated_at }: Kept) => ({
  id,
  name,
  archived_at: archived_at?.toISOString() ?? null,
  created_at: created_at.toISOString(),
  updated_at: updated_at.toISOString(),
});
