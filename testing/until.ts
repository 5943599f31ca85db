/** Waiting on a condition: looked at often, and given up late, because many tests share few cores. */
import { vi } from "vitest";

/** Resolves with what `check` answers once it does not throw any more. */
export function until<T>(check: () => T | Promise<T>, patience_ms = 15_000): Promise<T> {
  return vi.waitFor(check, { timeout: patience_ms, interval: 10 });
}
