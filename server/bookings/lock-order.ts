/**
 * The order in which a transaction locks what it changes. All that write bookings keep to it, so no two ever wait for each other, but
 * bookings that are written together (kit/group-commit.ts): each of those keeps to it by itself, and a deadlock between two batches is
 * tried again:
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
import { uuidArray } from "../kit/uuid-array.ts";

/** Locks bookings as whoever changes one does. */
export async function lockBookings(tx: Tx, workspaceId: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await sql`
    select 1 from bookings where workspace_id = ${workspaceId} and id = any(${uuidArray(ids)}::uuid[])
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

/** The first half of an advisory lock's key. */
const newPeopleLock = 0xb00d;

/** How people are named. */
interface People {
  ids?: readonly string[];
  mobiles: readonly string[];
  emails: readonly string[];
}

/**
 * Locks the contacts that several people of a booking are, whatever the order in which they are named. Where one is to become a contact
 * the others who add several wait, since nothing that could be locked is there yet.
 */
export async function lockPeople(tx: Tx, workspaceId: string, people: People): Promise<void> {
  const found = await selectPeople(tx, workspaceId, people);
  const isKnown = (column: "mobile" | "email", values: readonly string[]) =>
    values.every((value) => found.some((each) => each[column] === value));
  if (!isKnown("mobile", people.mobiles) || !isKnown("email", people.emails)) {
    const key = Number.parseInt(workspaceId.slice(-8), 16) | 0;
    await sql.raw(`select pg_advisory_xact_lock(${newPeopleLock}, ${key})`).execute(tx);
  }
  await lockKnown(tx, workspaceId, people);
}

/** Locks those of the people who are contacts. */
export async function lockKnown(tx: Tx, workspaceId: string, people: People): Promise<void> {
  const found = await selectPeople(tx, workspaceId, people);
  await lockContacts(
    tx,
    workspaceId,
    found.map(({ id }) => id),
  );
}

async function selectPeople(tx: Tx, workspaceId: string, { ids = [], mobiles, emails }: People) {
  const { rows } = await sql<{ id: string; mobile: string | null; email: string | null }>`
    select id, mobile, email from contacts where workspace_id = ${workspaceId} and id = any(${uuidArray(ids)}::uuid[])
    union select id, mobile, email from contacts
    where workspace_id = ${workspaceId} and mobile = any(${mobiles}::text[])
    union select id, mobile, email from contacts
    where workspace_id = ${workspaceId} and email = any(${emails}::text[])`.execute(tx);
  return rows;
}
