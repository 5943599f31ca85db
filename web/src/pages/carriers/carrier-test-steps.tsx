import { useQuery } from "@tanstack/react-query";
import { CircleAlert, CircleCheck, CircleDashed } from "lucide-react";
import { useFormatter, useTranslations } from "use-intl";
import type { TestStep } from "../../../../contract/carriers.ts";
import { query } from "../../api/queries.ts";
import { useExplain } from "../../lib/explain.ts";
import { classes } from "../../ui/classes.ts";
import { Panel } from "../../ui/page-header.tsx";
import { ErrorState, Skeleton } from "../../ui/states.tsx";

const looks = {
  done: { icon: CircleCheck, colour: "text-good" },
  waiting: { icon: CircleDashed, colour: "text-faint" },
  failed: { icon: CircleAlert, colour: "text-bad-ink" },
} as const;

/** The progress of a test text, step by step, as it happens. */
export function CarrierTestSteps({ carrierId, messageId }: { carrierId: string; messageId: string }) {
  const t = useTranslations("carriers");
  const explain = useExplain();
  const { data, error, refetch } = useQuery({
    ...query("carriers", "testSteps", { params: { id: carrierId, message_id: messageId } }),
    refetchInterval: ({ state }) => (state.data?.finished ? false : 1000),
  });
  return (
    <Panel title={t("testSteps")}>
      {error && !data ? <ErrorState message={explain(error)} onRetry={() => void refetch()} /> : null}
      {!error && !data ? <Skeleton className="h-40 w-full" /> : null}
      <p role="status" className="mb-3 text-soft empty:hidden">
        {data ? t(outcome(data)) : null}
      </p>
      <ol className="flex flex-col gap-3">
        {data?.steps.map((step) => (
          <Step key={step.step} step={step} />
        ))}
      </ol>
    </Panel>
  );
}

function outcome({ steps, finished }: { steps: readonly TestStep[]; finished: boolean }) {
  if (steps.some((step) => step.state === "failed")) return "testFailed";
  if (steps.every((step) => step.state === "done")) return "testDone";
  return finished ? "testEnded" : "testUnderWay";
}

function Step({ step: { step, state, at, detail } }: { step: TestStep }) {
  const t = useTranslations("carriers");
  const format = useFormatter();
  const { icon: Icon, colour } = looks[state];
  return (
    <li className="flex items-start gap-3">
      <Icon className={classes("mt-0.5 size-5 shrink-0", colour)} aria-hidden />
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-baseline justify-between gap-x-3">
          <p className={classes("font-medium", state === "waiting" && "text-soft")}>
            {t(`steps.${step}`)}
            <span className="sr-only"> ({t(`stepStates.${state}`)})</span>
          </p>
          {at ? (
            <time dateTime={at} className="figures text-sm text-faint">
              {format.dateTime(new Date(at), { timeStyle: "medium" })}
            </time>
          ) : null}
        </div>
        {detail ? (
          <p className={classes("text-sm break-words", state === "failed" ? "text-bad-ink" : "text-soft")}>
            {step === "accepted" && state === "done" ? t("reference", { reference: detail }) : detail}
          </p>
        ) : null}
      </div>
    </li>
  );
}
