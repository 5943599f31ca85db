/**
 * Workspaces whose texts are skipped because no segments are left for them, by the counts per minute. The thresholds of the quota do
 * not tell: with two segments left at 99 % a text of three is skipped.
 *
 * Such an alert lasts until the longest text would fit again, or the period ends: what comes next would be skipped too.
 */
import { sql } from "kysely";
import { countSegments } from "../../rules/gsm-segments.ts";
import { longestText } from "../../rules/render-text.ts";
import type { Tx } from "../kit/db.ts";
import type { Condition, ParamsOf } from "./alert.ts";

const within = 10 * 60_000;

/** The segments of the longest text, in the alphabet that needs the most. */
const mostSegments = countSegments("ж".repeat(longestText)).segments;

/** One alert in a period. */
const subject = sql`extract(epoch from p.period_start)::bigint::text`;
const isCurrent = (at: Date) => sql`p.period_end > ${at} and p.period_start <= ${at}`;

interface Skips {
  workspace_id: string;
  subject: string;
  texts: number;
  allowance: number;
  remaining: number;
  period_end: Date;
}

export async function findQuotaSkips(tx: Tx, at: Date): Promise<Condition[]> {
  const { rows: skips } = await sql<Skips>`
    select p.workspace_id, ${subject} as subject, sum(c.n)::bigint as texts, p.allowance,
      greatest(p.allowance - p.used - p.reserved, 0) as remaining, p.period_end
    from message_counts c join quota_periods p on p.workspace_id = c.workspace_id
    where c.minute > ${new Date(at.getTime() - within)} and c.minute <= ${at} and c.status = 'skipped'
      and c.reason = 'quota_exceeded' and ${isCurrent(at)} and c.minute >= p.period_start
    group by p.workspace_id, p.period_start`.execute(tx);
  const { rows: open } = await sql<Pick<Skips, "workspace_id" | "subject">>`
    select p.workspace_id, ${subject} as subject
    from alerts a join quota_periods p on p.workspace_id = a.workspace_id
    where a.kind = 'quota_skipped' and a.resolved_at is null and a.subject = ${subject} and ${isCurrent(at)}
      and p.allowance - p.used - p.reserved < ${mostSegments}`.execute(tx);
  const fresh = skips.map(({ workspace_id, subject, period_end, ...figures }): Condition => {
    const params: ParamsOf<"quota_skipped"> = { ...figures, period_end: period_end.toISOString() };
    return { workspace_id, subject, params };
  });
  const found = new Set(skips.map((each) => `${each.workspace_id} ${each.subject}`));
  const lasting = open.filter((each) => !found.has(`${each.workspace_id} ${each.subject}`));
  return [...fresh, ...lasting.map((each) => ({ ...each, params: {} }))];
}
