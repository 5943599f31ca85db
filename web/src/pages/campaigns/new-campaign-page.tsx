import { useTranslations } from "use-intl";
import { useCall } from "../../api/queries.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { ButtonLink, Link } from "../../components/link.tsx";
import { MayOnly } from "../../components/may-only.tsx";
import { useExplain } from "../../lib/explain.ts";
import { useGo } from "../../lib/location.ts";
import { paths } from "../../paths.ts";
import { TextField } from "../../ui/field.tsx";
import { FormShell, useForm } from "../../ui/form.tsx";
import { PageHeader } from "../../ui/page-header.tsx";

/** Creates a campaign with a name; the rest is edited in the editor, which saves automatically. */
export function NewCampaignPage() {
  return (
    <MayOnly permission="campaigns:write">
      <NewCampaign />
    </MayOnly>
  );
}

function NewCampaign() {
  const t = useTranslations("campaigns");
  const go = useGo();
  const create = useCall("campaigns", "create");
  const form = useForm({
    initial: { name: "" },
    required: ["name"],
    submit: (values) => create.mutateAsync({ body: values }),
    onSuccess: (campaign) => go(paths.campaignEdit(campaign.id), { replace: true }),
    explain: useExplain(),
  });
  return (
    <div className="max-w-lg">
      <DocumentTitle>{t("newTitle")}</DocumentTitle>
      <PageHeader title={t("newTitle")} above={<Link to={paths.campaigns()}>{t("title")}</Link>} />
      <FormShell
        form={form}
        submitLabel={t("create")}
        secondary={<ButtonLink to={paths.campaigns()}>{t("cancel")}</ButtonLink>}
      >
        <TextField label={t("name")} hint={t("nameHint")} maxLength={200} autoFocus {...form.field("name")} />
      </FormShell>
    </div>
  );
}
