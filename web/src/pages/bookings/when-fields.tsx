import { useFormatter, useLocale, useTranslations } from "use-intl";
import { addDays, isPlainDate } from "../../lib/plain-date.ts";
import { useWorkspace } from "../../lib/session.ts";
import { readWallTime, wallTimeAt, zoneInWords } from "../../lib/wall-time.ts";
import { TextField } from "../../ui/field.tsx";
import type { FormState } from "../../ui/form.tsx";
import { type BookingValues, minutesOf, usualMinutes, withEnd } from "./booking-values.ts";

/** Date, start and end. The end keeps its distance when the start is changed. */
export function WhenFields({ form, zone }: { form: FormState<BookingValues>; zone: string }) {
  const t = useTranslations("bookings");
  const { values } = form;
  const minutes = minutesOf(values, zone);
  const move = (changes: Partial<Pick<BookingValues, "date" | "time">>) => {
    const times = { date: values.date, time: values.time, ...changes };
    const whole = readWallTime(`${times.date}T${times.time}`, zone) !== null;
    form.set({
      ...times,
      ...(whole && withEnd(times, minutes !== null && minutes >= 0 ? minutes : usualMinutes, zone)),
    });
  };
  const end = (endTime: string) => {
    // An end before the start is meant for the day after.
    const endDate = endTime > values.time || !endTime ? values.date : dayAfter(values.date);
    form.set({ endTime, ...(values.endDate <= dayAfter(values.date) && { endDate }) });
  };
  return (
    <div className="flex flex-col gap-1.5">
      <div className="grid grid-cols-2 gap-3 sm:grid-cols-[1fr_8rem_8rem]">
        <TextField
          className="max-sm:col-span-2"
          label={t("date")}
          type="date"
          {...form.field("date")}
          onChange={(date) => move({ date })}
        />
        <TextField label={t("start")} type="time" {...form.field("time")} onChange={(time) => move({ time })} />
        <TextField label={t("end")} type="time" {...form.field("endTime")} onChange={end} />
      </div>
      {values.endDate === values.date ? null : (
        <TextField className="sm:max-w-60" label={t("endDate")} type="date" {...form.field("endDate")} />
      )}
      <ElsewhereTimes values={values} zone={zone} minutes={minutes} />
    </div>
  );
}

const dayAfter = (date: string) => (isPlainDate(date) ? addDays(date, 1) : date);

/** How long it is, whose clock the times are of where that is not the workspace's, and what the workspace's clock shows then. */
function ElsewhereTimes({ values, zone, minutes }: { values: BookingValues; zone: string; minutes: number | null }) {
  const t = useTranslations("bookings");
  const format = useFormatter();
  const locale = useLocale();
  const { time_zone: own } = useWorkspace();
  const wall = `${values.date}T${values.time}`;
  const start = readWallTime(wall, zone);
  if (!start || minutes === null || minutes < 0) return null;
  const elsewhere = wallTimeAt(start.instant, own) !== start.shown;
  const inWords = (instant: Date) => format.dateTime(instant, { dateStyle: "medium", timeStyle: "short" });
  return (
    <p className="text-sm text-faint" aria-live="polite">
      {t("length", { hours: Math.floor(minutes / 60), minutes: minutes % 60 })}
      {elsewhere
        ? ` · ${t("thereAndHere", { zone: zoneInWords(zone, locale, start.instant), here: inWords(start.instant) })}`
        : null}
    </p>
  );
}
