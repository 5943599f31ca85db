/**
 * Group commit: what arrives while a batch is being written becomes the next batch, so that many share one transaction and
 * one wait for the disk. Whoever comes alone is written at once.
 */
import { setImmediate as nextTurn } from "node:timers/promises";

/**
 * Milliseconds that a batch waits for those who were answered together just now. They come again at once, and without this
 * callers take turns in two halves: 50 connections made batches of 25, for twice as many transactions.
 */
const gatherFor = 4;

export interface Line<Item> {
  add(item: Item): void;
}

/**
 * Items that wait for their batch of at most `most`, one batch at a time. `work` must not reject. `ended` is called when nobody
 * is left.
 */
export function createLine<Item>(options: {
  most: number;
  work(batch: Item[]): Promise<void>;
  ended?(): void;
  wait?: number;
}): Line<Item> {
  const { most, work, ended, wait = gatherFor } = options;
  const waiting: Item[] = [];
  let running = false;
  let wanted = Number.POSITIVE_INFINITY;
  let enough = () => {};

  /** Resolves when as many as were answered have come, or their time is up. */
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
    running = true;
    while (waiting.length > 0) {
      await nextTurn(); // lets in what has been received already
      const batch = waiting.splice(0, most);
      await work(batch);
      if (batch.length > 1) await gatherAgain(batch.length);
    }
    // In the same breath as the last look at the line: whoever comes from now on starts it again.
    running = false;
    ended?.();
  }

  return {
    add(item) {
      if (waiting.push(item) >= wanted) enough();
      if (!running) void run();
    },
  };
}

export interface Gatherer<Item> {
  /** Resolves when the item is written, rejects when it could not be. */
  add(item: Item): Promise<void>;
  /** Whether nothing waits or is being written. */
  idle(): boolean;
}

/**
 * Gathers for `write`, which writes a batch wholly or not at all, at most `most` items at once. After a failure that
 * `mayBeOneItem` the batch is tried again in halves, so that an item that cannot be written fails alone.
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
  const line = createLine<Waiting>({ most, work: writeOrHalve });
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
        line.add({ item, done, fail });
      }),
    idle: () => open === 0,
  };
}
