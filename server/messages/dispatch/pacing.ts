/** How fast a lane submits: in bursts so small and so far apart that no period of one second holds more than the rate. */

/** `burst` texts every `interval_ms`. */
export interface Pace {
  burst: number;
  interval_ms: number;
}

/** At most ten bursts a second, because each costs a claim, a journal row and a record. */
const burstsPerSecond = 10;

/**
 * The pace of a sender that may send `rate` texts a second. A second that begins anywhere holds at most ⌈rate / burst⌉
 * bursts, so the burst must divide the rate, or the rate plus one: then it is never more than one text over.
 */
export function paceOf(rate: number): Pace {
  let burst = Math.max(1, Math.floor(rate / burstsPerSecond));
  while (rate % burst !== 0 && (rate + 1) % burst !== 0) burst--;
  return { burst, interval_ms: (burst * 1000) / rate };
}

/** When the lane may submit again after `submitted` texts at `at`. Missed time is not made up for: that would be a larger burst. */
export function nextSubmit(pace: Pace, at: Date, submitted: number): Date {
  // A full millisecond more than the exact moment, never less: clocks count in whole ones.
  return new Date(at.getTime() + Math.ceil((pace.interval_ms * submitted) / pace.burst));
}
