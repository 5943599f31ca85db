import { expect, test } from "vitest";
import { createThrottle } from "./throttle.ts";

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1_000);

test("a text is refused as often as configured, then taken", () => {
  const throttle = createThrottle(2);
  expect([0, 1, 2].map((second) => throttle.refuses("a", at(second)))).toEqual([true, true, false]);
  expect(throttle.size()).toBe(0);
});

test("texts that are not offered again, because they expired, are not remembered forever", () => {
  const throttle = createThrottle(2);
  for (let i = 0; i < 1_000; i++) throttle.refuses(`text ${i}`, at(i));
  expect(throttle.size()).toBeLessThanOrEqual(61);
  // One that is offered again keeps its count.
  expect(throttle.refuses("text 999", at(1_001))).toBe(true);
  expect(throttle.refuses("text 999", at(1_002))).toBe(false);
  throttle.refuses("later", at(2_000));
  expect(throttle.size()).toBe(1);
});
