import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import type { z } from "zod";
import type { Behaviour, Phone as PhoneShape } from "../../../../contract/sandbox.ts";
import { query, useCall } from "../../api/queries.ts";
import { useExplain } from "../../lib/explain.ts";
import { SelectField, TextField } from "../../ui/field.tsx";
import { FormShell, useForm } from "../../ui/form.tsx";
import { Panel } from "../../ui/page-header.tsx";
import { ErrorState, Skeleton } from "../../ui/states.tsx";
import { toast } from "../../ui/toast.tsx";

type Phone = z.infer<typeof PhoneShape>;

const behaviours = [
  "deliver",
  "fail",
  "lose_receipt",
  "double_receipt",
  "early_receipt",
  "throttle",
] as const satisfies readonly Behaviour[];
const errorCodes = ["30003", "30004", "30005", "30006", "30007", "30008"] as const;

/** How a handset reacts to messages: simulates what goes wrong on real networks. */
export function PhoneBehaviour({ number }: { number: string }) {
  const t = useTranslations("sandbox");
  const explain = useExplain();
  const { data, error, refetch } = useQuery(query("sandbox", "phone", { params: { number } }));
  return (
    <Panel title={t("behaviour")}>
      {error ? <ErrorState message={explain(error)} onRetry={() => void refetch()} /> : null}
      {data ? <BehaviourForm key={number} phone={data} /> : error ? null : <Skeleton className="h-16 w-full" />}
    </Panel>
  );
}

function BehaviourForm({ phone }: { phone: Phone }) {
  const t = useTranslations("sandbox");
  const ui = useTranslations("ui");
  const explain = useExplain();
  const behave = useCall("sandbox", "behave");
  const form = useForm({
    initial: {
      behaviour: phone.behaviour as Behaviour,
      error_code: phone.error_code ?? "30005",
      delay_ms: String(phone.delay_ms),
    },
    check: (values) => {
      const delay = Number(values.delay_ms);
      return Number.isInteger(delay) && delay >= 0 && delay <= 3_600_000 ? {} : { delay_ms: t("delayWrong") };
    },
    submit: (values) =>
      behave.mutateAsync({
        params: { number: phone.number },
        body: {
          behaviour: values.behaviour,
          error_code: values.behaviour === "fail" ? values.error_code : undefined,
          delay_ms: Number(values.delay_ms),
        },
      }),
    onSuccess: () => toast(t("behaviourSaved")),
    explain,
  });
  return (
    <FormShell form={form} submitLabel={ui("save")}>
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField
          label={t("does")}
          {...form.field("behaviour")}
          options={behaviours.map((value) => ({ value, label: t(`behaviours.${value}`) }))}
        />
        {form.values.behaviour === "fail" ? (
          <SelectField
            label={t("error")}
            {...form.field("error_code")}
            options={[
              ...errorCodes.map((value) => ({ value: value as string, label: `${value} · ${t(`errors.${value}`)}` })),
              // An uncommon code that was set through the API can still be chosen.
              ...(errorCodes.some((code) => code === form.values.error_code)
                ? []
                : [{ value: form.values.error_code, label: form.values.error_code }]),
            ]}
          />
        ) : null}
        <TextField label={t("delay")} inputMode="numeric" {...form.field("delay_ms")} />
      </div>
    </FormShell>
  );
}
