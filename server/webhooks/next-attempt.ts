/** When a delivery that was not taken is tried again. */

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** Waits after the first, second … attempt: the schedule of the Standard Webhooks specification, 27 hours in all. */
const waits = [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 10 * hour];

/**
 * The time of the next attempt after `attempts` have failed, or null. Up to a tenth later than the schedule, so that what
 * failed together does not come back together; `random` is from 0 to 1.
 */
export function nextAttempt(attempts: number, at: Date, random: number): Date | null {
  const wait = waits[attempts - 1];
  return wait === undefined ? null : new Date(at.getTime() + Math.round(wait * (1 + random / 10)));
}

/** A webhook that has taken nothing for so long is disabled with the next delivery that is given up. */
export const failingForTooLong = 3 * 24 * hour;
