import { useQuery } from "@tanstack/react-query";
import { query } from "../../api/queries.ts";
import { builtInStatuses, useStatusName } from "../../components/bookings/booking-status.tsx";
import type { Option } from "../../ui/field.tsx";

/** The statuses that a booking can have: the built-in ones, the workspace's own, and its present one in any case. */
export function useStatusOptions(): (present?: string) => Option[] {
  const name = useStatusName();
  const own = useQuery(query("bookingStatuses", "get")).data?.items ?? [];
  return (present) => {
    const all = new Set<string>([...builtInStatuses, ...own.map((each) => each.name)]);
    if (present) all.add(present);
    return [...all].map((value) => ({ value, label: name(value) }));
  };
}
