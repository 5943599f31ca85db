import fc from "fast-check";
import { expect, test } from "vitest";
import { longestValidity, shortestValidity, usualValidity, validityShortfall } from "./campaign-validity.ts";

test("a hundred thousand at one a second need 28 hours: 13,600 would expire within a day, two days suffice", () => {
  expect(validityShortfall(100_000, { rate: 1, waiting: 0 }, usualValidity)).toEqual({
    count: 13_600,
    rate: 1,
    hours: 28,
    validity_hours: 24,
    offer_seconds: 2 * 86_400,
  });
  expect(validityShortfall(86_400, { rate: 1, waiting: 0 }, usualValidity)).toBeNull();
  expect(validityShortfall(86_400, { rate: 1, waiting: 1 }, usualValidity)).toMatchObject({ count: 1 });
  expect(validityShortfall(100_000, { rate: 1, waiting: 0 }, 2 * 86_400)).toBeNull();
});

test("what waits before it takes its time too, and all may be too much", () => {
  expect(validityShortfall(10, { rate: 1, waiting: 100_000 }, usualValidity)).toMatchObject({ count: 10 });
  expect(validityShortfall(10_000_000, { rate: 1, waiting: 0 }, usualValidity)).toMatchObject({ offer_seconds: null });
});

test("an offer is longer than what there is, allowed, and enough", () => {
  const figures = fc.record({ rate: fc.integer({ min: 1, max: 10_000 }), waiting: fc.nat(1_000_000) });
  const validities = fc.integer({ min: shortestValidity, max: longestValidity });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100_000_000 }), figures, validities, (texts, lane, validity) => {
      const found = validityShortfall(texts, lane, validity);
      if (!found) return;
      expect(found.count).toBeGreaterThan(0);
      expect(found.count).toBeLessThanOrEqual(texts);
      if (found.offer_seconds === null) return;
      expect(found.offer_seconds).toBeGreaterThan(validity);
      expect(found.offer_seconds).toBeLessThanOrEqual(longestValidity);
      expect(validityShortfall(texts, lane, found.offer_seconds)).toBeNull();
    }),
  );
});
