import { CircleAlert, CircleCheck, CirclePause, type LucideIcon, TriangleAlert } from "lucide-react";
import { useTranslations } from "use-intl";
import type { Webhook } from "../../../../contract/webhooks.ts";
import { Badge, type Tone } from "../../ui/badge.tsx";

type State = "on" | "off" | "failing" | "disabled";

const looks: Record<State, { tone: Tone; icon: LucideIcon }> = {
  on: { tone: "good", icon: CircleCheck },
  off: { tone: "neutral", icon: CirclePause },
  failing: { tone: "warn", icon: TriangleAlert },
  disabled: { tone: "bad", icon: CircleAlert },
};

export function stateOf({ enabled, disabled_at, failing_since }: Webhook): State {
  if (!enabled) return disabled_at ? "disabled" : "off";
  return failing_since ? "failing" : "on";
}

/** A webhook's status in words, with an icon. */
export function WebhookState({ webhook }: { webhook: Webhook }) {
  const t = useTranslations("webhooks");
  const state = stateOf(webhook);
  return (
    <Badge tone={looks[state].tone} icon={looks[state].icon}>
      {t(`states.${state}`)}
    </Badge>
  );
}
