/** The SQL of who comes to bookings. */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";
import { jsonRows } from "../kit/json-rows.ts";
import { sharedStatement } from "../kit/shared-statements.ts";
import { uuidSet } from "../kit/uuid-set.ts";
import type { Attendee } from "./booking.ts";

interface AttendeeRow extends Omit<Attendee, "contact"> {
  booking_id: string;
  contact_id: string | null;
}

/** Who comes to the bookings, in their order. */
export async function selectAttendees(
  tx: Tx,
  workspaceId: string,
  bookings: readonly string[],
): Promise<AttendeeRow[]> {
  const { rows } = await sql<AttendeeRow>`
    select booking_id, id, contact_id, first_name, last_name, locale, time_zone from booking_attendees
    where workspace_id = ${workspaceId} and booking_id = any(${uuidSet(bookings)}::uuid[])
    order by booking_id, position`.execute(tx);
  return rows;
}

export interface NewAttendee {
  id: string;
  contact_id: string | null;
  first_name: string | null;
  last_name: string | null;
  locale: string | null;
  time_zone: string | null;
}

/** Replaces who comes to a booking; those who stay keep their ids. */
export async function replaceAttendees(
  tx: Tx,
  workspaceId: string,
  bookingId: string,
  attendees: readonly NewAttendee[],
): Promise<void> {
  await sql`
    delete from booking_attendees where workspace_id = ${workspaceId} and booking_id = ${bookingId}`.execute(tx);
  await insertAttendees(tx, workspaceId, { bookingId, attendees });
}

/** Adds who comes to a booking that nobody comes to yet. */
export const insertAttendees = sharedStatement(
  async (tx, workspaceId, bookings: readonly { bookingId: string; attendees: readonly NewAttendee[] }[]) => {
    const rows = bookings.flatMap(({ bookingId, attendees }) =>
      attendees.map((each, position) => ({ ...each, booking_id: bookingId, position })),
    );
    if (rows.length === 0) return [];
    await sql`
      insert into booking_attendees (workspace_id, booking_id, id, position, contact_id, first_name, last_name, locale, time_zone)
      select w.workspace_id, a.booking_id, a.id, a.position, a.contact_id, a.first_name, a.last_name, a.locale, a.time_zone
      from workspaces w, jsonb_to_recordset(${jsonRows(rows)}::jsonb)
        as a (booking_id uuid, id uuid, position integer, contact_id uuid, first_name text, last_name text, locale text, time_zone text)
      where w.workspace_id = ${workspaceId}`.execute(tx);
    return [];
  },
);
