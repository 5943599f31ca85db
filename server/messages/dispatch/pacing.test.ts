import fc from "fast-check";
import { expect, test } from "vitest";
import { runs } from "../../../testing/runs.ts";
import { nextSubmit, paceOf } from "./pacing.ts";

/** Submits with a simulated clock until `seconds` have passed; each step is delayed by `lateness`. */
function submits(rate: number, seconds: number, lateness: (step: number) => number): number[] {
  const pace = paceOf(rate);
  const begin = 1_700_000_000_000;
  const submitted: number[] = [];
  let now = begin;
  for (let step = 0; now < begin + seconds * 1000; step++) {
    for (let i = 0; i < pace.burst; i++) submitted.push(now);
    now = nextSubmit(pace, new Date(now), pace.burst).getTime() + lateness(step);
  }
  return submitted;
}

/** The most within any second, half open. */
function busiestSecond(submitted: number[]): number {
  let from = 0;
  let most = 0;
  for (const [to, at] of submitted.entries()) {
    while ((submitted[from] as number) <= at - 1000) from++;
    most = Math.max(most, to - from + 1);
  }
  return most;
}

test("no period of one second holds more than one text over the rate, however much steps are delayed", () => {
  const late = fc.array(fc.nat({ max: 300 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2000 }), late, (rate, delays) => {
      const submitted = submits(rate, 3, (step) => delays[step % delays.length] as number);
      expect(busiestSecond(submitted)).toBeLessThanOrEqual(rate + 1);
    }),
    { numRuns: runs(300, 20_000) },
  );
});

test("a lane without delays uses its full rate", () => {
  for (const rate of [1, 2, 7, 10, 37, 100, 250, 1000]) {
    const submitted = submits(rate, 10, () => 0).length;
    expect(submitted, `${rate} a second`).toBeGreaterThanOrEqual(rate * 10 * 0.97 - 1);
    expect(submitted, `${rate} a second`).toBeLessThanOrEqual(rate * 10 + paceOf(rate).burst);
  }
});
