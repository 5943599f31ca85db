import { useState } from "react";
import { useTranslations } from "use-intl";
import type { Carrier } from "../../../../contract/carriers.ts";
import { useCall } from "../../api/queries.ts";
import { useExplain } from "../../lib/explain.ts";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { toast } from "../../ui/toast.tsx";
import { RemoveCarrierDialog } from "./remove-carrier-dialog.tsx";

/** The actions on a connection wherever it is shown, and their dialogs. */
export function useCarrierActions(onRemoved?: () => void) {
  const t = useTranslations("carriers");
  const explain = useExplain();
  const { mutateAsync: update } = useCall("carriers", "update");
  const [asking, setAsking] = useState<{ what: "switchOff" | "remove"; carrier: Carrier } | null>(null);
  const attempt = async (work: Promise<unknown>, done: string) => {
    try {
      await work;
      toast(done);
    } catch (error) {
      toast(explain(error), "bad");
    }
  };
  const close = (open: boolean) => {
    if (!open) setAsking(null);
  };
  const dialogs =
    asking?.what === "switchOff" ? (
      <ConfirmDialog
        open
        onOpenChange={close}
        title={t("switchOffTitle", { name: asking.carrier.name })}
        confirm={t("switchOff")}
        explain={explain}
        onConfirm={async () => {
          await update({ params: { id: asking.carrier.id }, body: { enabled: false } });
          toast(t("switchedOff", { name: asking.carrier.name }));
        }}
      >
        {t("switchOffText")}
      </ConfirmDialog>
    ) : asking ? (
      <RemoveCarrierDialog carrier={asking.carrier} onOpenChange={close} onRemoved={onRemoved} />
    ) : null;
  return {
    dialogs,
    switchOn: ({ id, name }: Carrier) =>
      void attempt(update({ params: { id }, body: { enabled: true } }), t("switchedOn", { name })),
    makeDefault: ({ id, name }: Carrier) =>
      void attempt(update({ params: { id }, body: { is_default: true } }), t("madeDefault", { name })),
    askToSwitchOff: (carrier: Carrier) => setAsking({ what: "switchOff", carrier }),
    askToRemove: (carrier: Carrier) => setAsking({ what: "remove", carrier }),
  };
}

export type CarrierActions = ReturnType<typeof useCarrierActions>;
