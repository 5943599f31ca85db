/**
 * Work by the clock. A domain declares what becomes due, and what to do; one runner (due-runner.ts) does it for all of them: every
 * second or so, by one process at a time for each work, with its lag in the metrics.
 *
 * due     its moment has come, by the state that it has now: nothing is scheduled that could go stale
 * round   one look for what is due, and doing it
 * turn    the right of one process to a work's rounds
 */
import type { Db, Tx } from "./db.ts";
import { inEachWorkspace } from "./in-each-workspace.ts";
import type { Logger } from "./log.ts";

/** Something due in a workspace. */
export interface Due {
  workspace_id: string;
  /** Since when it is due. */
  due_at: Date;
}

/** Work that becomes due. */
export interface DueWork {
  /** Unique; in logs and metrics. */
  name: string;
  /** Milliseconds between rounds; a second by default. */
  every_ms?: number;
  /** Also in processes that are no workers. */
  everywhere?: true;
  run(round: DueRound): Promise<DueResult>;
  /** Ends what goes on after a round. Called when the process ends, after the last round. */
  stop?(): Promise<void>;
  /** Workspaces where something has been due since before, for an alert; without it there is none. */
  overdue?(tx: Tx, before: Date): Promise<Due[]>;
}

/** What a round gets. */
export interface DueRound {
  /** By the database's clock. */
  now: Date;
  /** Aborted when the process ends, or has lost its turn. */
  signal: AbortSignal;
}

export interface DueResult {
  done: number;
  /** Since when the oldest was due; null where nothing was. */
  oldest: Date | null;
  /** Whether more may be due already: the next round follows at once. */
  more: boolean;
  errors: unknown[];
}

/** What `find` gets. */
export interface Look {
  now: Date;
  limit: number;
  /** Workspaces that failed a moment ago, which must not keep the others from being found. */
  except: readonly string[];
}

const usualLimit = 1_000;
/** Milliseconds: the pause of a workspace after its first failure, which doubles with each further one, and the longest. */
const firstPause = 1_000;
const longestPause = 60_000;

/**
 * Work that is found in all workspaces and done in each. `find` reads without locks, longest due first; `claim` does a workspace's
 * share in one transaction and checks its conditions again, since they may have changed; `perform` follows the commit. A workspace
 * that fails does not hold up the others, and is tried again after a pause that grows to a minute.
 */
export function dueInWorkspaces<Found extends Due>(
  { db, log }: { db: Db; log: Pick<Logger, "warn"> },
  work: {
    name: string;
    every_ms?: number;
    limit?: number;
    /** What `claim` does of one found at most; where it did so much, more of it may be due, and the next round follows at once. */
    share?: number;
    /** Without an alert for what stays undone. */
    silent?: true;
    find(tx: Tx, look: Look): Promise<Found[]>;
    /** Answers how many it did. */
    claim(tx: Tx, workspaceId: string, found: readonly Found[], now: Date): Promise<number>;
    perform?(workspaceId: string, found: readonly Found[]): Promise<void> | void;
  },
): DueWork {
  const { name, every_ms, limit = usualLimit, share = Number.POSITIVE_INFINITY } = work;
  const failed = new Map<string, { until: number; pause: number }>();
  const look = (tx: Tx, now: Date) => {
    const at = performance.now();
    const except = [...failed].filter(([, { until }]) => until > at).map(([workspaceId]) => workspaceId);
    return work.find(tx, { now, limit, except });
  };
  return {
    name,
    ...(every_ms !== undefined && { every_ms }),
    async run({ now, signal }) {
      const found = await db.asSystem((tx) => look(tx, now));
      const errors: unknown[] = [];
      let done = 0;
      let isLeft = found.length >= limit;
      await inEachWorkspace(found, async (workspaceId, own) => {
        if (signal.aborted) return;
        try {
          const did = await db.inWorkspace(workspaceId, (tx) => work.claim(tx, workspaceId, own, now));
          done += did;
          isLeft ||= did >= share;
          await work.perform?.(workspaceId, own);
          failed.delete(workspaceId);
        } catch (error) {
          const pause = Math.min(longestPause, (failed.get(workspaceId)?.pause ?? firstPause / 2) * 2);
          failed.set(workspaceId, { until: performance.now() + pause, pause });
          log.warn({ err: error, work: name, workspace: workspaceId }, "due work failed in a workspace; trying again");
          errors.push(error);
        }
      });
      return { done, oldest: oldestOf(found), more: (isLeft || done >= limit) && !signal.aborted, errors };
    },
    ...(!work.silent && { overdue: (tx: Tx, before: Date) => work.find(tx, { now: before, limit, except: [] }) }),
  };
}

/** Since when the oldest of these is due; null for none. */
export function oldestOf(found: readonly Due[]): Date | null {
  return found.reduce<Date | null>((oldest, { due_at }) => (oldest && oldest <= due_at ? oldest : due_at), null);
}
