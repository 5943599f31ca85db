import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Navigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import { call } from "../../api/client.ts";
import { query } from "../../api/queries.ts";
import { chooseWorkspace } from "../../api/workspace-choice.ts";
import { isTooShort, PasswordField } from "../../components/password-field.tsx";
import { WelcomeLayout } from "../../components/welcome-layout.tsx";
import { WorkspaceFields } from "../../components/workspace-fields.tsx";
import { guessCountry } from "../../lib/countries.ts";
import { useExplain } from "../../lib/explain.ts";
import { useLanguage } from "../../lib/language-provider.tsx";
import { useGo, useSecret } from "../../lib/location.ts";
import { paths } from "../../paths.ts";
import { TextField } from "../../ui/field.tsx";
import { FormShell, useForm } from "../../ui/form.tsx";
import { Notice } from "../../ui/notice.tsx";

/** The first visit, by the link from the terminal: creates the workspace and its super admin. */
export function SetupPage() {
  const t = useTranslations("account");
  const explain = useExplain();
  const go = useGo();
  const client = useQueryClient();
  const { language, adopt } = useLanguage();
  const token = useSecret("token");
  const installation = useQuery(query("accounts", "installation"));
  // While the next page loads, this one learns that the installation is set up: it did so itself, and is signed in.
  const [made, setMade] = useState(false);
  const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const form = useForm({
    initial: {
      workspace_name: "",
      country: guessCountry(timeZone, navigator.languages),
      time_zone: timeZone,
      language,
      admin_name: "",
      email: "",
      password: "",
    },
    required: ["workspace_name", "admin_name", "email", "password"],
    emails: ["email"],
    check: ({ password }) => (isTooShort(password) ? { password: t("passwordShort") } : {}),
    names: { "workspace.name": "workspace_name", "admin.name": "admin_name" },
    submit: ({ workspace_name, country, time_zone, language, admin_name, email, password }) =>
      call("accounts", "setup", {
        body: {
          token,
          workspace: { name: workspace_name, country, time_zone, language },
          admin: { name: admin_name, email, password },
        },
      }),
    onSuccess: (session) => {
      setMade(true);
      chooseWorkspace(session.workspace?.id ?? null);
      client.clear();
      go(paths.home(), { replace: true });
    },
    explain,
  });
  const { language: asked, time_zone } = form.values;
  useEffect(() => adopt({ language: asked, time_zone }), [adopt, asked, time_zone]);
  if (!made && installation.data?.needs_setup === false) return <Navigate to={paths.signIn() as "/"} replace />;
  if (!token) {
    return (
      <WelcomeLayout title={t("setupTitle")}>
        <Notice tone="info" title={t("setupNeedsLink")}>
          {t("setupNeedsLinkText")}
        </Notice>
      </WelcomeLayout>
    );
  }
  return (
    <WelcomeLayout title={t("setupTitle")} description={t("setupText")} languageChoice={false}>
      <FormShell form={form} submitLabel={t("setupSubmit")} guard={false} wide>
        <h2 className="text-sm text-soft">{t("setupWorkspace")}</h2>
        <WorkspaceFields
          name={form.field("workspace_name")}
          country={form.field("country")}
          timeZone={form.field("time_zone")}
          language={form.field("language")}
        />
        <h2 className="mt-2 border-t border-line pt-4 text-sm text-soft">{t("setupAdmin")}</h2>
        <TextField label={t("name")} autoComplete="name" maxLength={100} {...form.field("admin_name")} />
        <TextField label={t("email")} type="email" autoComplete="username" {...form.field("email")} />
        <PasswordField fresh {...form.field("password")} />
      </FormShell>
    </WelcomeLayout>
  );
}
