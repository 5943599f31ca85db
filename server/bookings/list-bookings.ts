/** Lists of bookings, by time and what they have. */
import type { z } from "zod";
import { builtInStatuses } from "../../contract/booking-places.ts";
import type { Booking as Shown, bookings } from "../../contract/bookings.ts";
import { searchContacts } from "../contacts/search-contacts.ts";
import { cut, readMoment, writeCursor } from "../kit/cursor.ts";
import type { Tx } from "../kit/db.ts";
import { readDay } from "../kit/given-moments.ts";
import { getWorkspace } from "../workspaces/workspace.ts";
import { requireStatus } from "./booking-statuses.ts";
import { completeBookings } from "./complete-bookings.ts";
import { type BookingFilter, listBookings } from "./list-store.ts";
import type { ManageLinks } from "./manage-links.ts";
import { findServicesNamed } from "./places-store.ts";
import { presentBooking } from "./present-booking.ts";
import { resolvePlaces } from "./resolve-places.ts";

type Query = z.output<typeof bookings.list.query>;

/** Contacts that a search looks at: a list of more is of no use to anybody. */
const mostFound = 200;

const groups: Readonly<Record<string, readonly string[]>> = {
  live: ["pending", "confirmed"],
  ended: ["completed", "no_show"],
  off: ["rejected", "cancelled"],
};

/** One page. 422 for a status, service, location or resource that there is not, and for what is no day. */
export async function listPage(
  tx: Tx,
  links: ManageLinks,
  workspaceId: string,
  query: Query,
): Promise<{ items: Shown[]; next_cursor: string | null }> {
  const { time_zone } = await getWorkspace(tx, workspaceId);
  const { sort: order, limit, cursor } = query;
  const filter = await filterOf(tx, workspaceId, query, time_zone);
  const after = cursor === undefined ? null : readMoment(cursor, order);
  const rows = await listBookings(tx, workspaceId, filter, { order, after, limit: limit + 1 });
  const page = cut(rows, limit, (row) =>
    writeCursor(order, (order === "-created_at" ? row.created_at : row.start_at).toISOString(), row.id),
  );
  const complete = await completeBookings(tx, workspaceId, time_zone, page.items);
  return { items: complete.map((booking) => presentBooking(links, booking)), next_cursor: page.next_cursor };
}

async function filterOf(tx: Tx, workspaceId: string, query: Query, zone: string): Promise<BookingFilter> {
  const places = await resolvePlaces(
    tx,
    workspaceId,
    {
      ...(query.service && { service: query.service }),
      ...(query.location && { location: query.location }),
      ...(query.resource && { resources: [query.resource] }),
    },
    { allowArchived: true },
  );
  return {
    from: query.from === undefined ? null : readDay(query.from, zone, "from"),
    to: query.to === undefined ? null : readDay(query.to, zone, "to"),
    ...(await statusesOf(tx, workspaceId, query.status)),
    service_id: places.service?.id ?? null,
    location_id: places.location?.id ?? null,
    resource_id: places.resources[0]?.id ?? null,
    customer_id: query.customer ?? null,
    found: query.query ? await find(tx, workspaceId, query.query) : null,
  };
}

async function statusesOf(
  tx: Tx,
  workspaceId: string,
  status: string | undefined,
): Promise<Pick<BookingFilter, "statuses" | "standFor">> {
  if (status === undefined) return { statuses: null, standFor: null };
  const group = groups[status];
  if (group) return { statuses: null, standFor: group };
  // A built-in one means all that stand for it, whatever they are called.
  if (builtInStatuses.some((name) => name === status)) return { statuses: null, standFor: [status] };
  return { statuses: [(await requireStatus(tx, workspaceId, status, "status")).status], standFor: null };
}

/** The beginning of a reference, in whichever way a person wrote or heard it; null for what can be none. */
export function referenceIn(query: string): string | null {
  const written = query.toUpperCase().replaceAll(/[\s\p{Pd}]/gu, "");
  if (!/^[0-9A-Z]{1,8}$/.test(written)) return null;
  // Letters that no reference has, for the digits that they look like.
  const code = written.replaceAll("O", "0").replaceAll(/[IL]/g, "1");
  return code.length > 4 ? `${code.slice(0, 4)}-${code.slice(4)}` : code;
}

async function find(tx: Tx, workspaceId: string, query: string): Promise<BookingFilter["found"]> {
  const contacts = await searchContacts(tx, workspaceId, { query, sort: "-created_at", limit: mostFound });
  return {
    reference: referenceIn(query),
    contacts: contacts.items.map(({ id }) => id),
    services: await findServicesNamed(tx, workspaceId, query),
  };
}
