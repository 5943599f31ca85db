/**
 * Runs ANALYZE on tables that have grown since their last one. Autovacuum does so after enough changes, but a crash loses the
 * count of changes, and a table filled before it then stays without statistics. Its queries are planned as if it were nearly
 * empty, for example with a nested loop over all of it.
 */
import { sql } from "kysely";
import type { Db, Tx } from "./db.ts";
import type { JobHandler, PeriodicJob } from "./jobs.ts";

const countJob = "count_tables";
/** As often as autovacuum checks. */
export const tablePeriodicJobs: PeriodicJob[] = [{ name: countJob, pattern: "* * * * *" }];

export function tableJobs({ db }: { db: Db }): Record<string, JobHandler> {
  return { [countJob]: (_payload, signal) => countGrownTables(db, signal) };
}

/** Bytes below which any plan is fast. */
const worthCounting = 1024 * 1024;

/** Analyzes each, one after the other, except locked ones. Cached plans over them are replanned. */
export async function countGrownTables(db: Db, signal: AbortSignal): Promise<void> {
  for (const table of await db.asSystem(grownTables)) {
    signal.throwIfAborted();
    await db.asSystem((tx) => sql`analyze (skip_locked) ${sql.id(table)}`.execute(tx));
  }
}

/** Tables that are at least twice as large as when they were last analyzed. */
export async function grownTables(tx: Tx): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class
    where relnamespace = current_schema()::regnamespace and relkind = 'r'
      and pg_relation_size(oid) > greatest(${worthCounting}::bigint, 2 * relpages::bigint * current_setting('block_size')::bigint)
    order by relname`.execute(tx);
  return rows.map(({ name }) => name);
}
