import { useInfiniteQuery } from "@tanstack/react-query";
import { CalendarDays, Plus, Search, X } from "lucide-react";
import { useMemo, useState } from "react";
import { useNow, useTranslations } from "use-intl";
import type { Booking } from "../../../../contract/bookings.ts";
import { pages } from "../../api/queries.ts";
import { BookingStatus, useStatusName } from "../../components/bookings/booking-status.tsx";
import { BookingTime } from "../../components/bookings/booking-time.tsx";
import { personName } from "../../components/bookings/person-name.ts";
import { ButtonLink, Link } from "../../components/link.tsx";
import { PagedTable } from "../../components/paged.tsx";
import { useDebounced } from "../../lib/debounced.ts";
import { useFilters, useGo } from "../../lib/location.ts";
import { addDays, isPlainDate } from "../../lib/plain-date.ts";
import { useMay, useWorkspace } from "../../lib/session.ts";
import { wallTimeAt } from "../../lib/wall-time.ts";
import { paths } from "../../paths.ts";
import { Button } from "../../ui/button.tsx";
import { Input, Select } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Panel } from "../../ui/page-header.tsx";
import { EmptyState } from "../../ui/states.tsx";
import type { Column } from "../../ui/table.tsx";
import { BookingsHeader } from "./bookings-header.tsx";
import { CustomerFilter } from "./customer-filter.tsx";
import { PlaceFilters } from "./place-filters.tsx";
import { useStatusOptions } from "./use-status-options.ts";

/** No first day, where today is the usual one. */
const ever = "ever";

const none = {
  query: "",
  to: "",
  status: "",
  service: "",
  location: "",
  resource: "",
  customer: "",
  sort: "start",
};
const sorts = ["start", "-start", "-created_at"] as const;

/** Every booking, by its start. */
export function BookingsPage() {
  const t = useTranslations("bookings");
  const go = useGo();
  const may = useMay();
  const { country, time_zone } = useWorkspace();
  const statusName = useStatusName();
  const statusOptions = useStatusOptions();
  const today = wallTimeAt(useNow(), time_zone).slice(0, 10);
  const usual = { ...none, from: today };
  const [filters, setFilters] = useFilters(usual);
  const [typed, setTyped] = useState(filters.query);
  const wanted = useDebounced(filters.query.trim());
  const { sort } = filters;
  const filtered = Object.entries(usual).some(([name, value]) => name !== "sort" && filters[name as "from"] !== value);
  const date = (text: string) => (isPlainDate(text) ? text : undefined);
  const to = date(filters.to);
  const possible = !date(filters.from) || !to || filters.from <= to;
  const list = useInfiniteQuery({
    ...pages("bookings", "list", {
      query: {
        query: wanted || undefined,
        from: date(filters.from),
        // The last day is included.
        to: to && addDays(to, 1),
        status: filters.status || undefined,
        service: filters.service || undefined,
        location: filters.location || undefined,
        resource: filters.resource || undefined,
        customer: filters.customer || undefined,
        sort: sorts.find((each) => each === sort) ?? "start",
      },
    }),
    enabled: possible,
  });
  const columns = useMemo(
    (): Column<Booking>[] => [
      {
        id: "start",
        header: t("when"),
        sort: "start",
        cell: (booking) => (
          <Link to={paths.booking(booking.id)} className="block min-w-28 md:min-w-44">
            <BookingTime booking={booking} />
          </Link>
        ),
      },
      {
        id: "customer",
        header: t("customer"),
        cell: (booking) => (
          <span className="flex flex-col items-start gap-1 py-0.5 md:block md:max-w-56 md:truncate">
            <span>
              {personName(booking.customer, country) ?? t("noCustomer")}
              {booking.attendees.length > 1 ? (
                <span className="text-soft"> {t("andAttendees", { count: booking.attendees.length })}</span>
              ) : null}
            </span>
            {/* A column of its own would not fit on a phone. */}
            <span className="md:hidden">
              <BookingStatus booking={booking} />
            </span>
          </span>
        ),
      },
      { id: "service", header: t("service"), secondary: true, cell: ({ service }) => service?.name ?? "–" },
      {
        id: "resources",
        header: t("resources"),
        secondary: true,
        cell: ({ resources }) => resources.map(({ name }) => name).join(", ") || "–",
      },
      { id: "location", header: t("location"), secondary: true, cell: ({ location }) => location?.name ?? "–" },
      {
        id: "status",
        header: t("status"),
        secondary: true,
        cell: (booking) => <BookingStatus booking={booking} />,
      },
      {
        id: "reference",
        header: t("reference"),
        secondary: true,
        cell: ({ reference }) => <span className="figures text-soft">{reference}</span>,
      },
    ],
    [t, country],
  );
  const clear = () => {
    setTyped("");
    setFilters(usual);
  };
  return (
    <>
      <BookingsHeader open="list" />
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <div className="relative w-full sm:w-72">
          <Search className="pointer-events-none absolute top-2 left-2.5 size-4 text-faint" aria-hidden />
          <Input
            type="search"
            className="pl-8"
            aria-label={t("search")}
            placeholder={t("search")}
            value={typed}
            onChange={(next) => {
              setTyped(next);
              setFilters({ query: next });
            }}
          />
        </div>
        <div className="flex w-full items-center gap-1.5 sm:w-auto">
          <Input
            type="date"
            className="min-w-0 sm:w-36"
            aria-label={t("from")}
            value={filters.from === ever ? "" : filters.from}
            onChange={(from) => setFilters({ from: from || ever })}
          />
          <span aria-hidden className="text-faint">
            –
          </span>
          <Input
            type="date"
            className="min-w-0 sm:w-36"
            aria-label={t("to")}
            value={filters.to}
            onChange={(next) => setFilters({ to: next })}
          />
        </div>
        <Select
          className="w-[calc(50%-0.25rem)] sm:w-40"
          aria-label={t("status")}
          value={filters.status}
          onChange={(status) => setFilters({ status })}
          options={[
            { value: "", label: t("anyStatus") },
            { value: "live", label: t("live") },
            { value: "ended", label: t("ended") },
            { value: "off", label: t("off") },
            ...statusOptions().map(({ value }) => ({ value, label: statusName(value) })),
          ]}
        />
        <PlaceFilters filters={filters} onChange={setFilters} />
        <Select
          className="w-[calc(50%-0.25rem)] sm:w-44"
          aria-label={t("sort")}
          value={sorts.find((each) => each === sort) ?? "start"}
          onChange={(next) => setFilters({ sort: next })}
          options={[
            { value: "start", label: t("sortStart") },
            { value: "-start", label: t("sortLatest") },
            { value: "-created_at", label: t("sortCreated") },
          ]}
        />
        {filters.customer ? (
          <CustomerFilter id={filters.customer} onClear={() => setFilters({ customer: "" })} />
        ) : null}
        {filtered ? (
          <Button kind="quiet" icon={<X aria-hidden />} onClick={clear}>
            {t("clearFilters")}
          </Button>
        ) : null}
      </div>
      {possible ? (
        <Panel flush>
          <PagedTable
            label={t("title")}
            columns={columns}
            rowId={(booking) => booking.id}
            onOpen={(booking) => go(paths.booking(booking.id))}
            sort={sort}
            onSort={(next) => setFilters({ sort: next })}
            found={list}
            empty={
              filtered ? (
                <EmptyState
                  icon={Search}
                  title={t("noneFound")}
                  action={<Button onClick={clear}>{t("clearFilters")}</Button>}
                />
              ) : (
                <EmptyState
                  icon={CalendarDays}
                  title={t("emptyTitle")}
                  action={
                    may("bookings:write") ? (
                      <ButtonLink to={paths.newBooking()} kind="primary" icon={<Plus aria-hidden />}>
                        {t("new")}
                      </ButtonLink>
                    ) : null
                  }
                >
                  {t("emptyText")}
                </EmptyState>
              )
            }
          />
        </Panel>
      ) : (
        <Notice tone="warn">{t("badRange")}</Notice>
      )}
    </>
  );
}
