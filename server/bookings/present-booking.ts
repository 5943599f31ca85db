/** A booking as the API shows it. */
import type { Booking as Shown, BookingWithHistory, HistoryEntry } from "../../contract/bookings.ts";
import { fullName, type Person } from "../contacts/person.ts";
import type { Tx } from "../kit/db.ts";
import { notFound } from "../kit/errors.ts";
import { getWorkspace } from "../workspaces/workspace.ts";
import { type Attendee, type Booking, importOrigin, namesOf } from "./booking.ts";
import { selectBookings } from "./bookings-store.ts";
import { completeBookings } from "./complete-bookings.ts";
import { type HistoryRow, selectHistory } from "./history-store.ts";
import type { ManageLinks } from "./manage-links.ts";

/** Bookings by their ids, complete; those that there are, in no order. */
export async function loadBookings(tx: Tx, workspaceId: string, ids: readonly string[]): Promise<Booking[]> {
  if (ids.length === 0) return [];
  const { time_zone } = await getWorkspace(tx, workspaceId);
  return completeBookings(tx, workspaceId, time_zone, await selectBookings(tx, workspaceId, ids));
}

/** One booking, complete; 404 where the workspace has none of that id. */
export async function loadBooking(tx: Tx, workspaceId: string, id: string): Promise<Booking> {
  const [booking] = await loadBookings(tx, workspaceId, [id]);
  if (!booking) throw notFound("booking", id);
  return booking;
}

/** A booking with its history, newest first. */
export async function presentWithHistory(tx: Tx, links: ManageLinks, booking: Booking): Promise<BookingWithHistory> {
  const history = await selectHistory(tx, booking.workspace_id, booking.id);
  return { ...presentBooking(links, booking), history: history.map(presentEntry) };
}

export function presentBooking(links: ManageLinks, booking: Booking): Shown {
  return {
    id: booking.id,
    reference: booking.reference,
    customer: booking.customer && presentContact(booking.customer),
    attendees: booking.attendees.map(presentAttendee),
    service: named(booking.service),
    location: named(booking.location),
    resources: booking.resources.map(({ id, name }) => ({ id, name })),
    start: booking.start_at.toISOString(),
    end: booking.end_at.toISOString(),
    time_zone: booking.time_zone,
    status: booking.status,
    stands_for: booking.stands_for,
    payment: booking.payment,
    locale: booking.locale,
    notes: booking.notes,
    source: booking.source,
    // Rows of a file that have no id of their own are told apart by one that is nobody's.
    external_id: booking.origin === importOrigin ? null : booking.external_id,
    muted: booking.muted,
    muted_workflows: booking.muted_workflows,
    manage_url: links.urlOf(booking.manage_code),
    created_at: booking.created_at.toISOString(),
    updated_at: booking.updated_at.toISOString(),
  };
}

const named = (thing: { id: string; name: string } | null) => thing && { id: thing.id, name: thing.name };

const presentContact = (contact: Person): NonNullable<Shown["customer"]> => ({
  id: contact.id,
  name: fullName(contact),
  first_name: contact.first_name,
  last_name: contact.last_name,
  mobile: contact.mobile,
  email: contact.email,
  locale: contact.locale,
  time_zone: contact.time_zone,
});

function presentAttendee(attendee: Attendee): Shown["attendees"][number] {
  const { contact, locale, time_zone } = attendee;
  const names = namesOf(attendee);
  return {
    id: contact?.id ?? null,
    name: fullName(names),
    ...names,
    mobile: contact?.mobile ?? null,
    email: contact?.email ?? null,
    locale: locale ?? contact?.locale ?? null,
    time_zone: time_zone ?? contact?.time_zone ?? null,
  };
}

const presentEntry = ({ at, what, change, by, name, reason }: HistoryRow): HistoryEntry => ({
  at: at.toISOString(),
  what,
  from: change.from ?? null,
  to: change.to ?? null,
  by,
  name,
  reason,
});
