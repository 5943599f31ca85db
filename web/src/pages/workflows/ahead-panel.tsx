import { useQuery } from "@tanstack/react-query";
import { CalendarClock } from "lucide-react";
import { useTranslations } from "use-intl";
import type { Workflow } from "../../../../contract/workflows.ts";
import { query } from "../../api/queries.ts";
import { Panel } from "../../ui/page-header.tsx";
import { EmptyState } from "../../ui/states.tsx";
import { Table } from "../../ui/table.tsx";
import { useDecisionColumns } from "./decision-columns.tsx";
import { useExplainWorkflow } from "./explain-workflow.ts";

/** The next texts and mails of a workflow that fires by the clock, and how many bookings it hits. */
export function AheadPanel({ workflow }: { workflow: Workflow }) {
  const t = useTranslations("workflows.ahead");
  const explain = useExplainWorkflow();
  const columns = useDecisionColumns("due");
  const ahead = useQuery(query("workflows", "ahead", { params: { id: workflow.id }, query: { limit: 20 } }));
  const { data } = ahead;
  const earlier = data ? data.bookings_with_earlier - data.bookings : 0;
  return (
    <Panel
      flush
      title={t("title")}
      description={
        data
          ? workflow.enabled
            ? `${t("hits", { count: data.bookings })}${earlier > 0 ? ` ${t("earlier", { count: earlier })}` : ""}`
            : t("off", { count: data.bookings_with_earlier })
          : undefined
      }
    >
      <Table
        label={t("title")}
        columns={columns}
        rows={data?.items}
        rowId={(row) => `${row.booking?.id} ${row.action} ${row.to} ${row.due_at}`}
        empty={<EmptyState icon={CalendarClock} title={t("empty")} />}
        failure={ahead.error && { message: explain(ahead.error), onRetry: () => void ahead.refetch() }}
      />
    </Panel>
  );
}
