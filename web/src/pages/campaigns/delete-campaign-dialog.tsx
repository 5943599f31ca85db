import { useTranslations } from "use-intl";
import { useCall } from "../../api/queries.ts";
import { useGo } from "../../lib/location.ts";
import { paths } from "../../paths.ts";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { toast } from "../../ui/toast.tsx";
import { useExplainCampaign } from "./findings.ts";

/** Deletes a draft permanently, after naming it. */
export function DeleteCampaignDialog({
  campaign,
  onClose,
  onDelete,
}: {
  campaign: { id: string; name: string };
  onClose: () => void;
  /** Called just before the campaigns are shown without it. */
  onDelete: () => void;
}) {
  const t = useTranslations("campaigns");
  const go = useGo();
  const remove = useCall("campaigns", "remove");
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("deleteTitle", { name: campaign.name })}
      confirm={t("deleteDraft")}
      explain={useExplainCampaign()}
      onConfirm={async () => {
        await remove.mutateAsync({ params: { id: campaign.id } });
        onDelete();
        toast(t("deleted", { name: campaign.name }));
        go(paths.campaigns(), { replace: true });
      }}
    >
      {t("deleteText")}
    </ConfirmDialog>
  );
}
