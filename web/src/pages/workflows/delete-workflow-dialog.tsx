import { useTranslations } from "use-intl";
import { useCall } from "../../api/queries.ts";
import { useGo } from "../../lib/location.ts";
import { paths } from "../../paths.ts";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { toast } from "../../ui/toast.tsx";
import { useExplainWorkflow } from "./explain-workflow.ts";

/** Deletes a workflow, after naming it. */
export function DeleteWorkflowDialog({
  workflow,
  onClose,
}: {
  workflow: { id: string; name: string };
  onClose: () => void;
}) {
  const t = useTranslations("workflows");
  const go = useGo();
  const remove = useCall("workflows", "remove");
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("deleteTitle", { name: workflow.name })}
      confirm={t("delete")}
      explain={useExplainWorkflow()}
      onConfirm={async () => {
        await remove.mutateAsync({ params: { id: workflow.id } });
        toast(t("deleted", { name: workflow.name }));
        go(paths.workflows(), { replace: true });
      }}
    >
      {t("deleteText")}
    </ConfirmDialog>
  );
}
