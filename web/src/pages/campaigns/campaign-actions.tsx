import { CalendarClock, CalendarX, CirclePause, CircleSlash, Play } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { Campaign } from "../../../../contract/campaigns.ts";
import { useCall } from "../../api/queries.ts";
import { useMay } from "../../lib/session.ts";
import { Button } from "../../ui/button.tsx";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { toast } from "../../ui/toast.tsx";
import { useExplainCampaign } from "./findings.ts";
import { ScheduleDialog } from "./schedule-dialog.tsx";

/** What can be done with a campaign that was sent or scheduled. `onFailure` is given why something could not be done, null before each try. */
export function CampaignActions({
  campaign,
  onFailure,
}: {
  campaign: Campaign;
  onFailure: (reason: string | null) => void;
}) {
  const t = useTranslations("campaigns");
  const explain = useExplainCampaign();
  const maySend = useMay()("campaigns:send");
  const [dialog, setDialog] = useState<"cancel" | "schedule" | null>(null);
  const calls = {
    pause: useCall("campaigns", "pause"),
    resume: useCall("campaigns", "resume"),
    unschedule: useCall("campaigns", "unschedule"),
  };
  const cancel = useCall("campaigns", "cancel");
  const { id, name, status, counts } = campaign;
  if (!maySend) return null;
  const act = async (action: keyof typeof calls) => {
    onFailure(null);
    try {
      await calls[action].mutateAsync({ params: { id } });
    } catch (error) {
      onFailure(explain(error));
    }
  };
  const close = () => setDialog(null);
  const isUnderWay = status === "preparing" || status === "sending";
  return (
    <>
      {status === "scheduled" ? (
        <>
          <Button
            icon={<CalendarX aria-hidden />}
            busy={calls.unschedule.isPending}
            onClick={() => void act("unschedule")}
          >
            {t("unschedule")}
          </Button>
          <Button kind="primary" icon={<CalendarClock aria-hidden />} onClick={() => setDialog("schedule")}>
            {t("reschedule")}
          </Button>
        </>
      ) : null}
      {isUnderWay || status === "paused" ? (
        <Button icon={<CircleSlash aria-hidden />} onClick={() => setDialog("cancel")}>
          {t("cancelSending")}
        </Button>
      ) : null}
      {isUnderWay ? (
        <Button
          kind="primary"
          icon={<CirclePause aria-hidden />}
          busy={calls.pause.isPending}
          onClick={() => void act("pause")}
        >
          {t("pause")}
        </Button>
      ) : null}
      {status === "paused" ? (
        <Button
          kind="primary"
          icon={<Play aria-hidden />}
          busy={calls.resume.isPending}
          onClick={() => void act("resume")}
        >
          {t("resume")}
        </Button>
      ) : null}
      <ConfirmDialog
        open={dialog === "cancel"}
        onOpenChange={close}
        title={t("cancelTitle", { name })}
        confirm={t("cancelConfirm")}
        dismiss={t("cancelDismiss")}
        explain={explain}
        onConfirm={async () => {
          onFailure(null);
          await cancel.mutateAsync({ params: { id } });
          toast(t("cancelledToast", { name }));
        }}
      >
        {t("cancelText", { sent: counts.sent, pending: counts.pending })}
      </ConfirmDialog>
      {dialog === "schedule" ? (
        <ScheduleDialog
          campaign={campaign}
          onClose={close}
          onSchedule={() => {
            close();
            toast(t("rescheduledToast", { name }));
          }}
        />
      ) : null}
    </>
  );
}
