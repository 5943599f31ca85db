import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { Action } from "../../../../contract/workflows.ts";
import { query } from "../../api/queries.ts";
import { Link } from "../../components/link.tsx";
import { useMay } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { SelectField } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Picker } from "../../ui/picker.tsx";
import type { ActionFieldsProps } from "./action-props.ts";
import { EmailFields } from "./email-fields.tsx";
import { SmsFields } from "./sms-fields.tsx";
import { useStatuses } from "./use-wording.ts";
import { errorAt } from "./workflow-draft.ts";

type Of<Kind extends Action["action"]> = Extract<Action, { action: Kind }>;

/** Edits one action. */
export function ActionFields(props: ActionFieldsProps) {
  const { action } = props;
  switch (action.action) {
    case "send_sms":
      return <SmsFields {...props} action={action} />;
    case "send_email":
      return <EmailFields {...props} action={action} />;
    case "change_status":
      return <StatusFields {...props} action={action} />;
    case "set_contact":
      return <ContactFields {...props} action={action} />;
    case "webhook":
      return <WebhookFields {...props} action={action} />;
  }
}

function StatusFields({ action, onChange, at, errors }: ActionFieldsProps<Of<"change_status">>) {
  const t = useTranslations("workflows");
  const statuses = useStatuses();
  return (
    <div className="max-w-sm">
      <SelectField
        label={t("newStatus")}
        value={action.status}
        onChange={(status) => onChange({ ...action, status })}
        options={[...(action.status === "" ? [{ value: "", label: t("choose") }] : []), ...statuses]}
        error={errorAt(errors, `${at}.status`)}
      />
    </div>
  );
}

function ContactFields({ action, onChange, at, errors }: ActionFieldsProps<Of<"set_contact">>) {
  const t = useTranslations("workflows");
  const [search, setSearch] = useState("");
  const lists = useQuery(query("lists", "list", { query: { query: search || undefined, limit: 50 } }));
  const known = useQuery(query("lists", "list", { query: { limit: 200 } }));
  const { marketing, list } = action;
  const name = known.data?.items.find(({ id }) => id === list)?.name ?? "–";
  return (
    <div className="grid max-w-2xl gap-4 sm:grid-cols-2">
      <SelectField
        label={t("marketing")}
        hint={t("marketingHint")}
        value={marketing === undefined ? "" : marketing ? "yes" : "no"}
        onChange={(value) => onChange({ ...action, marketing: value === "" ? undefined : value === "yes" })}
        options={[
          { value: "", label: t("marketingStays") },
          { value: "yes", label: t("marketingYes") },
          { value: "no", label: t("marketingNo") },
        ]}
        error={errors.find(({ field }) => field === at)?.message ?? errorAt(errors, `${at}.marketing`)}
      />
      <Picker
        label={t("addToList")}
        optional
        clearable
        value={list ? { value: list, label: name } : null}
        onChange={(chosen) => onChange({ ...action, list: chosen?.value })}
        options={lists.data?.items.map(({ id, name: label }) => ({ value: id, label }))}
        onSearch={setSearch}
        error={errorAt(errors, `${at}.list`)}
      />
    </div>
  );
}

function WebhookFields({ action, onChange, at, errors }: ActionFieldsProps<Of<"webhook">>) {
  const t = useTranslations("workflows");
  const mayRead = useMay()("workspace:write");
  const webhooks = useQuery({ ...query("webhooks", "list"), enabled: mayRead });
  if (!mayRead) return <Notice tone="neutral">{t("webhookForbidden")}</Notice>;
  return (
    <div className="max-w-xl">
      <SelectField
        label={t("webhook")}
        hint={
          <>
            {t("webhookHint")} <Link to={paths.webhooks()}>{t("toWebhooks")}</Link>
          </>
        }
        value={action.webhook}
        onChange={(webhook) => onChange({ ...action, webhook })}
        options={[
          ...(action.webhook === "" ? [{ value: "", label: t("choose") }] : []),
          ...(webhooks.data?.items ?? []).map(({ id, url }) => ({ value: id, label: url })),
        ]}
        error={errorAt(errors, `${at}.webhook`)}
      />
    </div>
  );
}
