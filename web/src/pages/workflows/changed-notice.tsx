import { useFormatter, useTranslations } from "use-intl";
import type { Workflow } from "../../../../contract/workflows.ts";
import { Button } from "../../ui/button.tsx";
import { Notice } from "../../ui/notice.tsx";
import type { useEditor } from "./use-editor.ts";

/** Somebody else has saved the workflow meanwhile: asks whose version counts. What was typed stays until then. */
export function ChangedNotice({ editor, theirs }: { editor: ReturnType<typeof useEditor>; theirs: Workflow }) {
  const t = useTranslations("workflows.changed");
  const format = useFormatter();
  return (
    <div role="alert">
      <Notice
        tone="warn"
        title={t("title", { at: format.dateTime(new Date(theirs.updated_at), { timeStyle: "short" }) })}
        action={
          <div className="flex flex-wrap gap-2">
            <Button onClick={() => editor.takeTheirs(theirs)}>{t("takeTheirs")}</Button>
            <Button kind="primary" onClick={() => editor.keepMine(theirs)}>
              {t("keepMine")}
            </Button>
          </div>
        }
      >
        {t("text")}
      </Notice>
    </div>
  );
}
