import { ArrowRight } from "lucide-react";
import { useFormatter, useTranslations } from "use-intl";
import type { HistoryEntry } from "../../../../contract/bookings.ts";
import { useStatusName } from "../../components/bookings/booking-status.tsx";
import { Panel } from "../../ui/page-header.tsx";
import { payments } from "./payments.ts";

/** Who changed what of a booking, from what to what, newest first. */
export function BookingHistory({ history }: { history: readonly HistoryEntry[] }) {
  const t = useTranslations("bookings");
  return (
    <Panel flush>
      <ol aria-label={t("tabs.history")}>
        {history.map((entry, index) => (
          <Entry key={`${entry.at} ${entry.what} ${index}`} entry={entry} />
        ))}
      </ol>
    </Panel>
  );
}

function Entry({ entry }: { entry: HistoryEntry }) {
  const t = useTranslations("bookings.history");
  const format = useFormatter();
  const value = useValue();
  const [from, to] = [value(entry.what, entry.from), value(entry.what, entry.to)];
  const at = format.dateTime(new Date(entry.at), { dateStyle: "medium", timeStyle: "short" });
  return (
    <li className="border-t border-line px-4 py-3 first:border-0">
      <p className="flex flex-wrap items-baseline justify-between gap-x-4">
        <span className="font-medium">{t(`what.${entry.what}`)}</span>
        <span className="figures text-sm text-soft">{at}</span>
      </p>
      {entry.what === "created" ? (
        <p className="break-words">{to}</p>
      ) : (
        <p className="flex flex-wrap items-center gap-x-2 break-words">
          <span className="text-soft">
            <span className="sr-only">{t("from")} </span>
            {from}
          </span>
          <ArrowRight className="size-4 text-faint" aria-hidden />
          <span>
            <span className="sr-only">{t("to")} </span>
            {to}
          </span>
        </p>
      )}
      {entry.reason ? <p>{t("reason", { reason: entry.reason })}</p> : null}
      <p className="text-sm text-soft">
        {entry.name ? t("byNamed", { by: entry.by, name: entry.name }) : t("by", { by: entry.by })}
      </p>
    </li>
  );
}

/** What something was, in words of what it is about. */
function useValue(): (what: HistoryEntry["what"], value: unknown) => string {
  const t = useTranslations("bookings.history");
  const paymentName = useTranslations("statuses.payments");
  const statusName = useStatusName();
  const format = useFormatter();
  return (what, value) => {
    if (Array.isArray(value) && what !== "muted")
      return value.length > 0 ? format.list(value.map((each) => String(each ?? t("unnamed")))) : t("none");
    if (what === "muted")
      return value === true ? t("allOff") : Array.isArray(value) ? t("someOff", { count: value.length }) : t("allOn");
    if (value === null || value === undefined || value === "") return t("none");
    const text = String(value);
    if (what === "start" || what === "end" || what === "created")
      return format.dateTime(new Date(text), { dateStyle: "medium", timeStyle: "short" });
    if (what === "status") return statusName(text);
    if (what === "payment") return paymentName(payments.find((each) => each === text) ?? "none");
    return text;
  };
}
