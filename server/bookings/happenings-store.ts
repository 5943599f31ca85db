/** What has happened to bookings and workflows have not looked at yet. */
import { sql } from "kysely";
import type { ChangedBy } from "../../contract/bookings.ts";
import type { BookingHappening } from "../../rules/booking-difference.ts";
import type { Tx } from "../kit/db.ts";
import type { Due, Look } from "../kit/due.ts";
import { orderedIds } from "../kit/id.ts";
import { jsonRows } from "../kit/json-rows.ts";
import { sharedStatement } from "../kit/shared-statements.ts";
import type { Booking, ChangeContext } from "./booking.ts";

/** A booking before a change, as far as texts about the change say it. */
export interface BookingBefore {
  start: string;
  end: string;
  time_zone: string;
  service: string | null;
  location: string | null;
  resources: { id: string; name: string }[];
  /** The customer, by the contact's id, where nobody else was to come. Absent in what an earlier version wrote. */
  alone?: string | null;
  /** Attendees who are gone. */
  left: LeftAttendee[];
}

export interface LeftAttendee {
  id: string;
  contact_id: string | null;
  first_name: string | null;
  last_name: string | null;
  locale: string | null;
}

export type Happening = BookingHappening | { kind: "customer_created" };

export interface HappeningRow {
  workspace_id: string;
  id: string;
  booking_id: string | null;
  contact_id: string | null;
  at: Date;
  before: BookingBefore | null;
  happenings: readonly Happening[];
  by: ChangedBy;
  notify: boolean;
  depth: number;
}

const nextId = orderedIds();

/** Notes what happened to a booking, in the transaction in which it did. */
export async function insertHappening(
  tx: Tx,
  {
    booking,
    before,
    happened,
    context,
  }: { booking: Booking; before: Booking | null; happened: readonly Happening[]; context: ChangeContext },
): Promise<void> {
  const { workspace_id, id } = booking;
  const { at, by, notify, depth } = context;
  await insertRow(tx, workspace_id, {
    id: nextId(at),
    booking_id: id,
    at,
    before: before && beforeOf(before, booking),
    happenings: happened,
    by,
    notify,
    depth,
  });
}

const insertRow = sharedStatement(
  async (tx, workspaceId, rows: readonly Omit<HappeningRow, "workspace_id" | "contact_id">[]) => {
    await sql`
      insert into booking_happenings (workspace_id, id, booking_id, at, before, happenings, by, notify, depth, next_at)
      select w.workspace_id, h.id, h.booking_id, h.at, h.before, h.happenings, h.by, h.notify, h.depth, h.at
      from workspaces w, jsonb_to_recordset(${jsonRows(rows)}::jsonb)
        as h (id uuid, booking_id uuid, at timestamptz, before jsonb, happenings jsonb, by text, notify boolean, depth integer)
      where w.workspace_id = ${workspaceId}`.execute(tx);
    return [];
  },
);

function beforeOf(before: Booking, after: Booking): BookingBefore {
  const staying = new Set(after.attendees.map(({ id }) => id));
  return {
    start: before.start_at.toISOString(),
    end: before.end_at.toISOString(),
    time_zone: before.time_zone,
    service: before.service?.name ?? null,
    location: before.location?.name ?? null,
    resources: before.resources.map(({ id, name }) => ({ id, name })),
    alone: before.attendees.length === 0 ? before.customer_id : null,
    left: before.attendees
      .filter(({ id }) => !staying.has(id))
      .map(({ id, contact, first_name, last_name, locale }) => ({
        id,
        contact_id: contact?.id ?? null,
        first_name,
        last_name,
        locale,
      })),
  };
}

/** Notes that contacts became customers without a booking. */
export async function insertNewCustomers(
  tx: Tx,
  workspaceId: string,
  contactIds: readonly string[],
  at: Date,
): Promise<void> {
  for (const contactId of contactIds)
    await sql`
      insert into booking_happenings (workspace_id, id, contact_id, at, happenings, by, notify, next_at)
      values (${workspaceId}, ${nextId(at)}, ${contactId}, ${at}, '[{"kind": "customer_created"}]', 'employee', true,
        ${at})`.execute(tx);
}

/** Something that waits. */
export type FoundHappening = Due & Pick<HappeningRow, "id" | "booking_id">;

/** What waits, longest first, of all workspaces. */
export async function findHappenings(tx: Tx, { now, limit, except }: Look): Promise<FoundHappening[]> {
  const { rows } = await sql<FoundHappening>`
    select workspace_id, id, booking_id, at as due_at from booking_happenings
    where next_at <= ${now} and workspace_id <> all(${except}::uuid[])
    order by next_at, id limit ${limit}`.execute(tx);
  return rows;
}

/** Seconds: the longest pause of what has failed. */
const longestPause = 3_600;

/** What could not be decided is looked at again, after a pause that doubles each time. */
export async function postponeHappenings(
  tx: Tx,
  workspaceId: string,
  ids: readonly string[],
  now: Date,
): Promise<void> {
  await sql`
    update booking_happenings set failures = failures + 1,
      next_at = ${now}::timestamptz + least(${longestPause}, 2 ^ least(failures, 20)) * interval '1 second'
    where workspace_id = ${workspaceId} and id = any(${`{${ids.join(",")}}`}::uuid[])`.execute(tx);
}

/** Takes what waits, in the order in which it happened: it is gone with the transaction. */
export async function takeHappenings(tx: Tx, workspaceId: string, ids: readonly string[]): Promise<HappeningRow[]> {
  const { rows } = await sql<HappeningRow>`
    delete from booking_happenings where workspace_id = ${workspaceId} and id = any(${`{${ids.join(",")}}`}::uuid[])
    returning workspace_id, id, booking_id, contact_id, at, before, happenings, by, notify, depth`.execute(tx);
  return rows.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** What waits of one booking. */
export async function selectHappeningsOf(tx: Tx, workspaceId: string, bookingId: string): Promise<HappeningRow[]> {
  const { rows } = await sql<HappeningRow>`
    select workspace_id, id, booking_id, contact_id, at, before, happenings, by, notify, depth from booking_happenings
    where workspace_id = ${workspaceId} and booking_id = ${bookingId} order by id`.execute(tx);
  return rows;
}
