import { useTranslations } from "use-intl";
import type { SeriesStep } from "../../../../rules/series-step.ts";
import { Chart } from "../../ui/chart.tsx";
import { Panel } from "../../ui/page-header.tsx";

interface Moment {
  at: string;
  sent: number;
  delivered: number;
  not_delivered: number;
}

/** Sent, delivered and not delivered over time, as lines or as a table. */
export function SeriesPanel({ series, step }: { series: readonly Moment[]; step: SeriesStep }) {
  const t = useTranslations("campaigns");
  if (series.length === 0) return null;
  return (
    <Panel title={t("overTime", { step })}>
      <Chart
        label={t("overTime", { step })}
        step={step}
        times={series.map((moment) => moment.at)}
        series={[
          { label: t("sent"), values: series.map((moment) => moment.sent) },
          { label: t("delivered"), values: series.map((moment) => moment.delivered) },
          { label: t("notDelivered"), values: series.map((moment) => moment.not_delivered) },
        ]}
      />
    </Panel>
  );
}
