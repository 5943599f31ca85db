/** Releasing what a test opened. */
import { afterAll, onTestFinished } from "vitest";

/** Calls `release` when the calling test is done or, outside of a test, when the file is. */
export function whenDone(release: () => unknown): void {
  const done = async () => void (await release());
  try {
    onTestFinished(done);
  } catch {
    afterAll(done); // no test is running: it says so by throwing
  }
}
