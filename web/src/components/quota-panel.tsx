import { useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "use-intl";
import type { Usage } from "../../../contract/usage.ts";
import { query } from "../api/queries.ts";
import { useExplain } from "../lib/explain.ts";
import { paths } from "../paths.ts";
import { Meter } from "../ui/figures.tsx";
import { Panel } from "../ui/page-header.tsx";
import { ErrorState, Skeleton } from "../ui/states.tsx";
import { Link } from "./link.tsx";

/** From this share of the month's allowance the bar warns. */
const attention = 0.6;

/** The allowance as a bar: used, reserved, remaining. The figures are shown next to it. */
export function QuotaMeter({ usage }: { usage: Usage }) {
  const t = useTranslations("subscription");
  const { allowance, used, reserved, remaining } = usage;
  const taken = allowance > 0 ? (used + reserved) / allowance : 1;
  return (
    <Meter
      label={t("meter")}
      max={allowance}
      parts={[
        { value: used, tone: taken >= 1 ? "bad" : taken >= attention ? "warn" : "accent" },
        { value: reserved, tone: "info" },
      ]}
      text={t("meterText", { used, reserved, remaining, allowance })}
    />
  );
}

/** What is left of the current period, in a corner of the page. */
export function QuotaPanel() {
  const t = useTranslations("subscription");
  const format = useFormatter();
  const explain = useExplain();
  const usage = useQuery(query("usage", "get"));
  return (
    <Panel title={t("thisPeriod")} action={<Link to={paths.subscription()}>{t("details")}</Link>}>
      {usage.data ? (
        <div className="flex flex-col gap-2">
          <p className="figures">
            <span className="text-xl font-semibold">{format.number(usage.data.remaining)}</span>{" "}
            <span className="text-soft">{t("segmentsLeft", { allowance: usage.data.allowance })}</span>
          </p>
          <QuotaMeter usage={usage.data} />
          <p className="figures text-sm text-soft">
            {t("usedAndReserved", { used: usage.data.used, reserved: usage.data.reserved })}
          </p>
          <p className="text-sm text-soft">
            {t("renews", { date: format.dateTime(new Date(usage.data.period_end), { day: "numeric", month: "long" }) })}
          </p>
        </div>
      ) : usage.error ? (
        <ErrorState message={explain(usage.error)} onRetry={() => void usage.refetch()} />
      ) : (
        <Skeleton className="h-20 w-full" />
      )}
    </Panel>
  );
}
