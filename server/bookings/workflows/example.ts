/** Bookings that show what a workflow's text looks like: a real one if there is one that it is for, else an example. */
import { sql } from "kysely";
import type { Name } from "../../contacts/names-of-contacts.ts";
import type { Person } from "../../contacts/person.ts";
import type { Tx } from "../../kit/db.ts";
import { namedId } from "../../kit/id.ts";
import { referenceOf } from "../../kit/reference.ts";
import type { WorkspaceRow } from "../../workspaces/workspace.ts";
import { type Booking } from "../booking.ts";
import type { BookingBefore } from "../happenings-store.ts";
import type { ManageLinks } from "../manage-links.ts";
import { loadBooking, loadBookings } from "../present-booking.ts";
import type { RecipientOf } from "./recipients.ts";
import { meetsConditions } from "./which-bookings.ts";
import type { WorkflowRow } from "./workflow.ts";

/** Bookings that are looked at for one that a workflow is for. */
const lookedAt = 50;

/** The booking of this id, else the newest that the workflow is for, else null. */
export async function bookingFor(
  tx: Tx,
  workspaceId: string,
  workflow: Pick<WorkflowRow, "when">,
  id: string | undefined,
): Promise<Booking | null> {
  if (id !== undefined) return loadBooking(tx, workspaceId, id);
  const { rows } = await sql<{ id: string }>`
    select id from bookings where workspace_id = ${workspaceId} order by created_at desc, id desc limit ${lookedAt}`.execute(
    tx,
  );
  const bookings = new Map(
    (
      await loadBookings(
        tx,
        workspaceId,
        rows.map((row) => row.id),
      )
    ).map((each) => [each.id, each]),
  );
  for (const row of rows) {
    const booking = bookings.get(row.id);
    if (booking && meetsConditions(workflow, booking)) return booking;
  }
  return null;
}

const names: Record<WorkspaceRow["language"], [string, string, string]> = {
  en: ["Emma", "Taylor", "Haircut"],
  nb: ["Kari", "Nordmann", "Klipp"],
  sv: ["Anna", "Svensson", "Klippning"],
  da: ["Mette", "Hansen", "Klipning"],
};

/** A made-up booking, tomorrow or so at two o'clock. */
export function exampleBooking(workspace: WorkspaceRow, links: ManageLinks, now: Date): Booking {
  const id = namedId(now, "example");
  const [first_name, last_name, service] = names[workspace.language];
  const zone = workspace.time_zone;
  const day = Temporal.Instant.fromEpochMilliseconds(now.getTime())
    .toZonedDateTimeISO(zone)
    .toPlainDate()
    .add({ days: 3 });
  const start = new Date(day.toPlainDateTime("14:00").toZonedDateTime(zone).epochMilliseconds);
  const end = new Date(start.getTime() + 45 * 60_000);
  const nothing = { archived_at: null, created_at: now, updated_at: now };
  return {
    workspace_id: workspace.workspace_id,
    id,
    reference: referenceOf(id),
    customer_id: null,
    customer: exampleContact(first_name, last_name, id),
    attendees: [],
    service_id: null,
    service: { id, name: service, duration_minutes: 45, price: null, currency: null, ...nothing },
    location_id: null,
    location: null,
    resource_ids: [],
    resources: [],
    start_at: start,
    end_at: end,
    time_zone: zone,
    status: "confirmed",
    stands_for: "confirmed",
    payment: "none",
    locale: null,
    notes: null,
    source: "ui",
    origin: "",
    external_id: null,
    external_at: null,
    muted: false,
    muted_workflows: [],
    sequence: 0,
    armed_at: now,
    manage_code: links.codeOf(workspace.workspace_id, id),
    created_at: now,
    updated_at: now,
  };
}

const exampleContact = (first_name: string, last_name: string, id: string): Person => ({
  id,
  first_name,
  last_name,
  mobile: null,
  mobile_kind: null,
  phone: null,
  email: null,
  locale: null,
  time_zone: null,
  muted: false,
  customer_since: null,
  properties: {},
});

/** How an example was before a change: a day earlier. */
export function exampleBefore(booking: Booking): BookingBefore {
  const earlier = (at: Date) => new Date(at.getTime() - 86_400_000).toISOString();
  return {
    start: earlier(booking.start_at),
    end: earlier(booking.end_at),
    time_zone: booking.time_zone,
    service: booking.service?.name ?? null,
    location: booking.location?.name ?? null,
    resources: booking.resources.map(({ id, name }) => ({ id, name })),
    left: [],
  };
}

/** Somebody who reads the text about a booking as its customer, or as the first who comes. */
export function readerOf(
  booking: Booking,
  { locale, name }: { locale?: string | undefined; name?: Name },
): RecipientOf {
  const [attendee] = booking.attendees;
  const contact = attendee ? attendee.contact : booking.customer;
  const own = name ?? {
    first_name: attendee?.first_name ?? contact?.first_name ?? null,
    last_name: attendee?.last_name ?? contact?.last_name ?? null,
  };
  const spoken = locale ?? attendee?.locale ?? booking.locale ?? contact?.locale ?? null;
  return {
    kind: attendee ? "attendee" : "customer",
    key: "",
    left: false,
    contact,
    number: null,
    email: null,
    name: null,
    locale: spoken,
    time_zone: attendee?.time_zone ?? contact?.time_zone ?? null,
    about: { contact, ...own, locale: spoken },
  };
}
