/**
 * Work that is not on the message path: imports, mails, sweeps, news between domains. graphile-worker runs it; a job is
 * added in the transaction that causes it, so that neither is there without the other.
 */
import { EventEmitter } from "node:events";
import { parseCronItems, run, runMigrations, type WorkerEvents, Logger as WorkerLogger } from "graphile-worker";
import { sql } from "kysely";
import type pg from "pg";
import type { Tx } from "./db.ts";
import type { Logger } from "./log.ts";

/** Adds jobs. */
export interface Jobs {
  /**
   * Adds a job in the caller's transaction. With `key`, a job of that key that has not begun is replaced; jobs of one
   * `queue` run one after another; a failing job is tried `maxAttempts` times (25), ever more seldom.
   */
  add(
    tx: Tx,
    name: string,
    payload: object,
    options?: { key?: string; runAt?: Date; queue?: string; maxAttempts?: number },
  ): Promise<void>;
}

/** Does one job. Throwing has it tried again later; `signal` is aborted when the program is about to end. */
export type JobHandler = (payload: never, signal: AbortSignal) => Promise<void>;

/** Work by the clock: a crontab pattern in UTC ("*\/5 * * * *"), and the job that it adds. */
export interface PeriodicJob {
  name: string;
  pattern: string;
}

const schema = "jobs";

/** The one implementation of Jobs. */
export const jobs: Jobs = {
  async add(tx, name, payload, options = {}) {
    await sql`select jobs.add_job(${name}, payload => ${JSON.stringify(payload)}::json, queue_name => ${options.queue ?? null},
      run_at => ${options.runAt ?? null}::timestamptz, max_attempts => ${options.maxAttempts ?? null}::int,
      job_key => ${options.key ?? null})`.execute(tx);
  },
};

/** Makes or updates graphile-worker's tables. Call it under the lock of `migrate`. */
export async function migrateJobs(connection: string): Promise<void> {
  await runMigrations({ connectionString: connection, schema, logger: silent });
}

/** Runs jobs with these handlers until stopped; `stop` lets the jobs under way finish. */
export async function runJobs(options: {
  pool: pg.Pool;
  handlers: Record<string, JobHandler>;
  log: Logger;
  periodic?: PeriodicJob[];
  concurrency?: number;
}): Promise<{ stop(): Promise<void> }> {
  const { pool, handlers, log, concurrency = 4 } = options;
  const events = new EventEmitter() as WorkerEvents;
  events.on("job:error", ({ job, error }) => {
    const last = job.attempts >= job.max_attempts;
    log[last ? "error" : "warn"](
      { err: error, job: job.task_identifier, attempt: job.attempts, of: job.max_attempts },
      last ? "a job failed for the last time" : "a job failed and will be tried again",
    );
  });
  events.on("worker:fatalError", ({ error }) => log.error({ err: error }, "a job worker stopped"));

  const runner = await run({
    pgPool: pool,
    schema,
    events,
    logger: silent,
    noHandleSignals: true, // main drains everything in its own order
    concurrency,
    pollInterval: 1_000, // jobs are announced by NOTIFY; this finds those whose time or whose turn in a queue has come
    preset: { worker: { localQueue: { size: Math.max(concurrency * 4, 16), ttl: 60_000 } } },
    taskList: Object.fromEntries(
      Object.entries(handlers).map(([name, handler]) => [
        name,
        (payload: unknown, helpers: { abortSignal: AbortSignal }) => handler(payload as never, helpers.abortSignal),
      ]),
    ),
    parsedCronItems: parseCronItems(
      (options.periodic ?? []).map(({ name, pattern }) => ({
        task: name,
        match: pattern,
        // One that was not done while nobody was there is done once, now.
        options: { backfillPeriod: 0, jobKey: `periodic:${name}`, jobKeyMode: "preserve_run_at" as const },
      })),
    ),
  });
  let stopped: Promise<void> | null = null;
  return { stop: () => (stopped ??= runner.stop()) };
}

// What matters is logged from its events, in our words.
const silent = new WorkerLogger(() => () => {});
