import { useQuery } from "@tanstack/react-query";
import { Cable, Check, Gauge, MessageSquareOff, Plus, RadioTower, Star } from "lucide-react";
import { useMemo, useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { formatPhoneNumber } from "../../../../rules/phone-number-format.ts";
import { query, useCall } from "../../api/queries.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { Link } from "../../components/link.tsx";
import { RowMenu } from "../../components/row-menu.tsx";
import { useExplain } from "../../lib/explain.ts";
import { useMay, useWorkspace } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { MenuItem } from "../../ui/menu.tsx";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { EmptyState } from "../../ui/states.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { toast } from "../../ui/toast.tsx";
import { type Sender, SenderCarrierDialog } from "./sender-carrier.tsx";
import { NewSenderDialog, SenderRateDialog } from "./sender-dialogs.tsx";

/** The numbers and names that recipients see as the sender. */
export function SendersPage() {
  const t = useTranslations("settings");
  const sections = useTranslations("frame.sections");
  const format = useFormatter();
  const explain = useExplain();
  const may = useMay();
  const { country } = useWorkspace();
  const senders = useQuery(query("senders", "list"));
  const { mutate: update } = useCall("senders", "update", {
    onSuccess: (sender) => toast(t("madeDefault", { sender: formatPhoneNumber(sender.address, country) })),
    onError: (error) => toast(explain(error), "bad"),
  });
  const [creating, setCreating] = useState(false);
  const [limiting, setLimiting] = useState<Sender | null>(null);
  const [moving, setMoving] = useState<Sender | null>(null);
  const changeable = may("sms-setup:write");

  const columns = useMemo<Column<Sender>[]>(
    () => [
      {
        id: "address",
        header: t("sender"),
        cell: (sender) => (
          <span className="figures flex flex-wrap items-center gap-x-2 gap-y-1 font-medium">
            <span className="whitespace-nowrap">{formatPhoneNumber(sender.address, country)}</span>
            {sender.is_default ? (
              <Badge tone="accent" icon={Star}>
                {t("default")}
              </Badge>
            ) : null}
          </span>
        ),
      },
      { id: "kind", header: t("kind"), secondary: true, cell: (sender) => t(`kinds.${sender.kind}`) },
      {
        id: "receives",
        header: t("replies"),
        cell: (sender) =>
          sender.can_receive ? (
            <Badge tone="good" icon={Check}>
              {t("canReceive")}
            </Badge>
          ) : (
            <Badge tone="warn" icon={MessageSquareOff}>
              {t("cannotReceive")}
            </Badge>
          ),
      },
      {
        id: "rate",
        header: t("rate"),
        align: "right",
        secondary: true,
        cell: (sender) =>
          sender.rate_per_second === null ? t("rateOfCarrier") : t("ratePerSecond", { rate: sender.rate_per_second }),
      },
      {
        id: "carrier",
        header: t("carrier"),
        secondary: true,
        cell: (sender) => {
          if (sender.carrier_id === null) return t("sandboxCarrier");
          return changeable ? <Link to={paths.carrier(sender.carrier_id)}>{sender.carrier}</Link> : sender.carrier;
        },
      },
      {
        id: "created",
        header: t("created"),
        secondary: true,
        cell: (sender) => format.dateTime(new Date(sender.created_at), { dateStyle: "medium" }),
      },
      {
        id: "actions",
        header: t("actions"),
        headerHidden: true,
        align: "right",
        width: "w-12",
        cell: (sender) =>
          changeable ? (
            <RowMenu name={formatPhoneNumber(sender.address, country)}>
              {sender.is_default ? null : (
                <MenuItem
                  icon={<Star aria-hidden />}
                  onSelect={() => update({ params: { id: sender.id }, body: { is_default: true } })}
                >
                  {t("makeDefault")}
                </MenuItem>
              )}
              <MenuItem icon={<Cable aria-hidden />} onSelect={() => setMoving(sender)}>
                {t("changeCarrier")}
              </MenuItem>
              <MenuItem icon={<Gauge aria-hidden />} onSelect={() => setLimiting(sender)}>
                {t("changeRate")}
              </MenuItem>
            </RowMenu>
          ) : null,
      },
    ],
    [t, format, country, changeable, update],
  );
  return (
    <>
      <DocumentTitle>{sections("senders")}</DocumentTitle>
      <PageHeader
        title={sections("senders")}
        description={t("sendersText")}
        action={
          changeable ? (
            <Button kind="primary" icon={<Plus aria-hidden />} onClick={() => setCreating(true)}>
              {t("newSender")}
            </Button>
          ) : null
        }
      />
      <Panel flush>
        <Table
          label={sections("senders")}
          columns={columns}
          rows={senders.data?.items}
          rowId={(sender) => sender.id}
          empty={
            <EmptyState icon={RadioTower} title={t("noSenders")}>
              {t("noSendersText")}
            </EmptyState>
          }
          failure={senders.error && { message: explain(senders.error), onRetry: () => void senders.refetch() }}
        />
      </Panel>
      {creating ? <NewSenderDialog onOpenChange={setCreating} /> : null}
      {moving ? <SenderCarrierDialog sender={moving} onOpenChange={(open) => !open && setMoving(null)} /> : null}
      {limiting ? <SenderRateDialog sender={limiting} onOpenChange={(open) => !open && setLimiting(null)} /> : null}
    </>
  );
}
