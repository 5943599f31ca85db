/**
 * Runs ANALYZE on tables whose statistics may mislead the planner, in two cases that autovacuum leaves for long:
 * - The table has grown, but a crash lost the count of changes. A table filled before it stays without statistics, and its queries
 *   are planned as if it were nearly empty, for example with a nested loop over all of it.
 * - A workspace is new in it. Where the statistics name all workspaces, the planner expects no row of another one, and then takes any
 *   index for the look-up of a row by its id, even one that must be read whole. Autovacuum waits for changes of a share of the table,
 *   and in a large one a workspace's first hundred thousand contacts are less than that.
 */
import { sql } from "kysely";
import type { Clock } from "./clock.ts";
import type { Db, Tx } from "./db.ts";
import type { JobHandler, PeriodicJob } from "./jobs.ts";

export const countJob = "count_tables";
/** As often as autovacuum checks. */
export const tablePeriodicJobs: PeriodicJob[] = [{ name: countJob, pattern: "* * * * *" }];

interface Services {
  db: Db;
  clock: Clock;
}

export function tableJobs(services: Services): Record<string, JobHandler> {
  return { [countJob]: (_payload, signal) => countTables(services, signal) };
}

/** Bytes below which any plan is fast. */
const worthCounting = 1024 * 1024;
/** So many rows of a new workspace make a wrong index slow. */
const manyChanges = 1_000;
/** ANALYZE reads 30,000 pages of a large table: so often that costs little, however much is written. */
const oftenEnough_ms = 10 * 60_000;

/** Analyzes each, one after the other, except locked ones. Cached plans over them are replanned. */
export async function countTables({ db, clock }: Services, signal: AbortSignal): Promise<void> {
  for (const table of await db.asSystem((tx) => tablesToCount(tx, clock.now()))) {
    signal.throwIfAborted();
    await db.asSystem((tx) => sql`analyze (skip_locked) ${sql.id(table)}`.execute(tx));
  }
}

/** Tables that are at least twice as large as when they were last analyzed, or have changed since and that was some time ago. */
export async function tablesToCount(tx: Tx, now: Date): Promise<string[]> {
  const before = new Date(now.getTime() - oftenEnough_ms);
  const { rows } = await sql<{ name: string }>`
    select c.relname as name from pg_class c join pg_stat_user_tables s on s.relid = c.oid
    where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r' and pg_relation_size(c.oid) > ${worthCounting}::bigint
      and (pg_relation_size(c.oid) > 2 * c.relpages::bigint * current_setting('block_size')::bigint
        or (s.n_mod_since_analyze >= ${manyChanges}::bigint
          and coalesce(greatest(s.last_analyze, s.last_autoanalyze), '-infinity') < ${before}::timestamptz))
    order by c.relname`.execute(tx);
  return rows.map(({ name }) => name);
}
