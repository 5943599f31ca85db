import { useInfiniteQuery } from "@tanstack/react-query";
import { Plus, TriangleAlert, Workflow as WorkflowIcon } from "lucide-react";
import { useMemo } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { Workflow } from "../../../../contract/workflows.ts";
import { pages } from "../../api/queries.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { ButtonLink, Link } from "../../components/link.tsx";
import { PagedTable } from "../../components/paged.tsx";
import { useDebounced } from "../../lib/debounced.ts";
import { useFilters, useGo } from "../../lib/location.ts";
import { useMay } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { Badge } from "../../ui/badge.tsx";
import { Input } from "../../ui/field.tsx";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { EmptyState } from "../../ui/states.tsx";
import { Switch } from "../../ui/switch.tsx";
import type { Column } from "../../ui/table.tsx";
import { ReadyMade } from "./ready-made.tsx";
import { useEnabling } from "./use-enabling.tsx";
import { useWording } from "./use-wording.ts";
import { describeAction, describeWhen } from "./when-sentence.ts";

/** The workspace's workflows: when each fires, what it does, and whether it is on. */
export function WorkflowsPage() {
  const t = useTranslations("workflows");
  const format = useFormatter();
  const go = useGo();
  const may = useMay();
  const mayWrite = may("workflows:write");
  const wording = useWording();
  const { enable, busy, dialog } = useEnabling();
  const [filters, setFilters] = useFilters({ query: "" });
  const asked = useDebounced(filters.query, 150);
  const found = useInfiniteQuery(pages("workflows", "list", { query: { query: asked || undefined, limit: 50 } }));
  const isEmpty = filters.query === "" && found.data?.pages[0]?.items.length === 0;
  const create = mayWrite ? (
    <ButtonLink kind="primary" icon={<Plus aria-hidden />} to={paths.newWorkflow()}>
      {t("new")}
    </ButtonLink>
  ) : null;
  const columns = useMemo<Column<Workflow>[]>(
    () => [
      {
        id: "name",
        header: t("name"),
        cell: (row) => (
          <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <span className="min-w-0">
              <Link to={paths.workflow(row.id)}>{row.name}</Link>
              <span className="block text-sm text-soft sm:hidden">{describeWhen(row.when, wording)}</span>
            </span>
            {row.problems.length > 0 ? (
              <Badge tone="warn" icon={TriangleAlert}>
                {t("hasProblems", { count: row.problems.length })}
              </Badge>
            ) : null}
          </span>
        ),
      },
      { id: "when", header: t("parts.when"), secondary: true, cell: (row) => describeWhen(row.when, wording) },
      {
        id: "do",
        header: t("parts.do"),
        secondary: true,
        cell: (row) => (
          <ul>
            {row.do.map((action) => (
              <li key={action.id}>{describeAction(action, wording)}</li>
            ))}
          </ul>
        ),
      },
      {
        id: "sent",
        header: t("lastSent"),
        align: "right",
        secondary: true,
        cell: (row) =>
          row.last_sent_at
            ? format.dateTime(new Date(row.last_sent_at), { dateStyle: "medium", timeStyle: "short" })
            : t("neverSent"),
      },
      {
        id: "enabled",
        header: t("state"),
        width: "w-28",
        cell: (row) => (
          <Switch
            label={row.name}
            state={t(row.enabled ? "on" : "off")}
            checked={row.enabled}
            onChange={(on) => enable(row, on)}
            busy={busy === row.id}
            disabled={!mayWrite}
          />
        ),
      },
    ],
    [t, format, wording, busy, enable, mayWrite],
  );
  return (
    <>
      <DocumentTitle>{t("title")}</DocumentTitle>
      <PageHeader title={t("title")} description={t("description")} action={create} />
      {isEmpty ? (
        <div className="flex flex-col gap-6">
          <Panel>
            <EmptyState icon={WorkflowIcon} title={t("empty")} action={create}>
              {t("emptyText")}
            </EmptyState>
          </Panel>
          {mayWrite ? <ReadyMade columns /> : null}
        </div>
      ) : (
        <>
          <Input
            type="search"
            aria-label={t("search")}
            placeholder={t("search")}
            className="mb-3 max-w-72"
            value={filters.query}
            onChange={(query) => setFilters({ query })}
          />
          <Panel flush>
            <PagedTable
              label={t("title")}
              rowId={(row) => row.id}
              onOpen={(row) => go(paths.workflow(row.id))}
              found={found}
              empty={<EmptyState icon={WorkflowIcon} title={t("noMatch", { query: filters.query })} />}
              columns={columns}
            />
          </Panel>
        </>
      )}
      {dialog}
    </>
  );
}
