/** A PostgreSQL session that stops in the middle of everything, as one whose machine or network vanished. */
import type pg from "pg";
import { expect, onTestFinished } from "vitest";
import { until } from "./until.ts";

/**
 * Stops a session's process while it does nothing, so that it holds no lock: what it is asked from then on is not answered, until
 * the test ends. `find` tells its process id; the session of `admin` is a superuser's.
 */
export async function stopSession(admin: pg.Client, find: () => number | Promise<number>): Promise<number> {
  return until(async () => {
    const pid = await find();
    process.kill(pid, "SIGSTOP");
    const { rows } = await admin.query<{ state: string }>("select state from pg_stat_activity where pid = $1", [pid]);
    if (rows[0]?.state !== "idle") process.kill(pid, "SIGCONT");
    expect(rows).toEqual([{ state: "idle" }]);
    onTestFinished(() => void process.kill(pid, "SIGCONT"));
    return pid;
  });
}
