import { useTranslations } from "use-intl";
import type { Role } from "../../../../contract/permissions.ts";
import { useCall } from "../../api/queries.ts";
import { useExplain } from "../../lib/explain.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { FormShell, useForm } from "../../ui/form.tsx";
import { toast } from "../../ui/toast.tsx";
import { RoleFields } from "./role-fields.tsx";

/** Sends an invitation by mail. */
export function InviteDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations("settings");
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t("inviteTitle")} description={t("inviteText")}>
      <InviteForm onDone={() => onOpenChange(false)} />
    </Dialog>
  );
}

function InviteForm({ onDone }: { onDone: () => void }) {
  const t = useTranslations("settings");
  const invite = useCall("people", "invite");
  const form = useForm({
    initial: { email: "", role: "marketer" as Role, sms_setup: false },
    required: ["email"],
    emails: ["email"],
    submit: (body) => invite.mutateAsync({ body }),
    onSuccess: (_, { email }) => {
      toast(t("inviteSent", { email }));
      onDone();
    },
    explain: useExplain(),
  });
  return (
    <FormShell form={form} submitLabel={t("inviteSubmit")} guard={false}>
      <TextField label={t("email")} type="email" {...form.field("email")} />
      <RoleFields
        role={form.values.role}
        onRole={(role) => form.set({ role })}
        smsSetup={form.values.sms_setup}
        onSmsSetup={(sms_setup) => form.set({ sms_setup })}
        error={form.errors.role}
      />
    </FormShell>
  );
}
