/** Purges bookings by age, with what belongs to them. */
import { type RawBuilder, sql } from "kysely";
import type { Tx } from "../kit/db.ts";

/** Bookings that ended before a time, and so started before it. */
const ended = (before: Date): RawBuilder<unknown> => sql`start_at < ${before} and end_at < ${before}`;

/** Purges up to `limit` bookings that ended before `before`, the first of them first; returns how many. */
export async function purgeBookings(tx: Tx, workspaceId: string, before: Date, limit: number): Promise<number> {
  const { rows } = await sql<{ id: string }>`
    select id from bookings where workspace_id = ${workspaceId} and ${ended(before)}
    order by start_at, id limit ${limit} for update`.execute(tx);
  if (rows.length === 0) return 0;
  const ids = `{${rows.map(({ id }) => id).join(",")}}`;
  await sql`
    delete from workflow_decisions where workspace_id = ${workspaceId} and booking_id = any(${ids}::uuid[])`.execute(
    tx,
  );
  await sql`
    delete from booking_happenings where workspace_id = ${workspaceId} and booking_id = any(${ids}::uuid[])`.execute(
    tx,
  );
  await sql`
    delete from booking_history where workspace_id = ${workspaceId} and booking_id = any(${ids}::uuid[])`.execute(tx);
  await sql`
    delete from booking_attendees where workspace_id = ${workspaceId} and booking_id = any(${ids}::uuid[])`.execute(tx);
  await sql`delete from bookings where workspace_id = ${workspaceId} and id = any(${ids}::uuid[])`.execute(tx);
  return rows.length;
}

/** Purges what workflows decided before `before` about new customers, which belongs to no booking. */
export async function purgeDecisionsOfContacts(tx: Tx, workspaceId: string, before: Date): Promise<void> {
  await sql`
    delete from workflow_decisions
    where workspace_id = ${workspaceId} and booking_id = contact_id and decided_at < ${before}`.execute(tx);
}

/** How many bookings ended before a time, exact up to `limit`. */
export async function countEnded(tx: Tx, workspaceId: string, before: Date, limit: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from (
      select 1 from bookings where workspace_id = ${workspaceId} and ${ended(before)} limit ${limit}) b`.execute(tx);
  return rows[0]?.count ?? 0;
}
