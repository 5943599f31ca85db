/**
 * How many random cases a test tries: few in `npm test`, which developers wait for, and many in `npm run test:long`, which runs the
 * files that import this one.
 */

export const isLong = process.env.LONG_TESTS === "1";

/** Number of random cases. */
export function runs(inTest: number, inLongTest: number): number {
  return isLong ? inLongTest : inTest;
}

/** Milliseconds that such a test may take. */
export function testTimeout(inTest: number): number {
  return isLong ? 3_600_000 : inTest;
}
