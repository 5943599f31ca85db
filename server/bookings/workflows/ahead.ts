/** What is ahead of workflows: their next texts and mails, and how many bookings they will hit. */
import { type RawBuilder, sql } from "kysely";
import type { BookingDecision } from "../../../contract/decisions.ts";
import { rangesDue } from "../../../rules/booking-moments.ts";
import type { Tx } from "../../kit/db.ts";
import { getWorkspace, reminderHoursOf, type WorkspaceRow } from "../../workspaces/workspace.ts";
import { loadBookings } from "../present-booking.ts";
import { aheadOf, referenceTo } from "./present-decisions.ts";
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
  const span = await anchorsAhead(tx, workflow, workspace, now);
  if (!span) return [];
  const { rows } = await sql<{ id: string }>`
    select b.id from bookings b
    where b.workspace_id = ${workspace.workspace_id} and ${isAhead(workflow, span)} and ${covered(workflow)}
      ${conditions(workflow)}
    order by ${anchorOf(workflow)}, b.id limit ${limit * lookedAt}`.execute(tx);
  const bookings = await loadBookings(
    tx,
    workspace.workspace_id,
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
  const workspace = await getWorkspace(tx, workflow.workspace_id);
  const span = await anchorsAhead(tx, workflow, workspace, now);
  if (!span) return { bookings: 0, bookings_with_earlier: 0 };
  const { rows } = await sql<{ bookings: number; bookings_with_earlier: number }>`
    select count(*) filter (where ${covered(workflow)})::int as bookings, count(*)::int as bookings_with_earlier
    from bookings b
    where b.workspace_id = ${workspace.workspace_id} and ${isAhead(workflow, span)} ${conditions(workflow)}
      and not b.muted and not ${workflow.id}::uuid = any(b.muted_workflows)`.execute(tx);
  const found = rows[0] ?? { bookings: 0, bookings_with_earlier: 0 };
  return workflow.enabled ? found : { ...found, bookings: 0 };
}

interface Span {
  after: Date;
  until: Date;
}

/** The starts or ends of bookings whose moment is ahead in any of the workspace's zones; null for a workflow that fires on changes. */
async function anchorsAhead(tx: Tx, workflow: WorkflowRow, workspace: WorkspaceRow, now: Date): Promise<Span | null> {
  const timing = timingOf(workflow);
  if (!timing) return null;
  const until = new Date(now.getTime() + horizon);
  const zones = new Set([workspace.time_zone, ...(await zonesOfLocations(tx, workspace.workspace_id))]);
  const ranges = [...zones].flatMap((zone) => rangesDue(timing, zone, reminderHoursOf(workspace), now, until));
  if (ranges.length === 0) return null;
  return {
    after: new Date(Math.min(...ranges.map(({ after }) => after.getTime()))),
    until: new Date(Math.max(...ranges.map((range) => range.until.getTime()))),
  };
}

async function zonesOfLocations(tx: Tx, workspaceId: string): Promise<string[]> {
  const { rows } = await sql<{ zone: string }>`
    select distinct time_zone as zone from locations
    where workspace_id = ${workspaceId} and time_zone is not null`.execute(tx);
  return rows.map(({ zone }) => zone);
}

const anchorOf = ({ trigger }: WorkflowRow) => sql.raw(trigger === "before_start" ? "b.start_at" : "b.end_at");

function isAhead(workflow: WorkflowRow, { after, until }: Span): RawBuilder<unknown> {
  const standsFor = sql.raw(
    workflow.trigger === "before_start" ? "('pending', 'confirmed')" : "('confirmed', 'completed')",
  );
  return sql`${anchorOf(workflow)} > ${after} and ${anchorOf(workflow)} <= ${until} and b.stands_for in ${standsFor}`;
}

const covered = ({ also_ahead, enabled_at }: WorkflowRow): RawBuilder<unknown> =>
  also_ahead || enabled_at === null ? sql`true` : sql`b.armed_at >= ${enabled_at}`;

/** The same conditions as `meetsConditions`. */
function conditions({ when }: WorkflowRow): RawBuilder<unknown> {
  const ids = (list: readonly string[]) => `{${list.join(",")}}`;
  const { services = [], locations = [], resources = [], statuses = [] } = when;
  return sql`
    ${services.length > 0 ? sql`and b.service_id = any(${ids(services)}::uuid[])` : sql``}
    ${locations.length > 0 ? sql`and b.location_id = any(${ids(locations)}::uuid[])` : sql``}
    ${resources.length > 0 ? sql`and b.resource_ids && ${ids(resources)}::uuid[]` : sql``}
    ${
      statuses.length > 0
        ? sql`and (b.status = any(${statuses}::text[]) or b.stands_for = any(${statuses}::text[]))`
        : sql``
    }`;
}
