import { useTranslations } from "use-intl";
import { formatPhoneNumber } from "../../../../rules/phone-number-format.ts";
import { useCall } from "../../api/queries.ts";
import { useExplain } from "../../lib/explain.ts";
import { useWorkspace } from "../../lib/session.ts";
import { Checkbox, RadioGroup } from "../../ui/choice.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { FormShell, useForm } from "../../ui/form.tsx";
import { toast } from "../../ui/toast.tsx";
import { type Sender, SenderCarrierField, useCarrierChoice } from "./sender-carrier.tsx";

const fastest = 10_000;

/** The typed rate: null for none, NaN for an invalid one. */
export function readRate(text: string): number | null {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  if (!/^\d{1,5}$/.test(trimmed)) return Number.NaN;
  const rate = Number(trimmed);
  return rate >= 1 && rate <= fastest ? rate : Number.NaN;
}

/** Adds a sender: a number of the sandbox, or an own number or name. */
export function NewSenderDialog({ onOpenChange }: { onOpenChange: (open: boolean) => void }) {
  const t = useTranslations("settings");
  const { country } = useWorkspace();
  const create = useCall("senders", "create");
  const choice = useCarrierChoice();
  const form = useForm({
    initial: {
      from: "sandbox" as "sandbox" | "own",
      address: "",
      carrier_id: null as string | null,
      rate_per_second: "",
      is_default: false,
    },
    check: ({ from, address, rate_per_second }) => ({
      ...(from === "own" && address.trim() === "" ? { address: t("addressMissing") } : {}),
      ...(Number.isNaN(readRate(rate_per_second)) ? { rate_per_second: t("rateWrong") } : {}),
    }),
    submit: ({ from, address, carrier_id, rate_per_second, is_default }) =>
      create.mutateAsync({
        body: {
          ...(from === "own" ? { address, carrier_id: choice.idOf(carrier_id) } : { carrier_id: null }),
          is_default,
          rate_per_second: readRate(rate_per_second),
        },
      }),
    onSuccess: (sender) => {
      toast(t("senderAdded", { sender: formatPhoneNumber(sender.address, country) }));
      onOpenChange(false);
    },
    explain: useExplain(),
  });
  return (
    <Dialog open onOpenChange={onOpenChange} title={t("newSender")}>
      <FormShell form={form} submitLabel={t("addSender")} guard={false}>
        <RadioGroup
          label={t("senderFrom")}
          value={form.values.from}
          onChange={(from) => form.set({ from })}
          options={[
            { value: "sandbox", label: t("fromSandbox"), hint: t("fromSandboxHint") },
            { value: "own", label: t("fromOwn"), hint: t("fromOwnHint") },
          ]}
        />
        {form.values.from === "own" ? (
          <>
            <TextField label={t("address")} hint={t("addressHint")} maxLength={40} {...form.field("address")} />
            <SenderCarrierField choice={choice} {...form.field("carrier_id")} />
          </>
        ) : null}
        <TextField
          label={t("rate")}
          hint={t("rateHint")}
          optional
          inputMode="numeric"
          {...form.field("rate_per_second")}
        />
        <Checkbox
          label={t("useAsDefault")}
          checked={form.values.is_default}
          onChange={(is_default) => form.set({ is_default })}
        />
      </FormShell>
    </Dialog>
  );
}

/** Sets how fast a sender's texts are submitted. */
export function SenderRateDialog({ sender, onOpenChange }: { sender: Sender; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations("settings");
  const ui = useTranslations("ui");
  const { country } = useWorkspace();
  const update = useCall("senders", "update");
  const form = useForm({
    initial: { rate_per_second: sender.rate_per_second === null ? "" : String(sender.rate_per_second) },
    check: ({ rate_per_second }) =>
      Number.isNaN(readRate(rate_per_second)) ? { rate_per_second: t("rateWrong") } : {},
    submit: ({ rate_per_second }) =>
      update.mutateAsync({ params: { id: sender.id }, body: { rate_per_second: readRate(rate_per_second) } }),
    onSuccess: () => {
      toast(ui("saved"));
      onOpenChange(false);
    },
    explain: useExplain(),
  });
  return (
    <Dialog
      open
      onOpenChange={onOpenChange}
      size="small"
      title={t("rateTitle", { sender: formatPhoneNumber(sender.address, country) })}
    >
      <FormShell form={form} submitLabel={ui("save")} guard={false}>
        <TextField
          label={t("rate")}
          hint={t("rateHint")}
          optional
          inputMode="numeric"
          {...form.field("rate_per_second")}
        />
      </FormShell>
    </Dialog>
  );
}
