/**
 * Group commit for commands that come by the thousand: what arrives while a batch is being committed becomes the next batch, whose
 * commands share one transaction and their statements (kit/shared-statements.ts). An idle server executes at once.
 */
import { isDatabaseAway } from "./database-away.ts";
import { type Db, workspaceScope } from "./db.ts";
import type { Tx } from "./db.ts";
import { Problem } from "./errors.ts";
import { type BatchQueue, createBatchQueue } from "./gather.ts";
import { isCommitUnknown, preparedTransaction } from "./prepared.ts";
import { currentRequest, inRequest, type RequestContext } from "./request-context.ts";
import { chainsOf, sideBySide } from "./shared-statements.ts";

/** A command, as work in a transaction. */
export interface Command<T> {
  /** What it may have in common with others, such as a person's number: of those with the same, one sees what the one before wrote. */
  keys: readonly string[];
  /** Executes it. May be called again after it failed, or others did: all of it is in the transaction. */
  work(tx: Tx): Promise<T>;
}

export interface GroupCommit<Kind extends Command<unknown> = Command<unknown>> {
  /** Resolves when it is committed; rejects with a Problem where it is refused, and then nothing of it was written. */
  execute<T>(workspaceId: string, command: Kind & Command<T>): Promise<T>;
}

/**
 * Locks what several commands of one transaction will change, in the order that holds for everybody. Each by itself would lock it as it
 * comes to it, and others who change the same would wait for them in a circle.
 */
export type LockFirst<Kind> = (tx: Tx, workspaceId: string, commands: readonly Kind[]) => Promise<void>;

interface Waiting extends Command<unknown> {
  request: RequestContext | null;
  done(result: unknown): void;
  fail(error: unknown): void;
}

interface Services {
  db: Db;
  lockFirst: LockFirst<Waiting>;
}

const mostAtOnce = 100;

/** Statements are planned once for batches of any size. */
const planOnce = "set local plan_cache_mode = force_generic_plan";

/** One queue for a process; a workspace has one batch under way at a time, workspaces don't wait for each other. */
export function createGroupCommit<Kind extends Command<unknown> = Command<unknown>>(
  db: Db,
  lockFirst: LockFirst<Kind> = async () => {},
): GroupCommit<Kind> {
  // What waits has all that its command has.
  const services: Services = { db, lockFirst: lockFirst as unknown as LockFirst<Waiting> };
  const lines = new Map<string, BatchQueue<Waiting>>();

  function lineOf(workspaceId: string): BatchQueue<Waiting> {
    let line = lines.get(workspaceId);
    if (!line) {
      const ended = () => void lines.delete(workspaceId);
      line = createBatchQueue({ most: mostAtOnce, work: (batch) => executeBatch(services, workspaceId, batch), ended });
      lines.set(workspaceId, line);
    }
    return line;
  }

  return {
    execute<T>(workspaceId: string, command: Kind & Command<T>) {
      const request = currentRequest();
      return new Promise<T>((done, fail) => {
        lineOf(workspaceId).add({ ...command, request, done: done as Waiting["done"], fail });
      });
    },
  };
}

/**
 * One transaction for all. Where some are refused it is undone, and done again without them; after any other error each has one of its
 * own, so that what the database does not take is refused alone. So has what comes after a refused one with the same key.
 */
async function executeBatch(services: Services, workspaceId: string, batch: readonly Waiting[]): Promise<void> {
  let open = batch;
  const alone: Waiting[] = [];
  while (open.length > 0) {
    try {
      const results = await executeTogether(services, workspaceId, open);
      open.forEach(({ done }, i) => done(results[i]));
      break;
    } catch (error) {
      if (error instanceof SomeRefused) {
        const { refusals, behind } = error;
        for (const [{ fail }, problem] of refusals) fail(problem);
        alone.push(...behind);
        open = open.filter((each) => !refusals.has(each) && !behind.has(each));
        continue;
      }
      if (open.length === 1 || isDatabaseAway(error) || isCommitUnknown(error)) {
        for (const { fail } of open) fail(error);
        break;
      }
    }
    alone.unshift(...open);
    break;
  }
  for (const each of alone) await executeBatch(services, workspaceId, [each]);
}

/** Undoes a transaction of which some are refused. */
class SomeRefused extends Error {
  readonly refusals: ReadonlyMap<Waiting, Problem>;
  /** Those that would have seen what a refused one wrote, and were not begun. */
  readonly behind: ReadonlySet<Waiting>;

  constructor(refusals: ReadonlyMap<Waiting, Problem>, behind: ReadonlySet<Waiting>) {
    super("some are refused");
    this.refusals = refusals;
    this.behind = behind;
  }
}

/** Throws SomeRefused where that is all that went wrong. */
function executeTogether(
  { db, lockFirst }: Services,
  workspaceId: string,
  batch: readonly Waiting[],
): Promise<unknown[]> {
  return preparedTransaction(db.workspacePool, [workspaceScope(workspaceId), planOnce], async (tx) => {
    if (batch.length > 1) await lockFirst(tx, workspaceId, batch);
    const results = new Map<Waiting, unknown>();
    const refusals = new Map<Waiting, Problem>();
    const behind = new Set<Waiting>();
    const execute = async (each: Waiting) => {
      try {
        results.set(each, await inRequest(each.request, () => each.work(tx)));
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        refusals.set(each, error);
      }
    };
    await sideBySide(
      tx,
      chainsOf(batch, ({ keys }) => keys).map((chain) => async () => {
        for (const [i, each] of chain.entries()) {
          await execute(each);
          if (!refusals.has(each)) continue;
          for (const next of chain.slice(i + 1)) behind.add(next);
          return;
        }
      }),
    );
    if (refusals.size > 0) throw new SomeRefused(refusals, behind);
    return batch.map((each) => results.get(each));
  });
}
