/**
 * Thresholds of the quota. Each is raised once in a period, also when several are passed at once; the highest one is open.
 * Released segments resolve it only when they are more than a few, or texts that are skipped at submission would make it
 * flap. A threshold that is reached again is reopened without a second mail.
 *
 * Of a changed allowance the thresholds are raised anew.
 */
import { sql } from "kysely";
import { type AlertSeverity, quotaThresholds } from "../../contract/alerts.ts";
import type { Tx } from "../kit/db.ts";
import { orderedIds } from "../kit/id.ts";
import { inEachWorkspace } from "../kit/in-each-workspace.ts";
import type { AlertRow, ParamsOf } from "./alert.ts";
import { columns, insertAlerts, type NewAlert } from "./alerts-store.ts";
import { type Change, changesTo } from "./reconcile-alerts.ts";

/** Percentage points that use must fall below a threshold. */
const hysteresis = 5;
const critical = 100;
const info = 50;
const thresholds = [...quotaThresholds];
const [lowest] = quotaThresholds;

/** Raises, resolves and reopens the quota alerts of all workspaces. Each looks at what the one before has written. */
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
const subject = sql`extract(epoch from p.period_start)::bigint || ' ' || p.allowance || ' '`;

/** Current periods in which a threshold is reached, with the highest one. */
const reached = (at: Date) => sql`
  select p.*, ${level} as level from quota_periods p
  where p.period_end > ${at} and p.period_start <= ${at} and p.allowance > 0
    and ${taken} >= p.allowance * ${sql.lit(lowest)}`;

/** A period whose highest threshold was not raised yet. */
interface Reached {
  workspace_id: string;
  subject: string;
  level: (typeof quotaThresholds)[number];
  allowance: number;
  used: number;
  reserved: number;
  period_end: Date;
}

async function raise(tx: Tx, at: Date): Promise<Change[]> {
  const { rows: due } = await sql<Reached>`
    select p.workspace_id, ${subject} as subject, p.level, p.allowance, p.used, p.reserved, p.period_end
    from (${reached(at)}) p
    where not exists (select 1 from alerts a
      where a.workspace_id = p.workspace_id and a.kind = 'quota' and a.subject = ${subject} || p.level)`.execute(tx);
  const nextId = orderedIds();
  const changes: Change[] = [];
  await inEachWorkspace(due, async (workspaceId, own) => {
    const alerts = own.flatMap((period) => alertsOf(period, at).map((alert) => ({ ...alert, id: nextId(at) })));
    const made = await insertAlerts(tx, workspaceId, alerts, { once: true });
    const passed = made.filter(({ resolved_at }) => resolved_at !== null);
    changes.push(...changesTo("raised", made), ...changesTo("resolved", passed));
  });
  return changes;
}

/** An alert for each threshold that a period has reached. */
function alertsOf(
  { workspace_id, subject: period, level: highest, ...figures }: Reached,
  at: Date,
): Omit<NewAlert, "id">[] {
  const { allowance, used, reserved, period_end } = figures;
  return thresholds
    .filter((threshold) => threshold <= highest)
    .map((threshold) => {
      const params: ParamsOf<"quota"> = { threshold, allowance, used, reserved, period_end: period_end.toISOString() };
      return {
        workspace_id,
        kind: "quota",
        subject: `${period}${threshold}`,
        severity: severityOf(threshold),
        params,
        raised_at: at,
        // A lower threshold that was passed on the way is raised and resolved at once. Only the open one is mailed.
        resolved_at: threshold < highest ? at : null,
      };
    });
}

function severityOf(threshold: number): AlertSeverity {
  if (threshold >= critical) return "critical";
  return threshold > info ? "warning" : "info";
}

type Key = Pick<AlertRow, "workspace_id" | "id">;

/** The threshold of an alert. */
const raisedFor = sql`(a.params ->> 'threshold')::int`;

/** Resolves alerts whose period has ended, whose allowance changed, that a higher one replaced, or that use fell well below. */
async function resolve(tx: Tx, at: Date): Promise<Change[]> {
  const { rows: over } = await sql<Key>`
    select a.workspace_id, a.id from alerts a
    where a.kind = 'quota' and a.resolved_at is null and not exists (
      select 1 from quota_periods p
      where p.workspace_id = a.workspace_id and p.period_end > ${at} and p.period_start <= ${at}
        and a.subject = ${subject} || ${raisedFor}
        and ${taken} >= p.allowance * (${raisedFor} - ${hysteresis}::int)
        and coalesce(${level}, 0) <= ${raisedFor})`.execute(tx);
  const changes: Change[] = [];
  await inEachWorkspace(over, async (workspaceId, own) => {
    const { rows } = await sql<AlertRow>`
      update alerts a set resolved_at = ${at}
      where a.workspace_id = ${workspaceId} and a.id = any(${own.map(({ id }) => id)}::uuid[]) and a.resolved_at is null
      returning ${columns}`.execute(tx);
    changes.push(...changesTo("resolved", rows));
  });
  return changes;
}

async function reopen(tx: Tx, at: Date): Promise<void> {
  const { rows: again } = await sql<Key>`
    select a.workspace_id, a.id
    from (${reached(at)}) p
      join alerts a on a.workspace_id = p.workspace_id and a.kind = 'quota' and a.subject = ${subject} || p.level
    where a.resolved_at is not null and not exists (select 1 from alerts o
      where o.workspace_id = p.workspace_id and o.kind = 'quota' and o.resolved_at is null)`.execute(tx);
  await inEachWorkspace(again, (workspaceId, own) =>
    sql`
      update alerts a set resolved_at = null, mailed_at = coalesce(a.mailed_at, ${at})
      where a.workspace_id = ${workspaceId} and a.id = any(${own.map(({ id }) => id)}::uuid[]) and a.resolved_at is not null
        and not exists (select 1 from alerts o
          where o.workspace_id = ${workspaceId} and o.kind = 'quota' and o.resolved_at is null)`.execute(tx),
  );
}
