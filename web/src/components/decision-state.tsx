import { CircleCheck, Clock, type LucideIcon, SkipForward, TimerOff } from "lucide-react";
import { useTranslations } from "use-intl";
import type { Decision } from "../../../contract/bookings.ts";
import { Badge, type Tone } from "../ui/badge.tsx";

const looks: Record<Decision["state"], { tone: Tone; icon: LucideIcon }> = {
  sent: { tone: "good", icon: CircleCheck },
  skipped: { tone: "neutral", icon: SkipForward },
  waiting: { tone: "info", icon: Clock },
  missed: { tone: "warn", icon: TimerOff },
};

/** What a workflow decided, and why where it sent nothing; of a text also what became of it. */
export function DecisionState({
  decision: { state, action, reason, message_status },
}: {
  decision: Pick<Decision, "state" | "action" | "reason" | "message_status">;
}) {
  const t = useTranslations("decisions");
  const statuses = useTranslations("statuses.messages");
  const done = `done.${action}` as "done.webhook";
  const why = `reason.${reason}` as "reason.gone";
  return (
    <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
      <Badge tone={looks[state].tone} icon={looks[state].icon}>
        {state === "sent" && t.has(done) ? t(done) : t(`state.${state}`)}
      </Badge>
      {reason === null ? null : <span className="text-soft">{t.has(why) ? t(why) : reason}</span>}
      {state === "sent" && message_status !== null ? (
        <span className="text-faint">{statuses(message_status)}</span>
      ) : null}
    </span>
  );
}
