import { BellOff } from "lucide-react";
import { memo } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { BuiltInStatus } from "../../../../contract/booking-places.ts";
import type { Booking } from "../../../../contract/bookings.ts";
import { isOff, statusLooks, useStatusName } from "../../components/bookings/booking-status.tsx";
import { personName } from "../../components/bookings/person-name.ts";
import { Link } from "../../components/link.tsx";
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

/** A booking in the time grid. */
export const AgendaBlock = memo(function AgendaBlock({
  booking,
  extent,
  place,
  zone,
  inWeek,
  writable,
}: {
  booking: Booking;
  extent: Extent;
  place: Place;
  zone: string;
  /** Where the column does not say whose booking it is. */
  inWeek: boolean;
  writable: boolean;
}) {
  const t = useTranslations("bookings");
  const format = useFormatter();
  const { country } = useWorkspace();
  const statusName = useStatusName()(booking.status);
  const { icon: Icon } = statusLooks[booking.stands_for];
  const name = personName(booking.customer, country) ?? t("noCustomer");
  const clock = { hour: "2-digit", minute: "2-digit", timeZone: zone } as const;
  const [start, end] = [new Date(booking.start), new Date(booking.end)];
  const time = format.dateTimeRange(start, end, clock);
  const whose = inWeek ? booking.resources.map((resource) => resource.name).join(", ") : "";
  const about = [booking.service?.name, whose].filter(Boolean).join(", ");
  const lines = Math.floor((pixelsOf(extent.to - extent.from) - frame) / lineHeight);
  return (
    <li
      className="pointer-events-auto absolute p-px"
      style={{
        top: pixelsOf(extent.from),
        height: pixelsOf(extent.to - extent.from),
        left: `${(place.lane / place.lanes) * 100}%`,
        width: `${(place.span / place.lanes) * 100}%`,
      }}
    >
      <Link
        bare
        to={paths.booking(booking.id)}
        data-booking={booking.id}
        draggable={false}
        title={[time, name, about, statusName].filter(Boolean).join("\n")}
        aria-keyshortcuts={writable ? "m" : undefined}
        className={classes(
          "block h-full scroll-mt-12 overflow-hidden rounded-md border border-l-4 px-1 py-0.5 text-xs select-none hover:brightness-97 dark:hover:brightness-110",
          looks[booking.stands_for],
        )}
      >
        <span className="flex items-center gap-1">
          <Icon className="size-3.5 shrink-0" aria-hidden />
          <span className={classes("min-w-0 truncate font-semibold", isOff(booking) && "line-through")}>{name}</span>
          {booking.muted ? <BellOff className="size-3 shrink-0" aria-hidden /> : null}
          {lines < 2 ? (
            <span className="figures min-w-0 shrink-[9] truncate">{format.dateTime(start, clock)}</span>
          ) : null}
        </span>
        {lines >= 2 ? <span className="figures block truncate">{time}</span> : null}
        {lines >= 3 && about ? <span className="block truncate">{about}</span> : null}
        {lines < 3 && about ? <span className="sr-only">{about}</span> : null}
        <span className="sr-only">
          {statusName}
          {booking.muted ? `, ${t("mutedShort")}` : null}
        </span>
      </Link>
    </li>
  );
});
