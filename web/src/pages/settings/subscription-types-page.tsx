import { useQuery } from "@tanstack/react-query";
import { Plus, Tags } from "lucide-react";
import { useMemo, useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { CallAnswer } from "../../api/client.ts";
import { query, useCall } from "../../api/queries.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { useExplain } from "../../lib/explain.ts";
import { useMay } from "../../lib/session.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { FormShell, useForm } from "../../ui/form.tsx";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { EmptyState } from "../../ui/states.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { toast } from "../../ui/toast.tsx";

type SubscriptionType = CallAnswer<"consent", "types">["items"][number];

/** The kinds of message that people consent to. */
export function SubscriptionTypesPage() {
  const t = useTranslations("settings");
  const sections = useTranslations("frame.sections");
  const format = useFormatter();
  const explain = useExplain();
  const may = useMay();
  const types = useQuery(query("consent", "types"));
  const [creating, setCreating] = useState(false);
  const columns = useMemo<Column<SubscriptionType>[]>(
    () => [
      { id: "name", header: t("name"), cell: (type) => <span className="font-medium">{type.name}</span> },
      {
        id: "key",
        header: t("key"),
        secondary: true,
        cell: (type) => <code className="font-mono text-sm text-soft">{type.key}</code>,
      },
      {
        id: "consent",
        header: t("consentNeeded"),
        cell: (type) => (type.needs_consent ? t("consentYes") : t("consentNo")),
      },
      {
        id: "subscribers",
        header: t("subscribers"),
        align: "right",
        cell: (type) => (type.needs_consent && type.subscribers !== undefined ? format.number(type.subscribers) : "–"),
      },
    ],
    [t, format],
  );
  return (
    <>
      <DocumentTitle>{sections("subscriptionTypes")}</DocumentTitle>
      <PageHeader
        title={sections("subscriptionTypes")}
        description={t("subscriptionTypesText")}
        action={
          may("consent:write") ? (
            <Button kind="primary" icon={<Plus aria-hidden />} onClick={() => setCreating(true)}>
              {t("newType")}
            </Button>
          ) : null
        }
      />
      <Panel flush>
        <Table
          label={sections("subscriptionTypes")}
          columns={columns}
          rows={types.data?.items}
          rowId={(type) => type.id}
          empty={<EmptyState icon={Tags} title={t("noTypes")} />}
          failure={types.error && { message: explain(types.error), onRetry: () => void types.refetch() }}
        />
      </Panel>
      {creating ? <NewTypeDialog onOpenChange={setCreating} /> : null}
    </>
  );
}

function NewTypeDialog({ onOpenChange }: { onOpenChange: (open: boolean) => void }) {
  const t = useTranslations("settings");
  const create = useCall("consent", "createType");
  const form = useForm({
    initial: { name: "" },
    required: ["name"],
    submit: (body) => create.mutateAsync({ body }),
    onSuccess: (type) => {
      toast(t("typeAdded", { name: type.name }));
      onOpenChange(false);
    },
    explain: useExplain(),
  });
  return (
    <Dialog open onOpenChange={onOpenChange} title={t("newType")} description={t("newTypeText")} size="small">
      <FormShell form={form} submitLabel={t("addType")} guard={false}>
        <TextField label={t("name")} maxLength={100} {...form.field("name")} />
      </FormShell>
    </Dialog>
  );
}
