/** One row of a file becomes a booking, changes one, or is refused. */
import { hash } from "node:crypto";
import type { Tx } from "../../kit/db.ts";
import { readWhen } from "../../kit/given-moments.ts";
import type { WorkspaceRow } from "../../workspaces/workspace.ts";
import { type Booking, type ChangeContext, importOrigin } from "../booking.ts";
import { selectExternal } from "../bookings-store.ts";
import type { ManageLinks } from "../manage-links.ts";
import { resolveCustomer } from "../people.ts";
import { type BookingFields, makeBooking } from "../write-booking.ts";
import { hasBookingOfName } from "./import-store.ts";
import type { PlaceFinder } from "./places-of-row.ts";
import { type ReadRow, textOf } from "./read-row.ts";

export interface RowScope {
  workspace: WorkspaceRow;
  links: ManageLinks;
  context: ChangeContext;
  places: PlaceFinder;
  /** Whether anything of the row has been written. */
  progress: { wrote: boolean };
}

export interface ImportedRow {
  outcome: "created" | "updated" | "unchanged";
  /** Null where it is known that there is one, and no more. */
  booking: Booking | null;
}

/**
 * Writes the booking of a row by the command of all ways in; 422 names the field.
 *
 * A row with an `external_id` changes the booking that has it. One without gets an id made of its customer, start and service: where an
 * earlier file has made that booking, it stays as it is, also if it was moved or cancelled since. `repeats` tells apart rows of one file
 * that say the same, from 0.
 */
export async function importRow(tx: Tx, scope: RowScope, read: ReadRow, repeats: number): Promise<ImportedRow> {
  const { workspace, links, context, progress } = scope;
  const { workspace_id: workspaceId } = workspace;
  const places = await scope.places(read, context.at, progress);
  const zone = places.location?.time_zone ?? workspace.time_zone;
  const start = readWhen(textOf(read.start), zone, "start", context.at);
  const fields: BookingFields = {
    service: places.service?.id,
    location: places.location?.id,
    resources: read.resources && places.resources.map(({ id }) => id),
    ...timesOf(read, start, zone),
    status: read.status,
    payment: read.payment,
    locale: read.locale,
    notes: read.notes,
  };
  const from = { source: "import" as const, external_at: null };
  if (read.external_id !== null) {
    const own = { ...from, origin: "", external_id: read.external_id };
    const all = { ...fields, customer: read.customer };
    const { booking, made } = await makeBooking(tx, links, workspaceId, all, own, context);
    const isChanged = booking.updated_at >= context.at;
    return { booking, outcome: made ? "created" : isChanged ? "updated" : "unchanged" };
  }
  const service_id = places.service?.id ?? null;
  const { customer } = read;
  if (customer && !customer.mobile && !customer.email) {
    const name = { first_name: customer.first_name ?? null, last_name: customer.last_name ?? null };
    const known = { start, service_id, origin: importOrigin };
    if (await hasBookingOfName(tx, workspaceId, name, known, repeats)) return { outcome: "unchanged", booking: null };
  }
  const people = { workspaceId, country: workspace.country, at: context.at };
  const customerId = customer ? await resolveCustomer(tx, people, customer, null) : null;
  progress.wrote ||= customerId !== null;
  const external_id = idOf([
    ...(customerId === null ? [places.location?.id ?? "", ...places.resources.map(({ id }) => id)] : [customerId]),
    start.toISOString(),
    service_id ?? "",
    String(repeats),
  ]);
  if ((await selectExternal(tx, workspaceId, { origin: importOrigin, external_id })) !== undefined)
    return { outcome: "unchanged", booking: null };
  const all = { ...fields, ...(customerId !== null && { customer: { id: customerId } }) };
  const own = { ...from, origin: importOrigin, external_id };
  const { booking, made } = await makeBooking(tx, links, workspaceId, all, own, context);
  return { booking, outcome: made ? "created" : "unchanged" };
}

/** Of ids and times alone: it says nothing about a person. */
const idOf = (parts: readonly string[]) => hash("sha256", parts.join(" "), "hex").slice(0, 32);

const minute = 60_000;

/**
 * Start and end for the command. Instants, but where the row names no location and may change a booking that has one: its times are those
 * of that booking's zone.
 */
function timesOf({ external_id, location, ...read }: ReadRow, start: Date, zone: string) {
  const isWall = external_id !== null && location === undefined && !("instant" in read.start);
  const end = read.duration === undefined ? null : new Date(start.getTime() + read.duration * minute);
  const shown = (at: Date) => (isWall ? wallOf(at, zone) : at.toISOString());
  return {
    start: isWall ? textOf(read.start) : start.toISOString(),
    ...(read.end && { end: textOf(read.end) }),
    ...(end && { end: shown(end) }),
  };
}

const wallOf = (at: Date, zone: string) =>
  Temporal.Instant.fromEpochMilliseconds(at.getTime())
    .toZonedDateTimeISO(zone)
    .toPlainDateTime()
    .toString({ smallestUnit: "second" });
