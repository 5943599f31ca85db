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
  /** The next batch, once the one before is done with; empty when nobody is left. */
  next(): Promise<Item[]>;
}

/** Items that wait for their batch, of at most `most`. */
export function createLine<Item>(most: number, wait = gatherFor): Line<Item> {
  const waiting: Item[] = [];
  let answered = 0;
  let wanted = Number.POSITIVE_INFINITY;
  let enough = () => {};

  /** Resolves when as many as were answered have come, or their time is up. */
  async function gatherAgain(): Promise<void> {
    wanted = Math.min(most, waiting.length + answered);
    if (waiting.length >= wanted) return;
    await new Promise<void>((done) => {
      const timer = setTimeout(done, wait);
      enough = () => {
        clearTimeout(timer);
        done();
      };
    });
    wanted = Number.POSITIVE_INFINITY;
  }

  return {
    add(item) {
      if (waiting.push(item) >= wanted) enough();
    },
    async next() {
      if (answered > 1) await gatherAgain();
      answered = 0;
      if (waiting.length === 0) return [];
      await nextTurn(); // lets in what has been received already
      const batch = waiting.splice(0, most);
      answered = batch.length;
      return batch;
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
  const line = createLine<Waiting>(most);
  let running = false;
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

  async function run(): Promise<void> {
    running = true;
    for (let batch = await line.next(); batch.length > 0; batch = await line.next()) await writeOrHalve(batch);
    running = false;
  }

  return {
    add: (item) =>
      new Promise((done, fail) => {
        open++;
        line.add({ item, done, fail });
        if (!running) void run();
      }),
    idle: () => open === 0,
  };
}
