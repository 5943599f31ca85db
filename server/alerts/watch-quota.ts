/**
 * Thresholds of the quota. Each is raised once in a period, also when several are passed at once; the highest one is open.
 * Released segments resolve it only when they are more than a few, or texts that are skipped at submission would make it
 * flap. A threshold that is reached again is reopened without a second mail.
 *
 * Of a changed allowance the thresholds are raised anew.
 */
import { sql } from "kysely";
import { quotaThresholds } from "../../contract/alerts.ts";
import type { Tx } from "../kit/db.ts";
import { alertIdAt, type Change, changesOf, columns } from "./alerts-store.ts";

type ChangeRow = Parameters<typeof changesOf>[0][number];

/** Percentage points that use must fall below a threshold. */
const hysteresis = 5;
const critical = 100;
const info = 50;
const thresholds = [...quotaThresholds];
const [lowest] = quotaThresholds;

/** Raises, resolves and reopens the quota alerts of all workspaces. */
export async function reconcileQuotaAlerts(tx: Tx, at: Date): Promise<Change[]> {
  const raised = await raise(tx, at);
  const resolved = await resolve(tx, at);
  await reopen(tx, at);
  return [...raised, ...resolved];
}

const taken = sql`(p.used + p.reserved) * 100`;
/** The highest threshold that is reached; a CASE, since it is evaluated for every workspace at every check. */
const level = sql`case ${sql.join(
  thresholds.toReversed().map((each) => sql`when ${taken} >= p.allowance * ${sql.lit(each)} then ${sql.lit(each)}`),
  sql` `,
)} end`;
/** The first part of an alert's subject; the threshold follows. */
const subject = sql`extract(epoch from p.period_start)::bigint || ' ' || p.allowance || ' ' ||`;

/** Current periods in which a threshold is reached, with the highest one. */
const reached = (at: Date) => sql`
  select p.*, ${level} as level from quota_periods p
  where p.period_end > ${at} and p.period_start <= ${at} and p.allowance > 0
    and ${taken} >= p.allowance * ${sql.lit(lowest)}`;

async function raise(tx: Tx, at: Date): Promise<Change[]> {
  const { rows } = await sql<ChangeRow>`
    with due as materialized (
      select p.* from (${reached(at)}) p
      where not exists (select from alerts a
        where a.workspace_id = p.workspace_id and a.kind = 'quota' and a.subject = ${subject} p.level)
    ), made as (
      insert into alerts (workspace_id, id, kind, subject, severity, params, raised_at, resolved_at)
      select p.workspace_id, ${alertIdAt(at, sql`t`)}, 'quota', ${subject} t,
        case when t >= ${critical} then 'critical' when t > ${info} then 'warning' else 'info' end,
        jsonb_build_object('threshold', t, 'allowance', p.allowance, 'used', p.used, 'reserved', p.reserved,
          'period_end', to_char(p.period_end at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
        ${at},
        -- A lower threshold that was passed on the way is raised and resolved at once. Only the open one is mailed.
        case when t < p.level then ${at}::timestamptz end
      from due p cross join unnest(${thresholds}::int[]) t
      where t <= p.level and not exists (select from alerts a
        where a.workspace_id = p.workspace_id and a.kind = 'quota' and a.subject = ${subject} t)
      order by p.workspace_id, t
      returning *
    )
    select 'raised' as change, ${columns} from made
    union all select 'resolved', ${columns} from made where resolved_at is not null`.execute(tx);
  return changesOf(rows);
}

/** Resolves alerts whose period has ended, whose allowance changed, that a higher one replaced, or that use fell well below. */
async function resolve(tx: Tx, at: Date): Promise<Change[]> {
  const { rows } = await sql<ChangeRow>`
    update alerts a set resolved_at = ${at}
    where a.kind = 'quota' and a.resolved_at is null and not exists (
      select from quota_periods p cross join lateral (select (a.params ->> 'threshold')::int as threshold) t
      where p.workspace_id = a.workspace_id and p.period_end > ${at} and p.period_start <= ${at}
        and a.subject = ${subject} t.threshold
        and ${taken} >= p.allowance * (t.threshold - ${hysteresis}::int)
        and coalesce(${level}, 0) <= t.threshold)
    returning 'resolved' as change, ${columns}`.execute(tx);
  return changesOf(rows);
}

async function reopen(tx: Tx, at: Date): Promise<void> {
  await sql`
    update alerts a set resolved_at = null, mailed_at = coalesce(mailed_at, ${at}) from (${reached(at)}) p
    where not exists (select from alerts o
        where o.workspace_id = p.workspace_id and o.kind = 'quota' and o.resolved_at is null)
      and a.workspace_id = p.workspace_id and a.kind = 'quota' and a.subject = ${subject} p.level
      and a.resolved_at is not null`.execute(tx);
}
