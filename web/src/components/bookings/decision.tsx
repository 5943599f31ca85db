/** What a workflow decided for one recipient, in words. */
import {
  CircleCheck,
  Clock,
  Hourglass,
  type LucideIcon,
  Mail,
  MessageSquare,
  SkipForward,
  Workflow,
} from "lucide-react";
import { useCallback } from "react";
import { useTranslations } from "use-intl";
import type { Decision } from "../../../../contract/decisions.ts";
import { formatPhoneNumber } from "../../../../rules/phone-number-format.ts";
import { useWorkspace } from "../../lib/session.ts";
import { Badge, type Tone } from "../../ui/badge.tsx";

const looks: Record<Decision["state"], { tone: Tone; icon: LucideIcon }> = {
  sent: { tone: "good", icon: CircleCheck },
  waiting: { tone: "info", icon: Hourglass },
  skipped: { tone: "neutral", icon: SkipForward },
  missed: { tone: "warn", icon: Clock },
};

export function DecisionState({ state }: { state: Decision["state"] }) {
  const t = useTranslations("statuses.decisions");
  return (
    <Badge tone={looks[state].tone} icon={looks[state].icon}>
      {t(state)}
    </Badge>
  );
}

/** Explains why a workflow sent nothing, or sent otherwise; a reason without a translation is shown as it is. */
export function useDecisionReason(): (reason: string) => string {
  const t = useTranslations("statuses");
  return useCallback(
    (reason) => {
      const own = `decisionReasons.${reason}` as "decisionReasons.muted";
      const skipped = `reasons.${reason}` as "reasons.landline";
      return t.has(own) ? t(own) : t.has(skipped) ? t(skipped) : reason;
    },
    [t],
  );
}

/** The recipient by name and number or address, whichever are known; null where there is none. */
export function useRecipient(): (decision: Pick<Decision, "name" | "to" | "channel">) => string | null {
  const { country } = useWorkspace();
  return ({ name, to, channel }) => {
    const address = to && channel === "sms" ? formatPhoneNumber(to, country) : to;
    return [name, address === name ? null : address].filter(Boolean).join(", ") || null;
  };
}

const channelIcons = { sms: MessageSquare, email: Mail, none: Workflow };

/** A text, a mail, or something that the workflow does itself. The words beside it say which. */
export function ChannelIcon({ channel }: { channel: Decision["channel"] }) {
  const Icon = channelIcons[channel];
  return <Icon className="mt-0.5 size-4 shrink-0 text-faint" aria-hidden />;
}
