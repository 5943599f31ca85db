/**
 * Group commit: items added while a batch is being written become the next batch, so that many share one transaction and
 * one wait for the disk. A single item is written at once.
 */
import { setImmediate as nextTurn } from "node:timers/promises";

/**
 * Milliseconds that a batch waits for the callers of the batch that just finished. They usually send their next item at once;
 * without this wait 50 connections fell into two alternating batches of 25, with twice as many transactions.
 */
const gatherFor = 4;

export interface BatchQueue<Item> {
  add(item: Item): void;
}

/**
 * A queue that is worked on in batches of at most `most` items: one batch at a time, or with `sideBySide` up to so many, which then do
 * not wait for the callers of the last batch: their items arrive in any order, and PostgreSQL commits several transactions with
 * one write to the disk. `work` must not reject. `ended` is called when the queue is empty and nothing is worked on.
 */
export function createBatchQueue<Item>(options: {
  most: number;
  work(batch: Item[]): Promise<void>;
  ended?(): void;
  sideBySide?: number;
  wait?: number;
}): BatchQueue<Item> {
  const { most, work, ended, sideBySide = 1, wait = gatherFor } = options;
  const waiting: Item[] = [];
  /** Runs that take batches, and whether one of them is about to take the next. */
  let running = 0;
  let taking = false;
  let wanted = Number.POSITIVE_INFINITY;
  let enough = () => {};

  /** Resolves when as many items as just finished have been added, or the wait is over. */
  async function gatherAgain(answered: number): Promise<void> {
    wanted = Math.min(most, waiting.length + answered);
    if (waiting.length < wanted) {
      await new Promise<void>((done) => {
        const timer = setTimeout(done, wait);
        enough = () => {
          clearTimeout(timer);
          done();
        };
      });
    }
    wanted = Number.POSITIVE_INFINITY;
  }

  async function run(): Promise<void> {
    running++;
    while (waiting.length > 0 && !taking) {
      taking = true;
      await nextTurn(); // so that items already received are added first
      taking = false;
      const batch = waiting.splice(0, most);
      if (waiting.length > 0) start(); // more than a batch
      await work(batch);
      if (sideBySide === 1 && batch.length > 1) await gatherAgain(batch.length);
    }
    // In the same turn as the last check of `waiting`, so that an item added later starts it again.
    running--;
    if (running === 0) ended?.();
  }

  function start(): void {
    if (running < sideBySide && !taking) void run();
  }

  return {
    add(item) {
      if (waiting.push(item) >= wanted) enough();
      start();
    },
  };
}

export interface Gatherer<Item> {
  /** Resolves when the item is written, rejects when it failed. */
  add(item: Item): Promise<void>;
  /** Whether no item waits or is being written. */
  idle(): boolean;
}

/**
 * Collects items for `write`, which writes a batch atomically, at most `most` items at once. After an error for which
 * `mayBeOneItem` the batch is retried in halves, so that an invalid item fails alone.
 */
export function gather<Item>(options: {
  most: number;
  write(items: Item[]): Promise<void>;
  mayBeOneItem(error: unknown): boolean;
}): Gatherer<Item> {
  const { most, write, mayBeOneItem } = options;
  interface Waiting {
    item: Item;
    done(): void;
    fail(error: unknown): void;
  }
  const queue = createBatchQueue<Waiting>({ most, work: writeOrHalve });
  /** Items that are neither written nor failed. */
  let open = 0;

  async function writeOrHalve(batch: Waiting[]): Promise<void> {
    try {
      await write(batch.map(({ item }) => item));
      open -= batch.length;
      for (const each of batch) each.done();
    } catch (error) {
      if (batch.length === 1 || !mayBeOneItem(error)) {
        open -= batch.length;
        for (const each of batch) each.fail(error);
        return;
      }
      const half = batch.length >> 1;
      await writeOrHalve(batch.slice(0, half));
      await writeOrHalve(batch.slice(half));
    }
  }

  return {
    add: (item) =>
      new Promise((done, fail) => {
        open++;
        queue.add({ item, done, fail });
      }),
    idle: () => open === 0,
  };
}
