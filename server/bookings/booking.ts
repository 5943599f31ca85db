/**
 * A booking, as the other files of this folder see it.
 *
 * booking   its row, with what it is made of: service, location, resources, customer and attendees
 * snapshot  what is compared of it, to find out what happened (rules/booking-difference.ts)
 * live      pending or confirmed; ended: completed or no_show; off: rejected or cancelled
 */
import type { BuiltInStatus } from "../../contract/booking-places.ts";
import type { BookingSource, ChangedBy, Payment } from "../../contract/bookings.ts";
import type { BookingSnapshot } from "../../rules/booking-difference.ts";
import type { Person } from "../contacts/person.ts";

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

/** Someone who comes: the contact, and what was given for this booking, which goes first. */
export interface Attendee {
  id: string;
  contact: Person | null;
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
  customer: Person | null;
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

/** The names of an attendee: as given for the booking, else the contact's. */
export function namesOf({ first_name, last_name, contact }: Attendee): {
  first_name: string | null;
  last_name: string | null;
} {
  return first_name !== null || last_name !== null
    ? { first_name, last_name }
    : { first_name: contact?.first_name ?? null, last_name: contact?.last_name ?? null };
}
