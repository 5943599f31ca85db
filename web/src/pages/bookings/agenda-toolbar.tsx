import { ChevronLeft, ChevronRight } from "lucide-react";
import { useFormatter, useLocale, useNow, useTranslations } from "use-intl";
import { addDays, isPlainDate, noonOf } from "../../lib/plain-date.ts";
import { zoneInWords } from "../../lib/wall-time.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Checkbox } from "../../ui/choice.tsx";
import { Input, Select } from "../../ui/field.tsx";
import { PlaceFilters } from "./place-filters.tsx";
import type { AgendaFilters } from "./use-agenda.ts";

/** Which days the agenda shows, and of whom. */
export function AgendaToolbar({
  filters,
  onChange,
  date,
  today,
  dates,
  zone,
  count,
}: {
  filters: AgendaFilters;
  onChange: (changes: Partial<AgendaFilters & { date: string }>) => void;
  date: string;
  today: string;
  dates: readonly string[];
  /** The agenda's zone, where it is not the workspace's. */
  zone: string | null;
  count: number | null;
}) {
  const t = useTranslations("bookings");
  const format = useFormatter();
  const locale = useLocale();
  const now = useNow();
  const week = filters.view === "week";
  const step = (times: number) => onChange({ date: addDays(date, times * (week ? 7 : 1)) });
  const long = { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" } as const;
  const [first = date, last = date] = [dates[0], dates.at(-1)];
  const title = week
    ? format.dateTimeRange(noonOf(first), noonOf(last), long)
    : format.dateTime(noonOf(date), { weekday: "long", ...long });
  return (
    <div className="mb-3 flex flex-col gap-2.5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <div className="flex items-center gap-1">
          <IconButton kind="secondary" label={week ? t("previousWeek") : t("previousDay")} onClick={() => step(-1)}>
            <ChevronLeft aria-hidden />
          </IconButton>
          <Button onClick={() => onChange({ date: "" })}>{t("today")}</Button>
          <IconButton kind="secondary" label={week ? t("nextWeek") : t("nextDay")} onClick={() => step(1)}>
            <ChevronRight aria-hidden />
          </IconButton>
        </div>
        <h2 className="text-lg" aria-live="polite">
          <span className="first-letter:uppercase inline-block">{title}</span>
          {count === null ? null : (
            <span className="figures ml-2 text-base font-normal text-soft">{t("count", { count })}</span>
          )}
        </h2>
        <div className="flex w-full gap-2 sm:ml-auto sm:w-auto">
          <Input
            type="date"
            className="min-w-0 sm:w-38"
            aria-label={t("date")}
            value={date}
            onChange={(next) => isPlainDate(next) && onChange({ date: next === today ? "" : next })}
          />
          <Select
            className="sm:w-28"
            aria-label={t("view")}
            value={week ? "week" : "day"}
            onChange={(view) => onChange({ view })}
            options={[
              { value: "day", label: t("day") },
              { value: "week", label: t("week") },
            ]}
          />
        </div>
      </div>
      <div className="flex flex-wrap items-center gap-2">
        {week ? null : (
          <Select
            className="w-full max-md:hidden sm:w-44"
            aria-label={t("columns")}
            value={filters.by === "location" ? "location" : "resource"}
            onChange={(by) => onChange({ by })}
            options={[
              { value: "resource", label: t("byResource") },
              { value: "location", label: t("byLocation") },
            ]}
          />
        )}
        <PlaceFilters filters={filters} onChange={onChange} />
        <Checkbox
          label={t("showOff")}
          checked={filters.off === "show"}
          onChange={(on) => onChange({ off: on ? "show" : "" })}
        />
        {zone ? <p className="text-sm text-soft">{t("zone", { zone: zoneInWords(zone, locale, now) })}</p> : null}
      </div>
    </div>
  );
}
