import { useTranslations } from "use-intl";
import { useCall } from "../../api/queries.ts";
import { useExplain } from "../../lib/explain.ts";
import { useMay, useWorkspace } from "../../lib/session.ts";
import { TextField } from "../../ui/field.tsx";
import { FormShell, useForm } from "../../ui/form.tsx";
import { Panel } from "../../ui/page-header.tsx";
import { toast } from "../../ui/toast.tsx";
import { readAmount, readSeconds } from "./read-numbers.ts";

/** How long Send can be taken back, and what a segment costs. */
export function SendingPanel() {
  const t = useTranslations("settings");
  const ui = useTranslations("ui");
  const may = useMay();
  const { undo_seconds, segment_price } = useWorkspace();
  const save = useCall("workspaces", "update");
  const form = useForm({
    initial: {
      undo_seconds: String(undo_seconds),
      amount: segment_price ? String(segment_price.amount) : "",
      currency: segment_price?.currency ?? "",
    },
    required: ["undo_seconds"],
    names: { segment_price: "amount", "segment_price.amount": "amount", "segment_price.currency": "currency" },
    check: (values) => ({
      ...(readSeconds(values.undo_seconds) === undefined && { undo_seconds: t("undoWrong") }),
      ...(readAmount(values.amount) === undefined && { amount: t("priceWrong") }),
      ...(readAmount(values.amount) !== null &&
        !/^[a-z]{3}$/i.test(values.currency.trim()) && { currency: t("currencyWrong") }),
    }),
    submit: ({ undo_seconds: seconds, amount, currency }) => {
      const price = readAmount(amount) ?? null;
      return save.mutateAsync({
        body: {
          undo_seconds: readSeconds(seconds) ?? undo_seconds,
          segment_price: price === null ? null : { amount: price, currency: currency.trim().toUpperCase() },
        },
      });
    },
    onSuccess: () => toast(ui("saved")),
    explain: useExplain(),
  });
  return (
    <Panel title={t("sending")}>
      <FormShell form={form} submitLabel={ui("save")} readOnly={!may("workspace:write")}>
        <TextField
          label={t("undoSeconds")}
          hint={t("undoHint")}
          inputMode="numeric"
          maxLength={2}
          {...form.field("undo_seconds")}
        />
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            label={t("segmentPrice")}
            hint={t("segmentPriceHint")}
            inputMode="decimal"
            maxLength={12}
            optional
            {...form.field("amount")}
          />
          <TextField
            label={t("currency")}
            hint={t("currencyHint")}
            maxLength={3}
            optional
            {...form.field("currency")}
          />
        </div>
      </FormShell>
    </Panel>
  );
}
