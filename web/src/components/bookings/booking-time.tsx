import { useFormatter, useLocale } from "use-intl";
import type { Booking } from "../../../../contract/bookings.ts";
import { useWorkspace } from "../../lib/session.ts";
import { wallTimeAt, zoneInWords } from "../../lib/wall-time.ts";

type Times = Pick<Booking, "start" | "end" | "time_zone">;

/** When a booking is, in the workspace's zone; and by the clocks of its location, where those show another time. */
export function BookingTime({ booking, dated = true }: { booking: Times; dated?: boolean }) {
  const format = useFormatter();
  const locale = useLocale();
  const there = useOtherZone(booking);
  const [start, end] = [new Date(booking.start), new Date(booking.end)];
  const range = (timeZone?: string) =>
    format.dateTimeRange(start, end, {
      ...(dated && { weekday: "short", day: "numeric", month: "short", year: "numeric" }),
      hour: "2-digit",
      minute: "2-digit",
      ...(timeZone && { timeZone }),
    });
  return (
    <span className="figures">
      {range()}
      {there ? (
        <span className="block text-sm text-soft">
          {range(there)} {zoneInWords(there, locale, start)}
        </span>
      ) : null}
    </span>
  );
}

/** The zone of the booking's location, where its clocks show another time than the workspace's; else null. */
function useOtherZone({ start, time_zone: zone }: Times): string | null {
  const workspace = useWorkspace();
  const at = new Date(start);
  return wallTimeAt(at, zone) === wallTimeAt(at, workspace.time_zone) ? null : zone;
}
