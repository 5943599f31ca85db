import { expect, test } from "vitest";
import { readPrice, readWhole } from "./read-typed.ts";

test("a whole number lies within its limits", () => {
  expect(["", " ", "45", " 45 ", "1"].map((typed) => readWhole(typed, 1, 60))).toEqual([null, null, 45, 45, 1]);
  expect(["0", "61", "-1", "1.5", "1e1", "45 min"].map((typed) => readWhole(typed, 1, 60))).toEqual(
    Array.from({ length: 6 }, () => undefined),
  );
});

test("a price has at most two decimals", () => {
  expect(["", "0", "499", "499,5", "499.50"].map(readPrice)).toEqual([null, 0, 499, 499.5, 499.5]);
  expect(["1.005", "-1", "1 000", "10000001", "kr 5", "1,2,3"].map(readPrice)).toEqual(
    Array.from({ length: 6 }, () => undefined),
  );
});
