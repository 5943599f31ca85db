/**
 * The one command that writes bookings, whatever the way in. It compares the booking as it was with the booking as it is and notes what
 * happened, which workflows look at after the commit; a change that changes nothing writes nothing.
 */
import type { AttendeeInput, BookingSource, CustomerInput, Payment } from "../../contract/bookings.ts";
import { differenceOf } from "../../rules/booking-difference.ts";
import { recordAuditEvent } from "../accounts/audit-events.ts";
import { appendActivity } from "../activity/activity.ts";
import { readLocale } from "../contacts/contact.ts";
import { becomeCustomer } from "../contacts/customers.ts";
import { lockPeopleNamed } from "../contacts/lock-people.ts";
import { selectPeople } from "../contacts/person.ts";
import type { Tx } from "../kit/db.ts";
import { invalid, notFound } from "../kit/errors.ts";
import { checkSpan, readWhen } from "../kit/given-moments.ts";
import { newId } from "../kit/id.ts";
import { pipelined } from "../kit/prepared.ts";
import { referenceOf } from "../kit/reference.ts";
import { getWorkspace } from "../workspaces/workspace.ts";
import { insertAttendees, type NewAttendee, replaceAttendees } from "./attendees-store.ts";
import { changesOf, historyEntry, recordChanged, targetOf } from "./booking-changes.ts";
import { requireStatus } from "./booking-statuses.ts";
import { type Booking, type BookingRow, type ChangeContext, isOff, snapshotOf } from "./booking.ts";
import { insertBooking, lockBooking, selectExternal, updateBooking } from "./bookings-store.ts";
import { completeBookings } from "./complete-bookings.ts";
import { type Happening, insertHappening } from "./happenings-store.ts";
import { insertHistory } from "./history-store.ts";
import type { ManageLinks } from "./manage-links.ts";
import { resolveAttendees, resolveCustomer } from "./people.ts";
import { resolvePlaces } from "./resolve-places.ts";

/** What is said about a booking; undefined leaves it as it is. */
export interface BookingFields {
  customer?: CustomerInput | null | undefined;
  attendees?: readonly AttendeeInput[] | undefined;
  service?: string | null | undefined;
  location?: string | null | undefined;
  resources?: readonly string[] | undefined;
  start?: string | undefined;
  end?: string | undefined;
  status?: string | undefined;
  payment?: Payment | undefined;
  locale?: string | null | undefined;
  notes?: string | null | undefined;
  muted?: boolean | readonly string[] | undefined;
}

/** Where a new booking comes from. */
export interface Origin {
  source: BookingSource;
  /** Whose ids `external_id` is one of; empty for the workspace's own systems. */
  origin: string;
  external_id: string | null;
  /** When it was so there: what is older than what is known changes nothing. */
  external_at: Date | null;
}

const minute = 60_000;

/** Makes a booking, or changes the one with the origin's external id. 422 names the field and its value. */
export async function makeBooking(
  tx: Tx,
  links: ManageLinks,
  workspaceId: string,
  fields: BookingFields,
  from: Origin,
  context: ChangeContext,
): Promise<{ booking: Booking; made: boolean }> {
  const { origin, external_id, external_at } = from;
  const known = external_id === null ? undefined : await selectExternal(tx, workspaceId, { origin, external_id });
  if (known !== undefined)
    return { booking: await changeBooking(tx, workspaceId, known, fields, context, external_at), made: false };
  const { start } = fields;
  if (start === undefined) throw invalid("start_missing", "A booking has a start.", "start", null);
  const id = newId(context.at);
  const blank = blankBooking({ workspaceId, id, from, manage_code: links.codeOf(workspaceId, id), at: context.at });
  const booking = await withFields(tx, blank, fields, context, true);
  const insert = () => insertBooking(tx, workspaceId, booking);
  if (external_id !== null && !(await insert())) {
    const other = await selectExternal(tx, workspaceId, { origin, external_id });
    if (other === undefined) throw new Error(`booking ${external_id} can be neither added nor found`);
    return { booking: await changeBooking(tx, workspaceId, other, fields, context, external_at), made: false };
  }
  const happened = [...differenceOf(null, snapshotOf(booking)), ...(await noteCustomer(tx, booking, context.at))];
  const history = historyEntry(context, "created", { to: booking.start_at.toISOString() });
  await pipelined(
    tx,
    // Only an external id can be another's meanwhile.
    async () => external_id !== null || insert(),
    () => insertAttendees(tx, workspaceId, { bookingId: id, attendees: attendeeRows(booking) }),
    () => insertHistory(tx, workspaceId, { bookingId: id, entries: [history] }),
    () => insertHappening(tx, { booking, before: null, happened, context }),
    () => recordAuditEvent(tx, { workspaceId, at: context.at, action: "booking.created", target: targetOf(booking) }),
    () => appendActivity(tx, workspaceId, context.at, [{ type: "booking.created", subjects: [id] }]),
  );
  return { booking, made: true };
}

/** Changes a booking; 404 where there is none. `externalAt`: when it was so elsewhere. */
export async function changeBooking(
  tx: Tx,
  workspaceId: string,
  id: string,
  fields: BookingFields,
  context: ChangeContext,
  externalAt: Date | null = null,
  reason: string | null = null,
): Promise<Booking> {
  const row = await lockBooking(tx, workspaceId, id);
  if (!row) throw notFound("booking", id);
  const { time_zone } = await getWorkspace(tx, workspaceId);
  const [before] = await completeBookings(tx, workspaceId, time_zone, [row]);
  if (!before) throw notFound("booking", id);
  if (externalAt && row.external_at && externalAt < row.external_at) return before;
  // Later than the change before it also where the clock was set back: each change is an occurrence of its own.
  const at = new Date(Math.max(context.at.getTime(), before.updated_at.getTime() + 1));
  const after = await withFields(tx, before, fields, { ...context, at });
  after.external_at = externalAt ?? before.external_at;
  const history = changesOf(before, after, { ...context, at }, reason);
  if (history.length === 0) {
    if (after.external_at !== before.external_at) await updateBooking(tx, after);
    return { ...before, external_at: after.external_at };
  }
  const happened = [...differenceOf(snapshotOf(before), snapshotOf(after)), ...(await noteCustomer(tx, after, at))];
  after.updated_at = at;
  if (happened.length > 0) after.sequence++;
  if (isArmedAnew(before, after)) after.armed_at = at;
  await updateBooking(tx, after);
  if (fields.attendees !== undefined) await replaceAttendees(tx, workspaceId, id, attendeeRows(after));
  await pipelined(
    tx,
    () => insertHistory(tx, workspaceId, { bookingId: id, entries: history }),
    async () => {
      if (happened.length > 0)
        await insertHappening(tx, { booking: after, before, happened, context: { ...context, at } });
    },
    () => recordChanged(tx, before, after, history, at),
    () => appendActivity(tx, workspaceId, at, [{ type: activityOf(happened), subjects: [id] }]),
  );
  return after;
}

/** A booking of which nothing is known yet. */
function blankBooking(given: {
  workspaceId: string;
  id: string;
  from: Origin;
  manage_code: string;
  at: Date;
}): Booking {
  const { workspaceId, id, from, manage_code, at } = given;
  return {
    ...from,
    workspace_id: workspaceId,
    id,
    reference: referenceOf(id),
    customer_id: null,
    customer: null,
    attendees: [],
    service_id: null,
    service: null,
    location_id: null,
    location: null,
    resource_ids: [],
    resources: [],
    start_at: at,
    end_at: at,
    time_zone: "UTC",
    status: "confirmed",
    stands_for: "confirmed",
    payment: "none",
    locale: null,
    notes: null,
    muted: false,
    muted_workflows: [],
    sequence: 0,
    armed_at: at,
    manage_code,
    created_at: at,
    updated_at: at,
  };
}

/** The booking with what is said about it. */
async function withFields(
  tx: Tx,
  before: Booking,
  fields: BookingFields,
  context: ChangeContext,
  isNew = false,
): Promise<Booking> {
  const { workspace_id: workspaceId } = before;
  const { at } = context;
  const [workspace, places] = await pipelined(
    tx,
    () => getWorkspace(tx, workspaceId),
    () =>
      resolvePlaces(tx, workspaceId, {
        ...(fields.service && { service: fields.service }),
        ...(fields.location && { location: fields.location }),
        ...(fields.resources && { resources: fields.resources }),
      }),
  );
  const scope = { workspaceId, country: workspace.country, at };
  const after: Booking = { ...before };
  if (fields.service !== undefined) {
    after.service = places.service;
    after.service_id = places.service?.id ?? null;
  }
  if (fields.location !== undefined) {
    after.location = places.location;
    after.location_id = places.location?.id ?? null;
  }
  if (fields.resources !== undefined) {
    after.resources = places.resources;
    after.resource_ids = places.resources.map(({ id }) => id);
  }
  after.time_zone = after.location?.time_zone ?? workspace.time_zone;
  setTimes(after, isNew ? null : before, fields, at);
  if (fields.status !== undefined) Object.assign(after, await requireStatus(tx, workspaceId, fields.status, "status"));
  if (fields.payment !== undefined) after.payment = fields.payment;
  if (fields.locale !== undefined) after.locale = fields.locale ? readLocale(fields.locale) : null;
  if (fields.notes !== undefined) after.notes = fields.notes ? checkText(fields.notes, "notes") : null;
  if (fields.muted !== undefined) setMuted(after, fields.muted);
  if (fields.attendees?.length)
    await lockPeopleNamed(tx, scope, [...(fields.customer ? [fields.customer] : []), ...fields.attendees]);
  if (fields.customer !== undefined) {
    after.customer_id = fields.customer && (await resolveCustomer(tx, scope, fields.customer, before.customer));
  }
  const given =
    fields.attendees === undefined ? null : await resolveAttendees(tx, scope, fields.attendees, before.attendees);
  if (fields.customer !== undefined || given) {
    const ids = [after.customer_id, ...(given ?? []).map(({ contact_id }) => contact_id)];
    const contacts = await selectPeople(tx, workspaceId, ids);
    after.customer = after.customer_id === null ? null : (contacts.get(after.customer_id) ?? null);
    if (given)
      after.attendees = given.map(({ contact_id, ...rest }) => ({
        ...rest,
        contact: contact_id === null ? null : (contacts.get(contact_id) ?? null),
      }));
  }
  return after;
}

/** A booking that starts at another time without saying when it ends lasts as long as before; a new one as long as its service. */
function setTimes(after: Booking, before: Booking | null, { start, end, service }: BookingFields, now: Date): void {
  if (start !== undefined) after.start_at = readWhen(start, after.time_zone, "start", now);
  const usual = after.service?.duration_minutes ?? null;
  const lasting = (ms: number) => new Date(after.start_at.getTime() + ms);
  if (end !== undefined) after.end_at = readWhen(end, after.time_zone, "end", now);
  else if (usual !== null && (before === null || (service !== undefined && after.service_id !== before.service_id)))
    after.end_at = lasting(usual * minute);
  else if (before === null) throw invalid("end_missing", "Give an end, or a service that has a duration.", "end", null);
  else if (start !== undefined) after.end_at = lasting(before.end_at.getTime() - before.start_at.getTime());
  checkSpan(after.start_at, after.end_at, end ?? after.end_at.toISOString());
}

function setMuted(after: BookingRow, muted: boolean | readonly string[]): void {
  after.muted = muted === true;
  after.muted_workflows = typeof muted === "boolean" ? [] : [...new Set(muted.map((id) => id.toLowerCase()))].sort();
}

function checkText(text: string, field: string): string {
  if (text.includes("\0")) throw invalid("invalid_text", `${field} holds a NUL character.`, field, text);
  return text.toWellFormed().normalize("NFC");
}

/** Whether reminders of moments before now are too late for it: it starts at another time, or is live again. */
const isArmedAnew = (before: Booking, after: Booking): boolean =>
  before.start_at.getTime() !== after.start_at.getTime() || (isOff(before) && !isOff(after));

const attendeeRows = ({ attendees }: Booking): NewAttendee[] =>
  attendees.map(({ contact, ...rest }) => ({ ...rest, contact_id: contact?.id ?? null }));

/** The first booking makes its customer one. Answers what happened by that: nothing where they were one already. */
async function noteCustomer(tx: Tx, { workspace_id, customer }: Booking, at: Date): Promise<Happening[]> {
  if (customer === null || customer.customer_since !== null) return [];
  const isNew = await becomeCustomer(tx, workspace_id, { id: customer.id, at });
  return isNew ? [{ kind: "customer_created" }] : [];
}

function activityOf(happened: readonly Happening[]) {
  const status = happened.find((each) => each.kind === "status");
  if (status && ["cancelled", "rejected"].includes(status.to_stands_for)) return "booking.cancelled" as const;
  return "booking.updated" as const;
}
