/**
 * Bounds the number of figures over time: the first hours of a source stay by minute, later minutes are merged into hours and
 * later hours into days (rules/series-step.ts). Otherwise the progress of a slow campaign, or of one whose receipts arrive for
 * weeks, would be read from thousands of rows each time.
 */
import { sql } from "kysely";
import { type SeriesStep, stepStart, toldByHour, toldByMinute } from "../../rules/series-step.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db, Tx } from "../kit/db.ts";
import type { JobHandler, PeriodicJob } from "../kit/jobs.ts";
import { getWorkspace } from "../workspaces/workspace.ts";
import { noSource } from "./counts.ts";

export const compactJob = "messages.compact_counts";

/** Runs every hour, on the figures of the hours before. */
export const countPeriodicJobs: PeriodicJob[] = [{ name: compactJob, pattern: "17 * * * *" }];

export function countJobs(services: Services): Record<string, JobHandler> {
  const compact = createCompactor(services);
  return { [compactJob]: (_payload, signal) => compact(signal) };
}

interface Services {
  db: Db;
  clock: Clock;
}

interface Source {
  workspace_id: string;
  source_type: string;
  source_id: string;
}

const hour = 3_600_000;
/** Transactions that began before an hour's end may still add to it for so long. */
const slack = 10 * 60_000;
/** How far each run except the first looks back: enough to make up for a day in which the hourly job failed. */
const window = 26 * hour;
const sourcesAtOnce = 500;

/**
 * The first run of each process covers everything, later ones the last day: so older figures by minute, from before this job existed or
 * from days without a worker, are found once by each process.
 */
export function createCompactor(services: Services): (signal?: AbortSignal) => Promise<void> {
  let from: Date | null = null;
  return async (signal) => {
    const until = stepStart(services.clock.now().getTime() - slack, "hour", "UTC");
    await compactSince(services, { from, until }, signal);
    from = new Date(until - window);
  };
}

interface Period {
  /** Null: from the beginning. */
  from: Date | null;
  until: number;
}

async function compactSince({ db }: Services, period: Period, signal?: AbortSignal): Promise<void> {
  let after: Source | null = null;
  do {
    signal?.throwIfAborted();
    const sources: Source[] = await db.asSystem((tx) => findSources(tx, period, after));
    for (const [workspaceId, own] of Map.groupBy(sources, (source) => source.workspace_id)) {
      for (const source of await db.inWorkspace(workspaceId, (tx) => whichAreDue(tx, workspaceId, own, period.until))) {
        signal?.throwIfAborted();
        await db.inWorkspace(workspaceId, (tx) => compactSource(tx, source, period.until));
      }
    }
    after = sources.length < sourcesAtOnce ? null : (sources.at(-1) as Source);
  } while (after);
}

/** Sources with figures by minute in that time, the next ones in the order of their keys. Takes no locks. */
async function findSources(tx: Tx, { from, until }: Period, after: Source | null): Promise<Source[]> {
  const since = from ? sql`and minute >= ${from}` : sql``;
  const beyond = after
    ? sql`and (workspace_id, source_type, source_id) > (${after.workspace_id}::uuid, ${after.source_type}, ${after.source_id}::uuid)`
    : sql``;
  const { rows } = await sql<Source>`
    select distinct workspace_id, source_type, source_id from message_counts
    where minute < ${new Date(until)} and minute <> date_trunc('hour', minute) and source_id <> ${noSource} ${since} ${beyond}
    order by workspace_id, source_type, source_id limit ${sourcesAtOnce}`.execute(tx);
  return rows;
}

/** Those of a workspace's sources that have figures by minute later than their first hours. */
async function whichAreDue(tx: Tx, workspaceId: string, sources: readonly Source[], until: number): Promise<Source[]> {
  const { rows } = await sql<Source>`
    select workspace_id, source_type, source_id from message_counts
    where workspace_id = ${workspaceId} and minute < ${new Date(until)}
      and (source_type, source_id) in (
        select * from unnest(${sources.map((each) => each.source_type)}::text[], ${sources.map((each) => each.source_id)}::uuid[]))
    group by workspace_id, source_type, source_id
    having max(minute) filter (where minute <> date_trunc('hour', minute)) >= min(minute) + make_interval(secs => ${toldByMinute / 1000})
    order by source_type, source_id`.execute(tx);
  return rows;
}

async function compactSource(tx: Tx, source: Source, until: number): Promise<void> {
  const { rows } = await sql<{ first: Date | null }>`
    select min(minute) as first from message_counts where ${of(source)}`.execute(tx);
  const first = rows[0]?.first?.getTime();
  if (first === undefined) return;
  const { time_zone } = await getWorkspace(tx, source.workspace_id);
  const byHour = first + toldByMinute;
  const byDay = stepStart(first + toldByHour, "day", time_zone);
  await merge(tx, source, { from: byHour, until: Math.min(until, byDay), step: "hour", time_zone });
  const today = stepStart(until, "day", time_zone);
  await merge(tx, source, { from: byDay, until: today, step: "day", time_zone });
  // Of today, which is not over.
  await merge(tx, source, { from: Math.max(byDay, today), until, step: "hour", time_zone });
}

interface Span {
  from: number;
  until: number;
  step: SeriesStep;
  time_zone: string;
}

/** Replaces rows by their sums. A transaction that adds to one of them waits for its lock, finds it gone and inserts a new one. */
async function merge(tx: Tx, source: Source, { from, until, step, time_zone }: Span): Promise<void> {
  if (from >= until) return;
  const { rows: starts } = await sql<{ minute: Date }>`
    select distinct minute from message_counts
    where ${of(source)} and minute >= ${new Date(from)} and minute < ${new Date(until)}`.execute(tx);
  const finer = starts
    .map(({ minute }) => minute)
    .filter((at) => stepStart(at.getTime(), step, time_zone) < at.getTime());
  if (finer.length === 0) return;
  const { rows } = await sql<{ minute: Date; status: string; reason: string; n: number }>`
    delete from message_counts where ${of(source)} and minute = any(${finer}::timestamptz[])
    returning minute, status, reason, n`.execute(tx);
  const sums = new Map<string, { at: Date; status: string; reason: string; n: number }>();
  for (const { minute, status, reason, n } of rows) {
    const at = stepStart(minute.getTime(), step, time_zone);
    const sum = sums.getOrInsertComputed(`${at} ${status} ${reason}`, () => ({
      at: new Date(at),
      status,
      reason,
      n: 0,
    }));
    sum.n += n;
  }
  const all = [...sums.values()];
  await sql`
    insert into message_counts as c (workspace_id, source_type, source_id, minute, status, reason, n)
    select w.workspace_id, ${source.source_type}, ${source.source_id}::uuid, u.at, u.status, u.reason, u.n
    from workspaces w, unnest(${all.map(({ at }) => at)}::timestamptz[], ${all.map(({ status }) => status)}::text[],
      ${all.map(({ reason }) => reason)}::text[], ${all.map(({ n }) => n)}::bigint[]) as u (at, status, reason, n)
    where w.workspace_id = ${source.workspace_id}
    on conflict (workspace_id, source_type, source_id, minute, status, reason) do update set n = c.n + excluded.n`.execute(
    tx,
  );
}

const of = ({ workspace_id, source_type, source_id }: Source) =>
  sql`workspace_id = ${workspace_id} and source_type = ${source_type} and source_id = ${source_id}::uuid`;
