import { expect, test } from "vitest";
import { createLine, gather } from "./gather.ts";

/** Nobody waits so long in a test: whoever is waited for must come. */
const forEver = 60_000;

test("who comes alone is not kept waiting", async () => {
  const line = createLine<number>(10, forEver);
  line.add(1);
  expect(await line.next()).toEqual([1]);
  expect(await line.next()).toEqual([]);
});

test("those who were answered together make one batch again, with those who came meanwhile", async () => {
  const line = createLine<string>(10, forEver);
  for (const caller of ["a", "b", "c"]) line.add(caller);
  expect(await line.next()).toEqual(["a", "b", "c"]);
  line.add("d");
  const next = line.next();
  for (const caller of ["b", "a", "c"]) line.add(caller);
  expect(await next).toEqual(["d", "b", "a", "c"]);
});

test("a batch is never larger than it may be, and full is enough", async () => {
  const line = createLine<number>(3, forEver);
  for (let n = 1; n <= 5; n++) line.add(n);
  expect(await line.next()).toEqual([1, 2, 3]);
  line.add(6);
  expect(await line.next()).toEqual([4, 5, 6]);
});

test("those who do not come again are not waited for", async () => {
  const line = createLine<number>(10, 1);
  line.add(1);
  line.add(2);
  expect(await line.next()).toEqual([1, 2]);
  expect(await line.next()).toEqual([]);
});

test("it is idle as soon as the last of them is written", async () => {
  const gatherer = gather<number>({ most: 10, async write() {}, mayBeOneItem: () => false });
  const written = [gatherer.add(1), gatherer.add(2)];
  expect(gatherer.idle()).toBe(false);
  await Promise.all(written);
  expect(gatherer.idle()).toBe(true);
});
