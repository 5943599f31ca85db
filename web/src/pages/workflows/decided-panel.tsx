import { useInfiniteQuery } from "@tanstack/react-query";
import { History } from "lucide-react";
import { useTranslations } from "use-intl";
import type { Workflow } from "../../../../contract/workflows.ts";
import { pages } from "../../api/queries.ts";
import { PagedTable } from "../../components/paged.tsx";
import { Panel } from "../../ui/page-header.tsx";
import { EmptyState } from "../../ui/states.tsx";
import { useDecisionColumns } from "./decision-columns.tsx";

/** What a workflow decided, last first: what went, what did not and why. */
export function DecidedPanel({ workflow }: { workflow: Workflow }) {
  const t = useTranslations("workflows.decided");
  const columns = useDecisionColumns("decided");
  const found = useInfiniteQuery(
    pages("workflows", "decisions", { params: { id: workflow.id }, query: { limit: 50 } }),
  );
  return (
    <Panel flush title={t("title")}>
      <PagedTable
        label={t("title")}
        columns={columns}
        found={found}
        rowId={(row) => `${row.booking?.id} ${row.action} ${row.recipient} ${row.to} ${row.due_at}`}
        empty={
          <EmptyState icon={History} title={t("empty")}>
            {t("emptyText")}
          </EmptyState>
        }
      />
    </Panel>
  );
}
