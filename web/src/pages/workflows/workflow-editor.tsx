import { Save, Send } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import type { Workflow } from "../../../../contract/workflows.ts";
import { useMay } from "../../lib/session.ts";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { LeaveGuard } from "../../ui/form.tsx";
import { Notice } from "../../ui/notice.tsx";
import { toast } from "../../ui/toast.tsx";
import { ChangedNotice } from "./changed-notice.tsx";
import { DoPart } from "./do-part.tsx";
import { Part } from "./part.tsx";
import type { useEditor } from "./use-editor.ts";
import { useWording } from "./use-wording.ts";
import { WhenFields } from "./when-fields.tsx";
import { describeWhen } from "./when-sentence.ts";
import { errorAt, withWhen } from "./workflow-draft.ts";

type Editor = ReturnType<typeof useEditor>;

/** The three parts of a workflow, each opened in its place, and the buttons that save all of them. */
export function WorkflowEditor({
  editor,
  onSaved,
  onTest,
}: {
  editor: Editor;
  onSaved: (workflow: Workflow) => void;
  /** Called after saving. */
  onTest: (workflow: Workflow) => void;
}) {
  const t = useTranslations("workflows");
  const may = useMay();
  const mayWrite = may("workflows:write");
  const wording = useWording();
  const page = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [refusals, setRefusals] = useState(0);
  const { draft, change, errors } = editor;
  const show = (part: string, on: boolean) =>
    setOpen((before) => {
      const after = new Set(before);
      if (on) after.add(part);
      else after.delete(part);
      return after;
    });
  const toggle = (part: string) => () => show(part, !open.has(part));

  // What is wrong is opened, and the first wrong field gets the focus.
  useEffect(() => {
    if (errors.length === 0) return;
    for (const { field } of errors) {
      const [part = "", index = ""] = field.split(".");
      const action = part === "do" ? draft.do[Number(index)] : undefined;
      show(action ? action.key : part, true);
    }
    setRefusals((before) => before + 1);
    // oxlint-disable-next-line react/exhaustive-deps -- once for each refusal
  }, [errors]);
  useEffect(() => {
    if (refusals > 0)
      requestAnimationFrame(() =>
        page.current?.querySelector<HTMLElement>("[aria-invalid=true], fieldset[aria-describedby] input")?.focus(),
      );
  }, [refusals]);

  const save = async (then: (workflow: Workflow) => void) => {
    const saved = await editor.save();
    if (saved) then(saved);
  };
  const lost = errors.filter(({ field }) => !/^(name|when|do)\b/.test(field));

  return (
    <div ref={page} className="flex flex-col gap-4">
      {editor.theirs ? <ChangedNotice editor={editor} theirs={editor.theirs} /> : null}
      <Part
        title={t("parts.name")}
        open={open.has("name")}
        onToggle={toggle("name")}
        readOnly={!mayWrite}
        summary={draft.name}
      >
        <div className="max-w-xl">
          <TextField
            label={t("name")}
            hint={t("nameHint")}
            value={draft.name}
            onChange={(name) => change({ name })}
            error={errorAt(errors, "name")}
            maxLength={200}
          />
        </div>
      </Part>
      <Part
        title={t("parts.when")}
        open={open.has("when")}
        onToggle={toggle("when")}
        readOnly={!mayWrite}
        summary={describeWhen(draft.when, wording)}
      >
        <WhenFields when={draft.when} onChange={(when) => change(withWhen(draft, when))} errors={errors} />
      </Part>
      <section className="rounded-lg border border-line bg-surface p-4">
        <h2 className="mb-3 text-base">{t("parts.do")}</h2>
        <DoPart
          draft={draft}
          onChange={change}
          open={open}
          onOpen={show}
          wording={wording}
          errors={errors}
          readOnly={!mayWrite}
        />
      </section>
      {editor.failure ? <Notice tone="bad">{t("notSaved", { reason: editor.failure })}</Notice> : null}
      {lost[0] ? <Notice tone="bad">{t("notSaved", { reason: lost[0].message })}</Notice> : null}
      {mayWrite ? (
        <div className="sticky bottom-0 z-10 -mx-1 flex flex-wrap items-center gap-2 border-t border-line bg-canvas px-1 py-3">
          <Button
            kind="primary"
            icon={<Save aria-hidden />}
            busy={editor.busy}
            onClick={() =>
              void save((workflow) => {
                setOpen(new Set());
                toast(t("saved"));
                onSaved(workflow);
              })
            }
          >
            {t("save")}
          </Button>
          {may("messages:send") && draft.do.some(({ action }) => action === "send_sms" || action === "send_email") ? (
            <Button icon={<Send aria-hidden />} busy={editor.busy} onClick={() => void save(onTest)}>
              {t("saveAndTest")}
            </Button>
          ) : null}
          {editor.isDirty() && editor.known ? <span className="text-sm text-faint">{t("unsaved")}</span> : null}
        </div>
      ) : null}
      <LeaveGuard isDirty={editor.isDirty} />
    </div>
  );
}
