/**
 * How fast a provider that says "too fast" is written to. It tells no limit, so what it took in the last moments is taken for
 * it, and a little more is tried as time goes by. Times are milliseconds of any clock that only goes forward.
 */

export interface Pace {
  /** How many may be written now; Infinity while nothing limits. */
  allowed(now: number): number;
  wrote(count: number): void;
  accepted(): void;
  throttled(now: number): void;
  /** When to look again, if nothing may be written now. */
  nextAt(now: number): number;
}

const firstPause = 10;
const longestPause = 2_000;
/** Below this share of answers nothing but a moment's pause is due: a limit that we keep to shows itself now and then. */
const tooMany = 0.3;
/** What was counted for a shorter time says little, for a longer one little of now. */
const shortest = 500;
const longest = 2_000;
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
  let since: number | null = null;
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

  function judge(now: number): void {
    if (since === null || now - since > longest) {
      since = now;
      taken = 0;
      refused = 1;
      return;
    }
    const elapsed = now - since;
    if (elapsed < shortest) return;
    if (refused / (taken + refused) > tooMany) {
      rate = Math.max(1, (taken * 1_000) / elapsed);
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
    accepted() {
      taken++;
      pause = firstPause;
    },
    throttled(now) {
      refused++;
      throttledAt = now;
      judge(now);
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
