/**
 * How fast a throttling provider is written to. It does not name its limit, so the rate that it accepted lately is taken as the
 * limit, and is raised slowly. Times are milliseconds of a monotonic clock.
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
/** Below this share of throttled responses a short pause is enough: at a well-kept limit a few still occur. */
const tooMany = 0.3;
/** Responses are counted over so much time, as many providers count by the second; a count over more than `longest` is too old. */
const window = 1_000;
const longest = 3_000;
const growth = 0.05;
const unlimitedAfter = 60_000;
/** Unused tokens are kept for so long. */
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
    if (now - throttledAt > unlimitedAfter) {
      rate = null;
      return;
    }
    const elapsed = now - filledAt;
    filledAt = now;
    rate *= 1 + (growth * elapsed) / 1_000;
    tokens = Math.min(Math.max(1, (rate * burst) / 1_000), tokens + (rate * elapsed) / 1_000);
  }

  /** When a window is full, sets the rate by its counts and begins the next one. */
  function closeWindow(now: number): void {
    const elapsed = now - since;
    if (elapsed < window) return;
    // Where nothing at all was accepted, the growing pauses between attempts are enough.
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
      closeWindow(now);
      taken++;
      pause = firstPause;
    },
    throttled(now) {
      closeWindow(now);
      refused++;
      throttledAt = now;
      // All texts under way when it began to throttle count once.
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
