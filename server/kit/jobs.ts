/**
 * Background work outside of the message pipeline: imports, mails, sweeps. graphile-worker runs it; a job is added in the
 * transaction that causes it, so that both commit or neither.
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
   * `queue` run one after another; a failing job is tried `maxAttempts` times (25), with growing pauses.
   */
  add(
    tx: Tx,
    name: string,
    payload: object,
    options?: { key?: string; runAt?: Date; queue?: string; maxAttempts?: number },
  ): Promise<void>;
}

/** Does one job. When it throws, the job is retried later; `signal` is aborted when the program is about to end. */
export type JobHandler = (payload: never, signal: AbortSignal) => Promise<void>;

/** A scheduled job: its name, and a crontab pattern in UTC ("*\/5 * * * *"). */
export interface PeriodicJob {
  name: string;
  pattern: string;
}

const schema = "jobs";

/** The implementation of Jobs. */
export const jobs: Jobs = {
  async add(tx, name, payload, options = {}) {
    // Our own SQL function, because the workspace role may add jobs but not see them.
    await sql`select add_job(task => ${name}, payload => ${JSON.stringify(payload)}::json, queue => ${options.queue ?? null},
      run_at => ${options.runAt ?? null}::timestamptz, max_attempts => ${options.maxAttempts ?? null}::int,
      key => ${options.key ?? null})`.execute(tx);
  },
};

/** The payloads of a job's instances that wait, run, or have failed for good. Needs a transaction of the system. */
export async function payloadsOf<Payload>(tx: Tx, name: string): Promise<Payload[]> {
  const { rows } = await sql<{ payload: Payload }>`
    select j.payload from jobs._private_jobs j join jobs._private_tasks t on t.id = j.task_id
    where t.identifier = ${name}`.execute(tx);
  return rows.map(({ payload }) => payload);
}

/** Creates or updates graphile-worker's tables. Call it under the lock of `migrate`. */
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
  /** How often it looks for jobs of processes that died; they are unlocked the second time that they are found. */
  sweep_ms?: number;
}

const sweepEvery = 5_000;
const retryAfter = 1_000;

/**
 * Runs jobs with these handlers until stopped; `stop` lets the running jobs finish. A runner that cannot record the outcome of a
 * job ends for good, for example when the database becomes unavailable: a new one then replaces it.
 */
export async function runJobs(options: JobsOptions): Promise<{ stop(): Promise<void> }> {
  const { pool, log, sweep_ms = sweepEvery } = options;
  const stopping = new AbortController();
  /** Our own runners that have ended: their locked jobs may be unlocked at once. */
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
      log.warn({ reason }, "the job runner gave up; a new one replaces it");
      const ended = current;
      void ended.stop().then(() => gone.add(ended.id));
      for (let next: Runner | null = null; !next && !stopping.signal.aborted;) {
        next = await startRunner(options).catch(() => null); // the database is still unavailable
        if (next) current = next;
        else await pause(retryAfter, stopping.signal);
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

/** Resolves with null after the pause, or when aborted. */
function pause(milliseconds: number, signal: AbortSignal): Promise<null> {
  return delay(milliseconds, null, { signal }).catch(() => null);
}

interface Runner {
  /** The id that graphile-worker stores with the jobs that it has locked. */
  id: string;
  /** Resolves, with a reason, when it no longer works. */
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
      last ? "a job failed for the last time" : "a job failed and will be retried",
    );
  });
  events.on("worker:fatalError", ({ error }) => end(String(error)));
  events.on("pool:fatalError", ({ error }) => end(String(error)));
  // A released local queue returns the jobs that it fetched but did not begin, without handling a rejection: with the database
  // unavailable that would crash the process. Those jobs are unlocked once this runner has ended.
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
    pgPool: releasingOnce(pool),
    schema,
    events,
    logger: silent,
    noHandleSignals: true, // main drains everything in its own order
    concurrency,
    pollInterval: 1_000, // new jobs are announced by NOTIFY; this finds scheduled ones and the next ones of a queue
    preset: {
      worker: {
        localQueue: { size: Math.max(concurrency * 4, 16), ttl: 60_000 },
        // A delay of 0 still batches the writes: graphile-worker does not await single ones, and when the database becomes
        // unavailable the unhandled rejection would crash the process.
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
        // A job missed while no worker ran is run once, at the start.
        options: { backfillPeriod: 0, jobKey: `periodic:${name}`, jobKeyMode: "preserve_run_at" as const },
      })),
    ),
  });
  const stopRunner = () => runner.stop().catch(() => {}); // it has stopped by itself
  let presence: Presence;
  try {
    presence = await bePresent(connection, id);
  } catch (error) {
    await stopRunner();
    throw error;
  }
  void presence.lost.then(() => end("the connection to the database was lost"));
  runner.promise.then(
    () => end("it ended"),
    (error: unknown) => end(String(error)),
  );
  return {
    id,
    over,
    async stop() {
      await stopRunner();
      await runner.promise.catch(() => {}); // reported through `over`
      await presence.end().catch(() => {}); // the connection is lost already
    },
  };
}

/**
 * Wraps the pool for graphile-worker, which releases its LISTEN connection twice when it is stopped before LISTEN was answered
 * and the connection is then lost, and releases one that it did not get. pg throws at both, and the unhandled exception would crash
 * the process.
 */
function releasingOnce(pool: pg.Pool): pg.Pool {
  type Connected = Parameters<pg.Pool["connect"]>[0];
  const connect = (connected?: Connected) => {
    if (!connected) return pool.connect();
    return pool.connect((error, client, release) => {
      let released = false;
      connected(error, client, (reason) => {
        // A pool that is being closed gives an error, and nothing to release.
        if (!released && !error) release(reason);
        released = true;
      });
    });
  };
  return new Proxy(pool, {
    get: (target, name) => (name === "connect" ? connect : bound(target, Reflect.get(target, name, target))),
  });
}

const bound = (owner: object, value: unknown) => (typeof value === "function" ? value.bind(owner) : value);

// Its own log is silenced; we log from its events.
const silent = new WorkerLogger(() => () => {});
