import { expect, test } from "vitest";
import { createLine, gather } from "./gather.ts";

/** Nobody waits so long in a test: whoever is waited for must come. */
const forEver = 60_000;

/** A line whose batches are kept, and done with when the test says so. */
function watchedLine<Item>(most: number, wait: number) {
  const batches: Item[][] = [];
  const ends: (() => void)[] = [];
  let took = () => {};
  let ended = 0;
  const line = createLine<Item>({
    most,
    wait,
    work(batch) {
      batches.push(batch);
      took();
      return new Promise((end) => ends.push(end));
    },
    ended: () => void ended++,
  });
  return {
    add: (...items: Item[]) => items.forEach(line.add),
    /** The batch of that number, once it is taken. */
    async batch(n: number): Promise<Item[]> {
      while (batches.length <= n) await new Promise<void>((done) => (took = done));
      return batches[n] as Item[];
    },
    end: (n: number) => ends[n]?.(),
    ended: () => ended,
  };
}

test("who comes alone is waited for by nobody, and the line ends", async () => {
  const line = watchedLine<number>(10, forEver);
  line.add(1);
  expect(await line.batch(0)).toEqual([1]);
  line.end(0);
  await new Promise(setImmediate);
  expect(line.ended()).toBe(1);
});

test("those who were answered together make one batch again, with those who came meanwhile", async () => {
  const line = watchedLine<string>(10, forEver);
  line.add("a", "b", "c");
  expect(await line.batch(0)).toEqual(["a", "b", "c"]);
  line.add("d");
  line.end(0);
  await new Promise(setImmediate);
  line.add("b", "a", "c");
  expect(await line.batch(1)).toEqual(["d", "b", "a", "c"]);
});

test("a batch is never larger than it may be, and full is enough", async () => {
  const line = watchedLine<number>(3, forEver);
  line.add(1, 2, 3, 4, 5);
  expect(await line.batch(0)).toEqual([1, 2, 3]);
  line.end(0);
  await new Promise(setImmediate);
  line.add(6);
  expect(await line.batch(1)).toEqual([4, 5, 6]);
});

test("those who do not come again are not waited for long", async () => {
  const line = watchedLine<number>(10, 1);
  line.add(1, 2);
  expect(await line.batch(0)).toEqual([1, 2]);
  line.add(3);
  line.end(0);
  expect(await line.batch(1)).toEqual([3]);
});

test("nobody is forgotten who comes in the moment in which the line ends", async () => {
  const order: number[] = [];
  const gatherer = gather<number>({
    most: 10,
    write: async (items) => void order.push(...items),
    mayBeOneItem: () => false,
  });
  for (let n = 0; n < 50; n++) {
    await gatherer.add(n);
    // Every number of microtasks after the answer is a moment of its own.
    for (let turn = 0; turn < n; turn++) await Promise.resolve();
  }
  expect(order).toHaveLength(50);
});

test("it is idle as soon as the last of them is written", async () => {
  const gatherer = gather<number>({ most: 10, async write() {}, mayBeOneItem: () => false });
  const written = [gatherer.add(1), gatherer.add(2)];
  expect(gatherer.idle()).toBe(false);
  await Promise.all(written);
  expect(gatherer.idle()).toBe(true);
});
