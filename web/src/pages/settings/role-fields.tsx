import { useTranslations } from "use-intl";
import { type Role, roles } from "../../../../contract/permissions.ts";
import { useMay, useSession } from "../../lib/session.ts";
import { Checkbox, RadioGroup } from "../../ui/choice.tsx";

/** A role no higher than one's own, and the separate permission to set up SMS. */
export function RoleFields({
  role,
  onRole,
  smsSetup,
  onSmsSetup,
  error,
}: {
  role: Role;
  onRole: (role: Role) => void;
  smsSetup: boolean;
  onSmsSetup: (on: boolean) => void;
  error?: string | null;
}) {
  const t = useTranslations("settings");
  const session = useSession();
  const may = useMay();
  const own = session.role ? roles.indexOf(session.role) : roles.length;
  return (
    <>
      <RadioGroup
        label={t("role")}
        value={role}
        onChange={onRole}
        error={error}
        options={roles
          .slice(own)
          .map((value) => ({ value, label: t(`roles.${value}`), hint: t(`roleHints.${value}`) }))}
      />
      {role === "super_admin" || !may("sms-setup:write") ? null : (
        <Checkbox label={t("smsSetup")} hint={t("smsSetupHint")} checked={smsSetup} onChange={onSmsSetup} />
      )}
    </>
  );
}
