import { useInfiniteQuery } from "@tanstack/react-query";
import { Smartphone } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { formatPhoneNumber } from "../../../../rules/phone-number-format.ts";
import { pages } from "../../api/queries.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { Link } from "../../components/link.tsx";
import { PagedTable } from "../../components/paged.tsx";
import { useDebounced } from "../../lib/debounced.ts";
import { useFilters, useGo } from "../../lib/location.ts";
import { useWorkspace } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { Button } from "../../ui/button.tsx";
import { Input } from "../../ui/field.tsx";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { EmptyState } from "../../ui/states.tsx";
import { SandboxTabs } from "./sandbox-tabs.tsx";

/** The handsets that received texts, last used first. */
export function SandboxPage() {
  const t = useTranslations("sandbox");
  const format = useFormatter();
  const go = useGo();
  const { country } = useWorkspace();
  const [filters, setFilters] = useFilters({ query: "" });
  const [number, setNumber] = useState("");
  const asked = useDebounced(filters.query, 150);
  const found = useInfiniteQuery(pages("sandbox", "phones", { query: { query: asked || undefined, limit: 50 } }));
  const open = (event: FormEvent) => {
    event.preventDefault();
    if (number.trim()) go(paths.sandboxPhone(number.trim()));
  };
  return (
    <>
      <DocumentTitle>{t("title")}</DocumentTitle>
      <PageHeader title={t("title")} description={t("description")} />
      <SandboxTabs open="phones" />
      <div className="mb-3 flex flex-wrap items-center justify-between gap-2">
        <Input
          type="search"
          aria-label={t("search")}
          placeholder={t("search")}
          className="max-w-60"
          value={filters.query}
          onChange={(query) => setFilters({ query })}
        />
        <form onSubmit={open} className="flex gap-2">
          <Input
            aria-label={t("openPhone")}
            placeholder={t("openPhone")}
            type="tel"
            value={number}
            onChange={setNumber}
          />
          <Button type="submit">{t("open")}</Button>
        </form>
      </div>
      <Panel flush>
        <PagedTable
          label={t("phones")}
          rowId={(row) => row.number}
          onOpen={(row) => go(paths.sandboxPhone(row.number))}
          found={found}
          empty={
            <EmptyState icon={Smartphone} title={t("empty")}>
              {t("emptyText")}
            </EmptyState>
          }
          columns={[
            {
              id: "number",
              header: t("phone"),
              cell: (row) => (
                <Link to={paths.sandboxPhone(row.number)} className="figures whitespace-nowrap">
                  {formatPhoneNumber(row.number, country)}
                </Link>
              ),
            },
            { id: "name", header: t("owner"), secondary: true, cell: (row) => row.name },
            {
              id: "text",
              header: t("lastText"),
              cell: (row) => <span className="line-clamp-1 max-w-lg break-all text-soft">{row.last_text}</span>,
            },
            {
              id: "at",
              header: t("lastAt"),
              align: "right",
              secondary: true,
              cell: (row) => format.dateTime(new Date(row.last_at), { dateStyle: "medium", timeStyle: "short" }),
            },
          ]}
        />
      </Panel>
    </>
  );
}
