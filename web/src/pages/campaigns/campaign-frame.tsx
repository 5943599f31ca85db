import { useQuery } from "@tanstack/react-query";
import { Pencil } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { useFormatter, useNow, useTranslations } from "use-intl";
import type { Campaign } from "../../../../contract/campaigns.ts";
import { query } from "../../api/queries.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { ButtonLink, Link } from "../../components/link.tsx";
import { SandboxNotice } from "../../components/sandbox.tsx";
import { useExplain } from "../../lib/explain.ts";
import { useGo, useParam } from "../../lib/location.ts";
import { isAboutToBeSent, useSends } from "../../lib/sends.ts";
import { useMay, useWorkspace } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { Notice } from "../../ui/notice.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { ErrorState, PageSkeleton } from "../../ui/states.tsx";
import { Tabs } from "../../ui/tabs.tsx";
import { AboutToBeSentBadge } from "./about-to-be-sent.tsx";
import { CampaignActions } from "./campaign-actions.tsx";
import { CampaignError } from "./campaign-error.tsx";
import { CampaignPhone } from "./campaign-phone.tsx";
import { AboutToBeSent, CampaignProgress } from "./campaign-progress.tsx";
import { CampaignStatusBadge, isUnderWay, isUnsent } from "./campaign-status.tsx";
import { ExplainPanel } from "./explain-panel.tsx";

/** How often figures are fetched while a campaign is under way, in ms, in case live updates are lost. */
export const underWayInterval = 5000;

/** The frame of both tabs of a sent campaign: its name and status, and its text next to the tab. */
export function CampaignFrame({
  tab,
  children,
}: {
  tab: "performance" | "recipients";
  children: (campaign: Campaign) => ReactNode;
}) {
  const id = useParam("id");
  const t = useTranslations("campaigns");
  const go = useGo();
  const explain = useExplain();
  const may = useMay();
  const sends = useSends(useWorkspace().id);
  const now = useNow({ updateInterval: 10_000 });
  const { data, error, refetch } = useQuery({
    ...query("campaigns", "get", { params: { id } }),
    refetchInterval: ({ state }) => (state.data && isUnderWay(state.data.status) ? underWayInterval : false),
  });
  const [failure, setFailure] = useState<string | null>(null);
  const isDraft = data?.status === "draft";
  useEffect(() => {
    if (isDraft) go(paths.campaignEdit(id), { replace: true });
  }, [isDraft, go, id]);
  if (error && !data) {
    return <ErrorState title={t("loadFailed")} message={explain(error)} onRetry={() => void refetch()} />;
  }
  if (!data || isDraft) return <PageSkeleton />;
  const aboutToBeSent = isAboutToBeSent(data, sends, now.getTime());
  return (
    <>
      <DocumentTitle>{data.name}</DocumentTitle>
      <PageHeader
        title={data.name}
        above={<Link to={paths.campaigns()}>{t("title")}</Link>}
        status={aboutToBeSent ? <AboutToBeSentBadge /> : <CampaignStatusBadge status={data.status} />}
        description={<SentLine campaign={data} />}
        // Undo stands at the foot of every page, and is all that can be done for these seconds.
        action={aboutToBeSent ? null : <CampaignActions campaign={data} onFailure={setFailure} />}
      />
      <CampaignError
        campaign={data}
        action={
          isUnsent(data.status) && may("campaigns:write") ? (
            <ButtonLink to={paths.campaignEdit(id)} icon={<Pencil aria-hidden />}>
              {t("edit")}
            </ButtonLink>
          ) : null
        }
      />
      {failure === null ? null : (
        <div className="mb-5">
          <Notice tone="bad">{failure}</Notice>
        </div>
      )}
      <SandboxNotice sender={data.sender} />
      {aboutToBeSent ? <AboutToBeSent /> : <CampaignProgress campaign={data} />}
      <div className="grid items-start gap-x-8 gap-y-5 xl:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="min-w-0">
          {data.status === "scheduled" ? (
            <ExplainPanel campaignId={id} before />
          ) : (
            <Tabs
              label={t("views")}
              value={tab}
              onChange={(next) => go(next === "recipients" ? paths.campaignRecipients(id) : paths.campaign(id))}
              tabs={[
                { value: "performance", label: t("performance") },
                { value: "recipients", label: t("recipients") },
              ]}
            >
              {children(data)}
            </Tabs>
          )}
        </div>
        <aside aria-label={t("originalText")} className="flex flex-col gap-3">
          <h2 className="text-base">{t("originalText")}</h2>
          <CampaignPhone campaign={data} />
        </aside>
      </div>
    </>
  );
}

function SentLine({ campaign }: { campaign: Campaign }) {
  const t = useTranslations("campaigns");
  const format = useFormatter();
  if (!campaign.sent_at || isUnsent(campaign.status) || campaign.status === "scheduled") return null;
  const at = format.dateTime(new Date(campaign.sent_at), { dateStyle: "medium", timeStyle: "short" });
  const name = campaign.owner?.name;
  // Until all of it has left it is not sent, only begun.
  if (campaign.status !== "sent") return name ? t("startedBy", { at, name }) : t("startedAt", { at });
  return name ? t("sentBy", { at, name }) : t("sentAt", { at });
}
