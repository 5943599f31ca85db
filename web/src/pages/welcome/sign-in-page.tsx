import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Navigate } from "@tanstack/react-router";
import { useTranslations } from "use-intl";
import { authenticate } from "../../api/auth.ts";
import { query } from "../../api/queries.ts";
import { Link } from "../../components/link.tsx";
import { PasswordField } from "../../components/password-field.tsx";
import { WelcomeLayout } from "../../components/welcome-layout.tsx";
import { useExplain } from "../../lib/explain.ts";
import { useFilters, useGo } from "../../lib/location.ts";
import { paths, returnPath } from "../../paths.ts";
import { TextField } from "../../ui/field.tsx";
import { FormShell, useForm } from "../../ui/form.tsx";
import { Notice } from "../../ui/notice.tsx";

/** Starts a session and returns to the page that asked for it. */
export function SignInPage() {
  const t = useTranslations("account");
  const explain = useExplain();
  const go = useGo();
  const client = useQueryClient();
  const [{ next }] = useFilters({ next: "" });
  const installation = useQuery(query("accounts", "installation"));
  const form = useForm({
    initial: { email: "", password: "" },
    required: ["email", "password"],
    submit: (body) => authenticate("signIn", { body }),
    onSuccess: () => {
      client.clear();
      go(returnPath(next), { replace: true });
    },
    explain,
  });
  if (installation.data?.needs_setup) return <Navigate to={paths.setup() as "/"} replace />;
  return (
    <WelcomeLayout title={t("signInTitle")} below={<Link to={paths.forgotPassword()}>{t("forgot")}</Link>}>
      <FormShell form={form} submitLabel={t("signIn")} guard={false} wide>
        {next ? <Notice tone="neutral">{t("signInToGoOn")}</Notice> : null}
        <TextField label={t("email")} type="email" autoComplete="username" autoFocus {...form.field("email")} />
        <PasswordField {...form.field("password")} />
      </FormShell>
    </WelcomeLayout>
  );
}
