import { useTranslations } from "use-intl";
import { type Trigger, triggers } from "../../../../contract/workflows.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { ButtonLink, Link } from "../../components/link.tsx";
import { MayOnly } from "../../components/may-only.tsx";
import { useExplain } from "../../lib/explain.ts";
import { useFilters, useGo } from "../../lib/location.ts";
import { paths } from "../../paths.ts";
import { SelectField, TextField } from "../../ui/field.tsx";
import { FormShell, useForm } from "../../ui/form.tsx";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { ReadyMade } from "./ready-made.tsx";
import { isTrigger } from "./triggers.ts";
import { useEditor } from "./use-editor.ts";
import { type ActionKind, actionKinds, freshDraft, isActionKind } from "./workflow-draft.ts";
import { WorkflowEditor } from "./workflow-editor.tsx";

/** Three fields, and then the workflow's own page, which saves it. The fields are in the URL, so that Back and reload work. */
export function NewWorkflowPage() {
  const [{ name, trigger, action }] = useFilters({ name: "", trigger: "", action: "" });
  return (
    <MayOnly permission="workflows:write">
      {name !== "" && isTrigger(trigger) && isActionKind(action) ? (
        <Unsaved key={`${name} ${trigger} ${action}`} name={name} trigger={trigger} action={action} />
      ) : (
        <NewWorkflow />
      )}
    </MayOnly>
  );
}

function NewWorkflow() {
  const t = useTranslations("workflows");
  const go = useGo();
  const form = useForm({
    initial: { name: "", trigger: "booking_created" as Trigger, action: "send_sms" as ActionKind },
    required: ["name"],
    submit: async (values) => values,
    onSuccess: (values) => go(paths.newWorkflow({ ...values, name: values.name.trim() })),
    explain: useExplain(),
  });
  return (
    <>
      <DocumentTitle>{t("newTitle")}</DocumentTitle>
      <PageHeader title={t("newTitle")} above={<Link to={paths.workflows()}>{t("title")}</Link>} />
      <div className="grid items-start gap-x-10 gap-y-8 lg:grid-cols-[minmax(0,28rem)_minmax(0,24rem)]">
        <Panel>
          <FormShell
            form={form}
            submitLabel={t("next")}
            guard={false}
            secondary={<ButtonLink to={paths.workflows()}>{t("cancel")}</ButtonLink>}
          >
            <TextField
              label={t("name")}
              hint={t("nameHint")}
              placeholder={t("namePlaceholder")}
              maxLength={200}
              autoFocus
              {...form.field("name")}
            />
            <SelectField
              label={t("whenThis")}
              options={triggers.map((value) => ({ value, label: t(`triggers.${value}`) }))}
              {...form.field("trigger")}
            />
            <SelectField
              label={t("doThis")}
              options={actionKinds.map((value) => ({ value, label: t(`actions.${value}`) }))}
              {...form.field("action")}
            />
          </FormShell>
        </Panel>
        <ReadyMade />
      </div>
    </>
  );
}

function Unsaved({ name, trigger, action }: { name: string; trigger: Trigger; action: ActionKind }) {
  const t = useTranslations("workflows");
  const go = useGo();
  const editor = useEditor(null, freshDraft(name, trigger, action));
  return (
    <>
      <DocumentTitle>{editor.draft.name || t("newTitle")}</DocumentTitle>
      <PageHeader
        title={editor.draft.name || t("newTitle")}
        description={t("newText")}
        above={<Link to={paths.workflows()}>{t("title")}</Link>}
      />
      <WorkflowEditor
        editor={editor}
        onSaved={(workflow) =>
          go(paths.workflow(workflow.id, { next: workflow.enabled ? "" : "enable" }), { replace: true })
        }
        onTest={(workflow) => go(paths.workflow(workflow.id, { next: "test" }), { replace: true })}
      />
    </>
  );
}
