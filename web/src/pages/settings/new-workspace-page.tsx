import { useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { call } from "../../api/client.ts";
import { chooseWorkspace } from "../../api/workspace-choice.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { WorkspaceFields } from "../../components/workspace-fields.tsx";
import { useExplain } from "../../lib/explain.ts";
import { useGo } from "../../lib/location.ts";
import { useWorkspace } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { FormShell, useForm } from "../../ui/form.tsx";
import { PageHeader, Panel } from "../../ui/page-header.tsx";

/** Creates another workspace; its fields start with the values of this one. */
export function NewWorkspacePage() {
  const t = useTranslations("settings");
  const go = useGo();
  const client = useQueryClient();
  const { country, time_zone, language } = useWorkspace();
  const form = useForm({
    initial: { name: "", country, time_zone, language },
    required: ["name"],
    submit: (body) => call("workspaces", "create", { body }),
    onSuccess: (workspace) => {
      chooseWorkspace(workspace.id);
      client.clear();
      go(paths.home());
    },
    explain: useExplain(),
  });
  return (
    <>
      <DocumentTitle>{t("newWorkspace")}</DocumentTitle>
      <PageHeader title={t("newWorkspace")} description={t("newWorkspaceText")} />
      <div className="max-w-2xl">
        <Panel>
          <FormShell form={form} submitLabel={t("createWorkspace")}>
            <WorkspaceFields
              name={form.field("name")}
              country={form.field("country")}
              timeZone={form.field("time_zone")}
              language={form.field("language")}
            />
          </FormShell>
        </Panel>
      </div>
    </>
  );
}
