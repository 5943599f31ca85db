import { KeyRound, Pencil, Power, PowerOff, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { Webhook } from "../../../../contract/webhooks.ts";
import { useCall } from "../../api/queries.ts";
import { RowMenu } from "../../components/row-menu.tsx";
import { useExplain } from "../../lib/explain.ts";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { MenuItem } from "../../ui/menu.tsx";
import { toast } from "../../ui/toast.tsx";
import { EditWebhookDialog, RotateDialog } from "./webhook-dialogs.tsx";

interface Asking {
  what: "edit" | "rotate" | "switchOff" | "remove";
  webhook: Webhook;
}

/** The actions on a webhook wherever it is shown, and their dialogs. */
export function useWebhookActions(onRemoved?: () => void) {
  const t = useTranslations("webhooks");
  const explain = useExplain();
  const { mutateAsync: update } = useCall("webhooks", "update");
  const { mutateAsync: remove } = useCall("webhooks", "remove");
  const [asking, setAsking] = useState<Asking | null>(null);
  const close = (open: boolean) => {
    if (!open) setAsking(null);
  };
  const switchOn = async ({ id }: Webhook) => {
    try {
      await update({ params: { id }, body: { enabled: true } });
      toast(t("switchedOn"));
    } catch (error) {
      toast(explain(error), "bad");
    }
  };
  const menu = (webhook: Webhook) => (
    <RowMenu name={webhook.url}>
      <MenuItem icon={<Pencil aria-hidden />} onSelect={() => setAsking({ what: "edit", webhook })}>
        {t("edit")}
      </MenuItem>
      <MenuItem icon={<KeyRound aria-hidden />} onSelect={() => setAsking({ what: "rotate", webhook })}>
        {t("rotate")}
      </MenuItem>
      {webhook.enabled ? (
        <MenuItem icon={<PowerOff aria-hidden />} onSelect={() => setAsking({ what: "switchOff", webhook })}>
          {t("switchOff")}
        </MenuItem>
      ) : (
        <MenuItem icon={<Power aria-hidden />} onSelect={() => void switchOn(webhook)}>
          {t("switchOn")}
        </MenuItem>
      )}
      <MenuItem danger icon={<Trash2 aria-hidden />} onSelect={() => setAsking({ what: "remove", webhook })}>
        {t("remove")}
      </MenuItem>
    </RowMenu>
  );
  return { menu, switchOn: (webhook: Webhook) => void switchOn(webhook), dialogs: asking && dialogOf(asking) };

  function dialogOf({ what, webhook }: Asking) {
    if (what === "edit") return <EditWebhookDialog webhook={webhook} onOpenChange={close} />;
    if (what === "rotate") return <RotateDialog webhook={webhook} onOpenChange={close} />;
    const { id, url } = webhook;
    const asked =
      what === "remove"
        ? {
            title: t("removeTitle", { url }),
            confirm: t("remove"),
            text: t("removeText"),
            work: async () => {
              await remove({ params: { id } });
              toast(t("removed"));
              onRemoved?.();
            },
          }
        : {
            title: t("switchOffTitle"),
            confirm: t("switchOff"),
            text: t("switchOffText"),
            work: async () => {
              await update({ params: { id }, body: { enabled: false } });
              toast(t("switchedOff"));
            },
          };
    return (
      <ConfirmDialog
        open
        onOpenChange={close}
        title={asked.title}
        confirm={asked.confirm}
        explain={explain}
        onConfirm={asked.work}
      >
        {asked.text}
      </ConfirmDialog>
    );
  }
}
