/** The step of a time series: the longer the series, the coarser the step, so that its number of points is limited. */

export type SeriesStep = "minute" | "hour" | "day";

const hour = 3_600_000;
/** The longest series by minute: 180 points. */
export const toldByMinute = 3 * hour;
/** The longest series by hour: 240 points. Longer ones are by day. */
export const toldByHour = 10 * 24 * hour;

/** The step of a series from its first to its last moment, in milliseconds. */
export function seriesStep(first: number, last: number): SeriesStep {
  if (last - first < toldByMinute) return "minute";
  return last - first < toldByHour ? "hour" : "day";
}

/**
 * The beginning of the step that contains `at`, in milliseconds. Days are those of `timeZone`; hours are counted in UTC, so that
 * the hour which is repeated in autumn counts twice.
 */
export function stepStart(at: number, step: SeriesStep, timeZone: string): number {
  if (step === "day")
    return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).startOfDay().epochMilliseconds;
  const length = step === "hour" ? hour : 60_000;
  return Math.floor(at / length) * length;
}
