import { useQuery } from "@tanstack/react-query";
import { Plus, Webhook as WebhookIcon } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { query } from "../../api/queries.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { Link } from "../../components/link.tsx";
import { useExplain } from "../../lib/explain.ts";
import { useGo } from "../../lib/location.ts";
import { paths } from "../../paths.ts";
import { Button } from "../../ui/button.tsx";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { EmptyState } from "../../ui/states.tsx";
import { Table } from "../../ui/table.tsx";
import { useEventName } from "./event-name.ts";
import { useWebhookActions } from "./use-webhook-actions.tsx";
import { NewWebhookDialog } from "./webhook-dialogs.tsx";
import { WebhookState } from "./webhook-state.tsx";

/** With more events than these only their number is shown. */
const mostNamed = 3;

/** The webhooks that notify the workspace's own systems of events. */
export function WebhooksPage() {
  const t = useTranslations("webhooks");
  const explain = useExplain();
  const go = useGo();
  const webhooks = useQuery(query("webhooks", "list"));
  const eventName = useEventName();
  const actions = useWebhookActions();
  const [adding, setAdding] = useState(false);
  const addButton = (
    <Button kind="primary" icon={<Plus aria-hidden />} onClick={() => setAdding(true)}>
      {t("add")}
    </Button>
  );
  const isEmpty = webhooks.data?.items.length === 0;
  return (
    <>
      <DocumentTitle>{t("title")}</DocumentTitle>
      <PageHeader
        title={t("title")}
        description={t.rich("text", {
          spec: (chunks) => (
            <a
              href="https://www.standardwebhooks.com"
              rel="noreferrer"
              className="font-medium text-accent-ink underline"
            >
              {chunks}
            </a>
          ),
        })}
        action={isEmpty ? null : addButton}
      />
      <Panel flush>
        <Table
          label={t("title")}
          rows={webhooks.data?.items}
          rowId={(webhook) => webhook.id}
          onOpen={(webhook) => go(paths.webhook(webhook.id))}
          columns={[
            {
              id: "url",
              header: t("url"),
              cell: (webhook) => (
                <Link to={paths.webhook(webhook.id)} className="break-all">
                  {webhook.url}
                </Link>
              ),
            },
            {
              id: "events",
              header: t("events"),
              secondary: true,
              cell: ({ events }) =>
                events.length > mostNamed
                  ? t("eventCount", { count: events.length })
                  : events.map(eventName).join(", "),
            },
            { id: "state", header: t("state"), width: "w-32", cell: (webhook) => <WebhookState webhook={webhook} /> },
            {
              id: "actions",
              header: t("actions"),
              headerHidden: true,
              align: "right",
              width: "w-12",
              cell: actions.menu,
            },
          ]}
          empty={
            <EmptyState icon={WebhookIcon} title={t("emptyTitle")} action={addButton}>
              {t("emptyText")}
            </EmptyState>
          }
          failure={webhooks.error && { message: explain(webhooks.error), onRetry: () => void webhooks.refetch() }}
        />
      </Panel>
      {adding ? <NewWebhookDialog onOpenChange={setAdding} /> : null}
      {actions.dialogs}
    </>
  );
}
