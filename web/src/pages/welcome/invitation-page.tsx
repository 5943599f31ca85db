import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { ApiError } from "../../api/api-error.ts";
import { call } from "../../api/client.ts";
import { query } from "../../api/queries.ts";
import { chooseWorkspace } from "../../api/workspace-choice.ts";
import { Link } from "../../components/link.tsx";
import { isTooShort, PasswordField } from "../../components/password-field.tsx";
import { WelcomeLayout } from "../../components/welcome-layout.tsx";
import { useExplain } from "../../lib/explain.ts";
import { useLanguage } from "../../lib/language-provider.tsx";
import { useGo, useParam } from "../../lib/location.ts";
import { paths } from "../../paths.ts";
import { TextField } from "../../ui/field.tsx";
import { FormShell, useForm } from "../../ui/form.tsx";
import { Notice } from "../../ui/notice.tsx";
import { ErrorState, Skeleton } from "../../ui/states.tsx";

/** Accepts an invitation, opened by its link. */
export function InvitationPage() {
  const t = useTranslations("account");
  const explain = useExplain();
  const token = useParam("token");
  const invitation = useQuery(query("accounts", "invitation", { params: { token } }));
  const gone = invitation.error instanceof ApiError && [404, 410, 422].includes(invitation.error.status);
  if (gone) {
    return (
      <WelcomeLayout title={t("invitationGone")} below={<Link to={paths.signIn()}>{t("backToSignIn")}</Link>}>
        <Notice tone="warn">{t("invitationGoneText")}</Notice>
      </WelcomeLayout>
    );
  }
  if (invitation.error) {
    return (
      <WelcomeLayout title={t("invitationLoading")}>
        <ErrorState message={explain(invitation.error)} onRetry={() => void invitation.refetch()} />
      </WelcomeLayout>
    );
  }
  if (!invitation.data) {
    return (
      <WelcomeLayout title={t("invitationLoading")}>
        <Skeleton className="h-32 w-full" />
      </WelcomeLayout>
    );
  }
  return <Accept token={token} invitation={invitation.data} />;
}

function Accept({
  token,
  invitation,
}: {
  token: string;
  invitation: { email: string; workspace: string; has_account: boolean };
}) {
  const t = useTranslations("account");
  const explain = useExplain();
  const go = useGo();
  const client = useQueryClient();
  const { language, choose } = useLanguage();
  const { email, workspace, has_account } = invitation;
  const form = useForm({
    initial: { name: "", password: "" },
    required: has_account ? ["password"] : ["name", "password"],
    check: ({ password }) => (!has_account && isTooShort(password) ? { password: t("passwordShort") } : {}),
    submit: ({ name, password }) =>
      call("accounts", "acceptInvitation", {
        params: { token },
        body: has_account ? { password } : { name, password },
      }),
    onSuccess: (session) => {
      // Whoever is new goes on in the language of this page, not in the workspace's.
      if (!has_account) choose(language);
      chooseWorkspace(session.workspace?.id ?? null);
      client.clear();
      go(paths.home(), { replace: true });
    },
    explain,
  });
  return (
    <WelcomeLayout
      title={t("invitationTitle", { workspace })}
      description={has_account ? t("invitationHasAccount", { email }) : t("invitationText", { email })}
    >
      <FormShell form={form} submitLabel={t("invitationSubmit")} guard={false} wide>
        {has_account ? null : (
          <TextField label={t("name")} autoComplete="name" maxLength={100} {...form.field("name")} />
        )}
        <PasswordField fresh={!has_account} {...form.field("password")} />
      </FormShell>
    </WelcomeLayout>
  );
}
