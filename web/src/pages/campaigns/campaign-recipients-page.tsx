import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Users } from "lucide-react";
import { useMemo } from "react";
import { useFormatter, useNow, useTranslations } from "use-intl";
import type { Campaign } from "../../../../contract/campaigns.ts";
import type { Message } from "../../../../contract/messages.ts";
import { formatPhoneNumber } from "../../../../rules/phone-number-format.ts";
import { pages, query } from "../../api/queries.ts";
import { Link } from "../../components/link.tsx";
import { PagedTable } from "../../components/paged.tsx";
import { useFilters } from "../../lib/location.ts";
import { useMay, useWorkspace } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { Select } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Panel } from "../../ui/page-header.tsx";
import { EmptyState } from "../../ui/states.tsx";
import type { Column } from "../../ui/table.tsx";
import { CampaignFrame, underWayInterval } from "./campaign-frame.tsx";
import { isUnderWay } from "./campaign-status.tsx";
import { MessageStatusBadge, useReason } from "./message-status.tsx";

type Recipient = Message & { contact_name: string | null };

const views = ["all", "sent", "not_sent", "not_delivered", "delivered", "clicked"] as const;

/** Who received a campaign, who did not, and why. */
export function CampaignRecipientsPage() {
  return <CampaignFrame tab="recipients">{(campaign) => <Recipients campaign={campaign} />}</CampaignFrame>;
}

function Recipients({ campaign }: { campaign: Campaign }) {
  const t = useTranslations("campaigns");
  const erased = useTranslations("privacy")("erasedNumber");
  const format = useFormatter();
  const reasonText = useReason();
  const { country } = useWorkspace();
  const [filters, setFilters] = useFilters({ view: "all" });
  const view = views.find((one) => one === filters.view) ?? "all";
  const list = useInfiniteQuery({
    ...pages("campaigns", "recipients", { params: { id: campaign.id }, query: { view } }),
    refetchInterval: isUnderWay(campaign.status) ? underWayInterval : false,
  });
  const { counts } = campaign;
  const countOf: Partial<Record<(typeof views)[number], number>> = { ...counts };

  const columns = useMemo(
    (): Column<Recipient>[] => [
      {
        id: "contact",
        header: t("contact"),
        // Else the longest reason takes the room of the names.
        width: "w-1/3",
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
            <Waiting message={message} paused={campaign.status === "paused"} />
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
            {format.dateTime(new Date(message.created_at), { dateStyle: "medium", timeStyle: "short" })}
          </span>
        ),
      },
    ],
    [t, format, reasonText, country, erased, campaign.status],
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
        <PagedTable
          label={t(`recipientViews.${view}`)}
          columns={columns}
          rowId={(message) => message.id}
          found={list}
          empty={<EmptyState icon={Users} title={t(`recipientsEmpty.${view}`)} />}
        />
      </Panel>
    </>
  );
}

/** Until when a text waits that has not left. */
function Waiting({ message, paused }: { message: Recipient; paused: boolean }) {
  const t = useTranslations("campaigns");
  const format = useFormatter();
  const now = useNow();
  if (message.status === "queued" && message.not_before) {
    const at = new Date(message.not_before);
    const later = at > now;
    if (later) return <>{t("waitsUntil", { at: format.dateTime(at, { dateStyle: "medium", timeStyle: "short" }) })}</>;
    if (paused) return <>{t("waitsPaused")}</>;
  }
  return <span className="text-faint">–</span>;
}

/** Says that texts or messages of this age were purged, where they were. */
function RetentionNote({ since }: { since: string | null }) {
  const t = useTranslations("privacy");
  const format = useFormatter();
  const may = useMay();
  const { data } = useQuery({ ...query("retention", "get", {}), enabled: since !== null && may("workspace:read") });
  if (!data || !since) return null;
  const { texts_gone_before: texts, messages_gone_before: messages } = data;
  const at = new Date(since);
  const day = (instant: string) => format.dateTime(new Date(instant), { dateStyle: "medium", timeZone: "UTC" });
  if (messages && at < new Date(messages))
    return <Notice tone="info">{t("noteMessages", { before: day(messages) })}</Notice>;
  if (texts && at < new Date(texts)) return <Notice tone="info">{t("noteTexts", { before: day(texts) })}</Notice>;
  return null;
}
