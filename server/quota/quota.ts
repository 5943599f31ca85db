/**
 * Quota: segments are reserved when texts are queued, spent when they are submitted, released when they are not submitted.
 *
 * Each of the three is one UPDATE of the period's row. Call them last in a transaction: the row stays locked until its
 * commit, and every other text of the workspace waits for it.
 */
import { sql } from "kysely";
import { quotaPeriodAt } from "../../rules/quota-period.ts";
import type { Tx } from "../kit/db.ts";
import { Problem } from "../kit/errors.ts";
import { pipelined } from "../kit/prepared.ts";
import { getWorkspace } from "../workspaces/workspace.ts";

/** The figures of a quota period, in segments. */
export interface QuotaFigures {
  allowance: number;
  used: number;
  reserved: number;
  remaining: number;
}

export interface QuotaPeriodRow extends QuotaFigures {
  period_start: Date;
  period_end: Date;
}

export type Reservation = { ok: true; period_start: Date } | ({ ok: false; needed: number } & QuotaFigures);

/** Reserves segments in the period that holds `now`, all or none. */
export async function reserveQuota(tx: Tx, workspaceId: string, now: Date, segments: number): Promise<Reservation> {
  // Overshoot is impossible: the condition is checked on the locked row, not on one that was read before.
  const reserve = () =>
    sql<{ period_start: Date }>`
      update quota_periods set reserved = reserved + ${segments}
      where workspace_id = ${workspaceId} and period_start <= ${now} and period_end > ${now}
        and used + reserved + ${segments} <= allowance
      returning period_start`.execute(tx);
  let reserved = (await reserve()).rows[0];
  if (reserved) return { ok: true, period_start: reserved.period_start };
  const period = await currentPeriod(tx, workspaceId, now);
  if (segments === 0) return { ok: true, period_start: period.period_start };
  reserved = (await reserve()).rows[0];
  if (reserved) return { ok: true, period_start: reserved.period_start };
  const { allowance, used, reserved: taken, remaining } = await currentPeriod(tx, workspaceId, now);
  return { ok: false, needed: segments, allowance, used, reserved: taken, remaining };
}

/** SQLSTATE that the SQL function `insisted` raises. */
const conditionFailed = "VA001";

/** Like reserveQuota, in an existing period; when the quota is insufficient the statement fails, so the transaction too. */
export async function reserveQuotaOrFail(
  tx: Tx,
  workspaceId: string,
  periodStart: Date,
  segments: number,
): Promise<void> {
  await sql`
    update quota_periods
    set reserved = reserved + insisted(used + reserved + ${segments} <= allowance, ${segments}, 'quota')
    where workspace_id = ${workspaceId} and period_start = ${periodStart}`.execute(tx);
}

/** Whether the error is that of `reserveQuotaOrFail`. */
export const isQuotaInsufficient = (error: unknown): boolean => (error as { code?: string }).code === conditionFailed;

/** Releases reserved segments of texts that are not submitted. */
export async function releaseQuota(tx: Tx, workspaceId: string, periodStart: Date, segments: number): Promise<void> {
  if (segments === 0) return;
  await sql`update quota_periods set reserved = reserved - ${segments}
    where workspace_id = ${workspaceId} and period_start = ${periodStart}`.execute(tx);
}

/** Segments that were submitted for a source; `id` is null where it has none, such as the API. */
export interface SpentSegments {
  type: string;
  id: string | null;
  segments: number;
}

/** Turns reserved segments into used ones, and releases `released` in the same update. Each source is there once. */
export async function spendQuota(
  tx: Tx,
  workspaceId: string,
  periodStart: Date,
  spent: readonly SpentSegments[],
  released = 0,
): Promise<void> {
  // Sorted, so that two transactions never deadlock.
  const some = spent
    .filter(({ segments }) => segments > 0)
    .sort((a, b) => (`${a.type} ${a.id}` < `${b.type} ${b.id}` ? -1 : 1));
  const total = some.reduce((sum, { segments }) => sum + segments, 0);
  if (total + released === 0) return;
  const byType = [...Map.groupBy(some, ({ type }) => type)].map(
    ([type, all]) => [type, all.reduce((sum, { segments }) => sum + segments, 0)] as const,
  );
  const addUsage = async () => {
    if (byType.length === 0) return;
    await sql`
      insert into quota_usage as q (workspace_id, period_start, source_type, used)
      select w.workspace_id, ${periodStart}::timestamptz, u.source_type, u.used
      from workspaces w,
        unnest(${byType.map(([type]) => type)}::text[], ${byType.map(([, n]) => n)}::bigint[]) as u (source_type, used)
      where w.workspace_id = ${workspaceId}
      on conflict (workspace_id, period_start, source_type) do update set used = q.used + excluded.used`.execute(tx);
  };
  const named = some.filter(({ id }) => id !== null);
  const addUsageOfSources = async () => {
    if (named.length === 0) return;
    const [types, ids] = [named.map(({ type }) => type), named.map(({ id }) => id)];
    await sql`
      insert into quota_usage_of_sources as q (workspace_id, period_start, source_type, source_id, used)
      select w.workspace_id, ${periodStart}::timestamptz, u.source_type, u.source_id, u.used
      from workspaces w, unnest(${types}::text[], ${ids}::uuid[], ${named.map(({ segments }) => segments)}::bigint[])
        as u (source_type, source_id, used)
      where w.workspace_id = ${workspaceId}
      on conflict (workspace_id, period_start, source_type, source_id) do update set used = q.used + excluded.used`.execute(
      tx,
    );
  };
  // The period's row is the last to be locked.
  await pipelined(tx, addUsage, addUsageOfSources, () =>
    sql`
      update quota_periods set reserved = reserved - ${total + released}::bigint, used = used + ${total}::bigint
      where workspace_id = ${workspaceId} and period_start = ${periodStart}`.execute(tx),
  );
}

/** The period that contains `now`, created when it is missing. */
export async function currentPeriod(tx: Tx, workspaceId: string, now: Date): Promise<QuotaPeriodRow> {
  const read = () =>
    sql<QuotaPeriodRow>`
      select period_start, period_end, allowance, used, reserved,
        greatest(allowance - used - reserved, 0) as remaining
      from quota_periods
      where workspace_id = ${workspaceId} and period_start <= ${now} and period_end > ${now}
      order by period_start desc limit 1`.execute(tx);
  const found = (await read()).rows[0];
  if (found) return found;
  const workspace = await getWorkspace(tx, workspaceId);
  const last = await sql<{ period_end: Date }>`
    select max(period_end) as period_end from quota_periods
    where workspace_id = ${workspaceId} and period_end <= ${now}`.execute(tx);
  const period = quotaPeriodAt(now, workspace.renewal_day, workspace.time_zone, last.rows[0]?.period_end ?? undefined);
  await sql`
    insert into quota_periods (workspace_id, period_start, period_end, allowance)
    values (${workspaceId}, ${period.start}, ${period.end}, ${workspace.allowance})
    on conflict do nothing`.execute(tx);
  const made = (await read()).rows[0];
  if (!made) throw new Error(`workspace ${workspaceId} has no quota period at ${now.toISOString()}`);
  return made;
}

/** 422 with the figures. */
export function quotaExceeded(figures: { needed: number } & QuotaFigures): Problem {
  const { needed, allowance, used, reserved, remaining } = figures;
  return new Problem(
    422,
    "quota_exceeded",
    `This needs ${needed} segments, but ${remaining} of the period's ${allowance} are left (${used} used, ${reserved} reserved).`,
    { field: "quota", value: { needed, allowance, used, reserved, remaining } },
  );
}
