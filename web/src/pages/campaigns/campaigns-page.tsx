import { useInfiniteQuery } from "@tanstack/react-query";
import { Megaphone, Plus, Search } from "lucide-react";
import { useMemo } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { Campaign } from "../../../../contract/campaigns.ts";
import { pages } from "../../api/queries.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { ButtonLink, Link } from "../../components/link.tsx";
import { PagedTable } from "../../components/paged.tsx";
import { useDebounced } from "../../lib/debounced.ts";
import { useFilters, useGo } from "../../lib/location.ts";
import { useMay } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { Button } from "../../ui/button.tsx";
import { Input, Select } from "../../ui/field.tsx";
import { Rate } from "../../ui/figures.tsx";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { EmptyState } from "../../ui/states.tsx";
import type { Column } from "../../ui/table.tsx";
import { CampaignStanding, isUnsent, statuses } from "./campaign-status.tsx";
import { useFindingText } from "./findings.ts";

/** Every campaign, last changed first. */
export function CampaignsPage() {
  const t = useTranslations("campaigns");
  const format = useFormatter();
  const findingText = useFindingText();
  const go = useGo();
  const statusText = useTranslations("statuses.campaigns");
  const may = useMay();
  const [filters, setFilters] = useFilters({ query: "", status: "" });
  const wanted = useDebounced(filters.query.trim());
  const status = statuses.find((one) => one === filters.status);
  const list = useInfiniteQuery(pages("campaigns", "list", { query: { query: wanted, status } }));
  const filtered = wanted !== "" || status !== undefined;

  const columns = useMemo(
    (): Column<Campaign>[] => [
      {
        id: "name",
        header: t("name"),
        cell: (campaign) => (
          <>
            <Link to={open(campaign)} className="block max-w-80 truncate">
              {campaign.name}
            </Link>
            {campaign.status === "failed" && campaign.error ? (
              <p className="max-w-80 text-sm text-bad-ink">{findingText(campaign.error)}</p>
            ) : null}
          </>
        ),
      },
      { id: "status", header: t("status"), cell: (campaign) => <CampaignStanding campaign={campaign} /> },
      {
        id: "recipients",
        header: t("recipients"),
        align: "right",
        cell: ({ status, counts }) =>
          isUnsent(status) || status === "scheduled" ? "–" : format.number(counts.recipients),
      },
      {
        id: "delivered",
        header: t("delivered"),
        secondary: true,
        cell: ({ counts }) => <Rate part={counts.delivered} whole={counts.sent} />,
      },
      {
        id: "updated",
        header: t("changed"),
        align: "right",
        secondary: true,
        cell: (campaign) => (
          <span className="whitespace-nowrap text-soft">
            {format.dateTime(new Date(campaign.updated_at), { dateStyle: "medium", timeStyle: "short" })}
          </span>
        ),
      },
    ],
    [t, format, findingText],
  );

  const create = may("campaigns:write") ? (
    <ButtonLink to={paths.newCampaign()} kind="primary" icon={<Plus aria-hidden />}>
      {t("new")}
    </ButtonLink>
  ) : null;

  return (
    <>
      <DocumentTitle>{t("title")}</DocumentTitle>
      <PageHeader title={t("title")} description={t("description")} action={create} />
      <div className="mb-3 flex flex-wrap gap-2">
        <div className="relative w-full sm:w-72">
          <Search className="pointer-events-none absolute top-2 left-2.5 size-4 text-faint" aria-hidden />
          <Input
            type="search"
            className="pl-8"
            aria-label={t("search")}
            placeholder={t("search")}
            value={filters.query}
            onChange={(next) => setFilters({ query: next })}
          />
        </div>
        <Select
          className="w-full sm:w-44"
          aria-label={t("status")}
          value={status ?? ""}
          onChange={(next) => setFilters({ status: next })}
          options={[
            { value: "", label: t("anyStatus") },
            ...statuses.map((value) => ({ value: value as string, label: statusText(value) })),
          ]}
        />
      </div>
      <Panel flush>
        <PagedTable
          label={t("title")}
          columns={columns}
          rowId={(campaign) => campaign.id}
          onOpen={(campaign) => go(open(campaign))}
          found={list}
          empty={
            filtered ? (
              <EmptyState
                icon={Search}
                title={t("noneFound")}
                action={<Button onClick={() => setFilters({ query: "", status: "" })}>{t("clearFilters")}</Button>}
              />
            ) : (
              <EmptyState icon={Megaphone} title={t("emptyTitle")} action={create}>
                {t("emptyText")}
              </EmptyState>
            )
          }
        />
      </Panel>
    </>
  );
}

/** An unsent campaign opens in its editor, any other at its results. */
function open(campaign: Campaign): string {
  return isUnsent(campaign.status) ? paths.campaignEdit(campaign.id) : paths.campaign(campaign.id);
}
