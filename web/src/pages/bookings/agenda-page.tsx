import { useDeferredValue, useMemo, useState } from "react";
import { useNow, useTranslations } from "use-intl";
import type { Booking } from "../../../../contract/bookings.ts";
import { useExplain } from "../../lib/explain.ts";
import { useFilters } from "../../lib/location.ts";
import { useMedia } from "../../lib/media.ts";
import { isPlainDate } from "../../lib/plain-date.ts";
import { useMay, useWorkspace } from "../../lib/session.ts";
import { wallTimeAt } from "../../lib/wall-time.ts";
import { firstDayOfWeek } from "../../lib/week.ts";
import { Notice } from "../../ui/notice.tsx";
import { ErrorState, PageSkeleton } from "../../ui/states.tsx";
import { type AgendaColumn, columnsOf, datesOf } from "./agenda-columns.ts";
import { AgendaGrid } from "./agenda-grid.tsx";
import { AgendaList } from "./agenda-list.tsx";
import { AgendaToolbar } from "./agenda-toolbar.tsx";
import { BookingsHeader } from "./bookings-header.tsx";
import { type Move, MoveDialog } from "./move-dialog.tsx";
import { useLocations, useResources } from "./places.ts";
import { useAgendaBookings } from "./use-agenda.ts";

const none = { date: "", view: "day", by: "resource", location: "", resource: "", service: "", off: "" };

/** The bookings of a day or a week by the clock of the workspace, or of the location that they are filtered by. */
export function AgendaPage() {
  const t = useTranslations("bookings");
  const explain = useExplain();
  const may = useMay();
  const workspace = useWorkspace();
  const [filters, setFilters] = useFilters(none);
  const wide = useMedia("(min-width: 48rem)");
  const locations = useLocations();
  const resources = useResources();
  const zone = locations.find(({ id }) => id === filters.location)?.time_zone ?? workspace.time_zone;
  const now = wallTimeAt(useNow({ updateInterval: 30_000 }), zone);
  const today = now.slice(0, 10);
  const date = isPlainDate(filters.date) ? filters.date : today;
  const firstDay = firstDayOfWeek(workspace.country);
  const dates = useMemo(() => datesOf(filters.view, date, firstDay), [filters.view, date, firstDay]);
  const found = useAgendaBookings(dates, zone, filters);
  const [moving, setMoving] = useState<{ booking: Booking; to: Move | null } | null>(null);

  const { bookings } = found;
  const columns = useMemo((): AgendaColumn[] | null => {
    if (!bookings) return null;
    if (filters.view === "week" || !wide) return columnsOf(dates, bookings, zone, null);
    const chosen = filters.by === "location" ? filters.location : filters.resource;
    const all = (filters.by === "location" ? locations : resources).filter(({ id }) => !chosen || id === chosen);
    return columnsOf(dates, bookings, zone, { kind: filters.by === "location" ? "location" : "resource", all });
  }, [bookings, dates, zone, wide, filters.view, filters.by, filters.location, filters.resource, locations, resources]);

  // The toolbar answers at once, and the bookings follow, each width with its own columns.
  const drawn = useDeferredValue(useMemo(() => columns && { columns, wide }, [columns, wide]));
  const Shown = drawn?.wide ? AgendaGrid : AgendaList;
  return (
    <>
      <BookingsHeader open="agenda" />
      <AgendaToolbar
        filters={filters}
        onChange={setFilters}
        date={date}
        today={today}
        dates={dates}
        zone={zone === workspace.time_zone ? null : zone}
        count={bookings?.length ?? null}
      />
      {found.cut ? (
        <div className="mb-3">
          <Notice tone="warn">{t("tooMany")}</Notice>
        </div>
      ) : null}
      {found.error && !columns ? (
        <ErrorState message={explain(found.error)} onRetry={() => void found.refetch()} />
      ) : drawn ? (
        <Shown
          columns={drawn.columns}
          zone={zone}
          now={now}
          writable={may("bookings:write")}
          onMove={(booking, to) => setMoving({ booking, to })}
        />
      ) : (
        <PageSkeleton />
      )}
      {moving ? <MoveDialog booking={moving.booking} to={moving.to} onClose={() => setMoving(null)} /> : null}
    </>
  );
}
