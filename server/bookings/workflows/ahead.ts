/** What is ahead of workflows: their next texts and mails, and how many bookings they will hit. */
import { type RawBuilder, sql } from "kysely";
import type { BookingDecision } from "../../../contract/decisions.ts";
import { rangesDue, type Timing } from "../../../rules/booking-moments.ts";
import type { Tx } from "../../kit/db.ts";
import { getWorkspace, reminderHoursOf, type WorkspaceRow } from "../../workspaces/workspace.ts";
import type { Booking } from "../booking.ts";
import { loadBookings } from "../present-booking.ts";
import { isAtShortNotice, momentFor } from "./occasion.ts";
import { aheadOf, referenceTo } from "./present-decisions.ts";
import {
  allOf,
  anchorOf,
  beingCovered,
  beingInState,
  beingSwitchedOut,
  covers,
  meetingConditions,
} from "./which-bookings.ts";
import { timingOf, type WorkflowRow } from "./workflow.ts";
import { selectEnabled } from "./workflows-store.ts";

/** Nothing is booked, or told, longer ahead than this that anybody waits for. */
const horizon = 2 * 366 * 86_400_000;
/** Bookings that are looked at for one that is hit. */
const lookedAt = 4;
/** Workflows that are looked at for what goes out next. */
const mostWorkflows = 50;

/** The next of a workflow, soonest first. */
export async function nextOf(tx: Tx, workflow: WorkflowRow, limit: number, now: Date): Promise<BookingDecision[]> {
  if (!workflow.enabled) return [];
  const workspace = await getWorkspace(tx, workflow.workspace_id);
  return nextIn(tx, workflow, workspace, limit, now);
}

/** What all workflows of a workspace send next, soonest first. */
export async function nextOfAll(tx: Tx, workspaceId: string, limit: number, now: Date): Promise<BookingDecision[]> {
  const workspace = await getWorkspace(tx, workspaceId);
  const workflows = (await selectEnabled(tx, workspaceId)).filter((row) => timingOf(row) !== null);
  const items: BookingDecision[] = [];
  for (const workflow of workflows.slice(0, mostWorkflows))
    items.push(...(await nextIn(tx, workflow, workspace, limit, now)));
  return bySoonest(items).slice(0, limit);
}

async function nextIn(
  tx: Tx,
  workflow: WorkflowRow,
  workspace: WorkspaceRow,
  limit: number,
  now: Date,
): Promise<BookingDecision[]> {
  const timing = timingOf(workflow);
  if (!timing) return [];
  const { workspace_id: workspaceId } = workspace;
  const { rows } = await sql<{ id: string }>`
    select b.id from ${bookingsWithZones(workspace)}
    where b.workspace_id = ${workspaceId} and ${await beingAhead(tx, workflow, timing, workspace, now)}
      and ${beingCovered(workflow)} and not ${beingSwitchedOut(workflow)}
    order by ${anchorOf(timing.trigger)}, b.id limit ${limit * lookedAt}`.execute(tx);
  const bookings = await loadBookings(
    tx,
    workspaceId,
    rows.map(({ id }) => id),
  );
  const items = bookings.flatMap((booking) =>
    aheadOf(workflow, booking, workspace, now)
      .filter(({ state }) => state === "waiting")
      .map((decision) => ({ ...decision, booking: referenceTo(booking) })),
  );
  return bySoonest(items).slice(0, limit);
}

const bySoonest = (items: BookingDecision[]) =>
  items.sort((a, b) => (a.due_at < b.due_at ? -1 : a.due_at > b.due_at ? 1 : 0));

/** How many bookings ahead a workflow will hit, and how many it would with those from before it was enabled. */
export async function countAhead(
  tx: Tx,
  workflow: WorkflowRow,
  now: Date,
): Promise<{ bookings: number; bookings_with_earlier: number }> {
  const timing = timingOf(workflow);
  if (!timing) return { bookings: 0, bookings_with_earlier: 0 };
  const workspace = await getWorkspace(tx, workflow.workspace_id);
  const from = sql`
    from ${bookingsWithZones(workspace)}
    where b.workspace_id = ${workspace.workspace_id} and ${await beingAhead(tx, workflow, timing, workspace, now)}
      and not ${beingSwitchedOut(workflow)}`;
  const { rows } = await sql<{ bookings: number; bookings_with_earlier: number }>`
    select count(*) filter (where ${beingCovered(workflow)})::int as bookings, count(*)::int as bookings_with_earlier
    ${from}`.execute(tx);
  const found = rows[0] ?? { bookings: 0, bookings_with_earlier: 0 };
  for (const booking of await selectAtShortNotice(tx, from, workflow, timing, { workspace, now })) {
    found.bookings_with_earlier--;
    if (covers(workflow, booking)) found.bookings--;
  }
  return workflow.enabled ? found : { ...found, bookings: 0 };
}

type Brief = Pick<Booking, "start_at" | "end_at" | "time_zone" | "created_at" | "armed_at">;

/** Those that were made too late before the moment for what the workflow asks: among the bookings that were made so lately at all. */
async function selectAtShortNotice(
  tx: Tx,
  from: RawBuilder<unknown>,
  workflow: WorkflowRow,
  timing: Timing,
  { workspace, now }: { workspace: WorkspaceRow; now: Date },
): Promise<Brief[]> {
  const { booked_at_least_minutes: least = 0 } = workflow.when;
  if (least === 0) return [];
  const { rows } = await sql<Brief>`
    select b.start_at, b.end_at, b.created_at, b.armed_at, ${zoneOf(workspace)} as time_zone
    ${from} and b.created_at > ${new Date(now.getTime() - least * 60_000)}`.execute(tx);
  const hours = reminderHoursOf(workspace);
  return rows.filter((booking) => isAtShortNotice(workflow, booking, momentFor(timing, booking, hours)));
}

/** Bookings `b`, each with its location `l`, which may have a zone of its own. */
const bookingsWithZones = ({ workspace_id }: WorkspaceRow): RawBuilder<unknown> =>
  sql`bookings b left join locations l on l.workspace_id = ${workspace_id} and l.id = b.location_id`;

const zoneOf = ({ time_zone }: WorkspaceRow): RawBuilder<string> => sql`coalesce(l.time_zone, ${time_zone})`;

/** Whether the moment of a booking is ahead, in its own zone, and the workflow is for such bookings. */
async function beingAhead(
  tx: Tx,
  workflow: WorkflowRow,
  timing: Timing,
  workspace: WorkspaceRow,
  now: Date,
): Promise<RawBuilder<boolean>> {
  const until = new Date(now.getTime() + horizon);
  const hours = reminderHoursOf(workspace);
  const zones = new Set([workspace.time_zone, ...(await zonesOfLocations(tx, workspace.workspace_id))]);
  const anchor = anchorOf(timing.trigger);
  const ranges = [...zones].flatMap((zone) =>
    rangesDue(timing, zone, hours, now, until).map((range) => ({ zone, ...range })),
  );
  if (ranges.length === 0) return sql<boolean>`false`;
  const isWithin = ({ after, until: last }: { after: Date; until: Date }) =>
    sql<boolean>`${anchor} > ${after} and ${anchor} <= ${last}`;
  // The whole stretch is looked up in an index.
  const whole = isWithin({
    after: new Date(Math.min(...ranges.map(({ after }) => after.getTime()))),
    until: new Date(Math.max(...ranges.map((range) => range.until.getTime()))),
  });
  const within = ranges.map((range) => sql`(${zoneOf(workspace)} = ${range.zone} and ${isWithin(range)})`);
  return allOf([
    whole,
    sql<boolean>`(${sql.join(within, sql` or `)})`,
    beingInState(timing.trigger),
    meetingConditions(workflow),
  ]);
}

async function zonesOfLocations(tx: Tx, workspaceId: string): Promise<string[]> {
  const { rows } = await sql<{ zone: string }>`
    select distinct time_zone as zone from locations
    where workspace_id = ${workspaceId} and time_zone is not null`.execute(tx);
  return rows.map(({ zone }) => zone);
}
