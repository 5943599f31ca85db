/** The SQL of events and their dates. */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";
import { jsonRows } from "../kit/json-rows.ts";
import { sharedStatement } from "../kit/shared-statements.ts";
import { uuidSet } from "../kit/uuid-set.ts";
import type { Event, EventCounts, EventDateRow, EventRow } from "./event.ts";

/** The columns of EventRow. */
const eventColumns = sql.raw(
  `e.workspace_id, e.id, e.name, e.venue, e.address, e.url, e.time_zone, e.start_at, e.end_at, e.last_at, e.status, e.capacity,
   e.source, e.origin, e.external_id, e.external_at, e.sequence, e.archived_at, e.created_at, e.updated_at`,
);

/** An event's row, locked until the transaction ends. */
export async function lockEvent(tx: Tx, workspaceId: string, id: string): Promise<EventRow | undefined> {
  const { rows } = await sql<EventRow>`
    select ${eventColumns} from events e where e.workspace_id = ${workspaceId} and e.id = ${id} for no key update`.execute(
    tx,
  );
  return rows[0];
}

/** The id of the event that another system calls so. */
export async function selectExternalEvent(
  tx: Tx,
  workspaceId: string,
  { origin, external_id }: { origin: string; external_id: string },
): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    select id from events
    where workspace_id = ${workspaceId} and origin = ${origin} and external_id = ${external_id}`.execute(tx);
  return rows[0]?.id;
}

/** An event without its dates. */
export const selectEventRow = sharedStatement(async (tx, workspaceId, ids: readonly string[]) => {
  const { rows } = await sql<EventRow>`
    select ${eventColumns} from events e
    where e.workspace_id = ${workspaceId} and e.id = any(${uuidSet(ids)}::uuid[])`.execute(tx);
  const found = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => found.get(id.toLowerCase()));
});

/** Names of events by their ids. */
export async function selectEventNames(
  tx: Tx,
  workspaceId: string,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; name: string }>`
    select id, name from events where workspace_id = ${workspaceId} and id = any(${uuidSet(ids)}::uuid[])`.execute(tx);
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** The rows with their dates. */
export async function withDates(tx: Tx, workspaceId: string, rows: readonly EventRow[]): Promise<Event[]> {
  if (rows.length === 0) return [];
  const { rows: dates } = await sql<EventDateRow & { event_id: string }>`
    select event_id, id, start_at, end_at from event_dates
    where workspace_id = ${workspaceId} and event_id = any(${uuidSet(rows.map(({ id }) => id))}::uuid[])
    order by event_id, position`.execute(tx);
  const own = Map.groupBy(dates, ({ event_id }) => event_id);
  return rows.map((row) => ({
    ...row,
    dates: (own.get(row.id) ?? []).map(({ id, start_at, end_at }) => ({ id, start_at, end_at })),
  }));
}

/** The ids of an event's dates. */
export const selectDateIds = sharedStatement(async (tx, workspaceId, events: readonly string[]) => {
  const { rows } = await sql<{ event_id: string; id: string }>`
    select event_id, id from event_dates
    where workspace_id = ${workspaceId} and event_id = any(${uuidSet(events)}::uuid[])`.execute(tx);
  const own = Map.groupBy(rows, ({ event_id }) => event_id);
  return events.map((event) => new Set((own.get(event) ?? []).map(({ id }) => id)));
});

/** False when another event has the external id. */
export async function insertEvent(tx: Tx, workspaceId: string, row: EventRow): Promise<boolean> {
  const { rows } = await sql`
    insert into events as added (workspace_id, id, name, venue, address, url, time_zone, start_at, end_at, last_at, status, capacity,
      source, origin, external_id, external_at, sequence, archived_at, created_at, updated_at)
    values (${workspaceId}, ${row.id}, ${row.name}, ${row.venue}, ${row.address}, ${row.url}, ${row.time_zone}, ${row.start_at},
      ${row.end_at}, ${row.last_at}, ${row.status}, ${row.capacity}, ${row.source}, ${row.origin}, ${row.external_id},
      ${row.external_at}, ${row.sequence}, ${row.archived_at}, ${row.created_at}, ${row.updated_at})
    on conflict (workspace_id, origin, external_id) where external_id is not null do nothing
    returning added.id`.execute(tx);
  return rows.length > 0;
}

export async function updateEvent(tx: Tx, workspaceId: string, row: EventRow): Promise<void> {
  await sql`
    update events set name = ${row.name}, venue = ${row.venue}, address = ${row.address}, url = ${row.url},
      time_zone = ${row.time_zone}, start_at = ${row.start_at}, end_at = ${row.end_at}, last_at = ${row.last_at},
      status = ${row.status}, capacity = ${row.capacity}, external_at = ${row.external_at}, sequence = ${row.sequence},
      archived_at = ${row.archived_at}, updated_at = ${row.updated_at}
    where workspace_id = ${workspaceId} and id = ${row.id}`.execute(tx);
}

/** Replaces the dates of an event. */
export async function replaceDates(
  tx: Tx,
  workspaceId: string,
  eventId: string,
  dates: readonly EventDateRow[],
): Promise<void> {
  await sql`delete from event_dates where workspace_id = ${workspaceId} and event_id = ${eventId}`.execute(tx);
  const rows = dates.map((date, position) => ({ ...date, position }));
  await sql`
    insert into event_dates (workspace_id, event_id, id, start_at, end_at, position)
    select w.workspace_id, ${eventId}::uuid, d.id, d.start_at, d.end_at, d.position
    from workspaces w, jsonb_to_recordset(${jsonRows(rows)}::jsonb)
      as d (id uuid, start_at timestamptz, end_at timestamptz, position integer)
    where w.workspace_id = ${workspaceId}`.execute(tx);
}

export async function deleteEvent(tx: Tx, workspaceId: string, id: string): Promise<void> {
  await sql`delete from event_items where workspace_id = ${workspaceId} and event_id = ${id}`.execute(tx);
  await sql`delete from event_dates where workspace_id = ${workspaceId} and event_id = ${id}`.execute(tx);
  await sql`delete from events where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
}

/** Whether an event has any order, of whatever status. */
export async function hasOrders(tx: Tx, workspaceId: string, id: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from orders where workspace_id = ${workspaceId} and event_id = ${id} limit 1`.execute(tx);
  return rows.length > 0;
}

/** Those of the dates that tickets are for. */
export async function selectSoldDates(tx: Tx, workspaceId: string, dates: readonly string[]): Promise<string[]> {
  if (dates.length === 0) return [];
  const { rows } = await sql<{ date_id: string }>`
    select given.date_id from unnest(${uuidSet(dates)}::uuid[]) as given (date_id)
    where exists (
      select 1 from tickets where workspace_id = ${workspaceId} and date_id = given.date_id offset 0)`.execute(tx);
  return rows.map(({ date_id }) => date_id);
}

/** Orders and tickets of an event that count. */
export async function countOrders(tx: Tx, workspaceId: string, eventId: string): Promise<EventCounts> {
  const ofOrders = await sql<{ orders: number }>`
    select count(*) as orders from orders
    where workspace_id = ${workspaceId} and event_id = ${eventId} and valid`.execute(tx);
  const ofTickets = await sql<{ tickets: number; checked_in: number }>`
    select count(*) as tickets, count(checked_in_at) as checked_in from tickets
    where workspace_id = ${workspaceId} and event_id = ${eventId} and valid`.execute(tx);
  const { orders = 0 } = ofOrders.rows[0] ?? {};
  const { tickets = 0, checked_in = 0 } = ofTickets.rows[0] ?? {};
  return { orders, tickets, checked_in };
}

/** What a list is narrowed to. */
export interface EventFilter {
  from: Date | null;
  to: Date | null;
  status: string | null;
  archived: boolean;
  query: string | null;
}

/** Events, the latest start first, after the given one. */
export async function listEvents(
  tx: Tx,
  workspaceId: string,
  { from, to, status, archived, query }: EventFilter,
  { after, limit }: { after: { at: Date; id: string } | null; limit: number },
): Promise<EventRow[]> {
  const { rows } = await sql<EventRow>`
    select ${eventColumns} from events e
    where e.workspace_id = ${workspaceId}
      ${from ? sql`and e.last_at > ${from}` : sql``}
      ${to ? sql`and e.start_at < ${to}` : sql``}
      ${status ? sql`and e.status = ${status}` : sql``}
      ${archived ? sql`` : sql`and e.archived_at is null`}
      ${
        query
          ? sql`and (strpos(fold(e.name_key), fold(name_key(${query}))) > 0
              or strpos(fold(coalesce(e.venue, '')), fold(name_key(${query}))) > 0)`
          : sql``
      }
      ${after ? sql`and (e.start_at, e.id) < (${after.at}, ${after.id}::uuid)` : sql``}
    order by e.start_at desc, e.id desc limit ${limit}`.execute(tx);
  return rows;
}
