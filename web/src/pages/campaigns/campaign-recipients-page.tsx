import { useInfiniteQuery } from "@tanstack/react-query";
import { Users } from "lucide-react";
import { useMemo } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { Campaign } from "../../../../contract/campaigns.ts";
import type { Message } from "../../../../contract/messages.ts";
import { formatPhoneNumber } from "../../../../rules/phone-number-format.ts";
import { items, pages } from "../../api/queries.ts";
import { Link } from "../../components/link.tsx";
import { RetentionNote } from "../../components/retention-note.tsx";
import { useExplain } from "../../lib/explain.ts";
import { useFilters } from "../../lib/location.ts";
import { useWorkspace } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { Select } from "../../ui/field.tsx";
import { Panel } from "../../ui/page-header.tsx";
import { EmptyState } from "../../ui/states.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { CampaignFrame, underWayInterval } from "./campaign-frame.tsx";
import { isUnderWay } from "./campaign-status.tsx";
import { MessageStatusBadge } from "./message-status.tsx";
import { useReason } from "./reasons.ts";

type Recipient = Message & { contact_name: string | null };

const views = ["all", "sent", "not_sent", "not_delivered", "delivered"] as const;

/** Who got a campaign, who did not, and why. */
export function CampaignRecipientsPage() {
  return <CampaignFrame tab="recipients">{(campaign) => <Recipients campaign={campaign} />}</CampaignFrame>;
}

function Recipients({ campaign }: { campaign: Campaign }) {
  const t = useTranslations("campaigns");
  const erased = useTranslations("privacy")("erasedNumber");
  const format = useFormatter();
  const explain = useExplain();
  const reasonText = useReason();
  const { country } = useWorkspace();
  const [filters, setFilters] = useFilters({ view: "all" });
  const view = views.find((one) => one === filters.view) ?? "all";
  const list = useInfiniteQuery({
    ...pages("campaigns", "recipients", { params: { id: campaign.id }, query: { view } }),
    refetchInterval: isUnderWay(campaign.status) ? underWayInterval : false,
  });
  const { counts } = campaign;
  const countOf = { all: undefined, ...counts };

  const columns = useMemo(
    (): Column<Recipient>[] => [
      {
        id: "contact",
        header: t("contact"),
        cell: (message) => {
          const number = message.to === "erased" ? erased : formatPhoneNumber(message.to, country);
          const name = message.contact_name || number || t("noNumber");
          return (
            <div className="min-w-0">
              {message.contact_id ? <Link to={paths.contact(message.contact_id)}>{name}</Link> : <span>{name}</span>}
              {message.contact_name && number ? (
                <span className="figures ml-2 whitespace-nowrap text-soft max-sm:ml-0 max-sm:block">{number}</span>
              ) : null}
            </div>
          );
        },
      },
      { id: "status", header: t("status"), cell: (message) => <MessageStatusBadge status={message.status} /> },
      {
        id: "reason",
        header: t("reason"),
        cell: (message) =>
          message.reason ? (
            <span>
              {reasonText(message.reason)}
              {message.carrier_error ? (
                <span className="figures text-faint"> · {t("carrierCode", { code: message.carrier_error })}</span>
              ) : null}
            </span>
          ) : (
            <span className="text-faint">–</span>
          ),
      },
      {
        id: "segments",
        header: t("segments"),
        align: "right",
        secondary: true,
        cell: (message) => format.number(message.segments),
      },
      {
        id: "created",
        header: t("time"),
        align: "right",
        secondary: true,
        cell: (message) => (
          <span className="whitespace-nowrap text-soft">
            {format.dateTime(new Date(message.created_at), { dateStyle: "short", timeStyle: "short" })}
          </span>
        ),
      },
    ],
    [t, format, reasonText, country, erased],
  );

  return (
    <>
      <RetentionNote since={campaign.sent_at} />
      <div className="mb-3">
        <Select
          className="w-full sm:w-64"
          aria-label={t("view")}
          value={view}
          onChange={(next) => setFilters({ view: next })}
          options={views.map((value) => ({
            value,
            label:
              countOf[value] === undefined
                ? t(`recipientViews.${value}`)
                : `${t(`recipientViews.${value}`)} (${format.number(countOf[value])})`,
          }))}
        />
      </div>
      <Panel flush>
        <Table
          label={t(`recipientViews.${view}`)}
          columns={columns}
          rows={list.data ? items(list.data) : undefined}
          rowId={(message) => message.id}
          more={{ has: list.hasNextPage, busy: list.isFetchingNextPage, fetch: () => void list.fetchNextPage() }}
          failure={list.error ? { message: explain(list.error), onRetry: () => void list.refetch() } : null}
          empty={<EmptyState icon={Users} title={t(`recipientsEmpty.${view}`)} />}
        />
      </Panel>
    </>
  );
}
