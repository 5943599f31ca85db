import { useTranslations } from "use-intl";
import type { BulkInput } from "../../../../contract/bulk-changes.ts";
import { useCall } from "../../api/queries.ts";
import { useExplain } from "../../lib/explain.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { FormShell, useForm } from "../../ui/form.tsx";

/** Names a new list of contacts, who are put on it in the background. */
export function NewListFrom({
  where,
  count,
  onClose,
  onDone,
}: {
  where: BulkInput["where"];
  count: number | undefined;
  onClose: () => void;
  onDone?: () => void;
}) {
  const t = useTranslations("contacts");
  const start = useCall("contacts", "startBulk");
  const form = useForm({
    initial: { name: "" },
    required: ["name"],
    submit: ({ name }) => start.mutateAsync({ body: { where, action: { add_to_list: name } } }),
    onSuccess: () => {
      onClose();
      onDone?.();
    },
    explain: useExplain(),
  });
  return (
    <Dialog
      open
      size="small"
      onOpenChange={(open) => !open && onClose()}
      title={count === undefined ? t("bulk.newListFrom") : t("bulk.newListTitle", { count })}
    >
      <FormShell form={form} guard={false} submitLabel={t("bulk.createList")}>
        <TextField label={t("fields.name")} maxLength={100} {...form.field("name")} />
      </FormShell>
    </Dialog>
  );
}
