/** The SQL of bookings by their ids. */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";
import { jsonRows } from "../kit/json-rows.ts";
import { sharedStatement } from "../kit/shared-statements.ts";
import { uuidSet } from "../kit/uuid-set.ts";
import type { Booking, BookingRow } from "./booking.ts";

/** The columns of BookingRow. */
export const bookingColumns = sql.raw(
  `b.workspace_id, b.id, b.reference, b.customer_id, b.service_id, b.location_id, b.resource_ids, b.start_at, b.end_at,
   b.status, b.stands_for, b.payment, b.locale, b.notes, b.source, b.origin, b.external_id, b.external_at, b.muted,
   b.muted_workflows, b.sequence, b.armed_at, b.manage_code, b.created_at, b.updated_at`,
);

/** A booking's row, locked until the transaction ends. */
export async function lockBooking(tx: Tx, workspaceId: string, id: string): Promise<BookingRow | undefined> {
  const { rows } = await sql<BookingRow>`
    select ${bookingColumns} from bookings b where b.workspace_id = ${workspaceId} and b.id = ${id} for no key update`.execute(
    tx,
  );
  return rows[0];
}

/** What another system calls a booking. */
export type ExternalId = Pick<BookingRow, "origin"> & { external_id: string };

/** The id of the booking that another system calls so. */
export const selectExternal = sharedStatement(async (tx, workspaceId, asked: readonly ExternalId[]) => {
  const { rows } = await sql<{ id: string; n: number }>`
    select b.id, given.n::integer as n
    from unnest(${asked.map(({ origin }) => origin)}::text[], ${asked.map(({ external_id }) => external_id)}::text[])
      with ordinality as given (origin, external_id, n)
    cross join lateral (
      select id from bookings
      where workspace_id = ${workspaceId} and origin = given.origin and external_id = given.external_id offset 0
    ) b`.execute(tx);
  const ids = new Map(rows.map(({ n, id }) => [n, id]));
  return asked.map((_, i) => ids.get(i + 1));
});

export async function selectBookings(tx: Tx, workspaceId: string, ids: readonly string[]): Promise<BookingRow[]> {
  const { rows } = await sql<BookingRow>`
    select ${bookingColumns} from bookings b
    where b.workspace_id = ${workspaceId} and b.id = any(${uuidSet(ids)}::uuid[])`.execute(tx);
  return rows;
}

/** False when another booking has the external id. */
export const insertBooking = sharedStatement(async (tx, workspaceId, bookings: readonly BookingRow[]) => {
  const given = bookings.map(
    ({ customer: _customer, attendees: _attendees, ...row }: BookingRow & Partial<Booking>) => row,
  );
  const { rows } = await sql<{ id: string }>`
    insert into bookings as added (workspace_id, id, reference, customer_id, service_id, location_id, resource_ids, start_at, end_at,
      status, stands_for, payment, locale, notes, source, origin, external_id, external_at, muted, muted_workflows, sequence,
      armed_at, manage_code, created_at, updated_at)
    select w.workspace_id, b.id, b.reference, b.customer_id, b.service_id, b.location_id, b.resource_ids, b.start_at, b.end_at,
      b.status, b.stands_for, b.payment, b.locale, b.notes, b.source, b.origin, b.external_id, b.external_at, b.muted,
      b.muted_workflows, b.sequence, b.armed_at, b.manage_code, b.created_at, b.updated_at
    from workspaces w, jsonb_to_recordset(${jsonRows(given)}::jsonb)
      as b (id uuid, reference text, customer_id uuid, service_id uuid, location_id uuid, resource_ids uuid[],
        start_at timestamptz, end_at timestamptz, status text, stands_for text, payment text, locale text, notes text,
        source text, origin text, external_id text, external_at timestamptz, muted boolean, muted_workflows uuid[],
        sequence integer, armed_at timestamptz, manage_code text, created_at timestamptz, updated_at timestamptz)
    where w.workspace_id = ${workspaceId}
    -- Others who add the same ones wait, and not in a circle.
    order by b.origin, b.external_id
    on conflict (workspace_id, origin, external_id) where external_id is not null do nothing
    returning added.id`.execute(tx);
  const inserted = new Set(rows.map(({ id }) => id));
  return bookings.map(({ id }) => inserted.has(id));
});

export async function updateBooking(tx: Tx, row: BookingRow): Promise<void> {
  await sql`
    update bookings set customer_id = ${row.customer_id}, service_id = ${row.service_id}, location_id = ${row.location_id},
      resource_ids = ${uuidSet(row.resource_ids)}::uuid[], start_at = ${row.start_at}, end_at = ${row.end_at},
      status = ${row.status}, stands_for = ${row.stands_for}, payment = ${row.payment}, locale = ${row.locale},
      notes = ${row.notes}, external_at = ${row.external_at}, muted = ${row.muted},
      muted_workflows = ${uuidSet(row.muted_workflows)}::uuid[], sequence = ${row.sequence}, armed_at = ${row.armed_at},
      updated_at = ${row.updated_at}
    where workspace_id = ${row.workspace_id} and id = ${row.id}`.execute(tx);
}
