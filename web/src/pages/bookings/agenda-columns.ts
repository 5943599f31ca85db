/** The columns of the agenda: days, or a day of each resource or location. */
import type { Booking } from "../../../../contract/bookings.ts";
import { addDays, weekStartOf } from "../../lib/plain-date.ts";
import { type Extent, extentOn, wallsOf } from "./agenda-days.ts";

/** A day, or a day of one resource or location. */
export interface AgendaColumn {
  key: string;
  date: string;
  /** Null in a column of whatever has no resource, or no location; undefined where columns are days. */
  resource?: Named | null;
  location?: Named | null;
  bookings: readonly Booking[];
  /** What each of the bookings takes of the day. */
  extents: readonly Extent[];
}

interface Named {
  id: string;
  name: string;
}

interface Placed {
  booking: Booking;
  extent: Extent;
}

/** The dates that a view shows: a day, or the week around it. */
export function datesOf(view: string, date: string, firstDay: number): string[] {
  if (view !== "week") return [date];
  const first = weekStartOf(date, firstDay);
  return Array.from({ length: 7 }, (_, index) => addDays(first, index));
}

/** The columns of an agenda. Those that some of the bookings belong to are there too, though they are archived. */
export function columnsOf(
  dates: readonly string[],
  bookings: readonly Booking[],
  zone: string,
  by: { kind: "resource" | "location"; all: readonly Named[] } | null,
): AgendaColumn[] {
  // Once for a booking, and not once for each day: with hundreds of bookings most of the time went there.
  const walls = bookings.map((booking) => wallsOf(booking, zone));
  const on = (date: string): Placed[] =>
    bookings.flatMap((booking, index) => {
      const extent = extentOn(date, walls[index] as (typeof walls)[number]);
      return extent ? [{ booking, extent }] : [];
    });
  const holding = (placed: readonly Placed[]) => ({
    bookings: placed.map(({ booking }) => booking),
    extents: placed.map(({ extent }) => extent),
  });
  // By its place in the week: the slots of a day are those of the same day of another week.
  if (!by) return dates.map((date, index) => ({ key: `day${index}`, date, ...holding(on(date)) }));
  const [date = ""] = dates;
  const ofDay = on(date);
  const belonging = ({ resources, location }: Booking): readonly Named[] =>
    by.kind === "resource" ? resources : location ? [location] : [];
  const ofThem = ofDay.flatMap(({ booking }) => belonging(booking));
  const named = new Map([...by.all, ...ofThem].map(({ id, name }) => [id, { id, name }]));
  const columns: AgendaColumn[] = [...named.values()].map((one) => ({
    key: one.id,
    date,
    [by.kind]: one,
    ...holding(ofDay.filter(({ booking }) => belonging(booking).some(({ id }) => id === one.id))),
  }));
  const others = ofDay.filter(({ booking }) => belonging(booking).length === 0);
  if (others.length > 0 || columns.length === 0)
    columns.push({ key: "none", date, [by.kind]: null, ...holding(others) });
  return columns;
}
