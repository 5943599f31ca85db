import { useFormatter, useLocale, useNow } from "use-intl";
import type { Booking } from "../../../../contract/bookings.ts";
import { useWorkspace } from "../../lib/session.ts";
import { wallTimeAt, zoneInWords } from "../../lib/wall-time.ts";

type Times = Pick<Booking, "start" | "end" | "time_zone">;

/** When a booking is, in the workspace's zone; and by the clocks of its location, where those show another time. */
export function BookingTime({ booking, dated = true }: { booking: Times; dated?: boolean }) {
  const format = useFormatter();
  const locale = useLocale();
  const { time_zone: own } = useWorkspace();
  // Only where its clocks show another time.
  const zone = booking.time_zone;
  const there = wallTimeAt(new Date(booking.start), zone) === wallTimeAt(new Date(booking.start), own) ? null : zone;
  const [start, end] = [new Date(booking.start), new Date(booking.end)];
  const otherYear = start.getUTCFullYear() !== useNow().getUTCFullYear();
  const range = (timeZone: string, withDate: boolean) =>
    format.dateTimeRange(start, end, {
      ...(withDate && { weekday: "short", day: "numeric", month: "short", ...(otherYear && { year: "numeric" }) }),
      hour: "2-digit",
      minute: "2-digit",
      timeZone,
    });
  return (
    <span className="figures">
      {range(own, dated)}
      {there ? (
        <span className="block text-sm text-soft">
          {range(there, dated && dayIn(start, there) !== dayIn(start, own))} {zoneInWords(there, locale, start)}
        </span>
      ) : null}
    </span>
  );
}

const dayIn = (instant: Date, zone: string) => wallTimeAt(instant, zone).slice(0, 10);
