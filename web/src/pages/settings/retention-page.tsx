import { useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "use-intl";
import type { Retention } from "../../../../contract/retention.ts";
import { query, useCall } from "../../api/queries.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { useExplain } from "../../lib/explain.ts";
import { useMay } from "../../lib/session.ts";
import { TextField } from "../../ui/field.tsx";
import { FormShell, useForm } from "../../ui/form.tsx";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { ErrorState, Skeleton } from "../../ui/states.tsx";
import { toast } from "../../ui/toast.tsx";

const most = 1200;
/** The audit log has a minimum, so that no one can shorten it to hide what they just did. */
const leastAudit = 12;
const mostCounted = 100_000;

/** A whole number of months, null where it is empty, undefined where it is invalid. */
function readMonths(typed: string, least = 1): number | null | undefined {
  if (typed.trim() === "") return null;
  const months = Number(typed);
  return Number.isInteger(months) && months >= least && months <= most ? months : undefined;
}

/** How long messages, bookings and events are kept, and what is purged next. */
export function RetentionPage() {
  const t = useTranslations("privacy");
  const title = useTranslations("frame.sections")("retention");
  const explain = useExplain();
  const saved = useQuery(query("retention", "get", {}));
  return (
    <>
      <DocumentTitle>{title}</DocumentTitle>
      <PageHeader title={title} description={t("pageText")} />
      {saved.error ? (
        <ErrorState message={explain(saved.error)} onRetry={() => void saved.refetch()} />
      ) : saved.data ? (
        <Rule retention={saved.data} />
      ) : (
        <Skeleton className="h-60 w-full max-w-2xl" />
      )}
    </>
  );
}

function Rule({ retention }: { retention: Retention }) {
  const t = useTranslations("privacy");
  const ui = useTranslations("ui");
  const may = useMay();
  const save = useCall("retention", "update");
  const form = useForm({
    initial: {
      text_months: retention.text_months?.toString() ?? "",
      ledger_months: retention.ledger_months?.toString() ?? "",
      audit_months: retention.audit_months?.toString() ?? "",
      booking_months: retention.booking_months?.toString() ?? "",
      event_months: retention.event_months?.toString() ?? "",
    },
    check: ({ text_months, ledger_months, audit_months, booking_months, event_months }) => ({
      ...(readMonths(text_months) === undefined && { text_months: t("monthsWrong") }),
      ...(readMonths(ledger_months) === undefined && { ledger_months: t("monthsWrong") }),
      ...(readMonths(audit_months, leastAudit) === undefined && { audit_months: t("auditWrong") }),
      ...(readMonths(booking_months) === undefined && { booking_months: t("monthsWrong") }),
      ...(readMonths(event_months) === undefined && { event_months: t("monthsWrong") }),
    }),
    submit: ({ text_months, ledger_months, audit_months, booking_months, event_months }) =>
      save.mutateAsync({
        body: {
          text_months: readMonths(text_months) ?? null,
          ledger_months: readMonths(ledger_months) ?? null,
          audit_months: readMonths(audit_months, leastAudit) ?? null,
          booking_months: readMonths(booking_months) ?? null,
          event_months: readMonths(event_months) ?? null,
        },
      }),
    onSuccess: () => toast(t("saved")),
    explain: useExplain(),
  });
  const text = readMonths(form.values.text_months);
  const ledger = readMonths(form.values.ledger_months);
  const booking = readMonths(form.values.booking_months);
  const event = readMonths(form.values.event_months);
  const possible =
    text !== undefined &&
    ledger !== undefined &&
    booking !== undefined &&
    event !== undefined &&
    (text === null || ledger === null || text <= ledger);
  // The typed values, before they are saved: they show what would be purged.
  const tried = useQuery({
    ...query("retention", "get", {
      query: {
        text_months: text ?? 0,
        ledger_months: ledger ?? 0,
        booking_months: booking ?? 0,
        event_months: event ?? 0,
      },
    }),
    enabled: possible,
  });
  return (
    <div className="flex max-w-2xl flex-col gap-5">
      <Panel title={t("rule")}>
        <FormShell form={form} submitLabel={ui("save")} readOnly={!may("workspace:write")}>
          <TextField
            label={t("textMonths")}
            hint={t("textHint")}
            inputMode="numeric"
            maxLength={4}
            {...form.field("text_months")}
          />
          <TextField
            label={t("ledgerMonths")}
            hint={t("ledgerHint")}
            inputMode="numeric"
            maxLength={4}
            {...form.field("ledger_months")}
          />
          <TextField
            label={t("bookingMonths")}
            hint={t("bookingHint")}
            inputMode="numeric"
            maxLength={4}
            {...form.field("booking_months")}
          />
          <TextField
            label={t("eventMonths")}
            hint={t("eventHint")}
            inputMode="numeric"
            maxLength={4}
            {...form.field("event_months")}
          />
          <TextField
            label={t("auditMonths")}
            hint={t("auditHint")}
            inputMode="numeric"
            maxLength={4}
            {...form.field("audit_months")}
          />
        </FormShell>
      </Panel>
      <Panel title={t("next")} description={t("nextText")}>
        {possible && tried.data ? <PurgedNext next={tried.data.would_go} /> : <Skeleton className="h-5 w-60" />}
      </Panel>
      <PurgedSoFar retention={retention} />
    </div>
  );
}

function PurgedNext({ next: { texts, messages, bookings, events } }: { next: Retention["would_go"] }) {
  const t = useTranslations("privacy");
  const format = useFormatter();
  if (!texts && !messages && !bookings && !events) return <p className="text-soft">{t("forEver")}</p>;
  if (!texts?.messages && !messages?.messages && !bookings?.bookings && !events?.events)
    return <p className="text-soft">{t("nothing")}</p>;
  const day = (instant: string) => format.dateTime(new Date(instant), { dateStyle: "medium", timeZone: "UTC" });
  const lines = [
    { key: "messages", next: messages, one: "goMessages", many: "goMessagesMany" },
    { key: "texts", next: texts, one: "goTexts", many: "goTextsMany" },
  ] as const;
  return (
    <ul className="flex flex-col gap-2">
      {lines.map(({ key, next, one, many }) =>
        next && next.messages > 0 ? (
          <li key={key}>
            {next.messages > mostCounted
              ? t(many, { before: day(next.before) })
              : t(one, { count: next.messages, before: day(next.before) })}
            <span className="block text-sm text-faint">
              {t("inMonths", { months: format.list(next.months.map(monthName), { type: "conjunction" }) })}
            </span>
          </li>
        ) : null,
      )}
      {bookings && bookings.bookings > 0 ? (
        <li>
          {bookings.bookings > mostCounted
            ? t("goBookingsMany", { before: day(bookings.before) })
            : t("goBookings", { count: bookings.bookings, before: day(bookings.before) })}
        </li>
      ) : null}
      {events && events.events > 0 ? (
        <li>
          {events.events > mostCounted
            ? t("goEventsMany", { before: day(events.before) })
            : t("goEvents", { count: events.events, before: day(events.before) })}
        </li>
      ) : null}
    </ul>
  );

  function monthName(month: string): string {
    return format.dateTime(new Date(`${month}-01T00:00:00Z`), { month: "long", year: "numeric", timeZone: "UTC" });
  }
}

function PurgedSoFar({ retention: { texts_gone_before, messages_gone_before } }: { retention: Retention }) {
  const t = useTranslations("privacy");
  const format = useFormatter();
  if (!texts_gone_before && !messages_gone_before) return null;
  const day = (instant: string) => format.dateTime(new Date(instant), { dateStyle: "medium", timeZone: "UTC" });
  return (
    <Panel title={t("gone")}>
      <ul className="flex flex-col gap-2">
        {messages_gone_before ? <li>{t("goneMessages", { before: day(messages_gone_before) })}</li> : null}
        {texts_gone_before ? <li>{t("goneTexts", { before: day(texts_gone_before) })}</li> : null}
      </ul>
    </Panel>
  );
}
