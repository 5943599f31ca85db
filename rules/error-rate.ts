/** When texts fail so much more often than they did that somebody has to know. */

/** Texts that had an outcome within a time, and how many of those were errors. */
export interface Outcomes {
  texts: number;
  errors: number;
}

/** Fewer texts than this say nothing about a rate. */
const enoughNow = 50;
/** And fewer than this do not say what is usual. */
const enoughBefore = 200;
const leastRate = 0.05;
const timesTheUsual = 3;
/** Without anything to compare with: nobody calls every fifth text failing usual. */
const unknownUsual = 0.2;

/** Share of errors, 0 to 1; null where there are too few texts to know what is usual. */
export function usualRate(before: Outcomes): number | null {
  return before.texts < enoughBefore ? null : before.errors / before.texts;
}

/** Whether the last minutes' errors are a jump from the usual rate: at least 5 %, and three times as many. */
export function isErrorJump(now: Outcomes, usual: number | null): boolean {
  if (now.texts < enoughNow) return false;
  const needed = usual === null ? unknownUsual : Math.max(leastRate, usual * timesTheUsual);
  return now.errors / now.texts >= needed;
}

/** What must hold before it is worth comparing at all: it can be asked of many workspaces cheaply. */
export const errorFloor = { texts: enoughNow, rate: leastRate };
