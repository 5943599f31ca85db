/** Where bookings are in a day of the agenda, by the clock of the agenda's zone. */
import { wallTimeAt } from "../../lib/wall-time.ts";

/** Shorter bookings are drawn as long as this, so that they can be read and hit. In minutes. */
export const shortestDrawn = 30;
export const minutesOfDay = 1_440;

/** From the midnight that a day begins with, in minutes. */
export interface Extent {
  from: number;
  to: number;
}

/** From when to when a booking is, as wall times. */
export interface Walls {
  start: string;
  end: string;
}

export const wallsOf = ({ start, end }: { start: string; end: string }, zone: string): Walls => ({
  start: wallTimeAt(new Date(start), zone),
  end: wallTimeAt(new Date(end), zone),
});

/** What a booking takes of a day, or null where it is not on that day. */
export function extentOn(date: string, { start, end }: Walls): Extent | null {
  if (start.slice(0, 10) > date || end.slice(0, 10) < date) return null;
  const from = start.slice(0, 10) < date ? 0 : minutesOf(start);
  const until = end.slice(0, 10) > date ? minutesOfDay : minutesOf(end);
  // One that ended at this midnight was yesterday's.
  if (until === 0 && start.slice(0, 10) < date) return null;
  // Clocks that go back can show an end before the start.
  const to = Math.min(minutesOfDay, Math.max(until, from + shortestDrawn));
  return { from: Math.min(from, minutesOfDay - shortestDrawn), to };
}

/** The minutes of a wall time since its midnight. */
export function minutesOf(wall: string): number {
  return Number(wall.slice(11, 13)) * 60 + Number(wall.slice(14, 16));
}

/** A wall time of a day: 2026-12-24T10:00. */
export function wallOf(date: string, minutes: number): string {
  const hour = String(Math.floor(minutes / 60)).padStart(2, "0");
  return `${date}T${hour}:${String(minutes % 60).padStart(2, "0")}`;
}
