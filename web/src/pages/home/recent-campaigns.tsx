import { useQuery } from "@tanstack/react-query";
import { Megaphone } from "lucide-react";
import { useFormatter, useTranslations } from "use-intl";
import { query } from "../../api/queries.ts";
import { Link } from "../../components/link.tsx";
import { useExplain } from "../../lib/explain.ts";
import { paths } from "../../paths.ts";
import { Rate } from "../../ui/figures.tsx";
import { Panel } from "../../ui/page-header.tsx";
import { EmptyState, ErrorState, Skeleton } from "../../ui/states.tsx";
import { CampaignStanding } from "../campaigns/campaign-status.tsx";

/** The campaigns changed last. A plain list: the table's code would weigh on the first view. */
export function RecentCampaigns() {
  const t = useTranslations("home");
  const format = useFormatter();
  const explain = useExplain();
  const recent = useQuery(query("campaigns", "list", { query: { limit: 5 } }));
  const campaigns = recent.data?.items;
  return (
    <Panel
      flush
      title={t("recent")}
      action={campaigns && campaigns.length > 0 ? <Link to={paths.campaigns()}>{t("allCampaigns")}</Link> : null}
    >
      {campaigns?.length === 0 ? (
        <EmptyState icon={Megaphone} title={t("noCampaigns")}>
          {t("noCampaignsText")}
        </EmptyState>
      ) : campaigns ? (
        <ul>
          {campaigns.map((campaign) => (
            <li
              key={campaign.id}
              className="relative flex flex-wrap items-center gap-x-4 gap-y-1 border-t border-line px-4 py-2.5 hover:bg-hover"
            >
              <Link
                to={paths.campaign(campaign.id)}
                className="min-w-0 flex-1 basis-40 break-words after:absolute after:inset-0"
              >
                {campaign.name}
              </Link>
              <span className="sm:w-40">
                <CampaignStanding campaign={campaign} />
              </span>
              <span className="text-sm empty:hidden sm:w-56 sm:text-right sm:empty:block">
                {campaign.counts.sent > 0 ? (
                  <>
                    <Rate part={campaign.counts.delivered} whole={campaign.counts.sent} />{" "}
                    <span className="text-soft">{t("delivered")}</span>
                  </>
                ) : null}
              </span>
              <span className="figures text-sm whitespace-nowrap text-soft sm:w-24 sm:text-right">
                {format.dateTime(new Date(campaign.sent_at ?? campaign.updated_at), { dateStyle: "medium" })}
              </span>
            </li>
          ))}
        </ul>
      ) : recent.error ? (
        <ErrorState message={explain(recent.error)} onRetry={() => void recent.refetch()} />
      ) : (
        <div className="flex flex-col gap-3 p-4">
          <Skeleton />
          <Skeleton />
          <Skeleton />
        </div>
      )}
    </Panel>
  );
}
