/** Waiting on a condition: looked at often, and given up late, because many tests share few cores. */
import { vi } from "vitest";

/** Resolves with what `check` answers once it does not throw any more. */
export function until<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 15_000, interval: 10 });
}
