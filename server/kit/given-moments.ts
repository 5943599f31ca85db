/** Moments as callers give them: instants, wall times of a zone, and days. */
import { isWallTime } from "../../rules/local-moment.ts";
import { invalid } from "./errors.ts";

/** What is further ahead is a slip of the keyboard. */
const mostYearsAhead = 10;
/** Before this nobody was told of anything by text. */
const earliest = Date.UTC(2000, 0, 1);
const longest = 366 * 86_400_000;

/**
 * The instant that a text means: an instant with its offset, or a wall time of `zone`. 422 on `field` for a text that is neither, for a wall
 * time that the clocks skip there, and for one that is too far away. Of a wall time that comes twice the first counts.
 */
export function readWhen(text: string, zone: string, field: string, now: Date): Date {
  const at = isWallTime(text) ? readWallTime(text, zone, field) : readInstant(text, zone, field);
  const furthest = Date.UTC(now.getUTCFullYear() + mostYearsAhead, now.getUTCMonth(), now.getUTCDate());
  if (at.getTime() > furthest)
    throw invalid("too_far_ahead", `${text} is more than ${mostYearsAhead} years ahead.`, field, text);
  if (at.getTime() < earliest) throw invalid("too_long_ago", `${text} is before the year 2000.`, field, text);
  return at;
}

function readWallTime(text: string, zone: string, field: string): Date {
  const wall = Temporal.PlainDateTime.from(text);
  const zoned = wall.toZonedDateTime(zone, { disambiguation: "compatible" });
  if (!zoned.toPlainDateTime().equals(wall)) {
    const message = `${text} does not exist in ${zone}: the clocks are put forward, to ${zoned.toPlainTime().toString({ smallestUnit: "minute" })}.`;
    throw invalid("skipped_time", message, field, text);
  }
  return new Date(zoned.epochMilliseconds);
}

function readInstant(text: string, zone: string, field: string): Date {
  try {
    return new Date(Temporal.Instant.from(text).epochMilliseconds);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const message = `${text} is no moment: give an instant (2026-12-04T14:00:00+01:00) or a time in ${zone} (2026-12-04T14:00).`;
    throw invalid("invalid_time", message, field, text);
  }
}

/** 422 `end_before_start`, `too_long` on `field`. What starts may end at once. */
export function checkSpan(start: Date, end: Date, given: string, field = "end"): void {
  if (end < start) {
    const message = `It ends at ${end.toISOString()}, before it starts at ${start.toISOString()}.`;
    throw invalid("end_before_start", message, field, given);
  }
  if (end.getTime() - start.getTime() > longest) throw invalid("too_long", "A year is the longest.", field, given);
}

/** An instant, or the beginning of a date in the zone; 422 on `field` for anything else. */
export function readDay(text: string, zone: string, field: string): Date {
  try {
    const isDate = /^\d{4}-\d{2}-\d{2}$/.test(text);
    const at = isDate ? Temporal.PlainDate.from(text).toZonedDateTime(zone).toInstant() : Temporal.Instant.from(text);
    const day = new Date(at.epochMilliseconds);
    // PostgreSQL has fewer years than JavaScript.
    if (day.getUTCFullYear() < 1 || day.getUTCFullYear() > 9999) throw new RangeError("beyond the calendar's years");
    return day;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw invalid("invalid_time", `${text} is neither a date (2026-12-04) nor an instant.`, field, text);
  }
}
