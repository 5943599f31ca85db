/** Bookings with what they are made of. */
import { sql } from "kysely";
import { selectPeople } from "../contacts/person.ts";
import type { Tx } from "../kit/db.ts";
import { pipelined } from "../kit/prepared.ts";
import { uuidSet } from "../kit/uuid-set.ts";
import { selectAttendees } from "./attendees-store.ts";
import type { Attendee, BookedLocation, BookedResource, BookedService, Booking, BookingRow } from "./booking.ts";

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
    () => selectPeople(tx, workspaceId, contactIds),
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

const byId = <Row extends { id: string }>(rows: readonly Row[]) => new Map(rows.map((row) => [row.id, row]));

async function selectServices(
  tx: Tx,
  workspaceId: string,
  ids: readonly (string | null)[],
): Promise<Map<string, BookedService>> {
  if (ids.every((id) => id === null)) return new Map();
  const { rows } = await sql<BookedService>`
    select id, name, duration_minutes, price::float8 as price, currency from services
    where workspace_id = ${workspaceId} and id = any(${uuidSet(ids)}::uuid[])`.execute(tx);
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
    where workspace_id = ${workspaceId} and id = any(${uuidSet(ids)}::uuid[])`.execute(tx);
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
    where workspace_id = ${workspaceId} and id = any(${uuidSet(ids)}::uuid[])`.execute(tx);
  return byId(rows);
}
