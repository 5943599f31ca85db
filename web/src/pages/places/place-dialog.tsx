import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { Dialog } from "../../ui/dialog.tsx";
import { type FormState, FormShell } from "../../ui/form.tsx";
import { toast } from "../../ui/toast.tsx";
import type { PlaceKind } from "./place-list.tsx";

/** Says that a place is saved, and closes its dialog. */
export function usePlaceSaved(onClose: () => void): (saved: { name: string }) => void {
  const t = useTranslations("places");
  return ({ name }) => {
    toast(t("saved", { name }));
    onClose();
  };
}

/** The dialog that adds a service, location or resource, or changes the one called `name`. */
export function PlaceDialog<V extends object>({
  kind,
  name,
  form,
  onClose,
  children,
}: {
  kind: PlaceKind;
  name: string | undefined;
  form: FormState<V>;
  onClose: () => void;
  children: ReactNode;
}) {
  const t = useTranslations("places");
  const ui = useTranslations("ui");
  const isNew = name === undefined;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={isNew ? t(`${kind}.new`) : t(`${kind}.edit`, { name })}
    >
      <FormShell form={form} submitLabel={isNew ? t(`${kind}.add`) : ui("save")} guard={false}>
        {children}
      </FormShell>
    </Dialog>
  );
}
