/** A resource's bookings as a calendar feed, and the address of it. */
import { sql } from "kysely";
import { languageOf } from "../../rules/reader-locale.ts";
import { recordAuditEvent } from "../accounts/audit-events.ts";
import { randomCode } from "../kit/codes.ts";
import type { Config } from "../kit/config.ts";
import type { Tx } from "../kit/db.ts";
import { notFound } from "../kit/errors.ts";
import { getWorkspace } from "../workspaces/workspace.ts";
import { isOff } from "./booking.ts";
import { entryForResource } from "./calendar-entries.ts";
import { completeBookings } from "./complete-bookings.ts";
import { selectChangedStatus } from "./history-store.ts";
import { calendarOf } from "./icalendar.ts";
import { everyBooking, listBookings } from "./list-store.ts";

/** 131 bits: whoever has the address sees names and numbers. */
const codeLength = 22;

const day = 86_400_000;
const daysBack = 30;
const daysAhead = 365;
/** More entries than any calendar of one person or room has in that time. */
const mostEntries = 10_000;

export const calendarUrl = ({ public_url }: Pick<Config, "public_url">, code: string): string =>
  `${public_url}/calendars/${code}.ics`;

/** The code of a resource's feed, which is made when it is asked for first. 404 where there is no such resource. */
export async function calendarCode(tx: Tx, workspaceId: string, id: string): Promise<string> {
  const known = await selectCode(tx, workspaceId, id);
  if (known !== null) return known;
  // Of two who ask at once the second finds what the first has made.
  await sql`
    update resources set calendar_code = ${randomCode(codeLength)}
    where workspace_id = ${workspaceId} and id = ${id} and calendar_code is null`.execute(tx);
  const made = await selectCode(tx, workspaceId, id);
  if (made === null) throw new Error(`resource ${id} has no calendar code`);
  return made;
}

/** Replaces the code: the address before leads nowhere any more. 404 where there is no such resource. */
export async function renewCalendarCode(tx: Tx, workspaceId: string, id: string, at: Date): Promise<string> {
  const code = randomCode(codeLength);
  const { rows } = await sql<{ name: string }>`
    update resources as r set calendar_code = ${code}
    where r.workspace_id = ${workspaceId} and r.id = ${id} returning r.name`.execute(tx);
  const [resource] = rows;
  if (!resource) throw notFound("resource", id);
  const target = { type: "resource", id, name: resource.name };
  await recordAuditEvent(tx, { workspaceId, at, action: "resource.calendar_link_renewed", target });
  return code;
}

async function selectCode(tx: Tx, workspaceId: string, id: string): Promise<string | null> {
  const { rows } = await sql<{ calendar_code: string | null }>`
    select calendar_code from resources where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
  const [resource] = rows;
  if (!resource) throw notFound("resource", id);
  return resource.calendar_code;
}

/** Whether a text can be a code at all. */
export const isCalendarCode = (text: string): boolean => text.length === codeLength && /^[0-9A-Za-z]+$/.test(text);

export interface FeedResource {
  workspace_id: string;
  id: string;
  name: string;
  locale: string | null;
}

/** Whose feed a code is, of all workspaces, archived ones too. Needs a transaction of the system. */
export async function findFeed(tx: Tx, code: string): Promise<FeedResource | null> {
  const { rows } = await sql<FeedResource>`
    select workspace_id, id, name, locale from resources where calendar_code = ${code} limit 1`.execute(tx);
  return rows[0] ?? null;
}

/** The feed: bookings from 30 days ago to a year ahead; what was called off longer ago is left out. */
export async function readFeed(tx: Tx, resource: FeedResource, now: Date): Promise<string> {
  const { workspace_id: workspaceId, id, name, locale } = resource;
  const workspace = await getWorkspace(tx, workspaceId);
  const since = new Date(now.getTime() - daysBack * day);
  const filter = { ...everyBooking, resource_id: id, from: since, to: new Date(now.getTime() + daysAhead * day) };
  const rows = await listBookings(tx, workspaceId, filter, { order: "start", after: null, limit: mostEntries });
  const off = rows.filter(isOff).map((row) => row.id);
  const recently = await selectChangedStatus(tx, workspaceId, off, since);
  const shown = rows.filter((row) => !isOff(row) || recently.has(row.id));
  const bookings = await completeBookings(tx, workspaceId, workspace.time_zone, shown);
  const language = (locale === null ? null : languageOf(locale)) ?? workspace.language;
  return calendarOf(
    bookings.map((booking) => entryForResource(booking, language)),
    { name, language },
  );
}
