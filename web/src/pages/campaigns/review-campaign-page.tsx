import { useQuery, useQueryClient } from "@tanstack/react-query";
import { CalendarClock, Pencil, Send } from "lucide-react";
import { useEffect, useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { Campaign, Review } from "../../../../contract/campaigns.ts";
import { ApiError } from "../../api/api-error.ts";
import { query, refresh, useCall } from "../../api/queries.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { ButtonLink, Link } from "../../components/link.tsx";
import { SandboxNotice, useIsSandbox } from "../../components/sandbox.tsx";
import { useGo, useParam } from "../../lib/location.ts";
import { createSendKey, randomKey } from "../../lib/send-key.ts";
import { watchSend } from "../../lib/sends.ts";
import { useMay, useWorkspace } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { Button } from "../../ui/button.tsx";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { Stat, Stats } from "../../ui/figures.tsx";
import { Notice } from "../../ui/notice.tsx";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { ErrorState, PageSkeleton } from "../../ui/states.tsx";
import { toast } from "../../ui/toast.tsx";
import { CampaignError } from "./campaign-error.tsx";
import { CampaignPhone } from "./campaign-phone.tsx";
import { isUnsent } from "./campaign-status.tsx";
import { ExplainPanel } from "./explain-panel.tsx";
import { FindingsPanel } from "./findings-panel.tsx";
import { useExplainCampaign } from "./findings.ts";
import { QuotaPanel } from "./quota-panel.tsx";
import { RecipientsPanel } from "./recipients-panel.tsx";
import { ScheduleDialog } from "./schedule-dialog.tsx";
import { SendingPanel } from "./sending-panel.tsx";

/** The review before sending, Send and Schedule. Both are bound to the revision that the page shows. */
export function ReviewCampaignPage() {
  const id = useParam("id");
  const t = useTranslations("campaigns");
  const go = useGo();
  const explain = useExplainCampaign();
  const campaign = useQuery(query("campaigns", "get", { params: { id } }));
  // A cached review may be out of date.
  const review = useQuery({ ...query("campaigns", "review", { params: { id }, body: {} }), staleTime: 0, gcTime: 0 });
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

/** Errors that may be gone when a scheduled campaign begins. */
const later = ["quota_exceeded", "nobody"];

function ReviewPanel({ campaign, review }: { campaign: Campaign; review: Review }) {
  const t = useTranslations("campaigns");
  const format = useFormatter();
  const go = useGo();
  const client = useQueryClient();
  const explain = useExplainCampaign();
  const maySend = useMay()("campaigns:send");
  const { id: workspaceId, undo_seconds, segment_price } = useWorkspace();
  const sandbox = useIsSandbox(campaign.sender);
  const send = useCall("campaigns", "send");
  const [key] = useState(() => createSendKey(randomKey));
  /** The dialog that is open, with the review that its figures are of. */
  const [asking, setAsking] = useState<{ to: "send" | "schedule"; review: Review } | null>(null);
  /** The revision that this page was opened with, or has made itself. */
  const [own, setOwn] = useState(review.revision);
  const [refused, setRefused] = useState(false);
  const { will } = review.recipients;
  const blocked = review.errors.length > 0 || will === 0;
  const cannotWait = review.errors.some(({ code }) => !later.includes(code));
  const changed = refused || review.revision > own;
  const showAnew = () => {
    setRefused(true);
    setAsking(null);
    void refresh(client, "campaigns");
  };
  /** Its result is told on whatever page; the draft that was read before is none. */
  const watch = (sent: Campaign, undoSeconds: number) => {
    client.setQueryData(query("campaigns", "get", { params: { id: sent.id } }).queryKey, sent);
    const undoUntil = undoSeconds > 0 ? Date.now() + undoSeconds * 1000 : null;
    watchSend(workspaceId, { id: sent.id, name: sent.name, undoUntil });
  };
  const sendNow = async (of: Review) => {
    try {
      const body = { reviewed: of.revision, undo_seconds };
      watch(await send.mutateAsync({ params: { id: campaign.id }, body, idempotencyKey: key.current() }), undo_seconds);
    } catch (error) {
      key.failed(error);
      if (!(error instanceof ApiError) || error.code !== "campaign_changed") throw error;
      showAnew();
      return;
    }
    go(paths.campaign(campaign.id), { replace: true });
  };
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
              <>
                <Button
                  icon={<CalendarClock aria-hidden />}
                  disabled={cannotWait}
                  aria-describedby={cannotWait ? "why-not" : undefined}
                  onClick={() => setAsking({ to: "schedule", review })}
                >
                  {t("schedule.open")}
                </Button>
                <Button
                  kind="primary"
                  icon={<Send aria-hidden />}
                  disabled={blocked}
                  aria-describedby={blocked ? "why-not" : undefined}
                  onClick={() => setAsking({ to: "send", review })}
                >
                  {t("sendNow")}
                </Button>
              </>
            ) : null}
          </>
        }
      />
      <div role="status" className="empty:hidden">
        {changed ? (
          <div className="mb-5">
            <Notice tone="warn" title={t(refused ? "changedRefused" : "changedHere")}>
              {t("changedBy", { name: campaign.changed_by?.name ?? t("somebody") })}
            </Notice>
          </div>
        ) : null}
      </div>
      <SandboxNotice sender={campaign.sender} />
      <CampaignError campaign={campaign} />
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="flex min-w-0 flex-col gap-5">
          <FindingsPanel
            campaignId={campaign.id}
            errors={review.errors}
            warnings={review.warnings}
            id="why-not"
            onChange={setOwn}
          />
          <SendingPanel campaign={campaign} />
          <RecipientsPanel campaignId={campaign.id} recipients={review.recipients} />
          <Panel title={t("cost")}>
            <Stats>
              <Stat label={t("perMessage")}>{format.number(review.segments_per_message)}</Stat>
              <Stat label={t("segmentsEstimate")} aside={t("estimateNote")}>
                {format.number(review.segments_estimate)}
              </Stat>
              {segment_price ? (
                <Stat label={t("priceEstimate")} aside={t("estimateNote")}>
                  {format.number(review.segments_estimate * segment_price.amount, {
                    style: "currency",
                    currency: segment_price.currency,
                  })}
                </Stat>
              ) : null}
            </Stats>
            <QuotaPanel quota={review.quota} needed={review.segments_estimate} />
          </Panel>
          <ExplainPanel campaignId={campaign.id} before />
        </div>
        <CampaignPhone campaign={campaign} />
      </div>
      {asking?.to === "schedule" ? (
        <ScheduleDialog
          campaign={campaign}
          reviewed={asking.review.revision}
          onClose={() => setAsking(null)}
          onChanged={showAnew}
          onSchedule={(scheduled) => {
            toast(t("scheduledToast", { name: campaign.name }));
            watch(scheduled, 0);
            go(paths.campaign(campaign.id), { replace: true });
          }}
        />
      ) : null}
      {asking?.to === "send" ? (
        <ConfirmDialog
          open
          onOpenChange={() => setAsking(null)}
          kind="primary"
          title={t("sendTitle", { name: campaign.name, count: asking.review.recipients.will })}
          confirm={t("sendConfirm", { count: asking.review.recipients.will })}
          explain={explain}
          onConfirm={() => sendNow(asking.review)}
        >
          <p>{t("sendText", { segments: asking.review.segments_estimate })}</p>
          {undo_seconds > 0 ? <p className="mt-2">{t("sendUndo", { seconds: undo_seconds })}</p> : null}
          {sandbox ? <p className="mt-2 font-medium text-warn-ink">{t("sendSandbox")}</p> : null}
        </ConfirmDialog>
      ) : null}
    </>
  );
}
