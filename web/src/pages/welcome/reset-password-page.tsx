import { useTranslations } from "use-intl";
import { authenticate } from "../../api/auth.ts";
import { Link } from "../../components/link.tsx";
import { isTooShort, PasswordField } from "../../components/password-field.tsx";
import { WelcomeLayout } from "../../components/welcome-layout.tsx";
import { useExplain } from "../../lib/explain.ts";
import { useFilters, useGo } from "../../lib/location.ts";
import { paths } from "../../paths.ts";
import { FormShell, useForm } from "../../ui/form.tsx";
import { Notice } from "../../ui/notice.tsx";
import { toast } from "../../ui/toast.tsx";

/** Opened by the mailed link: sets a new password. */
export function ResetPasswordPage() {
  const t = useTranslations("account");
  const explain = useExplain();
  const go = useGo();
  const [{ token }] = useFilters({ token: "" });
  const form = useForm({
    initial: { password: "" },
    required: ["password"],
    check: ({ password }) => (isTooShort(password) ? { password: t("passwordShort") } : {}),
    names: { newPassword: "password" },
    submit: ({ password }) => authenticate("resetPassword", { body: { token, newPassword: password } }),
    onSuccess: () => {
      toast(t("resetDone"));
      go(paths.signIn(), { replace: true });
    },
    explain,
  });
  return (
    <WelcomeLayout
      title={t("resetTitle")}
      description={t("resetText")}
      below={<Link to={paths.forgotPassword()}>{t("askAgain")}</Link>}
    >
      {token ? (
        <FormShell form={form} submitLabel={t("resetSubmit")} guard={false} wide>
          <PasswordField fresh {...form.field("password")} label={t("newPassword")} />
        </FormShell>
      ) : (
        <Notice tone="bad">{t("linkBroken")}</Notice>
      )}
    </WelcomeLayout>
  );
}
