import { useTranslations } from "use-intl";
import type { CallAnswer } from "../../api/client.ts";
import { useCall } from "../../api/queries.ts";
import { useExplain } from "../../lib/explain.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { FormShell, useForm } from "../../ui/form.tsx";
import { toast } from "../../ui/toast.tsx";

/** A whole number within bounds, or null for anything else; spaces may separate groups of digits. */
export function readWhole(text: string, least: number, most: number): number | null {
  const digits = text.replace(/[\s\u00a0\u202f]/g, "");
  if (!/^\d{1,15}$/.test(digits)) return null;
  const value = Number(digits);
  return value >= least && value <= most ? value : null;
}

const mostAllowance = 10_000_000_000;

/** Changes allowance and renewal day; only super admins may. */
export function SubscriptionDialog({
  subscription,
  onOpenChange,
}: {
  subscription: CallAnswer<"subscription", "get">;
  onOpenChange: (open: boolean) => void;
}) {
  const t = useTranslations("subscription");
  const ui = useTranslations("ui");
  const update = useCall("subscription", "update");
  const form = useForm({
    initial: { allowance: String(subscription.allowance), renewal_day: String(subscription.renewal_day) },
    check: ({ allowance, renewal_day }) => ({
      ...(readWhole(allowance, 0, mostAllowance) === null ? { allowance: t("allowanceWrong") } : {}),
      ...(readWhole(renewal_day, 1, 31) === null ? { renewal_day: t("renewalDayWrong") } : {}),
    }),
    submit: ({ allowance, renewal_day }) =>
      update.mutateAsync({
        body: {
          allowance: readWhole(allowance, 0, mostAllowance) ?? undefined,
          renewal_day: readWhole(renewal_day, 1, 31) ?? undefined,
        },
      }),
    onSuccess: () => {
      toast(ui("saved"));
      onOpenChange(false);
    },
    explain: useExplain(),
  });
  return (
    <Dialog open onOpenChange={onOpenChange} size="small" title={t("changeTitle")}>
      <FormShell form={form} submitLabel={ui("save")} guard={false}>
        <TextField label={t("allowance")} hint={t("allowanceHint")} inputMode="numeric" {...form.field("allowance")} />
        <TextField
          label={t("renewalDay")}
          hint={t("renewalDayHint")}
          inputMode="numeric"
          {...form.field("renewal_day")}
        />
      </FormShell>
    </Dialog>
  );
}
