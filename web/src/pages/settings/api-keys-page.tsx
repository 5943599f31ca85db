import { useQuery } from "@tanstack/react-query";
import { KeyRound, Plus, TimerOff, Trash2 } from "lucide-react";
import { useMemo, useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { everything } from "../../../../contract/permissions.ts";
import type { CallAnswer } from "../../api/client.ts";
import { query, useCall } from "../../api/queries.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { RowMenu } from "../../components/row-menu.tsx";
import { useExplain } from "../../lib/explain.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { MenuItem } from "../../ui/menu.tsx";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { EmptyState } from "../../ui/states.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { toast } from "../../ui/toast.tsx";
import { NewApiKeyDialog } from "./new-api-key-dialog.tsx";

type ApiKey = CallAnswer<"apiKeys", "list">["items"][number];

const isPast = (instant: string) => new Date(instant).getTime() <= Date.now();

/** Whether the key's creator has lost a permission that the key was given. */
const isNarrowed = ({ scopes, effective_scopes, expires_at }: ApiKey) =>
  !scopes.includes(everything) && effective_scopes.length < scopes.length && !(expires_at && isPast(expires_at));

/** The API keys of the workspace. */
export function ApiKeysPage() {
  const t = useTranslations("settings");
  const sections = useTranslations("frame.sections");
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
          <span title={key.effective_scopes.map((scope) => t(`scopeNames.${scope}`)).join(", ")}>
            {key.scopes.includes(everything)
              ? t("scopeNames.everything")
              : isNarrowed(key)
                ? t("keyNarrowed", { now: key.effective_scopes.length, all: key.scopes.length })
                : t("scopeCount", { count: key.scopes.length })}
          </span>
        ),
      },
      {
        id: "maker",
        header: t("keyMaker"),
        secondary: true,
        cell: (key) => <span className="break-words">{key.maker ? key.maker.name : t("keyOfWorkspace")}</span>,
      },
      {
        id: "expires",
        header: t("keyExpires"),
        cell: ({ expires_at }) =>
          expires_at === null ? (
            t("keyNeverExpires")
          ) : isPast(expires_at) ? (
            <Badge tone="bad" icon={TimerOff}>
              {t("keyExpired")}
            </Badge>
          ) : (
            format.dateTime(new Date(expires_at), { dateStyle: "medium" })
          ),
      },
      {
        id: "used",
        header: t("lastUsed"),
        secondary: true,
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
      <DocumentTitle>{sections("apiKeys")}</DocumentTitle>
      <PageHeader
        title={sections("apiKeys")}
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
          label={sections("apiKeys")}
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
