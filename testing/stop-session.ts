/** A PostgreSQL session that no longer answers, as when its machine or network has vanished. */
import type pg from "pg";
import { expect, onTestFinished } from "vitest";
import { until } from "./until.ts";

/**
 * Stops the process of a session while it is idle, so that it holds no lock: it answers nothing more until the test ends. `find`
 * returns the process id; `admin` is a superuser.
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
