/** The SQL of the history of bookings. */
import { sql } from "kysely";
import type { HistoryEntry } from "../../contract/bookings.ts";
import type { Tx } from "../kit/db.ts";
import { jsonRows } from "../kit/json-rows.ts";
import { sharedStatement } from "../kit/shared-statements.ts";
import { uuidSet } from "../kit/uuid-set.ts";

export interface HistoryRow {
  id: string;
  at: Date;
  what: HistoryEntry["what"];
  change: { from?: unknown; to?: unknown };
  by: HistoryEntry["by"];
  name: string | null;
  reason: string | null;
}

export const insertHistory = sharedStatement(
  async (tx, workspaceId, bookings: readonly { bookingId: string; entries: readonly HistoryRow[] }[]) => {
    const rows = bookings.flatMap(({ bookingId, entries }) =>
      entries.map((entry) => ({ ...entry, booking_id: bookingId })),
    );
    await sql`
      insert into booking_history (workspace_id, booking_id, id, at, what, change, by, name, reason)
      select w.workspace_id, h.booking_id, h.id, h.at, h.what, h.change, h.by, h.name, h.reason
      from workspaces w, jsonb_to_recordset(${jsonRows(rows)}::jsonb)
        as h (booking_id uuid, id uuid, at timestamptz, what text, change jsonb, by text, name text, reason text)
      where w.workspace_id = ${workspaceId}`.execute(tx);
    return [];
  },
);

const mostHistory = 500;

/** The history of a booking, the latest first. */
export const selectHistory = sharedStatement(async (tx, workspaceId, bookings: readonly string[]) => {
  const { rows } = await sql<HistoryRow & { booking_id: string }>`
    select h.* from unnest(${uuidSet(bookings)}::uuid[]) as given (booking_id)
    cross join lateral (
      select booking_id, id, at, what, change, by, name, reason from booking_history
      where workspace_id = ${workspaceId} and booking_id = given.booking_id
      order by id desc limit ${mostHistory}
    ) h`.execute(tx);
  const histories = Map.groupBy(rows, ({ booking_id }) => booking_id);
  return bookings.map((id) => histories.get(id) ?? []);
});

/** When a booking began before its start was last changed; null where it never was, or nobody may know any more. */
export async function selectStartBefore(tx: Tx, workspaceId: string, bookingId: string): Promise<Date | null> {
  const { rows } = await sql<{ start: string | null }>`
    select change ->> 'from' as start from booking_history
    where workspace_id = ${workspaceId} and booking_id = ${bookingId} and what = 'start'
    order by id desc limit 1`.execute(tx);
  const start = rows[0]?.start ?? null;
  return start === null ? null : new Date(start);
}

/** Which of the bookings got their status, or were made, after `since`. */
export async function selectChangedStatus(
  tx: Tx,
  workspaceId: string,
  bookings: readonly string[],
  since: Date,
): Promise<Set<string>> {
  if (bookings.length === 0) return new Set();
  const { rows } = await sql<{ booking_id: string }>`
    select distinct booking_id from booking_history
    where workspace_id = ${workspaceId} and booking_id = any(${uuidSet(bookings)}::uuid[])
      and what in ('created', 'status') and at > ${since}`.execute(tx);
  return new Set(rows.map(({ booking_id }) => booking_id));
}
