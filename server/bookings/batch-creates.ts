/**
 * Group commit for bookings that are made through the API: what arrives while a batch is being committed becomes the next batch, whose
 * bookings share one transaction and their statements. An idle server writes at once.
 */
import { isDatabaseAway } from "../kit/database-away.ts";
import { type Db, workspaceScope } from "../kit/db.ts";
import type { Tx } from "../kit/db.ts";
import { Problem } from "../kit/errors.ts";
import { type BatchQueue, createBatchQueue } from "../kit/gather.ts";
import { isCommitUnknown, preparedTransaction } from "../kit/prepared.ts";
import { currentRequest, inRequest, type RequestContext } from "../kit/request-context.ts";
import { chainsOf, sideBySide } from "../kit/shared-statements.ts";

/** A booking to be made, as work in a transaction. */
export interface Create<T> {
  /** What it may have in common with others, such as its customer's number: of those with the same, one sees what the one before wrote. */
  keys: readonly string[];
  /** Makes it. May be run again after it failed, or others did: all of it is in the transaction. */
  work(tx: Tx): Promise<T>;
}

export interface Creates {
  /** Resolves when it is committed; rejects with a Problem where it is refused, and then nothing of it was written. */
  create<T>(workspaceId: string, create: Create<T>): Promise<T>;
}

interface Waiting extends Create<unknown> {
  request: RequestContext | null;
  done(result: unknown): void;
  fail(error: unknown): void;
}

const mostAtOnce = 100;

/** Statements are planned once for batches of any size. */
const planOnce = "set local plan_cache_mode = force_generic_plan";

/** One queue for a process; a workspace has one batch under way at a time, workspaces don't wait for each other. */
export function createCreates(db: Db): Creates {
  const lines = new Map<string, BatchQueue<Waiting>>();

  function lineOf(workspaceId: string): BatchQueue<Waiting> {
    let line = lines.get(workspaceId);
    if (!line) {
      const ended = () => void lines.delete(workspaceId);
      line = createBatchQueue({ most: mostAtOnce, work: (batch) => writeBatch(db, workspaceId, batch), ended });
      lines.set(workspaceId, line);
    }
    return line;
  }

  return {
    create<T>(workspaceId: string, create: Create<T>) {
      const request = currentRequest();
      return new Promise<T>((done, fail) => {
        lineOf(workspaceId).add({ ...create, request, done: done as Waiting["done"], fail });
      });
    },
  };
}

/**
 * One transaction for all. Where some are refused it is undone, and done again without them; after any other error each has one of its
 * own, so that what the database does not take is refused alone.
 */
async function writeBatch(db: Db, workspaceId: string, batch: readonly Waiting[]): Promise<void> {
  let open = batch;
  while (open.length > 0) {
    try {
      const results = await writeTogether(db, workspaceId, open);
      open.forEach(({ done }, i) => done(results[i]));
      return;
    } catch (error) {
      if (error instanceof SomeRefused) {
        const { refusals } = error;
        for (const [{ fail }, problem] of refusals) fail(problem);
        open = open.filter((each) => !refusals.has(each));
        continue;
      }
      if (open.length === 1 || isDatabaseAway(error) || isCommitUnknown(error)) {
        for (const { fail } of open) fail(error);
        return;
      }
    }
    for (const each of open) await writeBatch(db, workspaceId, [each]);
    return;
  }
}

/** Undoes a transaction of which some are refused. */
class SomeRefused extends Error {
  readonly refusals: ReadonlyMap<Waiting, Problem>;

  constructor(refusals: ReadonlyMap<Waiting, Problem>) {
    super("some are refused");
    this.refusals = refusals;
  }
}

/** Throws SomeRefused where that is all that went wrong. */
function writeTogether(db: Db, workspaceId: string, batch: readonly Waiting[]): Promise<unknown[]> {
  return preparedTransaction(db.workspacePool, [workspaceScope(workspaceId), planOnce], async (tx) => {
    const results = new Map<Waiting, unknown>();
    const refusals = new Map<Waiting, Problem>();
    const write = async (each: Waiting) => {
      try {
        results.set(each, await (each.request ? inRequest(each.request, () => each.work(tx)) : each.work(tx)));
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        refusals.set(each, error);
      }
    };
    const chains = chainsOf(batch, ({ keys }) => keys);
    const ends = await sideBySide(
      tx,
      chains.map((chain) => async () => {
        for (const each of chain) await write(each);
      }),
    );
    for (const end of ends) if (end.status === "rejected") throw end.reason;
    if (refusals.size > 0) throw new SomeRefused(refusals);
    return batch.map((each) => results.get(each));
  });
}
