/** Quota periods: monthly, from renewal day to renewal day at midnight in the workspace's time zone. */

export interface QuotaPeriod {
  start: Date;
  /** Exclusive. */
  end: Date;
}

/**
 * The period that contains `at`. In a month without the renewal day the period begins on the last day.
 * `notBefore` is the end of the period before this one: when the renewal day or the zone was changed in the meantime, the
 * first period afterwards begins there, so that periods never overlap and leave no gap.
 */
export function quotaPeriodAt(at: Date, renewalDay: number, timeZone: string, notBefore?: Date): QuotaPeriod {
  const zoned = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone);
  const month = zoned.toPlainDate().toPlainYearMonth();
  const thisMonth = renewal(month, renewalDay, timeZone);
  const [from, to] =
    at.getTime() >= thisMonth
      ? [thisMonth, renewal(month.add({ months: 1 }), renewalDay, timeZone)]
      : [renewal(month.subtract({ months: 1 }), renewalDay, timeZone), thisMonth];
  const start = notBefore && notBefore.getTime() > from && notBefore <= at ? notBefore.getTime() : from;
  return { start: new Date(start), end: new Date(to) };
}

/** The renewal of a month, in epoch milliseconds. Where summer time skips midnight, the day's first instant. */
function renewal(month: Temporal.PlainYearMonth, renewalDay: number, timeZone: string): number {
  // Temporal constrains a day beyond the month's end to its last.
  return month.toPlainDate({ day: renewalDay }).toZonedDateTime({ timeZone }).epochMilliseconds;
}
