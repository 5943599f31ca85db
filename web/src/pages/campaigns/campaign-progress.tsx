import { CalendarClock, Clock } from "lucide-react";
import { useFormatter, useTranslations } from "use-intl";
import type { Campaign } from "../../../../contract/campaigns.ts";
import { Progress } from "../../ui/figures.tsx";
import { Notice } from "../../ui/notice.tsx";
import { useScheduleWords, useZoneWords } from "./schedule-words.tsx";

/** Where a campaign stands that is not through: when it begins, what has left, what waits. */
export function CampaignProgress({ campaign }: { campaign: Campaign }) {
  const t = useTranslations("campaigns");
  const { status, counts } = campaign;
  if (status === "scheduled") return <Scheduled campaign={campaign} />;
  if (status === "cancelled") {
    return (
      <div className="mb-5">
        <Notice tone="neutral" title={t("cancelledTitle", { sent: counts.sent })}>
          {t("cancelledText", { count: Math.max(0, counts.recipients - counts.sent) })}
        </Notice>
      </div>
    );
  }
  if (status !== "preparing" && status !== "sending" && status !== "paused") return null;
  return <Progressing campaign={campaign} />;
}

/** The seconds after Send in which it can be taken back. */
export function AboutToBeSent() {
  const t = useTranslations("campaigns");
  return (
    <div className="mb-5 rounded-lg border border-line bg-surface p-4">
      <p className="font-medium">{t("aboutToBeSentTitle")}</p>
      <p className="mt-1 text-soft">{t("aboutToBeSentText")}</p>
    </div>
  );
}

function Scheduled({ campaign }: { campaign: Campaign }) {
  const t = useTranslations("campaigns");
  const words = useScheduleWords();
  return (
    <div className="mb-5 flex gap-3 rounded-lg border border-line bg-surface p-4">
      <CalendarClock className="mt-0.5 size-5 shrink-0 text-info" aria-hidden />
      <div className="min-w-0">
        <p className="font-medium" role="status">
          {words(campaign)}
        </p>
        <p className="mt-1 text-soft">{t("scheduledText")}</p>
        <p className="mt-1 text-soft">{t("scheduledLocked")}</p>
      </div>
    </div>
  );
}

function Progressing({ campaign }: { campaign: Campaign }) {
  const t = useTranslations("campaigns");
  const { recipients, pending, not_sent } = campaign.counts;
  const done = Math.max(0, recipients - pending);
  const paused = campaign.status === "paused";
  const preparing = campaign.status === "preparing" || recipients === 0;
  return (
    <div className="mb-5 flex flex-col gap-2 rounded-lg border border-line bg-surface p-4">
      <p className="figures font-medium" role="status">
        {paused
          ? t("pausedTitle", { done, recipients })
          : preparing
            ? t("preparing")
            : t("progress", { done, recipients })}
      </p>
      <Progress label={t("progressLabel")} value={preparing && !paused ? undefined : done} max={recipients} />
      {campaign.waiting ? <Waiting {...campaign.waiting} /> : null}
      <p className="text-sm text-faint">
        {paused ? t("pausedText") : t("progressText")}
        {not_sent > 0 ? ` ${t("notSentSoFar", { count: not_sent })}` : ""}
      </p>
    </div>
  );
}

/** Texts that wait for quiet hours, or for their recipients' own time, so that a still figure does not look stuck. */
function Waiting({ count, until }: NonNullable<Campaign["waiting"]>) {
  const t = useTranslations("campaigns");
  const format = useFormatter();
  const zone = useZoneWords();
  return (
    <p className="flex gap-2" role="status">
      <Clock className="mt-0.5 size-4 shrink-0 text-info" aria-hidden />
      {t("waiting", { count, at: format.dateTime(new Date(until), { dateStyle: "medium", timeStyle: "short" }), zone })}
    </p>
  );
}
