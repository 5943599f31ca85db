/**
 * How fast a provider that says "too fast" is written to. It tells no limit, so what it took in the last moments is taken for
 * it, and a little more is tried as time goes by. Times are milliseconds of any clock that only goes forward.
 */

export interface Pace {
  /** How many may be written now; Infinity while nothing limits. */
  allowed(now: number): number;
  wrote(count: number): void;
  accepted(now: number): void;
  throttled(now: number): void;
  /** When to look again, if nothing may be written now. */
  nextAt(now: number): number;
}

const firstPause = 10;
const longestPause = 2_000;
/** Below this share of answers nothing but a moment's pause is due: a limit that we keep to shows itself now and then. */
const tooMany = 0.3;
/** Answers are counted by so much time: many providers count by the second. Counts of longer ago say little of now. */
const window = 1_000;
const longest = 3_000;
const growth = 0.05;
const forgottenAfter = 60_000;
/** Tokens are good for so long. */
const burst = 100;

export function createPace(): Pace {
  let rate: number | null = null;
  let tokens = 0;
  let filledAt = 0;
  let pausedUntil = 0;
  let pause = firstPause;
  let throttledAt = 0;
  let since = 0;
  let taken = 0;
  let refused = 0;

  function refill(now: number): void {
    if (rate === null) return;
    if (now - throttledAt > forgottenAfter) {
      rate = null;
      return;
    }
    const elapsed = now - filledAt;
    filledAt = now;
    rate *= 1 + (growth * elapsed) / 1_000;
    tokens = Math.min(Math.max(1, (rate * burst) / 1_000), tokens + (rate * elapsed) / 1_000);
  }

  /** Begins to count anew when a window is full, and learns from what was counted in it. */
  function turn(now: number): void {
    const elapsed = now - since;
    if (elapsed < window) return;
    // Where nothing at all was taken, the pauses between attempts grow.
    if (elapsed < longest && taken > 0 && refused / (taken + refused) > tooMany) {
      rate = (taken * 1_000) / elapsed;
      tokens = 0;
      filledAt = now;
    }
    since = now;
    taken = 0;
    refused = 0;
  }

  return {
    allowed(now) {
      if (now < pausedUntil) return 0;
      refill(now);
      return rate === null ? Number.POSITIVE_INFINITY : Math.floor(tokens);
    },
    wrote(count) {
      if (rate !== null) tokens -= count;
    },
    accepted(now) {
      turn(now);
      taken++;
      pause = firstPause;
    },
    throttled(now) {
      turn(now);
      refused++;
      throttledAt = now;
      // All that were under way when it began to say so are one occasion.
      if (now < pausedUntil) return;
      pausedUntil = now + pause;
      pause = Math.min(longestPause, pause * 2);
    },
    nextAt(now) {
      if (now < pausedUntil) return pausedUntil;
      return rate === null ? now : now + Math.max(1, ((1 - tokens) * 1_000) / rate);
    },
  };
}
