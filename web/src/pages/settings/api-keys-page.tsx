import { useQuery } from "@tanstack/react-query";
import { KeyRound, Plus, Trash2 } from "lucide-react";
import { useMemo, useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { CallAnswer } from "../../api/client.ts";
import { query, useCall } from "../../api/queries.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { RowMenu } from "../../components/row-menu.tsx";
import { useExplain } from "../../lib/explain.ts";
import { Button } from "../../ui/button.tsx";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { MenuItem } from "../../ui/menu.tsx";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { EmptyState } from "../../ui/states.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { toast } from "../../ui/toast.tsx";
import { NewApiKeyDialog } from "./new-api-key-dialog.tsx";

type ApiKey = CallAnswer<"apiKeys", "list">["items"][number];

/** The keys by which programs call the API. */
export function ApiKeysPage() {
  const t = useTranslations("settings");
  const format = useFormatter();
  const explain = useExplain();
  const keys = useQuery(query("apiKeys", "list"));
  const revoke = useCall("apiKeys", "remove");
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);

  const columns = useMemo<Column<ApiKey>[]>(
    () => [
      {
        id: "name",
        header: t("name"),
        cell: (key) => (
          <div>
            <p className="font-medium break-words">{key.name}</p>
            <p className="font-mono text-sm text-soft">{key.prefix}…</p>
          </div>
        ),
      },
      {
        id: "scopes",
        header: t("scopes"),
        cell: (key) => (
          <span title={key.scopes.map((scope) => t(`scopeNames.${scope}`)).join(", ")}>
            {t("scopeCount", { count: key.scopes.length })}
          </span>
        ),
      },
      {
        id: "used",
        header: t("lastUsed"),
        cell: (key) =>
          key.last_used_at ? format.relativeTime(new Date(key.last_used_at)) : <span>{t("neverUsed")}</span>,
      },
      {
        id: "created",
        header: t("created"),
        secondary: true,
        cell: (key) => format.dateTime(new Date(key.created_at), { dateStyle: "medium" }),
      },
      {
        id: "actions",
        header: t("actions"),
        headerHidden: true,
        align: "right",
        width: "w-12",
        cell: (key) => (
          <RowMenu name={key.name}>
            <MenuItem danger icon={<Trash2 aria-hidden />} onSelect={() => setRevoking(key)}>
              {t("revoke")}
            </MenuItem>
          </RowMenu>
        ),
      },
    ],
    [t, format],
  );
  const createButton = (
    <Button kind="primary" icon={<Plus aria-hidden />} onClick={() => setCreating(true)}>
      {t("newKey")}
    </Button>
  );
  return (
    <>
      <DocumentTitle>{t("sections.apiKeys")}</DocumentTitle>
      <PageHeader
        title={t("sections.apiKeys")}
        description={t.rich("apiKeysText", {
          docs: (chunks) => (
            <a href="/docs" className="font-medium text-accent-ink underline">
              {chunks}
            </a>
          ),
        })}
        action={createButton}
      />
      <Panel flush>
        <Table
          label={t("sections.apiKeys")}
          columns={columns}
          rows={keys.data?.items}
          rowId={(key) => key.id}
          empty={
            <EmptyState icon={KeyRound} title={t("noKeys")}>
              {t("noKeysText")}
            </EmptyState>
          }
          failure={keys.error && { message: explain(keys.error), onRetry: () => void keys.refetch() }}
        />
      </Panel>
      {creating ? <NewApiKeyDialog onOpenChange={setCreating} /> : null}
      {revoking ? (
        <ConfirmDialog
          open
          onOpenChange={(open) => !open && setRevoking(null)}
          title={t("revokeTitle", { name: revoking.name })}
          confirm={t("revoke")}
          explain={explain}
          onConfirm={async () => {
            await revoke.mutateAsync({ params: { id: revoking.id } });
            toast(t("revoked", { name: revoking.name }));
          }}
        >
          {t("revokeText")}
        </ConfirmDialog>
      ) : null}
    </>
  );
}
