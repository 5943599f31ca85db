import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { z } from "zod";
import type { Campaign, campaigns } from "../../../../contract/campaigns.ts";
import { query } from "../../api/queries.ts";
import { Link } from "../../components/link.tsx";
import { useExplain } from "../../lib/explain.ts";
import { paths } from "../../paths.ts";
import { Panel } from "../../ui/page-header.tsx";
import { type Column, Table } from "../../ui/table.tsx";

type LinkClicks = z.output<typeof campaigns.clicks.answer>["items"][number];

/** Clicks by link, robots apart. */
export function ClicksPanel({ campaign }: { campaign: Campaign }) {
  const t = useTranslations("campaigns");
  const format = useFormatter();
  const explain = useExplain();
  const { data, error, refetch } = useQuery(query("campaigns", "clicks", { params: { id: campaign.id } }));
  const columns = useMemo(
    (): Column<LinkClicks>[] => [
      { id: "url", header: t("link"), cell: ({ url }) => <span className="break-all">{url}</span> },
      { id: "people", header: t("people"), align: "right", cell: ({ people }) => format.number(people) },
      { id: "clicks", header: t("clicks"), align: "right", cell: ({ clicks }) => format.number(clicks) },
      { id: "robots", header: t("robots"), align: "right", cell: ({ robots }) => format.number(robots) },
    ],
    [t, format],
  );
  return (
    <Panel
      flush
      title={t("clicksByLink")}
      description={t("clicksText")}
      action={<Link to={paths.campaignRecipients(campaign.id, { view: "clicked" })}>{t("seeWhoClicked")}</Link>}
    >
      <Table
        label={t("clicksByLink")}
        columns={columns}
        rows={data?.items}
        rowId={({ url }) => url}
        empty={<p className="p-4 text-soft">{t("noLinks")}</p>}
        failure={error && !data ? { message: explain(error), onRetry: () => void refetch() } : null}
      />
    </Panel>
  );
}
