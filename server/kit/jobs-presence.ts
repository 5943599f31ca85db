/**
 * Which job runners are alive. graphile-worker assumes for four hours that a locked job is running, even when its process has
 * died. Each runner therefore holds an advisory lock as long as it lives, and jobs of runners whose lock is free are unlocked.
 */
import pg from "pg";
import { singleConnection } from "./connection.ts";
import type { Logger } from "./log.ts";

export interface Presence {
  /** Resolves when the connection that holds the lock is lost. */
  lost: Promise<void>;
  end(): Promise<void>;
}

/** The lock's key, as SQL over a runner's id. */
const lockKey = (id: string) => `hashtextextended('job runner ' || ${id}, 0)`;

/** Takes the lock of a runner and holds it until `end`. */
export async function bePresent(connection: string, id: string): Promise<Presence> {
  const client = new pg.Client({ connectionString: connection, application_name: "varsla jobs", ...singleConnection });
  const { promise: lost, resolve } = Promise.withResolvers<void>();
  client.on("error", () => resolve());
  client.on("end", () => resolve());
  await client.connect();
  await client.query(`select pg_advisory_lock(${lockKey("$1::text")})`, [id]);
  return { lost, end: () => client.end() };
}

/**
 * Unlocks the jobs of `gone`, and of runners that were absent at the last call already: one whose connection was lost for a
 * moment has its lock again by then. Returns the runners that are absent now.
 */
export async function unlockAbsent(
  pool: pg.Pool,
  options: { own: string; gone: readonly string[]; absent: ReadonlySet<string>; log: Pick<Logger, "warn"> },
): Promise<Set<string>> {
  const { own, gone, absent, log } = options;
  const client = await pool.connect();
  try {
    // The locks taken here are released at the end of this statement.
    const { rows } = await client.query<{ id: string }>(
      `select id from (
         select locked_by as id from jobs._private_jobs where locked_by is not null
         union select locked_by from jobs._private_job_queues where locked_by is not null) as holders
       where id <> $1 and (id = any($2::text[]) or pg_try_advisory_xact_lock(${lockKey("id")}))`,
      [own, gone],
    );
    const ids = rows.map((row) => row.id);
    const unlocked = ids.filter((id) => absent.has(id) || gone.includes(id));
    if (unlocked.length > 0) {
      await client.query("select jobs.force_unlock_workers($1::text[])", [unlocked]);
      log.warn({ runners: unlocked.length }, "jobs of a process that ended are given to others");
    }
    return new Set(ids.filter((id) => !unlocked.includes(id)));
  } finally {
    client.release();
  }
}
