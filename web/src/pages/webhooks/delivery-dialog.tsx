import { RotateCw } from "lucide-react";
import { useFormatter, useTranslations } from "use-intl";
import type { WebhookDelivery } from "../../../../contract/webhooks.ts";
import { useCall } from "../../api/queries.ts";
import { useExplain } from "../../lib/explain.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { toast } from "../../ui/toast.tsx";
import { useEventName } from "./event-name.ts";

/** The outcome of an attempt, counted from the end where `at` is negative; null where there was none yet. */
export function useOutcome(): (delivery: WebhookDelivery, at: number) => string | null {
  const t = useTranslations("webhooks");
  return ({ attempts, state }, at) => {
    const attempt = attempts.at(at);
    if (!attempt) return null;
    if (attempt.error) return attempt.error;
    if (attempt.status) return t("http", { status: String(attempt.status) });
    const isLast = attempts.at(-1) === attempt;
    return isLast && state === "waiting" ? t("underWay") : t("brokenOff");
  };
}

/** One delivery: each attempt with its outcome, what was sent, and sending it again. */
export function DeliveryDialog({
  webhookId,
  delivery,
  onClose,
}: {
  webhookId: string;
  delivery: WebhookDelivery;
  onClose: () => void;
}) {
  const t = useTranslations("webhooks");
  const format = useFormatter();
  const explain = useExplain();
  const eventName = useEventName();
  const outcome = useOutcome();
  const redeliver = useCall("webhooks", "redeliver");
  const time = (at: string) => format.dateTime(new Date(at), { dateStyle: "medium", timeStyle: "medium" });
  const again = async () => {
    try {
      await redeliver.mutateAsync({ params: { id: webhookId, delivery_id: delivery.id } });
      toast(t("redelivered"));
    } catch (error) {
      toast(explain(error), "bad");
    }
  };
  const { attempts, next_at, state } = delivery;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={eventName(delivery.event)}
      description={<span className="font-mono text-sm break-all">{`${t("deliveryId")}: ${delivery.id}`}</span>}
      size="large"
      footer={
        <Button icon={<RotateCw aria-hidden />} busy={redeliver.isPending} onClick={() => void again()}>
          {t("redeliver")}
        </Button>
      }
    >
      <div className="flex flex-col gap-4">
        <section>
          <h3 className="mb-1.5 text-sm font-medium text-soft">{t("attempts")}</h3>
          <ol className="divide-y divide-line rounded-lg border border-line">
            {attempts.map((attempt, index) => (
              <li key={attempt.at} className="px-3 py-2">
                <div className="flex flex-wrap items-baseline justify-between gap-x-4">
                  <span className="font-medium break-words">{outcome(delivery, index)}</span>
                  <span className="figures text-sm text-faint">{time(attempt.at)}</span>
                </div>
                {attempt.response ? (
                  <pre className="mt-1 max-h-24 overflow-auto font-mono text-sm break-words whitespace-pre-wrap text-soft">
                    {attempt.response}
                  </pre>
                ) : null}
              </li>
            ))}
            {state === "waiting" && next_at ? (
              <li className="figures px-3 py-2 text-soft">{t("nextAt", { when: time(next_at) })}</li>
            ) : null}
          </ol>
        </section>
        <section>
          <h3 className="mb-1.5 text-sm font-medium text-soft">{t("body")}</h3>
          <pre className="max-h-72 overflow-auto rounded-lg bg-sunken px-3 py-2 font-mono text-sm break-words whitespace-pre-wrap">
            {pretty(delivery.body)}
          </pre>
        </section>
      </div>
    </Dialog>
  );
}

const pretty = (body: string) => JSON.stringify(JSON.parse(body), null, 2);
