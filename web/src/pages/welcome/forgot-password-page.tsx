import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { authenticate } from "../../api/auth.ts";
import { query } from "../../api/queries.ts";
import { Link } from "../../components/link.tsx";
import { WelcomeLayout } from "../../components/welcome-layout.tsx";
import { useExplain } from "../../lib/explain.ts";
import { paths } from "../../paths.ts";
import { TextField } from "../../ui/field.tsx";
import { FormShell, useForm } from "../../ui/form.tsx";
import { Notice } from "../../ui/notice.tsx";

/** Sends a mail with a link to choose a new password. */
export function ForgotPasswordPage() {
  const t = useTranslations("account");
  const explain = useExplain();
  const installation = useQuery(query("accounts", "installation"));
  const [sentTo, setSentTo] = useState<string | null>(null);
  const form = useForm({
    initial: { email: "" },
    required: ["email"],
    emails: ["email"],
    submit: (body) => authenticate("requestPasswordReset", { body }),
    onSuccess: (_, { email }) => setSentTo(email),
    explain,
  });
  return (
    <WelcomeLayout
      title={t("forgotTitle")}
      description={sentTo ? undefined : t("forgotText")}
      below={<Link to={paths.signIn()}>{t("backToSignIn")}</Link>}
    >
      {sentTo ? (
        <div role="status" className="flex flex-col gap-3">
          <Notice tone="good" title={t("forgotSent")}>
            {t("forgotSentText", { email: sentTo })}
          </Notice>
          {installation.data?.mail === "sandbox" ? <Notice tone="info">{t("mailIsSandbox")}</Notice> : null}
        </div>
      ) : (
        <FormShell form={form} submitLabel={t("forgotSubmit")} guard={false} wide>
          <TextField label={t("email")} type="email" autoComplete="username" {...form.field("email")} />
        </FormShell>
      )}
    </WelcomeLayout>
  );
}
