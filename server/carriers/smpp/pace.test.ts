import { expect, test } from "vitest";
import { createPace } from "./pace.ts";

/** Submits with up to `window` under way for so many seconds; `takes` decides which are accepted. */
function run(window: number, seconds: number, takes: (now: number) => boolean) {
  const pace = createPace();
  const bySecond: { taken: number; refused: number }[] = [];
  for (let now = 0; now < seconds * 1_000; now += 5) {
    const second = (bySecond[Math.floor(now / 1_000)] ??= { taken: 0, refused: 0 });
    const count = Math.min(window, pace.allowed(now));
    pace.wrote(count);
    for (let i = 0; i < count; i++) {
      if (takes(now)) {
        second.taken++;
        pace.accepted(now);
      } else {
        second.refused++;
        pace.throttled(now);
      }
    }
  }
  return bySecond;
}

/** So many a second, evenly. */
function evenly(limit: number) {
  let room = 1;
  let last = 0;
  return (now: number) => {
    room = Math.min(Math.max(1, limit / 10), room + (limit * (now - last)) / 1_000);
    last = now;
    if (room < 1) return false;
    room--;
    return true;
  };
}

/** The first so many of each second. */
function bySecond(limit: number) {
  const taken: number[] = [];
  return (now: number) => {
    const second = Math.floor(now / 1_000);
    taken[second] = (taken[second] ?? 0) + 1;
    return taken[second] <= limit;
  };
}

for (const [name, provider] of Object.entries({ evenly, bySecond }))
  test.each([20, 100, 1_000])(`a limit of %i a second (${name}) is found and kept, with few refusals`, (limit) => {
    const seconds = run(50, 20, provider(limit));
    const later = seconds.slice(5);
    const taken = later.reduce((sum, each) => sum + each.taken, 0) / later.length;
    const refused = later.reduce((sum, each) => sum + each.refused, 0) / later.length;
    expect(taken).toBeGreaterThan(limit * 0.7);
    expect(refused).toBeLessThan(limit * 0.5);
    // Also from the beginning: throughput does not collapse while the limit is being found.
    expect(seconds.slice(0, 5).reduce((sum, each) => sum + each.taken, 0)).toBeGreaterThan(limit * 2);
  });

test("an occasional throttled response costs a short pause, and no more", () => {
  let n = 0;
  for (const { taken } of run(50, 10, () => n++ % 20 !== 0)) expect(taken).toBeGreaterThan(1_000);
});

test("nothing but throttled responses: the pauses grow", () => {
  const seconds = run(50, 20, () => false);
  expect(seconds.at(-1)?.refused).toBeLessThan(60);
});

test("a limit of long ago no longer applies", () => {
  const pace = createPace();
  for (let now = 0; now < 3_000; now += 10) (now % 100 ? pace.throttled : pace.accepted)(now);
  expect(pace.allowed(10_000)).toBeLessThan(50);
  expect(pace.allowed(100_000)).toBe(Number.POSITIVE_INFINITY);
});
