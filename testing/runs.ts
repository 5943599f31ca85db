/**
 * How often a test tries what it tries by chance: few times in `npm test`, which everybody waits for, and many times in
 * `npm run test:long`, which runs the files that import this one.
 */

const isLong = process.env.LONG_TESTS === "1";

/** How many times, or how many of what is made by chance. */
export function runs(inTest: number, inLongTest: number): number {
  return isLong ? inLongTest : inTest;
}

/** Milliseconds that such a test may take. */
export function patience(inTest: number): number {
  return isLong ? 3_600_000 : inTest;
}
