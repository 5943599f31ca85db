import { expect, test } from "vitest";
import { readAmount, readSeconds } from "./read-numbers.ts";

test.each([
  ["10", 10],
  [" 0 ", 0],
  ["60", 60],
  ["61", undefined],
  ["-1", undefined],
  ["1.5", undefined],
  ["", undefined],
])("%j are %s seconds", (text, seconds) => {
  expect(readSeconds(text)).toBe(seconds);
});

test.each([
  ["0.49", 0.49],
  ["0,49", 0.49],
  ["1000", 1000],
  ["", null],
  ["0", undefined],
  ["1000.1", undefined],
  ["1e3", undefined],
  ["12 kr", undefined],
])("%j is a price of %s", (text, amount) => {
  expect(readAmount(text)).toBe(amount);
});
