/** The SQL of bookings, their attendees and their history. */
import { type RawBuilder, sql } from "kysely";
import type { HistoryEntry } from "../../contract/bookings.ts";
import type { Tx } from "../kit/db.ts";
import { jsonRows } from "../kit/json-rows.ts";
import { pipelined } from "../kit/prepared.ts";
import { sharedStatement } from "../kit/shared-statements.ts";
import type {
  Attendee,
  BookedLocation,
  BookedResource,
  BookedService,
  Booking,
  BookingContact,
  BookingRow,
} from "./booking.ts";

const columns = sql.raw(
  `b.workspace_id, b.id, b.reference, b.customer_id, b.service_id, b.location_id, b.resource_ids, b.start_at, b.end_at,
   b.status, b.stands_for, b.payment, b.locale, b.notes, b.source, b.origin, b.external_id, b.external_at, b.muted,
   b.muted_workflows, b.sequence, b.armed_at, b.manage_code, b.created_at, b.updated_at`,
);

const uuids = (ids: Iterable<string | null>): string => `{${[...new Set(ids)].filter((id) => id !== null).join(",")}}`;

/** A booking's row, locked until the transaction ends. */
export async function lockBooking(tx: Tx, workspaceId: string, id: string): Promise<BookingRow | undefined> {
  const { rows } = await sql<BookingRow>`
    select ${columns} from bookings b where b.workspace_id = ${workspaceId} and b.id = ${id} for no key update`.execute(
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
    select ${columns} from bookings b
    where b.workspace_id = ${workspaceId} and b.id = any(${uuids(ids)}::uuid[])`.execute(tx);
  return rows;
}

/** Rows with what they are made of. `zone` is that of the workspace. */
export async function completeBookings(
  tx: Tx,
  workspaceId: string,
  zone: string,
  rows: readonly BookingRow[],
): Promise<Booking[]> {
  if (rows.length === 0) return [];
  const attendees = await selectAttendees(
    tx,
    workspaceId,
    rows.map(({ id }) => id),
  );
  const contactIds = [...rows.map(({ customer_id }) => customer_id), ...attendees.map(({ contact_id }) => contact_id)];
  const [contacts, services, locations, resources] = await pipelined(
    tx,
    () => selectContacts(tx, workspaceId, contactIds),
    () =>
      selectServices(
        tx,
        workspaceId,
        rows.map(({ service_id }) => service_id),
      ),
    () =>
      selectLocations(
        tx,
        workspaceId,
        rows.map(({ location_id }) => location_id),
      ),
    () =>
      selectResources(
        tx,
        workspaceId,
        rows.flatMap(({ resource_ids }) => resource_ids),
      ),
  );
  const attending = Map.groupBy(attendees, ({ booking_id }) => booking_id);
  return rows.map((row): Booking => {
    const location = locations.get(row.location_id ?? "") ?? null;
    return {
      ...row,
      time_zone: location?.time_zone ?? zone,
      customer: contacts.get(row.customer_id ?? "") ?? null,
      attendees: (attending.get(row.id) ?? []).map(({ contact_id, booking_id: _booking, ...rest }): Attendee => ({
        ...rest,
        contact: contacts.get(contact_id ?? "") ?? null,
      })),
      service: services.get(row.service_id ?? "") ?? null,
      location,
      resources: row.resource_ids.flatMap((id) => resources.get(id) ?? []),
    };
  });
}

interface AttendeeRow extends Omit<Attendee, "contact"> {
  booking_id: string;
  contact_id: string | null;
}

async function selectAttendees(tx: Tx, workspaceId: string, bookings: readonly string[]): Promise<AttendeeRow[]> {
  const { rows } = await sql<AttendeeRow>`
    select booking_id, id, contact_id, first_name, last_name, locale, time_zone from booking_attendees
    where workspace_id = ${workspaceId} and booking_id = any(${uuids(bookings)}::uuid[])
    order by booking_id, position`.execute(tx);
  return rows;
}

const byId = <Row extends { id: string }>(rows: readonly Row[]) => new Map(rows.map((row) => [row.id, row]));

type Ids = readonly (string | null)[];

/** Contacts by their ids, and maybe others. */
export const selectContacts = sharedStatement(async (tx, workspaceId, asked: readonly Ids[]) => {
  const ids = asked.flat();
  if (ids.every((id) => id === null)) return asked.map(() => new Map<string, BookingContact>());
  const { rows } = await sql<BookingContact>`
    select id, first_name, last_name, mobile, mobile_kind, phone, email, locale, time_zone, muted, customer_since, properties
    from contacts
    where workspace_id = ${workspaceId} and id = any(${uuids(ids)}::uuid[])`.execute(tx);
  const contacts = byId(rows);
  return asked.map(() => contacts);
});

async function selectServices(
  tx: Tx,
  workspaceId: string,
  ids: readonly (string | null)[],
): Promise<Map<string, BookedService>> {
  if (ids.every((id) => id === null)) return new Map();
  const { rows } = await sql<BookedService>`
    select id, name, duration_minutes, price::float8 as price, currency from services
    where workspace_id = ${workspaceId} and id = any(${uuids(ids)}::uuid[])`.execute(tx);
  return byId(rows);
}

async function selectLocations(
  tx: Tx,
  workspaceId: string,
  ids: readonly (string | null)[],
): Promise<Map<string, BookedLocation>> {
  if (ids.every((id) => id === null)) return new Map();
  const { rows } = await sql<BookedLocation>`
    select id, name, address, phone, directions, time_zone, remote from locations
    where workspace_id = ${workspaceId} and id = any(${uuids(ids)}::uuid[])`.execute(tx);
  return byId(rows);
}

/** Resources by their ids. */
export async function selectResources(
  tx: Tx,
  workspaceId: string,
  ids: readonly string[],
): Promise<Map<string, BookedResource>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<BookedResource>`
    select id, name, mobile, email, locale from resources
    where workspace_id = ${workspaceId} and id = any(${uuids(ids)}::uuid[])`.execute(tx);
  return byId(rows);
}

/** False when another booking has the external id. */
export const insertBooking = sharedStatement(async (tx, workspaceId, bookings: readonly BookingRow[]) => {
  const given = bookings.map(
    ({ customer: _customer, attendees: _attendees, ...row }: BookingRow & Partial<Booking>) => row,
  );
  const { rows } = await sql<{ id: string }>`
    insert into bookings (workspace_id, id, reference, customer_id, service_id, location_id, resource_ids, start_at, end_at,
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
    on conflict (workspace_id, origin, external_id) where external_id is not null do nothing
    returning id`.execute(tx);
  const inserted = new Set(rows.map(({ id }) => id));
  return bookings.map(({ id }) => inserted.has(id));
});

export async function updateBooking(tx: Tx, row: BookingRow): Promise<void> {
  await sql`
    update bookings set customer_id = ${row.customer_id}, service_id = ${row.service_id}, location_id = ${row.location_id},
      resource_ids = ${uuids(row.resource_ids)}::uuid[], start_at = ${row.start_at}, end_at = ${row.end_at},
      status = ${row.status}, stands_for = ${row.stands_for}, payment = ${row.payment}, locale = ${row.locale},
      notes = ${row.notes}, external_at = ${row.external_at}, muted = ${row.muted},
      muted_workflows = ${uuids(row.muted_workflows)}::uuid[], sequence = ${row.sequence}, armed_at = ${row.armed_at},
      updated_at = ${row.updated_at}
    where workspace_id = ${row.workspace_id} and id = ${row.id}`.execute(tx);
}

export interface NewAttendee {
  id: string;
  contact_id: string | null;
  first_name: string | null;
  last_name: string | null;
  locale: string | null;
  time_zone: string | null;
}

/** Replaces who comes to a booking; those who stay keep their ids. */
export async function replaceAttendees(
  tx: Tx,
  workspaceId: string,
  bookingId: string,
  attendees: readonly NewAttendee[],
): Promise<void> {
  await sql`
    delete from booking_attendees where workspace_id = ${workspaceId} and booking_id = ${bookingId}`.execute(tx);
  await insertAttendees(tx, workspaceId, { bookingId, attendees });
}

/** Adds who comes to a booking that nobody comes to yet. */
export const insertAttendees = sharedStatement(
  async (tx, workspaceId, bookings: readonly { bookingId: string; attendees: readonly NewAttendee[] }[]) => {
    const rows = bookings.flatMap(({ bookingId, attendees }) =>
      attendees.map((each, position) => ({ ...each, booking_id: bookingId, position })),
    );
    if (rows.length === 0) return [];
    await sql`
      insert into booking_attendees (workspace_id, booking_id, id, position, contact_id, first_name, last_name, locale, time_zone)
      select w.workspace_id, a.booking_id, a.id, a.position, a.contact_id, a.first_name, a.last_name, a.locale, a.time_zone
      from workspaces w, jsonb_to_recordset(${jsonRows(rows)}::jsonb)
        as a (booking_id uuid, id uuid, position integer, contact_id uuid, first_name text, last_name text, locale text, time_zone text)
      where w.workspace_id = ${workspaceId}`.execute(tx);
    return [];
  },
);

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
    select h.* from unnest(${uuids(bookings)}::uuid[]) as given (booking_id)
    cross join lateral (
      select booking_id, id, at, what, change, by, name, reason from booking_history
      where workspace_id = ${workspaceId} and booking_id = given.booking_id
      order by id desc limit ${mostHistory}
    ) h`.execute(tx);
  const histories = Map.groupBy(rows, ({ booking_id }) => booking_id);
  return bookings.map((id) => histories.get(id) ?? []);
});

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
    where workspace_id = ${workspaceId} and booking_id = any(${uuids(bookings)}::uuid[])
      and what in ('created', 'status') and at > ${since}`.execute(tx);
  return new Set(rows.map(({ booking_id }) => booking_id));
}

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
  found: { references: string; contacts: readonly string[]; services: readonly string[] } | null;
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
    select ${columns} from bookings b
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
        ? sql`and (b.reference like ${`${found.references}%`} or b.customer_id = any(${ofFound.contacts}::uuid[])
            or b.id = any(${ofFound.attended}::uuid[])
            or b.service_id = any(${uuids(found.services)}::uuid[]))`
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
  const contacts = uuids(ids);
  const { rows } = await sql<{ booking_id: string }>`
    select distinct booking_id from booking_attendees
    where workspace_id = ${workspaceId} and contact_id = any(${contacts}::uuid[])`.execute(tx);
  return { contacts, attended: uuids(rows.map(({ booking_id }) => booking_id)) };
}

/** Live bookings of any of the resources that overlap a span, but for one. */
export async function selectBusy(
  tx: Tx,
  workspaceId: string,
  { resources, start, end, except }: { resources: readonly string[]; start: Date; end: Date; except: string | null },
): Promise<BookingRow[]> {
  if (resources.length === 0) return [];
  const { rows } = await sql<BookingRow>`
    select ${columns} from bookings b
    where b.workspace_id = ${workspaceId} and b.resource_ids && ${uuids(resources)}::uuid[]
      and b.stands_for in ('pending', 'confirmed') and b.start_at < ${end} and b.end_at > ${start}
      and b.start_at > ${start}::timestamptz - ${longest}::interval
      and b.id is distinct from ${except}::uuid
    order by b.start_at, b.id limit 20`.execute(tx);
  return rows;
}
