/**
 * When a workflow that fires some time before a booking's start or after its end does so, and which bookings are due.
 *
 * anchor   the booking's start for `before_start`, its end for `after_end`
 * moment   when the workflow fires for the booking
 *
 * Minutes and hours are elapsed time; days keep what the clock shows in the booking's zone.
 */
import { type AllowedHours, lastAllowed, nextAllowed } from "./allowed-hours.ts";
import { instantsShowing, joined, type Stretch, wallsMeaning } from "./wall-ranges.ts";

export type { AllowedHours } from "./allowed-hours.ts";

export interface Timing {
  trigger: "before_start" | "after_end";
  unit: "minutes" | "hours" | "days";
  /** Negative after an end: before it. */
  count: number;
  /** Only with days: the time of day, HH:MM, so many days before the start's date or after the end's. */
  at: string | null;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** The most that a timing may be away from its anchor. */
const mostOf = { minutes: 366 * 24 * 60, hours: 366 * 24, days: 366 } as const;

/** What is wrong with a timing, or null. */
export function timingProblem({ trigger, unit, count, at }: Timing): { field: "count" | "at"; message: string } | null {
  const most = mostOf[unit];
  const least = trigger === "after_end" ? -most : 0;
  if (!Number.isInteger(count) || count < least || count > most)
    return { field: "count", message: `${count} ${unit} is not a whole number from ${least} to ${most}.` };
  if (at === null) return null;
  if (unit !== "days")
    return { field: "at", message: `A time of day, like ${at}, goes with days and not with ${unit}.` };
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(at)) return { field: "at", message: `"${at}" is no time of day, like 18:00.` };
  return null;
}

/**
 * When a timing fires for a booking whose zone exists. Outside of the allowed hours a reminder goes at the last allowed instant before,
 * and what follows the end at the first one after.
 */
export function momentOf(
  timing: Timing,
  booking: { start: Date; end: Date; time_zone: string },
  hours: AllowedHours | null,
): Date {
  const isBefore = timing.trigger === "before_start";
  const moment = plannedMoment(timing, isBefore ? booking.start : booking.end, booking.time_zone);
  if (hours === null) return new Date(moment);
  return new Date((isBefore ? lastAllowed : nextAllowed)(hours, booking.time_zone, moment));
}

/** The moment of an anchor at any hour. */
function plannedMoment(timing: Timing, anchor: Date, zone: string): number {
  const count = signed(timing);
  if (timing.unit !== "days") return anchor.getTime() + count * (timing.unit === "hours" ? hour : minute);
  const shown = Temporal.Instant.fromEpochMilliseconds(anchor.getTime()).toZonedDateTimeISO(zone);
  if (timing.at === null) return shown.add({ days: count }).epochMilliseconds;
  const wall = shown.toPlainDate().add({ days: count }).toPlainDateTime(timing.at);
  return wall.toZonedDateTime(zone, { disambiguation: "compatible" }).epochMilliseconds;
}

/** The timing's figure, negative before the anchor. */
const signed = ({ trigger, count }: Timing): number => (trigger === "before_start" ? -count : count);

/**
 * The anchors of a zone, to the millisecond, whose moment is after `from` and not after `until`: each after one instant and not after
 * another, in order and apart. None where nothing can be due, such as at any other time of day than that of the timing.
 */
export function rangesDue(
  timing: Timing,
  zone: string,
  hours: AllowedHours | null,
  from: Date,
  until: Date,
): { after: Date; until: Date }[] {
  const planned = plannedBetween(timing, zone, hours, { after: from.getTime(), until: until.getTime() });
  if (planned.after >= planned.until) return [];
  return anchorsOf(timing, zone, planned).map((range) => ({
    after: new Date(range.after),
    until: new Date(range.until),
  }));
}

/** The planned moments that the allowed hours move into the stretch or leave there. */
function plannedBetween({ trigger }: Timing, zone: string, hours: AllowedHours | null, due: Stretch): Stretch {
  if (hours === null) return due;
  // Whatever is planned before the next allowed instant goes at the last one, and the other way round.
  const edge =
    trigger === "before_start"
      ? (at: number) => nextAllowed(hours, zone, at + 1) - 1
      : (at: number) => lastAllowed(hours, zone, at);
  return { after: edge(due.after), until: edge(due.until) };
}

function anchorsOf(timing: Timing, zone: string, planned: Stretch): Stretch[] {
  const { unit, at } = timing;
  const count = signed(timing);
  if (unit !== "days" || (count === 0 && at === null)) {
    const away = count * { minutes: minute, hours: hour, days: day }[unit];
    return [{ after: planned.after - away, until: planned.until - away }];
  }
  const walls = wallsMeaning(zone, planned).flatMap((wall) => (at === null ? [wall] : daysWith(at, wall)));
  return joined(
    walls.flatMap(({ after, until }) =>
      instantsShowing(zone, { after: after - count * day, until: until - count * day }),
    ),
  );
}

/** The whole days of which the stretch of wall times has this time of day. */
function daysWith(at: string, { after, until }: Stretch): Stretch[] {
  const clock = Number(at.slice(0, 2)) * hour + Number(at.slice(3)) * minute;
  const [first, last] = [Math.floor((after - clock) / day) + 1, Math.floor((until - clock) / day)];
  return first > last ? [] : [{ after: first * day - 1, until: (last + 1) * day - 1 }];
}

/**
 * Until when what was due at `moment` still makes sense; later it is missed. Before a start it may be late by a third of the time that is
 * left, by 12 hours at most and five minutes at least, and not after the start; after an end by two days. `latenessMinutes` is instead of
 * these. A minute is always allowed, since what is due is looked for after it was due, unless the booking had begun by then.
 */
export function lastSensibleMoment(
  timing: Timing,
  moment: Date,
  { start }: { start: Date; end: Date },
  latenessMinutes: number | null,
): Date {
  const due = moment.getTime();
  const asked = latenessMinutes === null ? null : latenessMinutes * minute;
  if (timing.trigger === "after_end") return new Date(due + Math.max(asked ?? 2 * day, minute));
  const left = start.getTime() - due;
  if (left < 0) return new Date(start);
  const late = asked ?? Math.max(Math.min(left / 3, 12 * hour), 5 * minute);
  return new Date(due + Math.max(Math.min(late, left), minute));
}
