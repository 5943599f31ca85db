/** Work that is repeated at an interval and never overlaps itself, so that a slow database is not asked more often for it. */
import { setTimeout as delay } from "node:timers/promises";

/** Work that is repeated until it is stopped. */
export interface Repeated {
  /** Resolves when the round under way has ended and no other will begin. */
  stop(): Promise<void>;
}

/**
 * Begins `work` every `every_ms`, the first time after that; the next only once the one before has ended, however long that
 * took. `work` reports its own errors: one that it throws is told to `onError` and ends no more than its round.
 */
export function repeat(every_ms: number, work: () => Promise<unknown>, onError: (error: unknown) => void): Repeated {
  const stopping = new AbortController();
  const running = (async () => {
    let wait = every_ms;
    while (true) {
      await delay(wait, undefined, { signal: stopping.signal }).catch(() => {}); // aborted: it ends
      if (stopping.signal.aborted) return;
      const begun = performance.now();
      try {
        await work();
      } catch (error) {
        onError(error);
      }
      // Half of it at least: a round that takes longer than the pause must not leave the others nothing.
      wait = Math.max(every_ms / 2, every_ms - (performance.now() - begun));
    }
  })();
  return {
    stop() {
      stopping.abort();
      return running;
    },
  };
}
