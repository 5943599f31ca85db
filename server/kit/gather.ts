/** Group commit: what arrives while a batch is being written becomes the next batch. No timers: an idle one writes at once. */
import { setImmediate as nextTurn } from "node:timers/promises";

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
  const waiting: Waiting[] = [];
  let writing = false;

  async function writeOrHalve(batch: Waiting[]): Promise<void> {
    try {
      await write(batch.map(({ item }) => item));
      for (const each of batch) each.done();
    } catch (error) {
      if (batch.length === 1 || !mayBeOneItem(error)) {
        for (const each of batch) each.fail(error);
        return;
      }
      const half = batch.length >> 1;
      await writeOrHalve(batch.slice(0, half));
      await writeOrHalve(batch.slice(half));
    }
  }

  async function run(): Promise<void> {
    writing = true;
    while (waiting.length > 0) {
      await nextTurn(); // lets in what has been received already
      await writeOrHalve(waiting.splice(0, most));
    }
    writing = false;
  }

  return {
    add: (item) =>
      new Promise((done, fail) => {
        waiting.push({ item, done, fail });
        if (!writing) void run();
      }),
    idle: () => !writing,
  };
}
