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
import { useTranslations } from "use-intl";
import type { CampaignStatus } from "../../../../contract/campaigns.ts";
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

/** A campaign's status in words, with an icon. */
export function CampaignStatusBadge({ status }: { status: CampaignStatus }) {
  const t = useTranslations("statuses.campaigns");
  return (
    <Badge tone={looks[status].tone} icon={looks[status].icon}>
      {t(status)}
    </Badge>
  );
}
