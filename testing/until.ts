/** Waiting for a condition: checked often, and long, because many tests share few cores. */
import { vi } from "vitest";

/** Resolves with what `check` returns once it no longer throws. */
export function until<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 60_000, interval: 10 });
}
