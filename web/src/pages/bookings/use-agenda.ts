import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Booking } from "../../../../contract/bookings.ts";
import type { ApiError } from "../../api/api-error.ts";
import { call } from "../../api/client.ts";
import { isOff } from "../../components/bookings/booking-status.tsx";
import { addDays, mondayOf } from "../../lib/plain-date.ts";
import { readWallTime } from "../../lib/wall-time.ts";
import { extentOn } from "./agenda-days.ts";

export interface AgendaFilters {
  view: string;
  by: string;
  location: string;
  resource: string;
  service: string;
  /** "show" where cancelled and rejected bookings are shown too. */
  off: string;
}

/** A day, or a day of one resource or location. */
export interface AgendaColumn {
  key: string;
  date: string;
  /** Null in a column of whatever has no resource, or no location; undefined where columns are days. */
  resource?: Named | null;
  location?: Named | null;
  bookings: Booking[];
}

interface Named {
  id: string;
  name: string;
}

/** More bookings than these are not drawn at once. */
const mostPages = 5;
const pageSize = 200;

/** The dates that a view shows: a day, or the week around it. */
export function datesOf(view: string, date: string): string[] {
  if (view !== "week") return [date];
  const monday = mondayOf(date);
  return Array.from({ length: 7 }, (_, index) => addDays(monday, index));
}

/** The bookings of some days, by the clock of a zone. `cut` where there are more than can be shown. */
export function useAgendaBookings(dates: readonly string[], zone: string, filters: AgendaFilters) {
  const { location, resource, service, off } = filters;
  const at = (date: string) => readWallTime(`${date}T00:00`, zone)?.instant.toISOString();
  const asked = {
    from: at(dates[0] as string),
    to: at(addDays(dates.at(-1) as string, 1)),
    location: location || undefined,
    resource: resource || undefined,
    service: service || undefined,
    limit: pageSize,
  };
  const found = useQuery<{ bookings: Booking[]; cut: boolean }, ApiError>({
    queryKey: ["bookings", "list", "agenda", asked],
    queryFn: async ({ signal }) => {
      const bookings: Booking[] = [];
      let cursor: string | undefined;
      for (let page = 0; page < mostPages; page++) {
        const { items, next_cursor } = await call("bookings", "list", { query: { ...asked, cursor } }, signal);
        bookings.push(...items);
        if (next_cursor === null) return { bookings, cut: false };
        cursor = next_cursor;
      }
      return { bookings, cut: true };
    },
    placeholderData: keepPreviousData,
  });
  const shown = useMemo(
    () => found.data?.bookings.filter((booking) => off === "show" || !isOff(booking)),
    [found.data, off],
  );
  return { ...found, bookings: shown, cut: found.data?.cut ?? false };
}

/** The columns of an agenda. Those that some of the bookings belong to are there too, though they are archived. */
export function columnsOf(
  dates: readonly string[],
  bookings: readonly Booking[],
  zone: string,
  by: { kind: "resource" | "location"; all: readonly Named[] } | null,
): AgendaColumn[] {
  const on = (date: string) => bookings.filter((booking) => extentOn(date, booking, zone) !== null);
  if (!by) return dates.map((date) => ({ key: date, date, bookings: on(date) }));
  const [date = ""] = dates;
  const ofDay = on(date);
  const belonging = ({ resources, location }: Booking): readonly Named[] =>
    by.kind === "resource" ? resources : location ? [location] : [];
  const named = new Map([...by.all, ...ofDay.flatMap(belonging)].map(({ id, name }) => [id, { id, name }]));
  const columns: AgendaColumn[] = [...named.values()].map((one) => ({
    key: one.id,
    date,
    [by.kind]: one,
    bookings: ofDay.filter((booking) => belonging(booking).some(({ id }) => id === one.id)),
  }));
  const others = ofDay.filter((booking) => belonging(booking).length === 0);
  if (others.length > 0 || columns.length === 0) columns.push({ key: "none", date, [by.kind]: null, bookings: others });
  return columns;
}
