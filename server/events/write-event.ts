/** The commands that write events: makes, changes, deletes. A change that changes nothing writes nothing. */
import type { DateInput, EventSource, EventStatus } from "../../contract/events.ts";
import { recordAuditEvent, recordChange } from "../accounts/audit-events.ts";
import { emptied, storable } from "../contacts/contact.ts";
import type { Tx } from "../kit/db.ts";
import { conflict, invalid, notFound, within } from "../kit/errors.ts";
import { checkSpan, readWhen } from "../kit/given-moments.ts";
import { newId } from "../kit/id.ts";
import { checkTimeZone, getWorkspace } from "../workspaces/workspace.ts";
import { type Event, type EventDateRow, targetOf } from "./event.ts";
import * as store from "./events-store.ts";

/** What is said about an event; undefined leaves it as it is. */
export interface EventFields {
  name?: string | undefined;
  venue?: string | null | undefined;
  address?: string | null | undefined;
  url?: string | null | undefined;
  time_zone?: string | null | undefined;
  start?: string | undefined;
  end?: string | null | undefined;
  dates?: readonly DateInput[] | undefined;
  status?: EventStatus | undefined;
  capacity?: number | null | undefined;
  archived?: boolean | undefined;
}

/** Where a new event comes from. */
export interface EventOrigin {
  source: EventSource;
  /** Whose ids `external_id` is one of; empty for the workspace's own systems. */
  origin: string;
  external_id: string | null;
  /** When it was so there: what is older than what is known changes nothing. */
  external_at: Date | null;
}

/** Makes an event, or changes the one with the origin's external id. 422 names the field and its value. */
export async function makeEvent(
  tx: Tx,
  workspaceId: string,
  { name, ...fields }: EventFields & { name: string },
  from: EventOrigin,
  at: Date,
): Promise<{ event: Event; made: boolean }> {
  const { origin, external_id, external_at } = from;
  const find = () =>
    external_id === null ? undefined : store.selectExternalEvent(tx, workspaceId, { origin, external_id });
  const change = async (id: string) => ({
    event: await changeEvent(tx, workspaceId, id, { name, ...fields }, at, external_at),
    made: false,
  });
  const known = await find();
  if (known !== undefined) return change(known);
  const blank: Event = {
    ...from,
    workspace_id: workspaceId,
    id: newId(at),
    name,
    venue: null,
    address: null,
    url: null,
    time_zone: (await getWorkspace(tx, workspaceId)).time_zone,
    start_at: at,
    end_at: null,
    last_at: at,
    dates: [],
    status: "published",
    capacity: null,
    sequence: 0,
    archived_at: null,
    created_at: at,
    updated_at: at,
  };
  const event = await withFields(tx, blank, fields, at);
  if (!(await store.insertEvent(tx, workspaceId, event))) {
    const other = await find();
    if (other === undefined) throw new Error(`event ${external_id} can be neither added nor found`);
    return change(other);
  }
  await store.replaceDates(tx, workspaceId, event.id, event.dates);
  await recordAuditEvent(tx, { workspaceId, at, action: "event.created", target: targetOf(event) });
  return { event, made: true };
}

/** Changes an event; 404 where there is none. `externalAt`: when it was so elsewhere. */
export async function changeEvent(
  tx: Tx,
  workspaceId: string,
  id: string,
  fields: EventFields,
  now: Date,
  externalAt: Date | null = null,
): Promise<Event> {
  const row = await store.lockEvent(tx, workspaceId, id);
  const [before] = row ? await store.withDates(tx, workspaceId, [row]) : [];
  if (!before) throw notFound("event", id);
  if (externalAt && before.external_at && externalAt < before.external_at) return before;
  const at = new Date(Math.max(now.getTime(), before.updated_at.getTime() + 1));
  const after = await withFields(tx, before, fields, at);
  after.external_at = externalAt ?? before.external_at;
  if (isSame(before, after)) {
    if (after.external_at !== before.external_at) await store.updateEvent(tx, workspaceId, after);
    return after;
  }
  after.sequence++;
  after.updated_at = at;
  await store.updateEvent(tx, workspaceId, after);
  if (JSON.stringify(before.dates) !== JSON.stringify(after.dates)) {
    await requireUnsold(tx, workspaceId, before, after);
    await store.replaceDates(tx, workspaceId, id, after.dates);
  }
  const isCancelled = after.status === "cancelled" && before.status !== "cancelled";
  const action = isCancelled ? ("event.cancelled" as const) : ("event.updated" as const);
  await recordChange(tx, { workspaceId, at, action, target: targetOf(after) }, shownOf(before), shownOf(after));
  return after;
}

/**
 * Deletes a draft without orders; cancels and archives any other event, which keeps its orders. Answers what became of it. 404 where there
 * is none.
 */
export async function removeEvent(tx: Tx, workspaceId: string, id: string, at: Date): Promise<"deleted" | "archived"> {
  const row = await store.lockEvent(tx, workspaceId, id);
  if (!row) throw notFound("event", id);
  if (row.status !== "draft" || (await store.hasOrders(tx, workspaceId, id))) {
    await changeEvent(tx, workspaceId, id, { status: "cancelled", archived: true }, at);
    return "archived";
  }
  await store.deleteEvent(tx, workspaceId, row.id);
  await recordAuditEvent(tx, { workspaceId, at, action: "event.deleted", target: targetOf(row) });
  return "deleted";
}

/** One event with its dates; 404 where the workspace has none of that id. */
export async function requireEvent(tx: Tx, workspaceId: string, id: string): Promise<Event> {
  const row = await store.selectEventRow(tx, workspaceId, id);
  const [event] = row ? await store.withDates(tx, workspaceId, [row]) : [];
  if (!event) throw notFound("event", id);
  return event;
}

/** What is compared of an event, and shown in the audit log. */
function shownOf({ dates, ...row }: Event) {
  const { name, venue, address, url, time_zone, status, capacity, archived_at } = row;
  const shown = dates.map(({ start_at, end_at }) =>
    [start_at, end_at].flatMap((moment) => moment?.toISOString() ?? []).join("/"),
  );
  return { name, venue, address, url, time_zone, dates: shown, status, capacity, archived_at };
}

const isSame = (before: Event, after: Event) =>
  JSON.stringify([shownOf(before), before.dates]) === JSON.stringify([shownOf(after), after.dates]);

/** The event with what is said about it. */
async function withFields(tx: Tx, before: Event, fields: EventFields, at: Date): Promise<Event> {
  const after: Event = { ...before };
  if (fields.name !== undefined) after.name = fields.name;
  for (const field of ["venue", "address", "url"] as const) {
    const given = emptied(fields[field]);
    if (given !== undefined) after[field] = given && storable(given, field);
  }
  if (fields.time_zone !== undefined) {
    if (fields.time_zone !== null) checkTimeZone(fields.time_zone, "time_zone");
    after.time_zone = fields.time_zone ?? (await getWorkspace(tx, before.workspace_id)).time_zone;
  }
  if (fields.status !== undefined) after.status = fields.status;
  if (fields.capacity !== undefined) after.capacity = fields.capacity;
  if (fields.archived !== undefined) after.archived_at = fields.archived ? (before.archived_at ?? at) : null;
  const dates = datesOf(after, fields, at);
  const [first] = dates;
  if (!first) throw invalid("start_missing", "An event has a start.", "start", null);
  const last = Math.max(...dates.map(({ start_at, end_at }) => (end_at ?? start_at).getTime()));
  return { ...after, dates, start_at: first.start_at, end_at: first.end_at, last_at: new Date(last) };
}

/** The dates of an event by what is said of them; `start` and `end` are those of its first, or only, date. */
function datesOf({ dates, time_zone }: Event, fields: EventFields, now: Date): EventDateRow[] {
  const { start, end, dates: given } = fields;
  if (given !== undefined) {
    if (start !== undefined || end !== undefined)
      throw invalid("start_and_dates", "Give either `start` and `end`, or `dates`.", "dates", null);
    return readDates(dates, given, time_zone, now);
  }
  if (start === undefined && end === undefined) return dates;
  const [first, ...rest] = dates;
  const start_at = start === undefined ? first?.start_at : readWhen(start, time_zone, "start", now);
  if (!start_at) throw invalid("start_missing", "An event has a start.", "start", null);
  const lasts = first?.end_at ? first.end_at.getTime() - first.start_at.getTime() : null;
  let end_at = lasts === null ? null : new Date(start_at.getTime() + lasts);
  if (end !== undefined) end_at = end === null ? null : readWhen(end, time_zone, "end", now);
  if (end_at) checkSpan(start_at, end_at, end ?? end_at.toISOString());
  return [{ id: first?.id ?? newId(now), start_at, end_at }, ...rest];
}

function readDates(present: readonly EventDateRow[], given: readonly DateInput[], zone: string, now: Date) {
  const free = new Map(present.map((date) => [date.id, date]));
  const read = given.map(({ id, start, end = null }, n) =>
    within(`dates.${n}`, () => {
      const start_at = readWhen(start, zone, "start", now);
      const end_at = end === null ? null : readWhen(end, zone, "end", now);
      if (end_at) checkSpan(start_at, end_at, end ?? "");
      const own = id?.toLowerCase();
      if (own !== undefined && !free.delete(own))
        throw invalid("unknown_date", `The event has no date ${id}, or it is given twice.`, "id", id);
      return { id: own, start_at, end_at };
    }),
  );
  return read.map(({ id, ...times }): EventDateRow => {
    const same = id === undefined && [...free.values()].find((date) => +date.start_at === +times.start_at);
    if (same) free.delete(same.id);
    return { id: id ?? (same ? same.id : newId(now)), ...times };
  });
}

/** 409 where a date that tickets are for would go. */
async function requireUnsold(tx: Tx, workspaceId: string, before: Event, after: Event): Promise<void> {
  const staying = new Set(after.dates.map(({ id }) => id));
  const gone = before.dates.filter(({ id }) => !staying.has(id));
  const [sold] = await store.selectSoldDates(
    tx,
    workspaceId,
    gone.map(({ id }) => id),
  );
  const date = gone.find(({ id }) => id === sold);
  if (!date) return;
  const message = `There are tickets for ${date.start_at.toISOString()}: move that date, or cancel its orders first.`;
  throw conflict("date_has_tickets", message, { field: "dates", value: date.id });
}
