/** The SQL of lists of bookings. */
import { type RawBuilder, sql } from "kysely";
import type { Tx } from "../kit/db.ts";
import { uuidSet } from "../kit/uuid-set.ts";
import type { BookingRow } from "./booking.ts";
import { bookingColumns } from "./bookings-store.ts";

/** What a list is narrowed to. */
export interface BookingFilter {
  from: Date | null;
  to: Date | null;
  /** Names of statuses as they are stored. */
  statuses: readonly string[] | null;
  /** Built-in statuses. */
  standFor: readonly string[] | null;
  service_id: string | null;
  location_id: string | null;
  resource_id: string | null;
  customer_id: string | null;
  /** Any of these: found by a search. */
  found: { reference: string | null; contacts: readonly string[]; services: readonly string[] } | null;
}

/** What narrows nothing. */
export const everyBooking: BookingFilter = {
  from: null,
  to: null,
  statuses: null,
  standFor: null,
  service_id: null,
  location_id: null,
  resource_id: null,
  customer_id: null,
  found: null,
};

export type BookingOrder = "start" | "-start" | "-created_at";

/** The longest that a booking lasts: what overlaps `from` started at most so long before. */
const longest = "366 days";

/** Bookings in order after the given one. */
export async function listBookings(
  tx: Tx,
  workspaceId: string,
  filter: BookingFilter,
  { order, after, limit }: { order: BookingOrder; after: { at: Date; id: string } | null; limit: number },
): Promise<BookingRow[]> {
  const own = filter.customer_id === null ? null : await ofContacts(tx, workspaceId, [filter.customer_id]);
  const found = filter.found && (await ofContacts(tx, workspaceId, filter.found.contacts));
  const moment = sql.raw(order === "-created_at" ? "b.created_at" : "b.start_at");
  const [direction, beyond] = order === "start" ? [sql.raw("asc"), sql.raw(">")] : [sql.raw("desc"), sql.raw("<")];
  const { rows } = await sql<BookingRow>`
    select ${bookingColumns} from bookings b
    where b.workspace_id = ${workspaceId} ${conditions(filter, own, found)}
      ${after ? sql`and (${moment}, b.id) ${beyond} (${after.at}, ${after.id}::uuid)` : sql``}
    order by ${moment} ${direction}, b.id ${direction} limit ${limit}`.execute(tx);
  return rows;
}

function conditions(filter: BookingFilter, own: OfContacts | null, ofFound: OfContacts | null): RawBuilder<unknown> {
  const { from, to, found } = filter;
  return sql`
    ${from ? sql`and b.end_at > ${from} and b.start_at > ${from}::timestamptz - ${longest}::interval` : sql``}
    ${to ? sql`and b.start_at < ${to}` : sql``}
    ${filter.statuses ? sql`and b.status = any(${filter.statuses}::text[])` : sql``}
    ${filter.standFor ? sql`and b.stands_for = any(${filter.standFor}::text[])` : sql``}
    ${filter.service_id ? sql`and b.service_id = ${filter.service_id}` : sql``}
    ${filter.location_id ? sql`and b.location_id = ${filter.location_id}` : sql``}
    ${filter.resource_id ? sql`and b.resource_ids @> array[${filter.resource_id}]::uuid[]` : sql``}
    ${own ? sql`and (b.customer_id = any(${own.contacts}::uuid[]) or b.id = any(${own.attended}::uuid[]))` : sql``}
    ${
      found && ofFound
        ? sql`and (b.reference like ${found.reference && `${found.reference}%`} or b.customer_id = any(${ofFound.contacts}::uuid[])
            or b.id = any(${ofFound.attended}::uuid[])
            or b.service_id = any(${uuidSet(found.services)}::uuid[]))`
        : sql``
    }`;
}

/** Contacts, and the bookings that they come to, both as arrays of ids. */
interface OfContacts {
  contacts: string;
  attended: string;
}

/** Looked up first, by an index: within the condition of a list all bookings would be gone through. */
async function ofContacts(tx: Tx, workspaceId: string, ids: readonly string[]): Promise<OfContacts> {
  const contacts = uuidSet(ids);
  const { rows } = await sql<{ booking_id: string }>`
    select distinct booking_id from booking_attendees
    where workspace_id = ${workspaceId} and contact_id = any(${contacts}::uuid[])`.execute(tx);
  return { contacts, attended: uuidSet(rows.map(({ booking_id }) => booking_id)) };
}

/** Live bookings of any of the resources that overlap a span, but for one. */
export async function selectBusy(
  tx: Tx,
  workspaceId: string,
  { resources, start, end, except }: { resources: readonly string[]; start: Date; end: Date; except: string | null },
): Promise<BookingRow[]> {
  if (resources.length === 0) return [];
  const { rows } = await sql<BookingRow>`
    select ${bookingColumns} from bookings b
    where b.workspace_id = ${workspaceId} and b.resource_ids && ${uuidSet(resources)}::uuid[]
      and b.stands_for in ('pending', 'confirmed') and b.start_at < ${end} and b.end_at > ${start}
      and b.start_at > ${start}::timestamptz - ${longest}::interval
      and b.id is distinct from ${except}::uuid
    order by b.start_at, b.id limit 20`.execute(tx);
  return rows;
}
