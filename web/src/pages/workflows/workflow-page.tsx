import { useQuery } from "@tanstack/react-query";
import { Copy, Ellipsis, Trash2 } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { Workflow } from "../../../../contract/workflows.ts";
import { ApiError } from "../../api/api-error.ts";
import { query, useCall } from "../../api/queries.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { Link } from "../../components/link.tsx";
import { SandboxNotice } from "../../components/sandbox.tsx";
import { useFilters, useGo, useParam } from "../../lib/location.ts";
import { useMay } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Menu, MenuItem, MenuLine } from "../../ui/menu.tsx";
import { Notice } from "../../ui/notice.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { ErrorState, PageSkeleton } from "../../ui/states.tsx";
import { Switch } from "../../ui/switch.tsx";
import { toast } from "../../ui/toast.tsx";
import { AheadPanel } from "./ahead-panel.tsx";
import { DecidedPanel } from "./decided-panel.tsx";
import { DeleteWorkflowDialog } from "./delete-workflow-dialog.tsx";
import { useExplainWorkflow } from "./explain-workflow.ts";
import { TestDialog } from "./test-dialog.tsx";
import { isTimed } from "./triggers.ts";
import { useEditor } from "./use-editor.ts";
import { useEnabling } from "./use-enabling.tsx";
import { useWording } from "./use-wording.ts";
import { draftOf } from "./workflow-draft.ts";
import { WorkflowEditor } from "./workflow-editor.tsx";

/** One workflow: its parts, whether it is on, what is ahead of it and what it decided. */
export function WorkflowPage() {
  const explain = useExplainWorkflow();
  const id = useParam("id");
  const found = useQuery(query("workflows", "get", { params: { id } }));
  if (found.error && !found.data)
    return <ErrorState message={explain(found.error)} onRetry={() => void found.refetch()} />;
  if (!found.data) return <PageSkeleton />;
  return <OneWorkflow key={id} workflow={found.data} />;
}

function OneWorkflow({ workflow }: { workflow: Workflow }) {
  const t = useTranslations("workflows");
  const format = useFormatter();
  const explain = useExplainWorkflow();
  const go = useGo();
  const mayWrite = useMay()("workflows:write");
  const wording = useWording();
  const [{ next }, setFilters] = useFilters({ next: "" });
  const editor = useEditor(workflow, draftOf(workflow));
  const { enable, busy, dialog } = useEnabling(editor.keepMine);
  const clone = useCall("workflows", "clone");
  const [testing, setTesting] = useState(next === "test" ? workflow : null);
  const [deleting, setDeleting] = useState(false);
  const { enabled, problems, last_sent_at, sent_count } = workflow;

  // The page before has just saved it, and asked for what comes next.
  const begun = useRef(false);
  useEffect(() => {
    if (next === "" || begun.current) return;
    begun.current = true;
    setFilters({ next: "" });
    if (next === "enable") enable(workflow, true);
  }, [next, setFilters, enable, workflow]);

  const copy = async () => {
    try {
      const { id, name } = await clone.mutateAsync({ params: { id: workflow.id } });
      toast(t("cloned", { name }));
      go(paths.workflow(id));
    } catch (error) {
      toast(explain(error), "bad");
    }
  };

  return (
    <>
      <DocumentTitle>{workflow.name}</DocumentTitle>
      <PageHeader
        title={workflow.name}
        above={<Link to={paths.workflows()}>{t("title")}</Link>}
        status={
          <Switch
            label={t("switch")}
            state={t(enabled ? "on" : "off")}
            checked={enabled}
            onChange={(on) => enable(workflow, on)}
            busy={busy === workflow.id}
            disabled={!mayWrite}
          />
        }
        description={
          last_sent_at
            ? t("sentSoFar", {
                count: sent_count,
                at: format.dateTime(new Date(last_sent_at), { dateStyle: "medium", timeStyle: "short" }),
              })
            : t("nothingSent")
        }
        action={
          mayWrite ? (
            <Menu
              trigger={
                <IconButton label={t("moreActions")}>
                  <Ellipsis aria-hidden />
                </IconButton>
              }
            >
              <MenuItem icon={<Copy aria-hidden />} onSelect={() => void copy()}>
                {t("clone")}
              </MenuItem>
              <MenuLine />
              <MenuItem danger icon={<Trash2 aria-hidden />} onSelect={() => setDeleting(true)}>
                {t("delete")}
              </MenuItem>
            </Menu>
          ) : null
        }
      />
      <SandboxNotice sender={null} />
      <div className="flex flex-col gap-4">
        {enabled ? null : (
          <Notice
            tone="neutral"
            action={
              mayWrite ? (
                <Button size="small" busy={busy === workflow.id} onClick={() => enable(workflow, true)}>
                  {t("turnOn")}
                </Button>
              ) : null
            }
          >
            {t("isOff")}
          </Notice>
        )}
        {problems.length > 0 ? (
          <Notice tone="warn" title={t("problemsTitle")}>
            <ul className="list-disc pl-4">
              {problems.map(({ code, message, field, value }) => (
                <li key={`${code} ${field}`}>
                  {explain(new ApiError(422, code, message, { field: field ?? undefined, value }))}
                </li>
              ))}
            </ul>
          </Notice>
        ) : null}
        <WorkflowEditor editor={editor} onSaved={() => {}} onTest={setTesting} />
        {isTimed(workflow.when.trigger) ? <AheadPanel workflow={workflow} /> : null}
        <DecidedPanel workflow={workflow} />
      </div>
      {testing ? <TestDialog workflow={testing} wording={wording} onClose={() => setTesting(null)} /> : null}
      {deleting ? <DeleteWorkflowDialog workflow={workflow} onClose={() => setDeleting(false)} /> : null}
      {dialog}
    </>
  );
}
