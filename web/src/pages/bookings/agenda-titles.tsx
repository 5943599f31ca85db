import { useFormatter, useTranslations } from "use-intl";
import { Link } from "../../components/link.tsx";
import { noonOf } from "../../lib/plain-date.ts";
import { paths } from "../../paths.ts";
import { classes } from "../../ui/classes.ts";
import type { AgendaColumn } from "./agenda-columns.ts";

/** A column in words: the day, or the resource or location. */
export function useColumnName(): (column: AgendaColumn) => string {
  const t = useTranslations("bookings");
  const format = useFormatter();
  return ({ date, resource, location }) => {
    if (resource !== undefined) return resource?.name ?? t("noResource");
    if (location !== undefined) return location?.name ?? t("noLocation");
    return format.dateTime(noonOf(date), { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" });
  };
}

/** The head of a column. That of a day leads to the day. */
export function ColumnTitle({ column, today }: { column: AgendaColumn; today: boolean }) {
  const format = useFormatter();
  const name = useColumnName();
  const isDay = column.resource === undefined && column.location === undefined;
  const short = { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" } as const;
  return (
    <div
      className={classes(
        "sticky top-0 z-10 flex h-10 min-w-0 items-center justify-center gap-1.5 border-b border-l border-line bg-surface px-2",
        isDay && today && "text-accent-ink",
      )}
    >
      <h3 id={`column-${column.key}`} className="truncate font-medium" title={name(column)}>
        {isDay ? (
          <Link
            bare
            to={paths.bookings({ date: column.date })}
            aria-current={today ? "date" : undefined}
            className="rounded-sm hover:underline"
          >
            {format.dateTime(noonOf(column.date), short)}
          </Link>
        ) : (
          name(column)
        )}
      </h3>
      {column.bookings.length > 0 ? <span className="figures text-sm text-faint">{column.bookings.length}</span> : null}
    </div>
  );
}
