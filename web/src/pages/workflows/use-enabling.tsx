import { type ReactNode, useState } from "react";
import { useTranslations } from "use-intl";
import type { Workflow } from "../../../../contract/workflows.ts";
import { call } from "../../api/client.ts";
import { useCall } from "../../api/queries.ts";
import { Checkbox } from "../../ui/choice.tsx";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { toast } from "../../ui/toast.tsx";
import { useExplainWorkflow } from "./explain-workflow.ts";
import { isTimed } from "./triggers.ts";

/** Switches workflows on and off. Where bookings are ahead already it first asks whether those count too. */
export function useEnabling(onDone: (workflow: Workflow) => void = () => {}): {
  enable: (workflow: Workflow, on: boolean) => void;
  /** The id of the workflow that is being switched. */
  busy: string | null;
  /** To be shown somewhere on the page. */
  dialog: ReactNode;
} {
  const t = useTranslations("workflows.enabling");
  const explain = useExplainWorkflow();
  const update = useCall("workflows", "update");
  const [busy, setBusy] = useState<string | null>(null);
  const [asking, setAsking] = useState<{ workflow: Workflow; earlier: number } | null>(null);
  const [also, setAlso] = useState(false);

  const write = async ({ id }: Workflow, enabled: boolean, alsoAhead: boolean) => {
    const done = await update.mutateAsync({
      params: { id },
      body: { enabled, ...(alsoAhead && { also_ahead: true }) },
    });
    toast(t(enabled ? "isOn" : "isOff", { name: done.name }));
    onDone(done);
  };

  const enable = async (workflow: Workflow, on: boolean) => {
    setBusy(workflow.id);
    try {
      const ahead =
        on && isTimed(workflow.when.trigger)
          ? await call("workflows", "ahead", { params: { id: workflow.id }, query: { limit: 1 } })
          : null;
      if (ahead && ahead.bookings_with_earlier > 0) {
        setAlso(false);
        setAsking({ workflow, earlier: ahead.bookings_with_earlier });
      } else await write(workflow, on, false);
    } catch (error) {
      toast(explain(error), "bad");
    } finally {
      setBusy(null);
    }
  };

  return {
    enable: (workflow, on) => void enable(workflow, on),
    busy,
    dialog: asking ? (
      <ConfirmDialog
        open
        onOpenChange={(open) => !open && setAsking(null)}
        kind="primary"
        title={t("title", { name: asking.workflow.name })}
        confirm={t("confirm")}
        explain={explain}
        onConfirm={() => write(asking.workflow, true, also)}
      >
        <div className="flex flex-col gap-3">
          <p>{t("text")}</p>
          <Checkbox
            label={t("also", { count: asking.earlier })}
            hint={t("alsoHint")}
            checked={also}
            onChange={setAlso}
          />
        </div>
      </ConfirmDialog>
    ) : null,
  };
}
