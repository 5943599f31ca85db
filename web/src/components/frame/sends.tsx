import { useQuery } from "@tanstack/react-query";
import { Undo2 } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import { ApiError } from "../../api/api-error.ts";
import { query, useCall } from "../../api/queries.ts";
import { useExplain } from "../../lib/explain.ts";
import { useGo } from "../../lib/location.ts";
import { forgetSend, useSends, type WatchedSend } from "../../lib/sends.ts";
import { paths } from "../../paths.ts";
import { Button } from "../../ui/button.tsx";
import { toast } from "../../ui/toast.tsx";

/** In case live updates are lost, in ms. */
const lookAgain = 10_000;

/** Offers to take back what was just sent, and tells how each campaign ended, on whatever page. */
export function Sends({ workspaceId }: { workspaceId: string }) {
  const t = useTranslations("frame");
  const sends = useSends(workspaceId);
  return (
    <section
      aria-label={t("sends")}
      className="pointer-events-none fixed inset-x-4 bottom-4 z-30 flex flex-col items-center gap-2"
    >
      {sends.map((send) => (
        <Send key={send.id} workspaceId={workspaceId} send={send} />
      ))}
    </section>
  );
}

function Send({ workspaceId, send }: { workspaceId: string; send: WatchedSend }) {
  const t = useTranslations("frame");
  const go = useGo();
  const { data, error } = useQuery({
    ...query("campaigns", "get", { params: { id: send.id } }),
    refetchInterval: lookAgain,
  });
  const status = data?.status;
  const gone = error instanceof ApiError && error.status === 404;
  useEffect(() => {
    if (gone || status === "draft" || status === "cancelled") forgetSend(workspaceId, send.id);
    if (!data || (status !== "sent" && status !== "failed")) return;
    forgetSend(workspaceId, send.id);
    const { sent, not_sent } = data.counts;
    const text =
      status === "failed" ? t("sendFailed", { name: data.name }) : t("sendDone", { name: data.name, sent, not_sent });
    toast(text, status === "failed" ? "bad" : "good", {
      label: t("sendSee"),
      onClick: () => go(paths.campaign(send.id)),
    });
    // oxlint-disable-next-line react/exhaustive-deps -- once for each outcome
  }, [gone, status]);
  const left = useSecondsUntil(send.undoUntil);
  if (status !== "scheduled" || left <= 0) return null;
  return <UndoBar send={send} left={left} />;
}

function UndoBar({ send, left }: { send: WatchedSend; left: number }) {
  const t = useTranslations("frame");
  const explain = useExplain();
  const unschedule = useCall("campaigns", "unschedule");
  const undo = async () => {
    try {
      await unschedule.mutateAsync({ params: { id: send.id } });
      toast(t("undone", { name: send.name }));
    } catch (error) {
      const late = error instanceof ApiError && error.status === 409;
      toast(late ? t("undoLate", { name: send.name }) : explain(error), "bad");
    }
  };
  return (
    <div className="appear pointer-events-auto flex max-w-full items-center gap-3 rounded-lg border border-line-strong bg-raised py-2 pr-2 pl-4 shadow-high">
      <p className="min-w-0">
        <span role="status" className="sr-only">
          {t("undoOffer", { name: send.name })}
        </span>
        <span aria-hidden className="figures break-words">
          {t("undoCountdown", { name: send.name, seconds: left })}
        </span>
      </p>
      <Button icon={<Undo2 aria-hidden />} busy={unschedule.isPending} onClick={() => void undo()}>
        {t("undo")}
      </Button>
    </div>
  );
}

/** Whole seconds left, counted down. */
function useSecondsUntil(until: number | null): number {
  const secondsLeft = () => (until === null ? 0 : Math.ceil((until - Date.now()) / 1000));
  const [left, setLeft] = useState(secondsLeft);
  useEffect(() => {
    setLeft(secondsLeft());
    if (until === null || secondsLeft() <= 0) return;
    const timer = setInterval(() => {
      setLeft(secondsLeft());
      if (secondsLeft() <= 0) clearInterval(timer);
    }, 250);
    return () => clearInterval(timer);
    // oxlint-disable-next-line react/exhaustive-deps -- secondsLeft reads the clock
  }, [until]);
  return left;
}
