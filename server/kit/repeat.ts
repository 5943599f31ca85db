/** Repeats work at an interval without overlap, so that a slow database does not get more queries. */
import { setTimeout as delay } from "node:timers/promises";

/** Work that is repeated until it is stopped. */
export interface Repeated {
  /** Resolves when the running round has ended; no other begins. */
  stop(): Promise<void>;
}

/**
 * Starts `work` every `every_ms`, the first time after `every_ms`, and each time only after the previous round has ended. An
 * error is passed to `onError` and ends only its round.
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
      // At least half of it, so that slow rounds leave time for other work.
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
