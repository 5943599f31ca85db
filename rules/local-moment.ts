/** Moments that are given as a wall time: at 10:00 where a recipient is (server only: it reads numbers). */
import { isTimeZone } from "./time-zone.ts";
import { originOf } from "./zone-of-number.ts";

/** A date and time without zone, to the minute or second: 2026-12-24T10:00. */
const wallTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/;

/** Whether a text is a wall time that the calendar has. */
export function isWallTime(text: string): boolean {
  if (!wallTime.test(text)) return false;
  try {
    Temporal.PlainDateTime.from(text, { overflow: "reject" });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** The instant at which a zone's clocks show the wall time: the first of two, and of a time that is skipped as long after the jump. */
export function momentIn(wall: string, zone: string): Date {
  const zoned = Temporal.PlainDateTime.from(wall).toZonedDateTime(zone, { disambiguation: "compatible" });
  return new Date(zoned.epochMilliseconds);
}

/** The offsets of the zones that have a day first and last. */
const firstOffset = 14 * 3_600_000;
const lastOffset = -12 * 3_600_000;

/** When the first and the last place on earth show the wall time. */
export function momentsOnEarth(wall: string): { first: Date; last: Date } {
  const utc = momentIn(wall, "UTC").getTime();
  return { first: new Date(utc - firstOffset), last: new Date(utc - lastOffset) };
}

/** The zone of a recipient: their own, else that of their number, among several the workspace's if it is one, else the workspace's. */
export function zoneOf(recipient: { number: string | null; time_zone: string | null }, workspaceZone: string): string {
  const { number, time_zone } = recipient;
  if (time_zone !== null && isTimeZone(time_zone)) return time_zone;
  const { zones } = originOf(number ?? "");
  if (zones.includes(workspaceZone)) return workspaceZone;
  return zones.find(isTimeZone) ?? workspaceZone;
}
