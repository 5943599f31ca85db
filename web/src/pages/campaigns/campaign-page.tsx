import { useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "use-intl";
import type { Campaign } from "../../../../contract/campaigns.ts";
import { query } from "../../api/queries.ts";
import { Link } from "../../components/link.tsx";
import { useExplain } from "../../lib/explain.ts";
import { paths } from "../../paths.ts";
import { Rate, Stat, Stats } from "../../ui/figures.tsx";
import { Panel } from "../../ui/page-header.tsx";
import { ErrorState, Skeleton } from "../../ui/states.tsx";
import { CampaignFrame, underWayInterval } from "./campaign-frame.tsx";
import { isUnderWay } from "./campaign-status.tsx";
import { ClicksPanel } from "./clicks-panel.tsx";
import { DeliveryFunnel } from "./delivery-funnel.tsx";
import { ExplainPanel } from "./explain-panel.tsx";
import { ReasonList } from "./reason-list.tsx";
import { SeriesPanel } from "./series-panel.tsx";

/** A campaign's results, live while it is being sent. */
export function CampaignPage() {
  return <CampaignFrame tab="performance">{(campaign) => <Performance campaign={campaign} />}</CampaignFrame>;
}

function Performance({ campaign }: { campaign: Campaign }) {
  const t = useTranslations("campaigns");
  const format = useFormatter();
  const explain = useExplain();
  const { data, error, refetch } = useQuery({
    ...query("campaigns", "performance", { params: { id: campaign.id } }),
    // Receipts arrive for a while after the last text was submitted.
    refetchInterval: isUnderWay(campaign.status) ? underWayInterval : false,
  });
  if (error && !data) return <ErrorState message={explain(error)} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton className="h-64 w-full" />;
  return (
    <div className="flex flex-col gap-5">
      <Panel>
        <Stats>
          <Stat label={t("deliveryRate")} aside={<CountOf part={data.delivered} whole={data.sent} />}>
            {data.delivery_rate === null ? "–" : format.number(data.delivery_rate, rate)}
          </Stat>
          <Stat label={t("sent")}>{format.number(data.sent)}</Stat>
          <Stat label={t("delivered")}>{format.number(data.delivered)}</Stat>
          {campaign.links.shorten ? (
            <Stat label={t("clickRate")} aside={<CountOf part={data.clicked} whole={data.sent} />}>
              {data.click_rate === null ? "–" : format.number(data.click_rate, rate)}
            </Stat>
          ) : null}
          <Stat label={t("optOuts")} aside={<Rate part={data.opted_out} whole={data.delivered} />}>
            {format.number(data.opted_out)}
          </Stat>
        </Stats>
      </Panel>
      <Panel title={campaign.links.shorten ? t("funnelWithClicks") : t("funnel")}>
        <DeliveryFunnel
          recipients={campaign.counts.recipients}
          sent={data.sent}
          delivered={data.delivered}
          clicked={campaign.links.shorten ? data.clicked : null}
        />
      </Panel>
      {campaign.links.shorten ? <ClicksPanel campaign={campaign} /> : null}
      <SeriesPanel series={data.series} step={data.series_step} />
      {Object.keys(data.reasons).length > 0 ? (
        <Panel
          title={t("reasonsTitle")}
          action={<Link to={paths.campaignRecipients(campaign.id, { view: "not_sent" })}>{t("seeThem")}</Link>}
        >
          <ReasonList reasons={data.reasons} />
        </Panel>
      ) : null}
      <ExplainPanel campaignId={campaign.id} />
    </div>
  );
}

const rate = { style: "percent", maximumFractionDigits: 1 } as const;

function CountOf({ part, whole }: { part: number; whole: number }) {
  const t = useTranslations("ui");
  return whole === 0 ? null : t("ofCount", { part, whole });
}
