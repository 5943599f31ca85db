import { expect, test } from "vitest";
import { createThrottle } from "./sandbox-throttle.ts";

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1_000);

test("a text is put off as often as was said, and taken then", () => {
  const throttle = createThrottle(2);
  expect([0, 1, 2].map((second) => throttle.putsOff("a", at(second)))).toEqual([true, true, false]);
  expect(throttle.size()).toBe(0);
});

test("texts that never come again, as they have expired, are not remembered for ever", () => {
  const throttle = createThrottle(2);
  for (let i = 0; i < 1_000; i++) throttle.putsOff(`text ${i}`, at(i));
  expect(throttle.size()).toBeLessThanOrEqual(61);
  // One that does come again keeps its count.
  expect(throttle.putsOff("text 999", at(1_001))).toBe(true);
  expect(throttle.putsOff("text 999", at(1_002))).toBe(false);
  throttle.putsOff("later", at(2_000));
  expect(throttle.size()).toBe(1);
});
