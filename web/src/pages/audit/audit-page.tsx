import { useInfiniteQuery } from "@tanstack/react-query";
import { Download, ScrollText, Search } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { AuditSubject } from "../../../../contract/audit.ts";
import { call } from "../../api/client.ts";
import { pages } from "../../api/queries.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { PagedList } from "../../components/paged.tsx";
import { useDebounced } from "../../lib/debounced.ts";
import { useExplain } from "../../lib/explain.ts";
import { useFilters } from "../../lib/location.ts";
import { Button } from "../../ui/button.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { EmptyState } from "../../ui/states.tsx";
import { toast } from "../../ui/toast.tsx";
import { AuditEntry } from "./audit-entry.tsx";

/** The filter's subjects, the most frequently used first. */
const subjects = [
  "session",
  "password",
  "person",
  "invitation",
  "api_key",
  "workspace",
  "subscription",
  "contact",
  "consent",
  "subscription_type",
  "import",
  "list",
  "campaign",
  "sender",
  "service",
  "location",
  "resource",
  "booking_statuses",
  "carrier",
  "carrier_routes",
  "webhook",
  "mail",
  "quiet_hours",
  "retention",
  "audit",
] as const satisfies readonly AuditSubject[];

const none = { from: "", to: "", who: "", action: "" };

/** Who did what in the workspace, newest first. */
export function AuditPage() {
  const t = useTranslations("audit");
  const explain = useExplain();
  const [filters, setFilters] = useFilters(none);
  const [downloading, setDownloading] = useState(false);
  const who = useDebounced(filters.who.trim());
  const { from, to } = boundsOf(filters);
  const asked = {
    from,
    to,
    who: who || undefined,
    action: subjects.find((subject) => subject === filters.action),
  };
  const possible = from === undefined || to === undefined || from < to;
  const filtered = Object.values(asked).some((value) => value !== undefined);

  const download = async () => {
    setDownloading(true);
    try {
      const file = await call("audit", "export", { query: asked });
      const link = document.createElement("a");
      link.href = URL.createObjectURL(file);
      link.download = "audit-log.csv";
      link.click();
      URL.revokeObjectURL(link.href);
      toast(t("downloaded"));
    } catch (failure) {
      toast(explain(failure), "bad");
    } finally {
      setDownloading(false);
    }
  };
  return (
    <>
      <DocumentTitle>{t("title")}</DocumentTitle>
      <PageHeader
        title={t("title")}
        description={t("text")}
        action={
          <Button
            icon={<Download aria-hidden />}
            busy={downloading}
            disabled={!possible}
            onClick={() => void download()}
          >
            {t("download")}
          </Button>
        }
      />
      <div className="mb-3 grid grid-cols-2 gap-x-2 gap-y-3 lg:grid-cols-4">
        <TextField label={t("from")} type="date" value={filters.from} onChange={(from) => setFilters({ from })} />
        <TextField label={t("to")} type="date" value={filters.to} onChange={(to) => setFilters({ to })} />
        <TextField
          label={t("who")}
          type="search"
          placeholder={t("whoHint")}
          value={filters.who}
          onChange={(who) => setFilters({ who })}
        />
        <SelectField
          label={t("action")}
          value={asked.action ?? ""}
          onChange={(action) => setFilters({ action })}
          options={[
            { value: "", label: t("anyAction") },
            ...subjects.map((value) => ({ value: value as string, label: t(`subjects.${value}`) })),
          ]}
        />
      </div>
      {possible ? (
        <Panel flush>
          <Events key={JSON.stringify(asked)} asked={asked} filtered={filtered} onClear={() => setFilters(none)} />
        </Panel>
      ) : (
        <Notice tone="warn">{t("badRange")}</Notice>
      )}
    </>
  );
}

interface Asked {
  from: string | undefined;
  to: string | undefined;
  who: string | undefined;
  action: AuditSubject | undefined;
}

function Events({ asked, filtered, onClear }: { asked: Asked; filtered: boolean; onClear: () => void }) {
  const t = useTranslations("audit");
  const found = useInfiniteQuery(pages("audit", "list", { query: { ...asked, limit: 50 } }));
  const nothing = filtered ? (
    <EmptyState icon={Search} title={t("noneFound")} action={<Button onClick={onClear}>{t("clear")}</Button>} />
  ) : (
    <EmptyState icon={ScrollText} title={t("noneTitle")}>
      {t("noneText")}
    </EmptyState>
  );
  return (
    <PagedList found={found} empty={nothing} bordered>
      {(events) => (
        <ol aria-label={t("events")} className="divide-y divide-line">
          {events.map((event) => (
            <AuditEntry key={event.id} event={event} />
          ))}
        </ol>
      )}
    </PagedList>
  );
}

/** Whole days in the reader's time zone; the last one is included. */
function boundsOf({ from, to }: { from: string; to: string }): Pick<Asked, "from" | "to"> {
  const start = dayOf(from);
  const end = dayOf(to);
  end?.setDate(end.getDate() + 1);
  return { from: start?.toISOString(), to: end?.toISOString() };
}

/** The midnight at which a day begins; undefined for an invalid day. */
function dayOf(day: string): Date | undefined {
  const midnight = new Date(`${day}T00:00`);
  return Number.isNaN(midnight.getTime()) ? undefined : midnight;
}
