/** When texts fail so much more often than usual that an alert is raised. */

/** Texts that got an outcome within a period, and how many of those were errors. */
export interface Outcomes {
  texts: number;
  errors: number;
}

/** A rate of fewer texts than this means nothing. */
const enoughNow = 50;
/** With fewer earlier texts than this the usual rate is unknown. */
const enoughBefore = 200;
const leastRate = 0.05;
const timesTheUsual = 3;
/** The threshold while the usual rate is unknown. */
const unknownUsual = 0.2;

/** Share of errors, 0 to 1; null where there are too few texts to know the usual rate. */
export function usualRate(before: Outcomes): number | null {
  return before.texts < enoughBefore ? null : before.errors / before.texts;
}

/** Whether the last minutes' errors are a jump from the usual rate: at least 5 %, and three times as many. */
export function isErrorJump(now: Outcomes, usual: number | null): boolean {
  if (now.texts < enoughNow) return false;
  const needed = usual === null ? unknownUsual : Math.max(leastRate, usual * timesTheUsual);
  return now.errors / now.texts >= needed;
}

/** The necessary condition for a jump, which a query can check cheaply for many workspaces. */
export const errorFloor = { texts: enoughNow, rate: leastRate };
