import { expect, test } from "vitest";
import { createPace } from "./smpp-pace.ts";

/** A provider that takes `limit` a second, evenly, asked with up to `window` at once for so many seconds. */
function run(limit: number, window: number, seconds: number, refuses?: (n: number) => boolean) {
  const pace = createPace();
  let room = 1;
  const bySecond: { taken: number; refused: number }[] = [];
  let n = 0;
  for (let now = 0; now < seconds * 1_000; now += 5) {
    const second = (bySecond[Math.floor(now / 1_000)] ??= { taken: 0, refused: 0 });
    room = Math.min(Math.max(1, limit / 10), room + (limit * 5) / 1_000);
    const count = Math.min(window, pace.allowed(now));
    pace.wrote(count);
    for (let i = 0; i < count; i++) {
      if (refuses ? refuses(n++) : room < 1) {
        second.refused++;
        pace.throttled(now);
      } else {
        room--;
        second.taken++;
        pace.accepted();
      }
    }
  }
  return bySecond;
}

test.each([20, 100, 1_000])("a limit of %i a second is found and kept, with few refusals", (limit) => {
  const seconds = run(limit, 50, 20).slice(5);
  const taken = seconds.reduce((sum, each) => sum + each.taken, 0) / seconds.length;
  const refused = seconds.reduce((sum, each) => sum + each.refused, 0) / seconds.length;
  expect(taken).toBeGreaterThan(limit * 0.7);
  expect(refused).toBeLessThan(limit * 0.5);
});

test("a refusal now and then costs a moment each, and no more", () => {
  const seconds = run(Number.POSITIVE_INFINITY, 50, 10, (n) => n % 20 === 0);
  for (const { taken } of seconds) expect(taken).toBeGreaterThan(1_000);
});

test("nothing but refusals: asked ever more seldom", () => {
  const seconds = run(0, 50, 20, () => true);
  expect(seconds.at(-1)?.refused).toBeLessThan(60);
});

test("a limit that was long ago is forgotten", () => {
  const pace = createPace();
  for (let now = 0; now < 2_000; now += 10) pace.throttled(now);
  expect(pace.allowed(10_000)).toBeLessThan(50);
  expect(pace.allowed(100_000)).toBe(Number.POSITIVE_INFINITY);
});
