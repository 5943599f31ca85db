import fc from "fast-check";
import { expect, test } from "vitest";
import { runs } from "../../testing/runs.ts";
import { nextHandOver, paceOf } from "./pacing.ts";

/** Hands over with a clock of its own until `seconds` have passed; each step comes late by what `lateness` says. */
function handOvers(rate: number, seconds: number, lateness: (step: number) => number): number[] {
  const pace = paceOf(rate);
  const begin = 1_700_000_000_000;
  const handed: number[] = [];
  let now = begin;
  for (let step = 0; now < begin + seconds * 1000; step++) {
    for (let i = 0; i < pace.burst; i++) handed.push(now);
    now = nextHandOver(pace, new Date(now), pace.burst).getTime() + lateness(step);
  }
  return handed;
}

/** The most that fall into any second, half open. */
function busiestSecond(handed: number[]): number {
  let from = 0;
  let most = 0;
  for (const [to, at] of handed.entries()) {
    while ((handed[from] as number) <= at - 1000) from++;
    most = Math.max(most, to - from + 1);
  }
  return most;
}

test("no second, wherever it begins, holds more than one text over the rate, however late steps come", () => {
  const late = fc.array(fc.nat({ max: 300 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2000 }), late, (rate, delays) => {
      const handed = handOvers(rate, 3, (step) => delays[step % delays.length] as number);
      expect(busiestSecond(handed)).toBeLessThanOrEqual(rate + 1);
    }),
    { numRuns: runs(300, 20_000) },
  );
});

test("a lane that is never late uses its rate", () => {
  for (const rate of [1, 2, 7, 10, 37, 100, 250, 1000]) {
    const handed = handOvers(rate, 10, () => 0).length;
    expect(handed, `${rate} a second`).toBeGreaterThanOrEqual(rate * 10 * 0.97 - 1);
    expect(handed, `${rate} a second`).toBeLessThanOrEqual(rate * 10 + paceOf(rate).burst);
  }
});
