import { Ban, CircleCheck, CircleX, Clock, type LucideIcon, Send, SkipForward } from "lucide-react";
import { useCallback } from "react";
import { useTranslations } from "use-intl";
import type { Message } from "../../../../contract/messages.ts";
import { Badge, type Tone } from "../../ui/badge.tsx";

const looks: Record<Message["status"], { tone: Tone; icon: LucideIcon }> = {
  queued: { tone: "neutral", icon: Clock },
  submitted: { tone: "info", icon: Send },
  sent: { tone: "info", icon: Send },
  delivered: { tone: "good", icon: CircleCheck },
  undelivered: { tone: "bad", icon: CircleX },
  failed: { tone: "bad", icon: CircleX },
  expired: { tone: "warn", icon: Clock },
  skipped: { tone: "warn", icon: SkipForward },
  cancelled: { tone: "neutral", icon: Ban },
  received: { tone: "neutral", icon: CircleCheck },
};

/** A message's status in words, with an icon. */
export function MessageStatusBadge({ status }: { status: Message["status"] }) {
  const t = useTranslations("statuses.messages");
  return (
    <Badge tone={looks[status].tone} icon={looks[status].icon}>
      {t(status)}
    </Badge>
  );
}

/** Explains a skip or failure reason; one without a translation is shown as it is. */
export function useReason(): (reason: string) => string {
  const t = useTranslations("statuses.reasons");
  return useCallback(
    (reason) => {
      const key = reason as "no_consent";
      return t.has(key) ? t(key) : reason;
    },
    [t],
  );
}
