import { useMemo } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { BookingDecision } from "../../../../contract/bookings.ts";
import { DecisionState } from "../../components/decision-state.tsx";
import { Link } from "../../components/link.tsx";
import { useRecipient } from "../../components/use-recipient.ts";
import { paths } from "../../paths.ts";
import type { Column } from "../../ui/table.tsx";

/** The columns of decisions on a workflow's page: of what is ahead by its moment, of what was decided by what became of it. */
export function useDecisionColumns(of: "due" | "decided"): Column<BookingDecision>[] {
  const t = useTranslations("workflows.columns");
  const format = useFormatter();
  const recipient = useRecipient();
  return useMemo(() => {
    const moment = (at: string) => format.dateTime(new Date(at), { dateStyle: "medium", timeStyle: "short" });
    const columns: Column<BookingDecision>[] = [
      {
        id: "at",
        header: t(of),
        cell: (row) => <span className="figures whitespace-nowrap">{moment(of === "due" ? row.due_at : (row.decided_at ?? row.due_at))}</span>,
      },
      { id: "state", header: t("state"), cell: (row) => <DecisionState decision={row} /> },
      { id: "recipient", header: t("recipient"), cell: recipient },
      {
        id: "booking",
        header: t("booking"),
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
    return columns;
  }, [t, format, recipient, of]);
}
