import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { BellOff, CircleAlert, CircleCheck, Info, type LucideIcon, TriangleAlert } from "lucide-react";
import { useEffect } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { Alert, AlertSeverity } from "../../../../contract/alerts.ts";
import { pages, query, useCall } from "../../api/queries.ts";
import { useAlertWords } from "../../components/alert-words.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { ButtonLink } from "../../components/link.tsx";
import { PagedList } from "../../components/paged.tsx";
import { useFilters } from "../../lib/location.ts";
import { Badge, type Tone, tones } from "../../ui/badge.tsx";
import { classes } from "../../ui/classes.ts";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { EmptyState } from "../../ui/states.tsx";
import { Tabs } from "../../ui/tabs.tsx";

const states = ["open", "past"] as const;

const looks: Record<AlertSeverity, { tone: Tone; icon: LucideIcon }> = {
  critical: { tone: "bad", icon: CircleAlert },
  warning: { tone: "warn", icon: TriangleAlert },
  info: { tone: "info", icon: Info },
};

/** Current and past alerts. Opening the page marks them as seen. */
export function AlertsPage() {
  const t = useTranslations("alerts");
  const [filters, setFilters] = useFilters({ state: "open" });
  const state = states.find((each) => each === filters.state) ?? "open";
  useSeen(state === "open");
  return (
    <>
      <DocumentTitle>{t("title")}</DocumentTitle>
      <PageHeader title={t("title")} description={t("text")} />
      <Tabs
        label={t("views")}
        value={state}
        onChange={(next) => setFilters({ state: next })}
        tabs={states.map((value) => ({ value, label: t(value) }))}
      >
        <Panel flush>
          <Alerts key={state} state={state} />
        </Panel>
      </Tabs>
    </>
  );
}

/** Marks the alerts as seen, also those that arrive while the page is open. */
function useSeen(looking: boolean): void {
  const { data } = useQuery(query("alerts", "summary"));
  const { mutate } = useCall("alerts", "see");
  const unseen = data?.unseen ?? 0;
  useEffect(() => {
    if (looking && unseen > 0) mutate({});
  }, [looking, unseen, mutate]);
}

function Alerts({ state }: { state: (typeof states)[number] }) {
  const t = useTranslations("alerts");
  const found = useInfiniteQuery(pages("alerts", "list", { query: { state, limit: 50 } }));
  const nothing =
    state === "open" ? (
      <EmptyState icon={CircleCheck} title={t("noneTitle")}>
        {t("noneText")}
      </EmptyState>
    ) : (
      <EmptyState icon={BellOff} title={t("noPastTitle")}>
        {t("noPastText")}
      </EmptyState>
    );
  return (
    <PagedList found={found} empty={nothing} bordered>
      {(alerts) => (
        <ul aria-label={t(state)} className="divide-y divide-line">
          {alerts.map((alert) => (
            <AlertEntry key={alert.id} alert={alert} />
          ))}
        </ul>
      )}
    </PagedList>
  );
}

function AlertEntry({ alert }: { alert: Alert }) {
  const t = useTranslations("alerts");
  const format = useFormatter();
  const { title, text, link } = useAlertWords()(alert);
  const { severity, raised_at, resolved_at } = alert;
  const { tone, icon: Icon } = resolved_at
    ? ({ tone: "neutral", icon: CircleCheck } satisfies { tone: Tone; icon: LucideIcon })
    : looks[severity];
  const style = { dateStyle: "medium", timeStyle: "short" } as const;
  const raised = new Date(raised_at);
  return (
    <li className="flex gap-3 px-4 py-3.5">
      <span className={classes("grid size-8 shrink-0 place-items-center rounded-lg", tones[tone])}>
        <Icon className="size-4" aria-hidden />
      </span>
      <div className="flex min-w-0 flex-1 flex-wrap items-start gap-x-4 gap-y-2.5">
        <div className="min-w-0 flex-1 basis-64">
          <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <h2 className="text-base break-words">{title}</h2>
            <Badge tone={tone}>{resolved_at ? t("resolved") : t(`severities.${severity}`)}</Badge>
          </div>
          <p className="mt-0.5 max-w-[44rem] break-words text-soft">{text}</p>
          <p className="figures mt-1 text-sm text-faint">
            {resolved_at
              ? format.dateTimeRange(raised, new Date(resolved_at), style)
              : t("raised", { when: format.dateTime(raised, style) })}
          </p>
        </div>
        {link ? <ButtonLink to={link.to}>{link.label}</ButtonLink> : null}
      </div>
    </li>
  );
}
