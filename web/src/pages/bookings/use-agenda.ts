import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Booking } from "../../../../contract/bookings.ts";
import type { ApiError } from "../../api/api-error.ts";
import { call } from "../../api/client.ts";
import { isOff } from "../../components/bookings/booking-status.tsx";
import { addDays } from "../../lib/plain-date.ts";
import { readWallTime } from "../../lib/wall-time.ts";

export interface AgendaFilters {
  view: string;
  by: string;
  location: string;
  resource: string;
  service: string;
  /** "show" where cancelled and rejected bookings are shown too. */
  off: string;
}

/** More bookings than these are not drawn at once. */
const mostPages = 5;
const pageSize = 200;

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
