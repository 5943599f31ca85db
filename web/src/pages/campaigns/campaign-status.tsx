import {
  CalendarClock,
  CircleCheck,
  CircleDashed,
  CirclePause,
  CircleSlash,
  CircleX,
  type LucideIcon,
  Send,
} from "lucide-react";
import { useFormatter, useTranslations } from "use-intl";
import type { Campaign, CampaignStatus } from "../../../../contract/campaigns.ts";
import { Badge, type Tone } from "../../ui/badge.tsx";

const looks: Record<CampaignStatus, { tone: Tone; icon: LucideIcon }> = {
  draft: { tone: "neutral", icon: CircleDashed },
  scheduled: { tone: "info", icon: CalendarClock },
  preparing: { tone: "info", icon: Send },
  sending: { tone: "info", icon: Send },
  paused: { tone: "warn", icon: CirclePause },
  sent: { tone: "good", icon: CircleCheck },
  cancelled: { tone: "neutral", icon: CircleSlash },
  failed: { tone: "bad", icon: CircleX },
};

/** Whether it can be edited, reviewed and sent: of a failed campaign nothing was sent. */
export const isUnsent = (status: CampaignStatus) => status === "draft" || status === "failed";

/** In the order of a campaign's life. The contract's own list would load zod. */
export const statuses = [
  "draft",
  "scheduled",
  "preparing",
  "sending",
  "paused",
  "sent",
  "cancelled",
  "failed",
] as const satisfies readonly CampaignStatus[];

/** Whether status or figures still change by themselves. */
export const isUnderWay = (status: CampaignStatus) =>
  status === "scheduled" || status === "preparing" || status === "sending" || status === "paused";

/** A campaign's status, and for a scheduled one the moment when it begins. */
export function CampaignStanding({ campaign: { status, scheduled_at, schedule } }: { campaign: Campaign }) {
  const format = useFormatter();
  const style = { dateStyle: "medium", timeStyle: "short" } as const;
  const at =
    status !== "scheduled" || !scheduled_at
      ? null
      : schedule?.local
        ? format.dateTime(new Date(`${schedule.at.slice(0, 16)}Z`), { ...style, timeZone: "UTC" })
        : format.dateTime(new Date(scheduled_at), style);
  return (
    <>
      <CampaignStatusBadge status={status} />
      {at ? <p className="mt-0.5 text-sm whitespace-nowrap text-soft">{at}</p> : null}
    </>
  );
}

/** A campaign's status in words, with an icon. */
export function CampaignStatusBadge({ status }: { status: CampaignStatus }) {
  const t = useTranslations("statuses.campaigns");
  return (
    <Badge tone={looks[status].tone} icon={looks[status].icon}>
      {t(status)}
    </Badge>
  );
}
