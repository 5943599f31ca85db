import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { CircleAlert, CircleCheck, Clock, type LucideIcon, Power, Send } from "lucide-react";
import { useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { Webhook, WebhookDelivery } from "../../../../contract/webhooks.ts";
import { items, pages, query, useCall } from "../../api/queries.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { Link } from "../../components/link.tsx";
import { NotFoundPage } from "../../components/not-found-page.tsx";
import { PagedTable } from "../../components/paged.tsx";
import { useExplain } from "../../lib/explain.ts";
import { useGo, useParam } from "../../lib/location.ts";
import { paths } from "../../paths.ts";
import { Badge, type Tone } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Notice } from "../../ui/notice.tsx";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { EmptyState, ErrorState, PageSkeleton } from "../../ui/states.tsx";
import { toast } from "../../ui/toast.tsx";
import { DeliveryDialog, useOutcome } from "./delivery-dialog.tsx";
import { useEventName } from "./event-name.ts";
import { useWebhookActions } from "./use-webhook-actions.tsx";
import { WebhookState } from "./webhook-state.tsx";

/** One webhook: its status, and each delivery with its outcome. */
export function WebhookPage() {
  const id = useParam("id");
  const t = useTranslations("webhooks");
  const go = useGo();
  const explain = useExplain();
  const eventName = useEventName();
  const actions = useWebhookActions(() => go(paths.webhooks(), { replace: true }));
  const { data, error, refetch } = useQuery(query("webhooks", "list"));
  const test = useCall("webhooks", "test");
  if (error && !data) {
    return <ErrorState title={t("loadFailed")} message={explain(error)} onRetry={() => void refetch()} />;
  }
  if (!data) return <PageSkeleton />;
  const webhook = data.items.find((each) => each.id === id);
  if (!webhook) return <NotFoundPage />;
  const sendTest = async () => {
    try {
      await test.mutateAsync({ params: { id } });
      toast(t("testSent"));
    } catch (failure) {
      toast(explain(failure), "bad");
    }
  };
  return (
    <>
      <DocumentTitle>{webhook.url}</DocumentTitle>
      <PageHeader
        title={<span className="break-all">{webhook.url}</span>}
        above={<Link to={paths.webhooks()}>{t("title")}</Link>}
        status={<WebhookState webhook={webhook} />}
        description={webhook.events.map(eventName).join(", ")}
        action={
          <>
            {actions.menu(webhook)}
            {webhook.enabled ? null : (
              <Button icon={<Power aria-hidden />} onClick={() => actions.switchOn(webhook)}>
                {t("switchOn")}
              </Button>
            )}
            <Button kind="primary" icon={<Send aria-hidden />} busy={test.isPending} onClick={() => void sendTest()}>
              {t("test")}
            </Button>
          </>
        }
      />
      <div className="flex flex-col gap-5">
        <DeliveryProblem webhook={webhook} />
        <Deliveries webhook={webhook} />
      </div>
      {actions.dialogs}
    </>
  );
}

function DeliveryProblem({ webhook }: { webhook: Webhook }) {
  const t = useTranslations("webhooks");
  const format = useFormatter();
  const { enabled, disabled_at, failing_since, last_error } = webhook;
  const time = (at: string) => format.dateTime(new Date(at), { dateStyle: "medium", timeStyle: "short" });
  const error = last_error ? <p className="mt-1 break-words">{t("lastError", { error: last_error })}</p> : null;
  if (!enabled && disabled_at) {
    return (
      <Notice tone="bad" title={t("disabledTitle", { when: time(disabled_at) })}>
        {t("disabledText")}
        {error}
      </Notice>
    );
  }
  if (!enabled || !failing_since) return null;
  return (
    <Notice tone="warn" title={t("failingTitle")}>
      {t("failingText", { when: time(failing_since) })}
      {error}
    </Notice>
  );
}

const looks: Record<WebhookDelivery["state"], { tone: Tone; icon: LucideIcon }> = {
  waiting: { tone: "info", icon: Clock },
  delivered: { tone: "good", icon: CircleCheck },
  failed: { tone: "bad", icon: CircleAlert },
};

function Deliveries({ webhook }: { webhook: Webhook }) {
  const t = useTranslations("webhooks");
  const format = useFormatter();
  const eventName = useEventName();
  const outcome = useOutcome();
  const [openId, setOpenId] = useState<string | null>(null);
  const found = useInfiniteQuery(pages("webhooks", "deliveries", { params: { id: webhook.id }, query: { limit: 50 } }));
  const deliveries = found.data ? items(found.data) : undefined;
  const open = deliveries?.find((delivery) => delivery.id === openId);
  return (
    <Panel title={t("deliveries")} description={t("deliveriesText")} flush>
      <PagedTable
        label={t("deliveries")}
        rowId={(delivery) => delivery.id}
        onOpen={(delivery) => setOpenId(delivery.id)}
        found={found}
        columns={[
          {
            id: "event",
            header: t("event"),
            cell: (delivery) => (
              <button
                type="button"
                className="rounded-sm text-left font-medium text-accent-ink hover:underline"
                onClick={() => setOpenId(delivery.id)}
              >
                {eventName(delivery.event)}
              </button>
            ),
          },
          {
            id: "state",
            header: t("state"),
            cell: ({ state }) => (
              <Badge tone={looks[state].tone} icon={looks[state].icon}>
                {t(`deliveryStates.${state}`)}
              </Badge>
            ),
          },
          {
            id: "answer",
            header: t("answer"),
            secondary: true,
            cell: (delivery) => <span className="break-words text-soft">{outcome(delivery, -1) ?? "–"}</span>,
          },
          {
            id: "attempts",
            header: t("attempts"),
            align: "right",
            secondary: true,
            cell: ({ attempts }) => format.number(attempts.length),
          },
          {
            id: "time",
            header: t("time"),
            align: "right",
            cell: ({ created_at }) => (
              <span className="figures whitespace-nowrap">
                {format.dateTime(new Date(created_at), { dateStyle: "medium", timeStyle: "medium" })}
              </span>
            ),
          },
        ]}
        empty={
          <EmptyState icon={Send} title={t("noDeliveries")}>
            {t("noDeliveriesText")}
          </EmptyState>
        }
      />
      {open ? <DeliveryDialog webhookId={webhook.id} delivery={open} onClose={() => setOpenId(null)} /> : null}
    </Panel>
  );
}
