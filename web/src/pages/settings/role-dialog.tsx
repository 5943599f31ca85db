import { useTranslations } from "use-intl";
import type { CallAnswer } from "../../api/client.ts";
import { useCall } from "../../api/queries.ts";
import { useExplain } from "../../lib/explain.ts";
import { useMay } from "../../lib/session.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { FormShell, useForm } from "../../ui/form.tsx";
import { toast } from "../../ui/toast.tsx";
import { RoleFields } from "./role-fields.tsx";

export type Person = CallAnswer<"people", "list">["items"][number];

/** Changes a person's role. */
export function RoleDialog({ person, onOpenChange }: { person: Person; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations("settings");
  const ui = useTranslations("ui");
  const may = useMay();
  const update = useCall("people", "update");
  const form = useForm({
    initial: { role: person.role, sms_setup: person.sms_setup },
    submit: ({ role, sms_setup }) =>
      update.mutateAsync({
        params: { id: person.id },
        body: may("sms-setup:write") ? { role, sms_setup } : { role },
      }),
    onSuccess: () => {
      toast(ui("saved"));
      onOpenChange(false);
    },
    explain: useExplain(),
  });
  return (
    <Dialog open onOpenChange={onOpenChange} title={t("roleTitle", { name: person.name || person.email })}>
      <FormShell form={form} submitLabel={ui("save")} guard={false}>
        <RoleFields
          role={form.values.role}
          onRole={(role) => form.set({ role })}
          smsSetup={form.values.sms_setup}
          onSmsSetup={(sms_setup) => form.set({ sms_setup })}
          error={form.errors.role}
        />
      </FormShell>
    </Dialog>
  );
}
