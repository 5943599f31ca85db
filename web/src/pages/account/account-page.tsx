import { useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { authenticate } from "../../api/auth.ts";
import { refresh, useCall } from "../../api/queries.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { isTooShort, PasswordField } from "../../components/password-field.tsx";
import { useExplain } from "../../lib/explain.ts";
import { useSession } from "../../lib/session.ts";
import { TextField } from "../../ui/field.tsx";
import { FormShell, useForm } from "../../ui/form.tsx";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { toast } from "../../ui/toast.tsx";
import { SessionsPanel } from "./sessions-panel.tsx";

/** The person's own settings, independent of the workspace: name, password, and sessions. */
export function AccountPage() {
  const t = useTranslations("account");
  const { user } = useSession();
  return (
    <>
      <DocumentTitle>{t("myAccount")}</DocumentTitle>
      <PageHeader title={t("myAccount")} description={t("myAccountText", { email: user.email })} />
      <div className="flex max-w-2xl flex-col gap-5">
        <NamePanel />
        <PasswordPanel />
        <SessionsPanel />
      </div>
    </>
  );
}

function NamePanel() {
  const t = useTranslations("account");
  const ui = useTranslations("ui");
  const { user } = useSession();
  const save = useCall("accounts", "updateAccount");
  const form = useForm({
    initial: { name: user.name },
    required: ["name"],
    submit: (body) => save.mutateAsync({ body }),
    onSuccess: () => toast(ui("saved")),
    explain: useExplain(),
  });
  return (
    <Panel title={t("myName")} description={t("myNameText")}>
      <FormShell form={form} submitLabel={ui("save")}>
        <TextField label={t("name")} autoComplete="name" maxLength={100} {...form.field("name")} />
      </FormShell>
    </Panel>
  );
}

function PasswordPanel() {
  const t = useTranslations("account");
  const client = useQueryClient();
  const { user } = useSession();
  const empty = { current: "", password: "" };
  const form = useForm({
    initial: empty,
    required: ["current", "password"],
    check: ({ password }) => (isTooShort(password) ? { password: t("passwordShort") } : {}),
    names: { currentPassword: "current", newPassword: "password" },
    submit: ({ current, password }) =>
      authenticate("changePassword", { body: { currentPassword: current, newPassword: password } }),
    onSuccess: () => {
      form.reset(empty);
      toast(t("passwordChanged"));
      void refresh(client, "accounts");
    },
    explain: useExplain(),
  });
  return (
    <Panel title={t("password")} description={t("changePasswordText")}>
      <FormShell form={form} submitLabel={t("changePassword")}>
        {/* Password managers store a new password under the name in this field. */}
        <input type="hidden" name="username" autoComplete="username" value={user.email} />
        <PasswordField {...form.field("current")} label={t("currentPassword")} />
        <PasswordField fresh {...form.field("password")} label={t("newPassword")} />
      </FormShell>
    </Panel>
  );
}
