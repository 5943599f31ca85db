import { Download, UserX } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { Contact } from "../../../../contract/contacts.ts";
import { call } from "../../api/client.ts";
import { useCall } from "../../api/queries.ts";
import { RowMenu } from "../../components/row-menu.tsx";
import { useExplain } from "../../lib/explain.ts";
import { useGo } from "../../lib/location.ts";
import { paths } from "../../paths.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { FormShell, useForm } from "../../ui/form.tsx";
import { MenuItem } from "../../ui/menu.tsx";
import { toast } from "../../ui/toast.tsx";

/** A person's rights by law: a copy of all their data, and erasure. */
export function ContactPrivacy({ contact, name }: { contact: Contact; name: string }) {
  const t = useTranslations("privacy");
  const explain = useExplain();
  const [erasing, setErasing] = useState(false);
  const download = async () => {
    try {
      const file = await call("erasures", "export", { params: { id: contact.id } });
      const link = document.createElement("a");
      link.href = URL.createObjectURL(file);
      link.download = `contact-${contact.id}.json`;
      link.click();
      URL.revokeObjectURL(link.href);
      toast(t("exported"));
    } catch (failure) {
      toast(explain(failure), "bad");
    }
  };
  return (
    <>
      <RowMenu name={name}>
        <MenuItem icon={<Download aria-hidden />} onSelect={() => void download()}>
          {t("menuExport")}
        </MenuItem>
        <MenuItem danger icon={<UserX aria-hidden />} onSelect={() => setErasing(true)}>
          {t("menuErase")}
        </MenuItem>
      </RowMenu>
      {erasing ? <EraseDialog contact={contact} name={name} onClose={() => setErasing(false)} /> : null}
    </>
  );
}

function EraseDialog({ contact, name, onClose }: { contact: Contact; name: string; onClose: () => void }) {
  const t = useTranslations("privacy");
  const go = useGo();
  const erase = useCall("erasures", "create");
  const form = useForm({
    initial: { typed: "" },
    check: ({ typed }) => (typed.trim() === name ? {} : { typed: t("eraseMismatch", { name }) }),
    submit: () => erase.mutateAsync({ params: { id: contact.id }, body: { confirm: contact.id } }),
    onSuccess: () => {
      toast(t("eraseDone"));
      go(paths.contacts(), { replace: true });
    },
    explain: useExplain(),
  });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("eraseTitle", { name })}
      description={t("eraseText")}
    >
      <FormShell form={form} guard={false} submitLabel={t("eraseConfirm")}>
        <p className="font-medium">{t("eraseForGood")}</p>
        <TextField label={t("eraseType", { name })} {...form.field("typed")} />
      </FormShell>
    </Dialog>
  );
}
