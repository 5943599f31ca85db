/**
 * Pieces of work that run side by side in one transaction and share their statements: what they all do next, such as adding their
 * contacts, becomes one statement for all of them. So a command is written for one thing, and yet costs little where hundreds come at
 * once.
 */
import type { Tx } from "./db.ts";
import { causeOf, isPipelining } from "./prepared.ts";

/** Executes a statement for one item or for many; answers in their order. */
type Execute<Item, Result> = (tx: Tx, workspaceId: string, items: readonly Item[]) => Promise<readonly Result[]>;

interface Call {
  workspaceId: string;
  item: unknown;
  done(result: unknown): void;
  fail(error: unknown): void;
}

/** What the pieces of work of a transaction have asked for in this turn of the event loop, in the order of their first askings. */
type Turn = Map<Execute<never, unknown>, Call[]>;

const turns = new WeakMap<Tx, Turn>();

/**
 * Makes of a statement for many items a function for one. Within `sideBySide` the items of one turn share a statement, elsewhere each has
 * its own. `execute` writes each statement so that its text is the same for any number of items.
 */
export function sharedStatement<Item, Result>(
  execute: Execute<Item, Result>,
): (tx: Tx, workspaceId: string, item: Item) => Promise<Result> {
  return async (tx, workspaceId, item) => {
    const turn = turns.get(tx);
    if (!turn) return (await execute(tx, workspaceId, [item]))[0] as Result;
    // After all that the pieces of work still do at once, which promises may delay, but no timer or answer.
    if (turn.size === 0) process.nextTick(() => executeTurn(tx, turn));
    return new Promise<Result>((done, fail) => {
      const calls = turn.get(execute) ?? [];
      turn.set(execute, calls);
      calls.push({ workspaceId, item, done: done as Call["done"], fail });
    });
  };
}

function executeTurn(tx: Tx, turn: Turn): void {
  const all = [...turn];
  turn.clear();
  for (const [execute, calls] of all)
    for (const [workspaceId, own] of Map.groupBy(calls, (call) => call.workspaceId))
      void executeFor(execute, tx, workspaceId, own);
}

async function executeFor(
  execute: Execute<never, unknown>,
  tx: Tx,
  workspaceId: string,
  calls: readonly Call[],
): Promise<void> {
  const items = calls.map(({ item }) => item as never);
  try {
    const results = await execute(tx, workspaceId, items);
    calls.forEach(({ done }, i) => done(results[i]));
  } catch (error) {
    for (const { fail } of calls) fail(error);
  }
}

/**
 * Runs pieces of work in one transaction and waits for all of them, also where one fails; then throws the error that others follow from.
 * Side by side where the transaction pipelines, else one after the other. What must see what another has written belongs to the same
 * piece.
 */
export async function sideBySide<T>(tx: Tx, works: readonly (() => Promise<T>)[]): Promise<T[]> {
  if (!isPipelining(tx) || turns.has(tx)) {
    const ends: PromiseSettledResult<T>[] = [];
    for (const work of works) ends.push(...(await Promise.allSettled([work()])));
    return resultsOf(ends);
  }
  turns.set(tx, new Map());
  try {
    return resultsOf(await Promise.allSettled(works.map((work) => work())));
  } finally {
    turns.delete(tx);
  }
}

function resultsOf<T>(ends: readonly PromiseSettledResult<T>[]): T[] {
  const errors = ends.flatMap((end): unknown[] => (end.status === "rejected" ? [end.reason] : []));
  if (errors.length > 0) throw causeOf(errors);
  return ends.flatMap((end) => (end.status === "fulfilled" ? [end.value] : []));
}

/** Those that are linked by any of their keys, in their order: each must see what the one before has written. */
export function chainsOf<Item>(items: readonly Item[], keysOf: (item: Item) => readonly string[]): Item[][] {
  const chains = new Map<string, number[]>();
  const alone: number[][] = [];
  items.forEach((item, i) => {
    const keys = keysOf(item);
    if (keys.length === 0) alone.push([i]);
    const joined = new Set(keys.flatMap((key) => [chains.get(key) ?? []]));
    const chain = [...joined].flat().concat(i);
    for (const [key, each] of chains) if (joined.has(each)) chains.set(key, chain);
    for (const key of keys) chains.set(key, chain);
  });
  return [...alone, ...new Set(chains.values())]
    .map((chain) => chain.toSorted((a, b) => a - b))
    .map((chain) => chain.map((i) => items[i] as Item));
}
