import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { formatPhoneNumber } from "../../../../rules/phone-number-format.ts";
import type { CallAnswer } from "../../api/client.ts";
import { query, useCall } from "../../api/queries.ts";
import { Link } from "../../components/link.tsx";
import { useExplain } from "../../lib/explain.ts";
import { useWorkspace } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { SelectField } from "../../ui/field.tsx";
import { type FieldBinding, FormShell, useForm } from "../../ui/form.tsx";
import { toast } from "../../ui/toast.tsx";

export type Sender = CallAnswer<"senders", "list">["items"][number];

/** The value of the sandbox in a select, whose values are texts. */
const sandbox = "sandbox";

/** The carriers that a sender may belong to; the default one until another is chosen. */
export function useCarrierChoice() {
  const t = useTranslations("settings");
  const { data } = useQuery(query("carriers", "list"));
  const carriers = data?.items ?? [];
  const usual = carriers.find((carrier) => carrier.is_default)?.id ?? sandbox;
  return {
    none: data !== undefined && carriers.length === 0,
    options: [
      ...carriers.map((carrier) => ({ value: carrier.id, label: carrier.name })),
      { value: sandbox, label: t("sandboxCarrier") },
    ],
    shown: (chosen: string | null) => chosen ?? usual,
    /** As the API has it: null is the sandbox. */
    idOf: (chosen: string | null) => ((chosen ?? usual) === sandbox ? null : (chosen ?? usual)),
  };
}

/** Chooses the carrier to which a sender's texts are submitted. */
export function SenderCarrierField({
  choice,
  hint,
  ...field
}: FieldBinding<string | null> & { choice: ReturnType<typeof useCarrierChoice>; hint?: string }) {
  const t = useTranslations("settings");
  return (
    <SelectField
      label={t("carrier")}
      hint={
        choice.none
          ? t.rich("noCarriersYet", { add: (chunks) => <Link to={paths.newCarrier()}>{chunks}</Link> })
          : (hint ?? t("carrierHint"))
      }
      options={choice.options}
      {...field}
      value={choice.shown(field.value)}
    />
  );
}

/** Moves a sender to another carrier. */
export function SenderCarrierDialog({
  sender,
  onOpenChange,
}: {
  sender: Sender;
  onOpenChange: (open: boolean) => void;
}) {
  const t = useTranslations("settings");
  const ui = useTranslations("ui");
  const { country } = useWorkspace();
  const update = useCall("senders", "update");
  const choice = useCarrierChoice();
  const name = formatPhoneNumber(sender.address, country);
  const form = useForm({
    initial: { carrier_id: (sender.carrier_id ?? sandbox) as string | null },
    submit: ({ carrier_id }) =>
      update.mutateAsync({ params: { id: sender.id }, body: { carrier_id: choice.idOf(carrier_id) } }),
    onSuccess: ({ carrier, carrier_id }) => {
      toast(t("carrierChanged", { sender: name, carrier: carrier_id === null ? t("sandboxCarrier") : carrier }));
      onOpenChange(false);
    },
    explain: useExplain(),
  });
  return (
    <Dialog open onOpenChange={onOpenChange} size="small" title={t("carrierTitle", { sender: name })}>
      <FormShell form={form} submitLabel={ui("save")} guard={false}>
        <SenderCarrierField choice={choice} hint={t("carrierWaiting")} {...form.field("carrier_id")} />
      </FormShell>
    </Dialog>
  );
}
