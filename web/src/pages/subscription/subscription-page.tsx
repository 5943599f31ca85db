import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Pencil, ReceiptText } from "lucide-react";
import { useMemo, useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { formatPhoneNumber } from "../../../../rules/phone-number-format.ts";
import type { CallAnswer } from "../../api/client.ts";
import { pages, query } from "../../api/queries.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { Link } from "../../components/link.tsx";
import { PagedTable } from "../../components/paged.tsx";
import { QuotaMeter } from "../../components/quota-panel.tsx";
import { useExplain } from "../../lib/explain.ts";
import { useMay, useWorkspace } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { Button } from "../../ui/button.tsx";
import { Stat, Stats } from "../../ui/figures.tsx";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { EmptyState, ErrorState, PageSkeleton } from "../../ui/states.tsx";
import type { Column } from "../../ui/table.tsx";
import { SubscriptionDialog } from "./subscription-dialog.tsx";

type Usage = CallAnswer<"usage", "get">;
type SegmentEntry = CallAnswer<"usage", "segments">["items"][number];

/** The current subscription: its allowance, what is used, and one line for each segment. */
export function SubscriptionPage() {
  const t = useTranslations("subscription");
  const explain = useExplain();
  const may = useMay();
  const usage = useQuery(query("usage", "get"));
  const subscription = useQuery(query("subscription", "get"));
  const [editing, setEditing] = useState(false);
  if (usage.error && !usage.data) {
    return <ErrorState message={explain(usage.error)} onRetry={() => void usage.refetch()} />;
  }
  if (!usage.data) return <PageSkeleton />;
  return (
    <>
      <DocumentTitle>{t("title")}</DocumentTitle>
      <PageHeader
        title={t("title")}
        description={subscription.data ? t("terms", subscription.data) : undefined}
        action={
          may("subscription:write") && subscription.data ? (
            <Button kind="primary" icon={<Pencil aria-hidden />} onClick={() => setEditing(true)}>
              {t("change")}
            </Button>
          ) : null
        }
      />
      <div className="flex flex-col gap-5">
        <Period usage={usage.data} />
        <BySource usage={usage.data} />
        <SegmentLog />
      </div>
      {editing && subscription.data ? (
        <SubscriptionDialog subscription={subscription.data} onOpenChange={setEditing} />
      ) : null}
    </>
  );
}

function Period({ usage }: { usage: Usage }) {
  const t = useTranslations("subscription");
  const format = useFormatter();
  const percent = (part: number) =>
    usage.allowance > 0
      ? format.number(part / usage.allowance, { style: "percent", maximumFractionDigits: 1 })
      : undefined;
  // The end is the first instant of the next period.
  const lastMoment = new Date(new Date(usage.period_end).getTime() - 1);
  const range = format.dateTimeRange(new Date(usage.period_start), lastMoment, {
    day: "numeric",
    month: "long",
    year: "numeric",
  });
  return (
    <Panel title={t("thisPeriod")} description={range}>
      <div className="flex flex-col gap-4">
        <Stats>
          <Stat label={t("allowance")}>{format.number(usage.allowance)}</Stat>
          <Stat label={t("used")} aside={percent(usage.used)}>
            {format.number(usage.used)}
          </Stat>
          <Stat label={t("reserved")} aside={percent(usage.reserved)}>
            {format.number(usage.reserved)}
          </Stat>
          <Stat label={t("remaining")} aside={percent(usage.remaining)}>
            {format.number(usage.remaining)}
          </Stat>
        </Stats>
        <QuotaMeter usage={usage} />
        <p className="text-sm text-soft">{t("explain")}</p>
      </div>
    </Panel>
  );
}

/** A source's name in the reader's language; one without a translation is shown as it is. */
function useSourceName(): (source: string) => string {
  const t = useTranslations("subscription.sources");
  return (source) => {
    const key = source as "campaign";
    return t.has(key) ? t(key) : source;
  };
}

/** A campaign or workflow by its name, with the way to its page. */
function SourceLink({ type, id, name }: { type: string; id: string; name: string | null }) {
  const sourceName = useSourceName();
  const shown = name || sourceName(type);
  return <Link to={type === "campaign" ? paths.campaign(id) : paths.workflow(id)}>{shown}</Link>;
}

function BySource({ usage }: { usage: Usage }) {
  const t = useTranslations("subscription");
  const format = useFormatter();
  const sourceName = useSourceName();
  if (usage.by_source.length === 0) return null;
  return (
    <Panel title={t("bySource")}>
      <ul className="flex flex-col gap-1.5">
        {usage.by_source.map(({ source, used, sources }) => (
          <li key={source} className="border-b border-line pb-1.5 last:border-0 last:pb-0">
            <span className="flex justify-between gap-4">
              <span>{sourceName(source)}</span>
              <span className="figures">{format.number(used)}</span>
            </span>
            {sources.some(({ name }) => name !== null) && (
              <ul aria-label={sourceName(source)} className="mt-1 flex flex-col gap-1 pl-4 text-sm text-soft">
                {sources.map(({ id, name, used: own }) => (
                  <li key={id} className="flex justify-between gap-4">
                    <SourceLink type={source} id={id} name={name} />
                    <span className="figures">{format.number(own)}</span>
                  </li>
                ))}
              </ul>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function SegmentLog() {
  const t = useTranslations("subscription");
  const format = useFormatter();
  const sourceName = useSourceName();
  const { country } = useWorkspace();
  const log = useInfiniteQuery(pages("usage", "segments", { query: { limit: 50 } }));
  const columns = useMemo<Column<SegmentEntry>[]>(
    () => [
      {
        id: "at",
        header: t("submitted"),
        cell: (entry) => format.dateTime(new Date(entry.at), { dateStyle: "medium", timeStyle: "medium" }),
      },
      {
        id: "to",
        header: t("to"),
        cell: (entry) => <span className="whitespace-nowrap">{formatPhoneNumber(entry.to, country)}</span>,
      },
      {
        id: "segment",
        header: t("segment"),
        align: "right",
        cell: (entry) => t("segmentOf", { segment: entry.segment, of: entry.of }),
      },
      {
        id: "source",
        header: t("source"),
        secondary: true,
        cell: (entry) =>
          entry.source.id && entry.source.name !== null ? (
            <SourceLink type={entry.source.type} id={entry.source.id} name={entry.source.name} />
          ) : (
            sourceName(entry.source.type)
          ),
      },
    ],
    // oxlint-disable-next-line react/exhaustive-deps -- sourceName changes with t
    [t, format, country],
  );
  return (
    <Panel flush title={t("log")} description={t("logText")}>
      <PagedTable
        label={t("log")}
        columns={columns}
        rowId={(entry) => `${entry.message_id}-${entry.segment}`}
        found={log}
        empty={
          <EmptyState icon={ReceiptText} title={t("logEmpty")}>
            {t("logEmptyText")}
          </EmptyState>
        }
      />
    </Panel>
  );
}
