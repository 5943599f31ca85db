/** Runs jobs by kind, each kind with a runner of its own: jobs that take minutes do not keep those waiting that take milliseconds. */
import { runJobs, type JobHandler, type JobsOptions } from "./jobs.ts";
import type { Running } from "./services.ts";

/** The kinds, and how many of each run at the same time in a process. */
export const jobKinds = {
  /** What somebody waits for: mails, and what follows a call. */
  brief: 4,
  /** Counting and merging files. Two use two processors. */
  imports: 2,
  /** Preparing campaigns. */
  preparations: 2,
  /** What nobody waits for: purging, erasing, statistics, partitions. A long purge is not to hold up an erasure. */
  upkeep: 2,
} as const;
export type JobKind = keyof typeof jobKinds;

/** Runs all handlers, those that `kinds` does not name as brief ones. */
export async function runJobKinds(
  options: Omit<JobsOptions, "concurrency">,
  kinds: Readonly<Record<string, JobKind>>,
): Promise<Running> {
  const { handlers, periodic = [] } = options;
  const unknown = Object.keys(kinds).filter((name) => !(name in handlers));
  if (unknown.length > 0) throw new Error(`kinds of jobs without a handler: ${unknown.join(", ")}`);
  const kindOf = (name: string): JobKind => kinds[name] ?? "brief";
  const byKind = Map.groupBy(Object.entries(handlers), ([name]) => kindOf(name));
  const running = await Promise.all(
    [...byKind].map(([kind, own]: [JobKind, [string, JobHandler][]]) =>
      runJobs({
        ...options,
        handlers: Object.fromEntries(own),
        periodic: periodic.filter(({ name }) => kindOf(name) === kind),
        concurrency: jobKinds[kind],
      }),
    ),
  );
  return {
    async stop() {
      await Promise.all(running.map((each) => each.stop()));
    },
  };
}
