/**
 * Workspaces whose texts fail much more often than usual, by the counts per minute, so the ledger is not read: failures that
 * the network reported and refusals by carriers, of all texts that were submitted or got their outcome within the minutes.
 */
import { sql } from "kysely";
import { errorFloor, isErrorJump, type Outcomes, usualRate } from "../../rules/error-rate.ts";
import type { Tx } from "../kit/db.ts";
import type { Condition, ParamsOf } from "./alert.ts";

const minutes = 10;
const hoursBefore = 24;

type Figures = Outcomes & { workspace_id: string };

const errors = sql`coalesce(sum(n) filter (where status in ('undelivered', 'failed', 'expired', 'refused')), 0)`;
/** Some carriers send no receipts: of their texts only the submission is counted. */
const texts = sql`greatest(
  coalesce(sum(n) filter (where status in ('delivered', 'undelivered', 'failed', 'expired', 'refused')), 0),
  coalesce(sum(n) filter (where status in ('sent', 'refused')), 0))`;

export async function findErrorJumps(tx: Tx, at: Date): Promise<Condition[]> {
  const from = new Date(at.getTime() - minutes * 60_000);
  const { rows } = await sql<Figures>`
    select workspace_id, ${texts}::bigint as texts, ${errors}::bigint as errors
    from message_counts where minute > ${from} and minute <= ${at}
    group by workspace_id
    having ${texts} >= ${errorFloor.texts} and ${errors} >= ${errorFloor.rate}::real * ${texts}`.execute(tx);
  if (rows.length === 0) return [];
  const open = await usualOfOpen(tx);
  const fresh = rows.filter((now) => !open.has(now.workspace_id));
  const before = await usualBefore(tx, fresh, from);
  const found: Condition[] = [];
  for (const now of rows) {
    const { workspace_id } = now;
    const isOpen = open.has(workspace_id);
    const usual = (isOpen ? open : before).get(workspace_id) ?? null;
    if (!isErrorJump(now, usual)) continue;
    found.push({ workspace_id, subject, params: isOpen ? {} : await describe(tx, now, usual, from, at) });
  }
  return found;
}

/** A workspace has one such alert at a time. */
const subject = "texts";

/** The usual rate from when an open alert was raised: the failures meanwhile must not count as usual. */
async function usualOfOpen(tx: Tx): Promise<Map<string, number | null>> {
  const { rows } = await sql<{ workspace_id: string; usual: number | null }>`
    select workspace_id, (params ->> 'usual_rate')::float8 as usual from alerts
    where kind = 'error_rate' and resolved_at is null`.execute(tx);
  return new Map(rows.map(({ workspace_id, usual }) => [workspace_id, usual]));
}

async function usualBefore(tx: Tx, workspaces: readonly Figures[], until: Date): Promise<Map<string, number | null>> {
  if (workspaces.length === 0) return new Map();
  const from = new Date(until.getTime() - hoursBefore * 3_600_000);
  const { rows } = await sql<Figures>`
    select workspace_id, ${texts}::bigint as texts, ${errors}::bigint as errors from message_counts
    where workspace_id = any(${workspaces.map((each) => each.workspace_id)}::uuid[]) and minute > ${from} and minute <= ${until}
    group by workspace_id`.execute(tx);
  return new Map(rows.map((each) => [each.workspace_id, usualRate(each)]));
}

async function describe(
  tx: Tx,
  now: Figures,
  usual: number | null,
  from: Date,
  at: Date,
): Promise<ParamsOf<"error_rate">> {
  const within = sql`m.workspace_id = ${now.workspace_id} and m.minute > ${from} and m.minute <= ${at}
    and m.status in ('undelivered', 'failed', 'expired', 'refused')`;
  const reasons = await sql<{ reason: string; n: number }>`
    select coalesce(nullif(m.reason, ''), m.status) as reason, sum(m.n)::bigint as n from message_counts m
    where ${within} group by 1 order by 2 desc, 1 limit 3`.execute(tx);
  const campaigns = await sql<{ id: string; name: string }>`
    select c.id, c.name
    from message_counts m join campaigns c on c.workspace_id = ${now.workspace_id} and c.id = m.source_id
    where ${within} and m.source_type = 'campaign' group by 1, 2 order by sum(m.n) desc, 1 limit 1`.execute(tx);
  return {
    minutes,
    texts: now.texts,
    errors: now.errors,
    rate: now.errors / now.texts,
    usual_rate: usual,
    reasons: reasons.rows,
    campaign: campaigns.rows[0] ?? null,
  };
}
