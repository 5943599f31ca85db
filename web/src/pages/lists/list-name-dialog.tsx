import { useTranslations } from "use-intl";
import type { List } from "../../../../contract/lists.ts";
import { useCall } from "../../api/queries.ts";
import { useExplain } from "../../lib/explain.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { FormShell, useForm } from "../../ui/form.tsx";

/** Names a new list, or renames one. */
export function ListNameDialog({
  list,
  onClose,
  onDone,
}: {
  list: List | null;
  onClose: () => void;
  onDone: (list: List) => void;
}) {
  const t = useTranslations("lists");
  const explain = useExplain();
  const create = useCall("lists", "create");
  const rename = useCall("lists", "rename");
  const form = useForm({
    initial: { name: list?.name ?? "" },
    required: ["name"],
    submit: (body) => (list ? rename.mutateAsync({ params: { id: list.id }, body }) : create.mutateAsync({ body })),
    onSuccess: (saved) => {
      onClose();
      onDone(saved);
    },
    explain,
  });
  return (
    <Dialog
      open
      size="small"
      onOpenChange={(open) => !open && onClose()}
      title={list ? t("renameTitle", { name: list.name }) : t("new")}
    >
      <FormShell form={form} guard={false} submitLabel={list ? t("rename") : t("create")}>
        <TextField label={t("name")} maxLength={100} {...form.field("name")} />
      </FormShell>
    </Dialog>
  );
}
