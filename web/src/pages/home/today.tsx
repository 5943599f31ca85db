import { useQuery } from "@tanstack/react-query";
import { useFormatter, useNow, useTranslations } from "use-intl";
import { query } from "../../api/queries.ts";
import { BookingStatus, isOff } from "../../components/bookings/booking-status.tsx";
import { personName } from "../../components/bookings/person-name.ts";
import { Link } from "../../components/link.tsx";
import { addDays } from "../../lib/plain-date.ts";
import { useWorkspace } from "../../lib/session.ts";
import { wallTimeAt } from "../../lib/wall-time.ts";
import { paths } from "../../paths.ts";
import { classes } from "../../ui/classes.ts";
import { Panel } from "../../ui/page-header.tsx";

/** As many bookings as are shown; the agenda has the others. */
const shown = 8;

/** Today's bookings that are not over. Nothing in a workspace that has never had a booking. */
export function Today() {
  const t = useTranslations("home");
  const format = useFormatter();
  const { country, time_zone: zone } = useWorkspace();
  const now = useNow({ updateInterval: 60_000 });
  const date = wallTimeAt(now, zone).slice(0, 10);
  const day = { from: date, to: addDays(date, 1) };
  const today = useQuery(query("bookings", "list", { query: { ...day, limit: 200 } }));
  const any = useQuery({
    ...query("bookings", "list", { query: { limit: 1, sort: "-created_at" } }),
    enabled: today.data?.items.length === 0,
  });
  const bookings = today.data?.items.filter((booking) => !isOff(booking));
  if (!bookings || (bookings.length === 0 && !any.data?.items.length)) return null;
  const ahead = bookings.filter(({ end }) => new Date(end) > now);
  const clock = { hour: "2-digit", minute: "2-digit" } as const;
  return (
    <Panel
      flush
      title={t("today")}
      description={t("todayCount", { count: bookings.length, ahead: ahead.length })}
      action={<Link to={paths.bookings()}>{t("agenda")}</Link>}
    >
      <ul>
        {ahead.slice(0, shown).map((booking) => (
          <li
            key={booking.id}
            className="relative flex items-center gap-x-4 border-t border-line px-4 py-2.5 hover:bg-hover"
          >
            <span
              className={classes(
                "figures w-12 shrink-0",
                new Date(booking.start) <= now && "font-semibold text-accent-ink",
              )}
            >
              {format.dateTime(new Date(booking.start), clock)}
            </span>
            <Link to={paths.booking(booking.id)} className="min-w-0 flex-1 truncate after:absolute after:inset-0">
              {personName(booking.customer, country) ?? t("noCustomer")}
            </Link>
            <span className="min-w-0 flex-1 truncate text-soft max-sm:hidden">
              {[booking.service?.name, booking.resources.map(({ name }) => name).join(", ")]
                .filter(Boolean)
                .join(" · ")}
            </span>
            <span className="shrink-0 sm:w-32">
              <BookingStatus booking={booking} />
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
