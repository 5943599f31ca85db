import { useInfiniteQuery } from "@tanstack/react-query";
import { ListChecks, Plus } from "lucide-react";
import { useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { pages } from "../../api/queries.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { Link } from "../../components/link.tsx";
import { PagedTable } from "../../components/paged.tsx";
import { useDebounced } from "../../lib/debounced.ts";
import { useFilters, useGo } from "../../lib/location.ts";
import { useMay } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { Button } from "../../ui/button.tsx";
import { Input } from "../../ui/field.tsx";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { EmptyState } from "../../ui/states.tsx";
import { ListNameDialog } from "./list-name-dialog.tsx";

/** The workspace's lists by name. */
export function ListsPage() {
  const t = useTranslations("lists");
  const format = useFormatter();
  const go = useGo();
  const may = useMay();
  const [filters, setFilters] = useFilters({ query: "" });
  const [creating, setCreating] = useState(false);
  const asked = useDebounced(filters.query, 150);
  const found = useInfiniteQuery(pages("lists", "list", { query: { query: asked || undefined, limit: 50 } }));
  const create = may("contacts:write") ? (
    <Button kind="primary" icon={<Plus aria-hidden />} onClick={() => setCreating(true)}>
      {t("new")}
    </Button>
  ) : null;
  return (
    <>
      <DocumentTitle>{t("title")}</DocumentTitle>
      <PageHeader title={t("title")} action={create} />
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
          onOpen={(row) => go(paths.list(row.id))}
          found={found}
          empty={
            filters.query ? (
              <EmptyState icon={ListChecks} title={t("noMatch", { query: filters.query })} />
            ) : (
              <EmptyState icon={ListChecks} title={t("empty")} action={create}>
                {t("emptyText")}
              </EmptyState>
            )
          }
          columns={[
            { id: "name", header: t("name"), cell: (row) => <Link to={paths.list(row.id)}>{row.name}</Link> },
            { id: "members", header: t("members"), align: "right", cell: (row) => format.number(row.members) },
            {
              id: "created",
              header: t("created"),
              align: "right",
              secondary: true,
              cell: (row) => format.dateTime(new Date(row.created_at), { dateStyle: "medium" }),
            },
          ]}
        />
      </Panel>
      {creating ? (
        <ListNameDialog list={null} onClose={() => setCreating(false)} onDone={({ id }) => go(paths.list(id))} />
      ) : null}
    </>
  );
}
