import { useQuery } from "@tanstack/react-query";
import { Moon, Plus } from "lucide-react";
import { useMemo, useState } from "react";
import { useFormatter, useLocale, useTranslations } from "use-intl";
import type { QuietHours, QuietHoursRule } from "../../../../contract/quiet-hours.ts";
import { isLikeDefault, ruleKey } from "../../../../rules/quiet-hours-defaults.ts";
import { query, useCall } from "../../api/queries.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { useExplain } from "../../lib/explain.ts";
import { useMay } from "../../lib/session.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Checkbox } from "../../ui/choice.tsx";
import { Notice } from "../../ui/notice.tsx";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { EmptyState, ErrorState, Skeleton } from "../../ui/states.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { toast } from "../../ui/toast.tsx";
import { QuietHoursDialog } from "./quiet-hours-dialog.tsx";
import { usePlaceName } from "./quiet-hours-places.ts";
import { useSourceWords } from "./source-words.ts";

/** When texts may leave, by country and class. */
export function QuietHoursPage() {
  const t = useTranslations("hours");
  const title = useTranslations("frame.sections")("quietHours");
  const explain = useExplain();
  const may = useMay();
  const hours = useQuery(query("quietHours", "get", {}));
  const [editing, setEditing] = useState<QuietHoursRule | "new" | null>(null);
  return (
    <>
      <DocumentTitle>{title}</DocumentTitle>
      <PageHeader
        title={title}
        description={t("page")}
        action={
          may("workspace:write") ? (
            <Button icon={<Plus aria-hidden />} onClick={() => setEditing("new")}>
              {t("newRule")}
            </Button>
          ) : null
        }
      />
      {hours.error ? (
        <ErrorState message={explain(hours.error)} onRetry={() => void hours.refetch()} />
      ) : hours.data ? (
        <div className="flex flex-col gap-5">
          <Told hours={hours.data} />
          <Switch hours={hours.data} />
          <Rules rules={hours.data.rules} onEdit={setEditing} />
        </div>
      ) : (
        <Skeleton className="h-60 w-full" />
      )}
      {editing === null ? null : (
        <QuietHoursDialog rule={editing === "new" ? null : editing} onClose={() => setEditing(null)} />
      )}
    </>
  );
}

/** What was done without anybody asking, until somebody decides. */
function Told({ hours: { enabled } }: { hours: QuietHours }) {
  const t = useTranslations("hours");
  const may = useMay();
  const explain = useExplain();
  const open = useQuery(query("alerts", "list", { query: { state: "open" } }));
  const keep = useCall("quietHours", "update", { onError: (error) => toast(explain(error), "bad") });
  const alert = open.data?.items.find(({ kind }) => kind === "quiet_hours");
  if (alert?.kind !== "quiet_hours" || alert.params.enabled !== enabled) return null;
  return (
    <Notice
      title={alert.params.reason === "switched_on" ? t("noticeOn") : t("noticeOff")}
      action={
        may("workspace:write") ? (
          <Button size="small" busy={keep.isPending} onClick={() => keep.mutate({ body: { enabled } })}>
            {t("keep")}
          </Button>
        ) : null
      }
    >
      {t("noticeText")}
    </Notice>
  );
}

function Switch({ hours: { enabled } }: { hours: QuietHours }) {
  const t = useTranslations("hours");
  const may = useMay();
  const explain = useExplain();
  const save = useCall("quietHours", "update", {
    onSuccess: (saved) => toast(saved.enabled ? t("switchedOn") : t("switchedOff")),
    onError: (error) => toast(explain(error), "bad"),
  });
  return (
    <Panel title={t("switch")}>
      <Checkbox
        label={t("on")}
        hint={t("onHint")}
        checked={save.isPending ? (save.variables.body?.enabled ?? enabled) : enabled}
        disabled={!may("workspace:write") || save.isPending}
        onChange={(checked) => save.mutate({ body: { enabled: checked } })}
      />
    </Panel>
  );
}

function daysOf(sundays: boolean, holidays: boolean): "all" | "noSundays" | "noHolidays" | "neither" {
  if (sundays) return holidays ? "all" : "noHolidays";
  return holidays ? "noSundays" : "neither";
}

function Rules({ rules, onEdit }: { rules: readonly QuietHoursRule[]; onEdit: (rule: QuietHoursRule) => void }) {
  const t = useTranslations("hours");
  const sourceWords = useSourceWords();
  const format = useFormatter();
  const may = useMay();
  const locale = useLocale();
  const nameOf = usePlaceName();
  const sorted = useMemo(() => {
    const order = new Intl.Collator(locale);
    return rules.toSorted((one, other) => order.compare(nameOf(one.country), nameOf(other.country)));
  }, [rules, nameOf, locale]);
  const columns = useMemo<Column<QuietHoursRule>[]>(
    () => [
      {
        id: "country",
        header: t("country"),
        cell: (rule) => (
          <>
            <span className="font-medium">{nameOf(rule.country)}</span>{" "}
            {isLikeDefault(rule) ? null : <Badge>{t("own")}</Badge>}
          </>
        ),
      },
      { id: "class", header: t("forWhat"), secondary: true, cell: (rule) => t(`classes.${rule.class}`) },
      {
        id: "hours",
        header: t("hours"),
        cell: ({ from, to, sundays, holidays }) => (
          <>
            <span className="figures">
              {from === to || (from === "00:00" && to === "24:00") ? t("allDay") : t("between", { from, to })}
            </span>
            <span className="block text-sm text-faint">{t(`days.${daysOf(sundays, holidays)}`)}</span>
          </>
        ),
      },
      {
        id: "source",
        header: t("source"),
        secondary: true,
        cell: ({ source, source_date }) => (
          <span className="text-sm break-words text-soft">
            {source === null ? "–" : <WithLinks text={sourceWords(source)} />}
            {source_date ? (
              <span className="block text-faint">
                {format.dateTime(new Date(`${source_date}T00:00:00Z`), { dateStyle: "medium", timeZone: "UTC" })}
              </span>
            ) : null}
          </span>
        ),
      },
      ...(may("workspace:write")
        ? [
            {
              id: "edit",
              header: t("edit"),
              headerHidden: true,
              align: "right" as const,
              cell: (rule: QuietHoursRule) => (
                <Button size="small" kind="quiet" onClick={() => onEdit(rule)}>
                  {t("edit")}
                  <span className="sr-only"> {nameOf(rule.country)}</span>
                </Button>
              ),
            },
          ]
        : []),
    ],
    [t, format, may, nameOf, onEdit, sourceWords],
  );
  return (
    <Panel title={t("rules")} description={t("rulesText")} flush>
      <Table
        label={t("rules")}
        columns={columns}
        rows={sorted}
        rowId={ruleKey}
        empty={<EmptyState icon={Moon} title={t("rules")} />}
      />
    </Panel>
  );
}

/** A rule's source in words, whose web addresses open in a tab of their own. */
function WithLinks({ text }: { text: string }) {
  return text.split(/(https?:\/\/\S+)/).map((part, index) =>
    index % 2 === 1 ? (
      <a
        key={part}
        href={part}
        target="_blank"
        rel="noopener noreferrer"
        className="rounded-sm break-all text-accent-ink hover:underline"
      >
        {part}
      </a>
    ) : (
      part
    ),
  );
}
