/** The SQL that finds which bookings are due. It looks at all workspaces at once and takes no locks. */
import { sql } from "kysely";
import type { Timing } from "../../../rules/booking-moments.ts";
import type { Tx } from "../../kit/db.ts";
import { uuidSet } from "../../kit/uuid-set.ts";
import { anchorOf, beingInState } from "./which-bookings.ts";

/** When workflows fire that are enabled somewhere, and by which workspaces' hours: few, however many workspaces there are. */
export interface TimingInUse extends Timing {
  hours_from: string | null;
  hours_to: string | null;
}

/** Of these workspaces, or of all. */
export async function selectTimings(tx: Tx, workspaces: readonly string[] | null): Promise<TimingInUse[]> {
  const { rows } = await sql<TimingInUse>`
    select distinct w.trigger, w.unit, w.count, w.at_time as at, s.reminder_from as hours_from, s.reminder_to as hours_to
    from workflows w join workspaces s on s.workspace_id = w.workspace_id
    where w.enabled and w.deleted_at is null and w.unit is not null and w.count is not null
      ${workspaces === null ? sql`` : sql`and s.workspace_id = any(${uuidSet(workspaces)}::uuid[])`}`.execute(tx);
  return rows;
}

/** The zones that bookings can be in, of these workspaces, or of all. */
export async function selectZones(tx: Tx, workspaces: readonly string[] | null): Promise<string[]> {
  const own = workspaces === null ? sql`true` : sql`workspace_id = any(${uuidSet(workspaces)}::uuid[])`;
  const { rows } = await sql<{ zone: string }>`
    select time_zone as zone from workspaces where ${own}
    union select time_zone from locations where time_zone is not null and ${own}`.execute(tx);
  return rows.map(({ zone }) => zone);
}

/** Bookings whose start (or end) lies in a range, of workflows with a timing. */
export interface Range extends TimingInUse {
  /** Null: of every zone. */
  zone: string | null;
  after: Date;
  until: Date;
}

/** A booking of which a moment may have come. */
export interface FoundBooking {
  workspace_id: string;
  id: string;
  /** Its start or end. */
  anchor: Date;
}

/**
 * Bookings in one of the ranges, soonest first, after the last one of the previous page. `only`: of one workspace; `but`: of all others.
 *
 * Of this table alone, each range a look into the index by moment: which workflows they are due for is found in their workspaces. Joined
 * with the workflows, the planner begins with those or with the workspaces, and each of a hundred thousand is one look a second. For the
 * same reason the ranges are constants, of which it knows how few bookings they hold.
 */
export async function selectWithin(
  tx: Tx,
  trigger: Timing["trigger"],
  ranges: readonly Range[],
  options: { after: FoundBooking | null; limit: number; only: string | null; but: readonly string[] },
): Promise<FoundBooking[]> {
  const { after, limit, only, but } = options;
  const anchor = anchorOf(trigger);
  const different = new Map(ranges.map((range) => [`${range.after.getTime()} ${range.until.getTime()}`, range]));
  const within = [...different.values()].map(
    (range) => sql`${anchor} > ${range.after} and ${anchor} <= ${range.until}`,
  );
  const { rows } = await sql<FoundBooking>`
    select b.workspace_id, b.id, ${anchor} as anchor from bookings b
    where ${beingInState(trigger)} and (${sql.join(within, sql` or `)})
      ${only === null ? sql`` : sql`and b.workspace_id = ${only}`}
      ${but.length === 0 ? sql`` : sql`and b.workspace_id <> all(${but}::uuid[])`}
      ${after ? sql`and (${anchor}, b.id) > (${after.anchor}, ${after.id}::uuid)` : sql``}
    order by ${anchor}, b.id limit ${limit}`.execute(tx);
  return rows;
}

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
