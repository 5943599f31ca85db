/** How much is decided in one transaction: PDFs take milliseconds each, and the quota's row is locked meanwhile. */
import { sql } from "kysely";
import type { Tx } from "../../kit/db.ts";

/** What is decided at once … */
export const atOnce = 200;
/** … unless so many people come to the bookings, whom each action may tell. A booking alone may have more. */
const mostPeople = 1_000;

/** How many come to each booking; those to which nobody does but the customer are left out. */
export async function countAttendees(
  tx: Tx,
  workspaceId: string,
  bookings: Iterable<string>,
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ booking_id: string; n: number }>`
    select booking_id, count(*)::int as n from booking_attendees
    where workspace_id = ${workspaceId} and booking_id = any(${`{${[...new Set(bookings)].join(",")}}`}::uuid[])
    group by booking_id`.execute(tx);
  return new Map(rows.map(({ booking_id, n }) => [booking_id, n]));
}

/**
 * What is found, in its order, cut into what is decided at once. What waits of one booking stays together, where its first stands: what it
 * comes to is told.
 */
export function inShares<Found>(
  found: readonly Found[],
  bookingOf: (found: Found) => string | null,
  attendees: ReadonlyMap<string, number>,
): Found[][] {
  const shares: Found[][] = [];
  let share: Found[] = [];
  let people = 0;
  for (const [booking, together] of Map.groupBy(found, (each) => bookingOf(each) ?? each)) {
    const own = together.length * ((typeof booking === "string" ? attendees.get(booking) : null) ?? 1);
    if (share.length > 0 && (share.length >= atOnce || people + own > mostPeople)) {
      shares.push(share);
      share = [];
      people = 0;
    }
    share.push(...together);
    people += own;
  }
  if (share.length > 0) shares.push(share);
  return shares;
}
