import { BellOff } from "lucide-react";
import { memo, useMemo } from "react";
import { useLocale, useTranslations } from "use-intl";
import type { BuiltInStatus } from "../../../../contract/booking-places.ts";
import type { Booking } from "../../../../contract/bookings.ts";
import { isOff, statusInWords, statusLooks } from "../../components/bookings/booking-status.tsx";
import { personName } from "../../components/bookings/person-name.ts";
import { useWorkspace } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { classes } from "../../ui/classes.ts";
import type { Extent } from "./agenda-days.ts";
import { pixelsOf } from "./agenda-scale.ts";
import type { Place } from "./side-by-side.ts";

/** Each status has a colour and an icon of its own, and its name for screen readers. */
const looks: Record<BuiltInStatus, string> = {
  pending: "border-warn bg-warn-soft text-warn-ink border-dashed",
  confirmed: "border-accent bg-accent-soft text-accent-ink",
  completed: "border-good bg-good-soft text-good-ink",
  no_show: "border-bad bg-bad-soft text-bad-ink",
  cancelled: "border-line-strong bg-sunken text-soft border-dashed",
  rejected: "border-line-strong bg-sunken text-soft border-dashed",
};

/** Of a line of text, and what a block needs beside its lines; in pixels. */
const lineHeight = 16;
const frame = 8;

/** What a block says of its booking. */
interface BlockWords {
  name: string;
  time: string;
  start: string;
  /** The service, and in a week whose booking it is: the column does not say it. */
  about: string;
  status: string;
  muted: string | null;
}

/** Puts bookings into words. Once for a column: what each block would look up for itself adds up with hundreds of them. */
export function useBlockWords(zone: string, inWeek: boolean): (booking: Booking) => BlockWords {
  const t = useTranslations("bookings");
  const statuses = useTranslations("statuses.bookings");
  const locale = useLocale();
  const { country } = useWorkspace();
  return useMemo(() => {
    const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", timeZone: zone });
    const [noCustomer, muted] = [t("noCustomer"), t("mutedShort")];
    return (booking) => {
      const [start, end] = [new Date(booking.start), new Date(booking.end)];
      const whose = inWeek ? booking.resources.map((resource) => resource.name).join(", ") : "";
      return {
        name: personName(booking.customer, country) ?? noCustomer,
        time: clock.formatRange(start, end),
        start: clock.format(start),
        about: [booking.service?.name, whose].filter(Boolean).join(", "),
        status: statusInWords(booking.status, statuses),
        muted: booking.muted ? muted : null,
      };
    };
  }, [t, statuses, locale, country, zone, inWeek]);
}

/** A booking in the time grid. */
export const AgendaBlock = memo(function AgendaBlock({
  booking,
  words: { name, time, start, about, status, muted },
  extent,
  place,
  writable,
}: {
  booking: Booking;
  words: BlockWords;
  extent: Extent;
  place: Place;
  writable: boolean;
}) {
  const { icon: Icon } = statusLooks[booking.stands_for];
  const lines = Math.floor((pixelsOf(extent.to - extent.from) - frame) / lineHeight);
  return (
    <li
      // Laid out when it comes into view: of hundreds of bookings most are above or below.
      className="pointer-events-auto absolute p-px [content-visibility:auto]"
      style={{
        top: pixelsOf(extent.from),
        height: pixelsOf(extent.to - extent.from),
        left: `${(place.lane / place.lanes) * 100}%`,
        width: `${(place.span / place.lanes) * 100}%`,
      }}
    >
      <a
        href={paths.booking(booking.id)}
        data-booking={booking.id}
        draggable={false}
        title={[time, name, about, status].filter(Boolean).join("\n")}
        aria-keyshortcuts={writable ? "m" : undefined}
        className={classes(
          "block h-full scroll-mt-12 overflow-hidden rounded-md border border-l-4 px-1 py-0.5 text-xs select-none hover:brightness-97 dark:hover:brightness-110",
          looks[booking.stands_for],
        )}
      >
        <span className="flex items-center gap-1">
          <Icon className="size-3.5 shrink-0" aria-hidden />
          <span className={classes("min-w-0 truncate font-semibold", isOff(booking) && "line-through")}>{name}</span>
          {muted ? <BellOff className="size-3 shrink-0" aria-hidden /> : null}
          {lines < 2 ? <span className="figures min-w-0 shrink-[9] truncate">{start}</span> : null}
        </span>
        {lines >= 2 ? <span className="figures block truncate">{time}</span> : null}
        {lines >= 3 && about ? <span className="block truncate">{about}</span> : null}
        {lines < 3 && about ? <span className="sr-only">{about}</span> : null}
        <span className="sr-only">
          {status}
          {muted ? `, ${muted}` : null}
        </span>
      </a>
    </li>
  );
});
