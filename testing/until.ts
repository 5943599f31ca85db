/** Waiting for a condition: checked often, with a long timeout, because many tests share few cores. */
import { vi } from "vitest";

/** Resolves with what `check` returns once it no longer throws. */
export function until<T>(check: () => T | Promise<T>, timeout_ms = 15_000): Promise<T> {
  return vi.waitFor(check, { timeout: timeout_ms, interval: 10 });
}
