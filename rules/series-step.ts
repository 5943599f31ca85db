/** How finely figures over time are told: the longer they reach, the coarser, so that no series grows without an end. */

export type SeriesStep = "minute" | "hour" | "day";

const hour = 3_600_000;
/** So long after their beginning figures are told by minute: 180 points at most. */
export const toldByMinute = 3 * hour;
/** And so long by hour: 240 points at most. Later ones are told by day. */
export const toldByHour = 10 * 24 * hour;

/** The step of a series that reaches from its first to its last moment, in milliseconds. */
export function seriesStep(first: number, last: number): SeriesStep {
  if (last - first < toldByMinute) return "minute";
  return last - first < toldByHour ? "hour" : "day";
}

/**
 * When the step began that holds `at`, in milliseconds. Days are those of `timeZone`; hours are counted in UTC, so that the
 * hour which comes twice in autumn stays two.
 */
export function stepStart(at: number, step: SeriesStep, timeZone: string): number {
  if (step === "day")
    return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).startOfDay().epochMilliseconds;
  const length = step === "hour" ? hour : 60_000;
  return Math.floor(at / length) * length;
}
