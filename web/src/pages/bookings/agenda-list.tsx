import { Plus } from "lucide-react";
import { useFormatter, useTranslations } from "use-intl";
import type { Booking } from "../../../../contract/bookings.ts";
import { BookingStatus, isOff } from "../../components/bookings/booking-status.tsx";
import { personName } from "../../components/bookings/person-name.ts";
import { ButtonLink, Link } from "../../components/link.tsx";
import { noonOf } from "../../lib/plain-date.ts";
import { useWorkspace } from "../../lib/session.ts";
import { readWallTime } from "../../lib/wall-time.ts";
import { paths } from "../../paths.ts";
import { classes } from "../../ui/classes.ts";
import type { AgendaProps } from "./agenda-grid.tsx";

/** When a day without bookings begins for the form. */
const morning = "09:00";

/** The agenda of a narrow screen: the bookings of each day, one under the other. */
export function AgendaList({ columns, zone, now, writable }: AgendaProps) {
  const t = useTranslations("bookings");
  const format = useFormatter();
  return (
    <div className="flex flex-col gap-4">
      {columns.map(({ key, date, bookings }) => {
        const day = format.dateTime(noonOf(date), { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" });
        return (
          <section key={key} aria-label={day} className="overflow-clip rounded-lg border border-line bg-surface">
            <div className="flex items-center justify-between gap-2 px-3 py-2">
              <h3
                className={classes(
                  "font-semibold first-letter:uppercase",
                  date === now.slice(0, 10) && "text-accent-ink",
                )}
              >
                {day}
              </h3>
              {writable ? (
                <ButtonLink
                  size="small"
                  to={paths.newBooking({ start: readWallTime(`${date}T${morning}`, zone)?.instant.toISOString() })}
                  icon={<Plus aria-hidden />}
                >
                  {t("new")}
                </ButtonLink>
              ) : null}
            </div>
            {bookings.length === 0 ? (
              <p className="border-t border-line px-3 py-3 text-soft">{t("freeDay")}</p>
            ) : (
              <ul>
                {bookings.map((booking) => (
                  <DayRow key={booking.id} booking={booking} zone={zone} />
                ))}
              </ul>
            )}
          </section>
        );
      })}
    </div>
  );
}

function DayRow({ booking, zone }: { booking: Booking; zone: string }) {
  const t = useTranslations("bookings");
  const format = useFormatter();
  const { country } = useWorkspace();
  const clock = { hour: "2-digit", minute: "2-digit", timeZone: zone } as const;
  const about = [booking.service?.name, booking.resources.map(({ name }) => name).join(", ")].filter(Boolean);
  return (
    <li className="relative flex gap-3 border-t border-line px-3 py-2.5 hover:bg-hover">
      <span className="figures w-11 shrink-0 text-soft">
        <span className="block font-medium text-ink">{format.dateTime(new Date(booking.start), clock)}</span>
        {format.dateTime(new Date(booking.end), clock)}
      </span>
      <span className="min-w-0 flex-1">
        <Link
          to={paths.booking(booking.id)}
          className={classes("block truncate after:absolute after:inset-0", isOff(booking) && "line-through")}
        >
          {personName(booking.customer, country) ?? t("noCustomer")}
        </Link>
        {about.length > 0 ? <span className="block truncate text-soft">{about.join(" · ")}</span> : null}
      </span>
      <BookingStatus booking={booking} />
    </li>
  );
}
