/**
 * Work that is not on the message path: imports, mails, sweeps, news between domains. graphile-worker runs it; a job is
 * added in the transaction that causes it, so that neither is there without the other.
 */
import { EventEmitter } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { parseCronItems, run, runMigrations, type WorkerEvents, Logger as WorkerLogger } from "graphile-worker";
import { sql } from "kysely";
import type pg from "pg";
import type { Tx } from "./db.ts";
import { bePresent, type Presence, unlockAbsent } from "./jobs-presence.ts";
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
    // A function of ours, because work for one workspace may add a job and see none.
    await sql`select add_job(task => ${name}, payload => ${JSON.stringify(payload)}::json, queue => ${options.queue ?? null},
      run_at => ${options.runAt ?? null}::timestamptz, max_attempts => ${options.maxAttempts ?? null}::int,
      key => ${options.key ?? null})`.execute(tx);
  },
};

/** Makes or updates graphile-worker's tables. Call it under the lock of `migrate`. */
export async function migrateJobs(connection: string): Promise<void> {
  await runMigrations({ connectionString: connection, schema, logger: silent });
}

export interface JobsOptions {
  connection: string;
  pool: pg.Pool;
  handlers: Record<string, JobHandler>;
  log: Logger;
  periodic?: PeriodicJob[];
  concurrency?: number;
  /** How often it looks for jobs of processes that died; they are given back the second time that they are found. */
  sweep_ms?: number;
}

const sweepEvery = 5_000;
const tryAgainAfter = 1_000;

/**
 * Runs jobs with these handlers until stopped; `stop` lets the jobs under way finish. A runner that can no longer say what
 * became of a job gives up for good, as it does when the database goes away: another then takes its place.
 */
export async function runJobs(options: JobsOptions): Promise<{ stop(): Promise<void> }> {
  const { pool, log, sweep_ms = sweepEvery } = options;
  const stopping = new AbortController();
  /** Runners of ours that have ended: what they still seem to work on is nobody's. */
  const gone = new Set<string>();
  let absent: ReadonlySet<string> = new Set();
  let current = await startRunner(options);

  const supervising = (async () => {
    while (!stopping.signal.aborted) {
      const { id, over } = current;
      const reason = await Promise.race([over, pause(sweep_ms, stopping.signal)]);
      if (stopping.signal.aborted) return;
      if (reason === null) {
        absent = await unlockAbsent(pool, { own: id, gone: [...gone], absent, log }).catch((error: unknown) => {
          log.warn({ err: error }, "could not look for jobs of processes that ended");
          return absent;
        });
        continue;
      }
      log.warn({ reason }, "the job runner gave up; another takes its place");
      const ended = current;
      void ended.stop().then(() => gone.add(ended.id));
      for (let next: Runner | null = null; !next && !stopping.signal.aborted;) {
        next = await startRunner(options).catch(() => null); // the database is still away
        if (next) current = next;
        else await pause(tryAgainAfter, stopping.signal);
      }
    }
  })();

  let stopped: Promise<void> | null = null;
  const stop = async () => {
    stopping.abort();
    await supervising;
    await current.stop();
  };
  return { stop: () => (stopped ??= stop()) };
}

/** Null after so long, or as soon as it is over. */
function pause(milliseconds: number, signal: AbortSignal): Promise<null> {
  return delay(milliseconds, null, { signal }).catch(() => null);
}

interface Runner {
  /** As graphile-worker writes it beside the jobs that it works on. */
  id: string;
  /** Resolves, with a reason, when it is of no use any more. */
  over: Promise<string>;
  stop(): Promise<void>;
}

async function startRunner({
  connection,
  pool,
  handlers,
  log,
  periodic = [],
  concurrency = 4,
}: JobsOptions): Promise<Runner> {
  const events = new EventEmitter() as WorkerEvents;
  const { promise: over, resolve: end } = Promise.withResolvers<string>();
  events.on("job:error", ({ job, error }) => {
    const last = job.attempts >= job.max_attempts;
    log[last ? "error" : "warn"](
      { err: error, job: job.task_identifier, attempt: job.attempts, of: job.max_attempts },
      last ? "a job failed for the last time" : "a job failed and will be tried again",
    );
  });
  events.on("worker:fatalError", ({ error }) => end(String(error)));
  events.on("pool:fatalError", ({ error }) => end(String(error)));
  // A queue that is released gives back what it fetched and did not begin, and forgets to look how that ends: with the
  // database away it fails unheard, which would end the process. Those jobs are given back once this runner is found gone.
  events.on("localQueue:init", ({ localQueue }) => {
    const queue = localQueue as unknown as { background(promise: Promise<unknown>): void };
    const background = queue.background.bind(queue);
    queue.background = (promise) => {
      promise.catch(() => {});
      background(promise);
    };
  });
  let id = "";
  events.on("pool:create", ({ workerPool }) => (id = workerPool.id));

  const runner = await run({
    pgPool: pool,
    schema,
    events,
    logger: silent,
    noHandleSignals: true, // main drains everything in its own order
    concurrency,
    pollInterval: 1_000, // jobs are announced by NOTIFY; this finds those whose time or whose turn in a queue has come
    preset: {
      worker: {
        localQueue: { size: Math.max(concurrency * 4, 16), ttl: 60_000 },
        // Gathered, even for no time at all, because it awaits what it writes singly nowhere: a database that went away
        // meanwhile would end the process.
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
      },
    },
    taskList: Object.fromEntries(
      Object.entries(handlers).map(([name, handler]) => [
        name,
        (payload: unknown, helpers: { abortSignal: AbortSignal }) => handler(payload as never, helpers.abortSignal),
      ]),
    ),
    parsedCronItems: parseCronItems(
      periodic.map(({ name, pattern }) => ({
        task: name,
        match: pattern,
        // One that was not done while nobody was there is done once, now.
        options: { backfillPeriod: 0, jobKey: `periodic:${name}`, jobKeyMode: "preserve_run_at" as const },
      })),
    ),
  });
  const stopRunner = () => runner.stop().catch(() => {}); // it had stopped by itself
  let presence: Presence;
  try {
    presence = await bePresent(connection, id);
  } catch (error) {
    await stopRunner();
    throw error;
  }
  void presence.lost.then(() => end("the database went away"));
  runner.promise.then(
    () => end("it ended"),
    (error: unknown) => end(String(error)),
  );
  return {
    id,
    over,
    async stop() {
      await stopRunner();
      await runner.promise.catch(() => {}); // told above
      await presence.end().catch(() => {}); // gone with the database
    },
  };
}

// What matters is logged from its events, in our words.
const silent = new WorkerLogger(() => () => {});
