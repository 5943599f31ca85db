import { useQuery } from "@tanstack/react-query";
import { Pencil, Send } from "lucide-react";
import { useEffect, useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { Campaign, Review } from "../../../../contract/campaigns.ts";
import { query, useCall } from "../../api/queries.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { ButtonLink, Link } from "../../components/link.tsx";
import { useGo, useParam } from "../../lib/location.ts";
import { createSendKey, randomKey } from "../../lib/send-key.ts";
import { useMay } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { Button } from "../../ui/button.tsx";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { Stat, Stats } from "../../ui/figures.tsx";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { ErrorState, PageSkeleton } from "../../ui/states.tsx";
import { CampaignError } from "./campaign-error.tsx";
import { CampaignPhone } from "./campaign-phone.tsx";
import { isUnsent } from "./campaign-status.tsx";
import { FindingsPanel } from "./findings-panel.tsx";
import { useExplainCampaign } from "./findings.ts";
import { QuotaPanel } from "./quota-panel.tsx";
import { RecipientsPanel } from "./recipients-panel.tsx";

/** The review before sending, and Send. */
export function ReviewCampaignPage() {
  const id = useParam("id");
  const t = useTranslations("campaigns");
  const go = useGo();
  const explain = useExplainCampaign();
  const campaign = useQuery(query("campaigns", "get", { params: { id } }));
  // A cached review may be out of date.
  const review = useQuery({ ...query("campaigns", "review", { params: { id } }), staleTime: 0, gcTime: 0 });
  const gone = campaign.data && !isUnsent(campaign.data.status);
  useEffect(() => {
    if (gone) go(paths.campaign(id), { replace: true });
  }, [gone, go, id]);
  const failed = [campaign, review].find((one) => one.error && !one.data);
  if (failed && !gone) {
    return <ErrorState title={t("loadFailed")} message={explain(failed.error)} onRetry={() => void failed.refetch()} />;
  }
  if (!campaign.data || !review.data || gone) return <PageSkeleton />;
  return <ReviewPanel campaign={campaign.data} review={review.data} />;
}

function ReviewPanel({ campaign, review }: { campaign: Campaign; review: Review }) {
  const t = useTranslations("campaigns");
  const format = useFormatter();
  const go = useGo();
  const explain = useExplainCampaign();
  const maySend = useMay()("campaigns:send");
  const send = useCall("campaigns", "send");
  const [key] = useState(() => createSendKey(randomKey));
  const [confirming, setConfirming] = useState(false);
  const { will } = review.recipients;
  const blocked = review.errors.length > 0 || will === 0;
  return (
    <>
      <DocumentTitle>{t("reviewTitle", { name: campaign.name })}</DocumentTitle>
      <PageHeader
        title={t("reviewTitle", { name: campaign.name })}
        above={<Link to={paths.campaigns()}>{t("title")}</Link>}
        action={
          <>
            <ButtonLink to={paths.campaignEdit(campaign.id)} icon={<Pencil aria-hidden />}>
              {t("edit")}
            </ButtonLink>
            {maySend ? (
              <Button
                kind="primary"
                icon={<Send aria-hidden />}
                disabled={blocked}
                aria-describedby={blocked ? "why-not" : undefined}
                onClick={() => setConfirming(true)}
              >
                {t("sendNow")}
              </Button>
            ) : null}
          </>
        }
      />
      <CampaignError campaign={campaign} />
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="flex min-w-0 flex-col gap-5">
          <FindingsPanel campaignId={campaign.id} errors={review.errors} warnings={review.warnings} id="why-not" />
          <RecipientsPanel recipients={review.recipients} />
          <Panel title={t("cost")}>
            <Stats>
              <Stat label={t("perMessage")}>{format.number(review.segments_per_message)}</Stat>
              <Stat label={t("segmentsEstimate")} aside={t("estimateNote")}>
                {format.number(review.segments_estimate)}
              </Stat>
            </Stats>
            <QuotaPanel quota={review.quota} needed={review.segments_estimate} />
          </Panel>
        </div>
        <CampaignPhone campaign={campaign} />
      </div>
      <ConfirmDialog
        open={confirming}
        onOpenChange={setConfirming}
        kind="primary"
        title={t("sendTitle", { name: campaign.name, count: will })}
        confirm={t("sendConfirm", { count: will })}
        explain={explain}
        onConfirm={async () => {
          try {
            await send.mutateAsync({
              params: { id: campaign.id },
              body: { reviewed: review.revision },
              idempotencyKey: key.current(),
            });
          } catch (error) {
            key.failed(error);
            throw error;
          }
          go(paths.campaign(campaign.id), { replace: true });
        }}
      >
        {t("sendText", { segments: review.segments_estimate })}
      </ConfirmDialog>
    </>
  );
}
