/**
 * A booking, as the other files of this folder see it.
 *
 * booking   its row, with what it is made of: service, location, resources, customer and attendees
 * snapshot  what is compared of it, to find out what happened (rules/booking-difference.ts)
 * live      pending or confirmed; ended: completed or no_show; off: rejected or cancelled
 */
import { hash } from "node:crypto";
import type { BuiltInStatus } from "../../contract/booking-places.ts";
import type { BookingSource, ChangedBy, Payment } from "../../contract/bookings.ts";
import type { BookingSnapshot } from "../../rules/booking-difference.ts";

/** A row of `bookings`. */
export interface BookingRow {
  workspace_id: string;
  id: string;
  reference: string;
  customer_id: string | null;
  service_id: string | null;
  location_id: string | null;
  resource_ids: string[];
  start_at: Date;
  end_at: Date;
  status: string;
  stands_for: BuiltInStatus;
  payment: Payment;
  locale: string | null;
  notes: string | null;
  source: BookingSource;
  origin: string;
  external_id: string | null;
  external_at: Date | null;
  muted: boolean;
  muted_workflows: string[];
  sequence: number;
  armed_at: Date;
  manage_code: string;
  created_at: Date;
  updated_at: Date;
}

/** A contact, as far as bookings show and reach them. */
export interface BookingContact {
  id: string;
  first_name: string | null;
  last_name: string | null;
  mobile: string | null;
  mobile_kind: string | null;
  phone: string | null;
  email: string | null;
  locale: string | null;
  time_zone: string | null;
  muted: boolean;
  customer_since: Date | null;
  properties: Record<string, unknown>;
}

/** Someone who comes: the contact, and what was given for this booking, which goes first. */
export interface Attendee {
  id: string;
  contact: BookingContact | null;
  first_name: string | null;
  last_name: string | null;
  locale: string | null;
  time_zone: string | null;
}

export interface BookedService {
  id: string;
  name: string;
  duration_minutes: number | null;
  price: number | null;
  currency: string | null;
}

export interface BookedLocation {
  id: string;
  name: string;
  address: string | null;
  phone: string | null;
  directions: string | null;
  time_zone: string | null;
  remote: boolean;
}

export interface BookedResource {
  id: string;
  name: string;
  mobile: string | null;
  email: string | null;
  locale: string | null;
}

export interface Booking extends BookingRow {
  /** The location's zone, else the workspace's. */
  time_zone: string;
  customer: BookingContact | null;
  attendees: Attendee[];
  service: BookedService | null;
  location: BookedLocation | null;
  resources: BookedResource[];
}

/** Who changes a booking, by what way, and what follows. */
export interface ChangeContext {
  by: ChangedBy;
  /** Who it was; null where that is not known. */
  name: string | null;
  /** Whether workflows are told. */
  notify: boolean;
  /** How many workflows have set each other off up to this change. */
  depth: number;
  at: Date;
}

export const isLive = ({ stands_for }: Pick<BookingRow, "stands_for">): boolean =>
  stands_for === "pending" || stands_for === "confirmed";

export const isOff = ({ stands_for }: Pick<BookingRow, "stands_for">): boolean =>
  stands_for === "rejected" || stands_for === "cancelled";

export const snapshotOf = (booking: Booking): BookingSnapshot => ({
  start: booking.start_at,
  end: booking.end_at,
  time_zone: booking.time_zone,
  service_id: booking.service_id,
  location_id: booking.location_id,
  resource_ids: booking.resource_ids,
  status: booking.status,
  stands_for: booking.stands_for,
  payment: booking.payment,
  attendees: booking.attendees.map(({ id }) => id),
});

/** The origin of bookings of a file whose rows have no ids: theirs are derived from customer, start and service. */
export const importOrigin = "import";

/** Without letters and digits that look alike: Crockford's base 32. */
const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** A booking's reference, like K7PX-3MQD: 40 bits of a digest of its id. */
export function referenceOf(id: string): string {
  const digest = hash("sha256", `reference ${id}`, "buffer");
  const code = Array.from(digest.subarray(0, 8), (byte) => letters[byte % letters.length]).join("");
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}

/** First and last name; null where there is neither. */
export const fullName = (person: { first_name: string | null; last_name: string | null } | null): string | null =>
  person === null ? null : [person.first_name, person.last_name].filter(Boolean).join(" ") || null;

/** The names of an attendee: as given for the booking, else the contact's. */
export function namesOf({ first_name, last_name, contact }: Attendee): {
  first_name: string | null;
  last_name: string | null;
} {
  return first_name !== null || last_name !== null
    ? { first_name, last_name }
    : { first_name: contact?.first_name ?? null, last_name: contact?.last_name ?? null };
}
