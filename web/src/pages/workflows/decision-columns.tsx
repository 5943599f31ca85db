import { useMemo } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { BookingDecision } from "../../../../contract/decisions.ts";
import { ChannelIcon, DecisionState, useDecisionReason, useRecipient } from "../../components/bookings/decision.tsx";
import { Link } from "../../components/link.tsx";
import { paths } from "../../paths.ts";
import type { Column } from "../../ui/table.tsx";
import { MessageStatusBadge } from "../campaigns/message-status.tsx";
import { isActionKind } from "./workflow-draft.ts";

/** The columns of decisions on a workflow's page: of what is ahead by its moment, of what was decided by what became of it. */
export function useDecisionColumns(of: "due" | "decided"): Column<BookingDecision>[] {
  const t = useTranslations("workflows");
  const format = useFormatter();
  const reason = useDecisionReason();
  const recipient = useRecipient();
  return useMemo(() => {
    const moment = (at: string) => format.dateTime(new Date(at), { dateStyle: "medium", timeStyle: "short" });
    const columns: Column<BookingDecision>[] = [
      {
        id: "at",
        header: t(`columns.${of}`),
        width: "w-24 md:w-44",
        cell: (row) => (
          <span className="figures">{moment(of === "due" ? row.due_at : (row.decided_at ?? row.due_at))}</span>
        ),
      },
      {
        id: "state",
        header: t("columns.state"),
        cell: (row) => (
          <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <DecisionState state={row.state} />
            {row.state === "sent" && row.message_status !== null ? (
              <MessageStatusBadge status={row.message_status} />
            ) : null}
            {row.reason === null ? null : <span className="text-soft">{reason(row.reason)}</span>}
          </span>
        ),
      },
      {
        id: "recipient",
        header: t("columns.recipient"),
        cell: (row) => (
          <span className="flex gap-2">
            <ChannelIcon channel={row.channel} />
            <span className="min-w-0 break-words">
              {recipient(row) ?? (isActionKind(row.action) ? t(`actions.${row.action}`) : "–")}
            </span>
          </span>
        ),
      },
      {
        id: "booking",
        header: t("columns.booking"),
        secondary: true,
        cell: (row) =>
          row.booking ? (
            <span className="flex flex-wrap gap-x-2">
              <Link to={paths.booking(row.booking.id)}>{row.booking.reference}</Link>
              <span className="figures text-faint">{moment(row.booking.start)}</span>
            </span>
          ) : (
            "–"
          ),
      },
    ];
    // What is ahead has no state yet but this.
    return of === "due" ? columns.filter(({ id }) => id !== "state") : columns;
  }, [t, format, reason, recipient, of]);
}
