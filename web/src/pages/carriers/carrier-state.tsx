import { CircleAlert, CircleCheck, CircleDashed, CirclePause, LoaderCircle, type LucideIcon } from "lucide-react";
import { useFormatter, useTranslations } from "use-intl";
import type { Carrier, CarrierStatus } from "../../../../contract/carriers.ts";
import { Badge, type Tone } from "../../ui/badge.tsx";

type State = CarrierStatus["state"] | "ready";

const looks: Record<State, { tone: Tone; icon: LucideIcon }> = {
  up: { tone: "good", icon: CircleCheck },
  ready: { tone: "good", icon: CircleCheck },
  connecting: { tone: "info", icon: LoaderCircle },
  down: { tone: "bad", icon: CircleAlert },
  off: { tone: "neutral", icon: CirclePause },
  unknown: { tone: "neutral", icon: CircleDashed },
};

/** How often a connection's status is fetched while its page is open, in ms. Workers report it every two seconds. */
export const stateInterval = 2500;

/** A connection's status; `ready` is the sandbox, which is always there. */
export function CarrierState({ state }: { state: State }) {
  const t = useTranslations("carriers");
  const { tone, icon } = looks[state];
  return (
    <Badge tone={tone} icon={icon}>
      {t(`states.${state}`)}
    </Badge>
  );
}

/** Whether the last error is why it is not connected now, and not history. */
export const isFailing = ({ enabled, status }: Carrier): boolean =>
  enabled && status.state !== "up" && status.last_error !== null;

/** The figures of a connection in words. */
export function useCarrierFigures(): { rate(status: CarrierStatus): string; backlog(status: CarrierStatus): string } {
  const t = useTranslations("carriers");
  const format = useFormatter();
  return {
    rate: ({ handed_over }) => format.number(handed_over, { maximumFractionDigits: 1 }),
    backlog: ({ backlog }) => (backlog >= 100_000 ? t("backlogMore", { count: backlog }) : format.number(backlog)),
  };
}
