import { CircleCheck, CircleX } from "lucide-react";
import { useFormatter, useTranslations } from "use-intl";
import type { CallAnswer } from "../../api/client.ts";
import { Badge } from "../../ui/badge.tsx";
import { Table } from "../../ui/table.tsx";
import { useRejection } from "./rejection.ts";

type Preview = CallAnswer<"bookings", "previewImport">;

/** The first rows as bookings, and why a row would be left out. */
export function ImportedRows({ rows }: { rows: Preview["rows"] }) {
  const t = useTranslations("bookings");
  const format = useFormatter();
  const rejection = useRejection();
  // A time that could not be read is shown as the file has it.
  const time = (text: string | null) =>
    text && text.endsWith("Z") && !Number.isNaN(Date.parse(text))
      ? format.dateTime(new Date(text), { dateStyle: "medium", timeStyle: "short" })
      : (text ?? "–");
  return (
    <Table
      label={t("importing.preview")}
      rows={rows}
      rowId={({ row }) => String(row)}
      empty={null}
      columns={[
        { id: "row", header: t("importing.row"), align: "right", width: "w-16", cell: ({ row }) => row },
        { id: "customer", header: t("customer"), cell: ({ customer }) => customer ?? "–" },
        {
          id: "start",
          header: t("start"),
          cell: ({ start }) => <span className="figures md:whitespace-nowrap">{time(start)}</span>,
        },
        {
          id: "end",
          header: t("end"),
          secondary: true,
          cell: ({ end }) => <span className="figures md:whitespace-nowrap">{time(end)}</span>,
        },
        { id: "service", header: t("service"), secondary: true, cell: ({ service }) => service ?? "–" },
        {
          id: "reason",
          header: t("status"),
          cell: (row) =>
            row.reason === null ? (
              <Badge tone="good" icon={CircleCheck}>
                {t("importing.good")}
              </Badge>
            ) : (
              <span className="flex flex-col items-start gap-1">
                <Badge tone="bad" icon={CircleX}>
                  {t("importing.wrong")}
                </Badge>
                <span className="text-sm wrap-anywhere">{rejection({ ...row, reason: row.reason })}</span>
              </span>
            ),
        },
      ]}
    />
  );
}
