/**
 * The order in which a transaction locks what it changes. All that write bookings keep to it, so no two wait for each other in a circle;
 * bookings that are written together (kit/group-commit.ts) lock what all of them name at first. Orders of events come where bookings do.
 *
 *   1. the workspace's decisions (workflows/decide.ts)
 *   2. its submit lock (consent/submit-lock.ts)
 *   3. bookings, by their ids
 *   4. contacts, by their ids; who is to become one, after those
 *   5. the quota's period, then workflows by their ids
 *
 * Whoever changes one booking locks it, and then its people as it comes to them. Whoever comes to a contact first, or to several of either,
 * takes their locks here before anything else.
 */
import { sql } from "kysely";
import { lockContacts as lockContactRows } from "../contacts/bulk/bulk-store.ts";
import type { Tx } from "../kit/db.ts";
import { uuidSet } from "../kit/uuid-set.ts";

/** Locks bookings as whoever changes one does. */
export async function lockBookings(tx: Tx, workspaceId: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await sql`
    select 1 from bookings where workspace_id = ${workspaceId} and id = any(${uuidSet(ids)}::uuid[])
    order by id for no key update`.execute(tx);
}

/** Locks the bookings that other systems, or a file, call so. */
export async function lockBookingsCalled(
  tx: Tx,
  workspaceId: string,
  origin: string,
  externalIds: readonly string[],
): Promise<void> {
  if (externalIds.length === 0) return;
  await sql`
    select 1 from bookings
    where workspace_id = ${workspaceId} and origin = ${origin} and external_id = any(${externalIds}::text[])
    order by id for no key update`.execute(tx);
}

/** Locks the bookings that are a contact's, or to which they come. */
export async function lockBookingsOf(tx: Tx, workspaceId: string, contactId: string): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select id from bookings where workspace_id = ${workspaceId} and customer_id = ${contactId}
    union select booking_id from booking_attendees
    where workspace_id = ${workspaceId} and contact_id = ${contactId}`.execute(tx);
  await lockBookings(
    tx,
    workspaceId,
    rows.map(({ id }) => id),
  );
}

/** Locks contacts as whoever changes one does. */
export async function lockContacts(tx: Tx, workspaceId: string, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await lockContactRows(tx, workspaceId, [...new Set(ids)], "for update");
}
