/** The SQL that finds which bookings are due. It looks at all workspaces at once and takes no locks. */
import { type RawBuilder, sql } from "kysely";
import type { Timing } from "../../../rules/booking-moments.ts";
import type { Tx } from "../../kit/db.ts";

/** When workflows fire that are enabled somewhere, and by which workspaces' hours: few, however many workspaces there are. */
export interface TimingInUse extends Timing {
  hours_from: string | null;
  hours_to: string | null;
}

export async function selectTimings(tx: Tx): Promise<TimingInUse[]> {
  const { rows } = await sql<TimingInUse>`
    select distinct w.trigger, w.unit, w.count, w.at_time as at, s.reminder_from as hours_from, s.reminder_to as hours_to
    from workflows w join workspaces s on s.workspace_id = w.workspace_id
    where w.enabled and w.deleted_at is null and w.unit is not null and w.count is not null`.execute(tx);
  return rows;
}

/** The zones that bookings can be in. */
export async function selectZones(tx: Tx): Promise<string[]> {
  const { rows } = await sql<{ zone: string }>`
    select time_zone as zone from workspaces
    union select time_zone from locations where time_zone is not null`.execute(tx);
  return rows.map(({ zone }) => zone);
}

/** Bookings whose start (or end) lies in a range, of workflows with a timing. */
export interface Range extends TimingInUse {
  /** Null: of every zone. */
  zone: string | null;
  after: Date;
  until: Date;
}

/** A workflow and a booking that it may be due for. */
export interface FoundMoment {
  workspace_id: string;
  workflow_id: string;
  booking_id: string;
  /** The booking's start or end. */
  anchor: Date;
}

/** Where a page of them ends. */
export type Place = Pick<FoundMoment, "anchor" | "booking_id" | "workflow_id">;

/**
 * Whether any booking is in one of the ranges. Nearly always there is none, and planning the statement that says which takes many times as
 * long as this.
 */
export async function isAnyWithin(tx: Tx, trigger: Timing["trigger"], ranges: readonly Range[]): Promise<boolean> {
  const { rows } = await sql`select 1 from bookings b where ${isWithin(trigger, ranges)} limit 1`.execute(tx);
  return rows.length > 0;
}

const anchorOf = (trigger: Timing["trigger"]) => sql.raw(trigger === "before_start" ? "b.start_at" : "b.end_at");

/** The ranges one by one: how few bookings are in them the planner knows of constants, and not of rows. */
function isWithin(trigger: Timing["trigger"], ranges: readonly Range[]): RawBuilder<unknown> {
  const anchor = anchorOf(trigger);
  const standsFor = sql.raw(trigger === "before_start" ? "('pending', 'confirmed')" : "('confirmed', 'completed')");
  const different = new Map(ranges.map((range) => [`${range.after.getTime()} ${range.until.getTime()}`, range]));
  const spans = [...different.values()].map(({ after, until }) => sql`${anchor} > ${after} and ${anchor} <= ${until}`);
  return sql`b.stands_for in ${standsFor} and (${sql.join(spans, sql` or `)})`;
}

/**
 * What is in one of the ranges, meets the workflow's conditions and is not decided yet, soonest first, after a place. `only`: of one
 * workspace; `but`: of all others.
 *
 * The bookings come first, and then their workflows. Beginning with workspaces or workflows, each of a hundred thousand would be one look
 * a second.
 */
export async function selectMoments(
  tx: Tx,
  trigger: Timing["trigger"],
  ranges: readonly Range[],
  options: { after: Place | null; limit: number; only: string | null; but: readonly string[] },
): Promise<FoundMoment[]> {
  const { after, limit, only, but } = options;
  const anchor = anchorOf(trigger);
  const { rows } = await sql<FoundMoment>`
    select b.workspace_id, w.id as workflow_id, b.id as booking_id, ${anchor} as anchor
    from bookings b
    join jsonb_to_recordset(${JSON.stringify(ranges)}::jsonb)
      as r (unit text, count integer, at text, hours_from text, hours_to text, zone text, after timestamptz, until timestamptz)
      on ${anchor} > r.after and ${anchor} <= r.until
    join workflows w on w.workspace_id = b.workspace_id and w.trigger = ${trigger} and w.unit = r.unit and w.count = r.count
      and w.at_time is not distinct from r.at and w.enabled and w.deleted_at is null and ${meetsConditions}
    join workspaces s on s.workspace_id = b.workspace_id and s.reminder_from is not distinct from r.hours_from
      and s.reminder_to is not distinct from r.hours_to
    left join locations l on l.workspace_id = b.workspace_id and l.id = b.location_id
    where ${isWithin(trigger, ranges)} and (r.zone is null or coalesce(l.time_zone, s.time_zone) = r.zone)
      and (${only}::uuid is null or b.workspace_id = ${only}::uuid) and b.workspace_id <> all(${but}::uuid[])
      and not exists (select 1 from workflow_decisions d where d.workspace_id = b.workspace_id and d.booking_id = b.id
        and d.workflow_id = w.id and d.occurrence = b.start_at offset 0)
      ${after ? sql`and (${anchor}, b.id, w.id) > (${after.anchor}, ${after.booking_id}::uuid, ${after.workflow_id}::uuid)` : sql``}
    order by ${anchor}, b.id, w.id limit ${limit}`.execute(tx);
  return rows;
}

/** The same as `meetsConditions` of occasion.ts: each condition is met by any of its values, and an empty one by every booking. */
const meetsConditions = sql`
  (coalesce(w."when" -> 'services', '[]') = '[]' or w."when" -> 'services' ? b.service_id::text)
  and (coalesce(w."when" -> 'locations', '[]') = '[]' or w."when" -> 'locations' ? b.location_id::text)
  and (coalesce(w."when" -> 'resources', '[]') = '[]' or w."when" -> 'resources' ?| b.resource_ids::text[])
  and (coalesce(w."when" -> 'statuses', '[]') = '[]' or w."when" -> 'statuses' ?| array[b.status, b.stands_for])`;

/** Stands for all workspaces but those that lag behind. */
const everybody = "00000000-0000-0000-0000-000000000000";

/** Up to when moments have been decided: in all workspaces, null before the first time, and where that is behind. */
export async function selectSweep(tx: Tx): Promise<{ until: Date | null; lagging: Map<string, Date> }> {
  const { rows } = await sql<{ whose: string; until: Date }>`select whose, until from workflow_sweep`.execute(tx);
  const lagging = new Map(rows.map(({ whose, until }) => [whose, until]));
  const until = lagging.get(everybody) ?? null;
  lagging.delete(everybody);
  return { until, lagging };
}

/** Notes up to when moments have been decided; null: in all workspaces that do not lag behind. */
export async function upsertSweep(tx: Tx, workspaceId: string | null, until: Date): Promise<void> {
  await sql`
    insert into workflow_sweep (whose, until) values (${workspaceId ?? everybody}, ${until})
    on conflict (whose) do update set until = excluded.until`.execute(tx);
}

/** A workspace has caught up. */
export async function deleteSweep(tx: Tx, workspaceId: string): Promise<void> {
  await sql`delete from workflow_sweep where whose = ${workspaceId}`.execute(tx);
}
