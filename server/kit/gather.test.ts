import { expect, test } from "vitest";
import { createBatchQueue, gather } from "./gather.ts";

/** Longer than any test: batches must not wait for this timeout. */
const veryLong = 60_000;

/** A queue whose batches are recorded, and finish when the test says so. */
function recordedQueue<Item>(most: number, wait: number, sideBySide = 1) {
  const batches: Item[][] = [];
  const ends: (() => void)[] = [];
  let took = () => {};
  let ended = 0;
  const queue = createBatchQueue<Item>({
    most,
    wait,
    sideBySide,
    work(batch) {
      batches.push(batch);
      took();
      return new Promise((end) => ends.push(end));
    },
    ended: () => void ended++,
  });
  return {
    add: (...items: Item[]) => items.forEach(queue.add),
    /** The batch of that number, once it is started. */
    async batch(n: number): Promise<Item[]> {
      while (batches.length <= n) await new Promise<void>((done) => (took = done));
      return batches[n] as Item[];
    },
    end: (n: number) => ends[n]?.(),
    ended: () => ended,
  };
}

test("a single item is worked on at once, and then `ended` is called", async () => {
  const queue = recordedQueue<number>(10, veryLong);
  queue.add(1);
  expect(await queue.batch(0)).toEqual([1]);
  queue.end(0);
  await new Promise(setImmediate);
  expect(queue.ended()).toBe(1);
});

test("items whose batch just finished form one batch again, with those added meanwhile", async () => {
  const queue = recordedQueue<string>(10, veryLong);
  queue.add("a", "b", "c");
  expect(await queue.batch(0)).toEqual(["a", "b", "c"]);
  queue.add("d");
  queue.end(0);
  await new Promise(setImmediate);
  queue.add("b", "a", "c");
  expect(await queue.batch(1)).toEqual(["d", "b", "a", "c"]);
});

test("a batch has at most `most` items, and a full one does not wait", async () => {
  const queue = recordedQueue<number>(3, veryLong);
  queue.add(1, 2, 3, 4, 5);
  expect(await queue.batch(0)).toEqual([1, 2, 3]);
  queue.end(0);
  await new Promise(setImmediate);
  queue.add(6);
  expect(await queue.batch(1)).toEqual([4, 5, 6]);
});

test("side by side a batch does not wait for the one before, and there are at most so many", async () => {
  const queue = recordedQueue<number>(2, veryLong, 2);
  queue.add(1, 2, 3, 4, 5);
  expect(await queue.batch(0)).toEqual([1, 2]);
  expect(await queue.batch(1)).toEqual([3, 4]);
  await new Promise(setImmediate);
  queue.end(1);
  expect(await queue.batch(2)).toEqual([5]);
  queue.end(2);
  await new Promise(setImmediate);
  expect(queue.ended()).toBe(0);
  queue.end(0);
  await new Promise(setImmediate);
  expect(queue.ended()).toBe(1);
});

test("the wait for items that are not added again is short", async () => {
  const queue = recordedQueue<number>(10, 1);
  queue.add(1, 2);
  expect(await queue.batch(0)).toEqual([1, 2]);
  queue.add(3);
  queue.end(0);
  expect(await queue.batch(1)).toEqual([3]);
});

test("an item added at the moment when the queue becomes empty is not lost", async () => {
  const order: number[] = [];
  const gatherer = gather<number>({
    most: 10,
    write: async (items) => void order.push(...items),
    mayBeOneItem: () => false,
  });
  for (let n = 0; n < 50; n++) {
    await gatherer.add(n);
    // Adds the next item after a different number of microtasks each time.
    for (let turn = 0; turn < n; turn++) await Promise.resolve();
  }
  expect(order).toHaveLength(50);
});

test("it is idle as soon as the last item is written", async () => {
  const gatherer = gather<number>({ most: 10, async write() {}, mayBeOneItem: () => false });
  const written = [gatherer.add(1), gatherer.add(2)];
  expect(gatherer.idle()).toBe(false);
  await Promise.all(written);
  expect(gatherer.idle()).toBe(true);
});
