import { CircleCheck, CircleX } from "lucide-react";
import { useFormatter, useTranslations } from "use-intl";
import type { BookingImportField } from "../../../../contract/booking-imports.ts";
import type { CallAnswer } from "../../api/client.ts";
import { Badge } from "../../ui/badge.tsx";
import { Select } from "../../ui/field.tsx";
import { Table } from "../../ui/table.tsx";
import { useRejection } from "./rejection.ts";

type Preview = CallAnswer<"bookings", "previewImport">;

/** What a column can become, in the order in which it is offered. */
const fields = [
  "full_name",
  "first_name",
  "last_name",
  "mobile",
  "phone",
  "email",
  "locale",
  "date",
  "time",
  "start",
  "end",
  "duration",
  "service",
  "location",
  "resources",
  "status",
  "payment",
  "notes",
  "external_id",
] as const satisfies readonly BookingImportField[];

/** Each column of the file with what it becomes. */
export function ImportedColumns({
  columns,
  mapping,
  onChange,
}: {
  columns: Preview["columns"];
  mapping: readonly string[];
  /** Called with the column's position. */
  onChange: (column: number, field: string) => void;
}) {
  const t = useTranslations("bookings.importing");
  const options = [
    ...fields.map((value) => ({ value: value as string, label: t(`fields.${value}`) })),
    { value: "ignore", label: t("ignore") },
  ];
  return (
    <Table
      label={t("columns")}
      rows={columns.map((column, index) => ({ ...column, index, field: mapping[index] ?? "ignore" }))}
      rowId={({ index }) => String(index)}
      empty={null}
      columns={[
        {
          id: "name",
          header: t("column"),
          cell: ({ name }) => <span className="block min-w-24 font-medium wrap-anywhere">{name}</span>,
        },
        {
          id: "field",
          header: t("becomes"),
          cell: ({ name, field, index }) => (
            <Select
              className="min-w-40"
              aria-label={`${name}: ${t("becomes")}`}
              value={field}
              onChange={(next) => onChange(index, next)}
              options={
                options.some(({ value }) => value === field) ? options : [{ value: field, label: field }, ...options]
              }
            />
          ),
        },
        {
          id: "samples",
          header: t("samples"),
          secondary: true,
          cell: ({ samples }) => (
            <span className="block max-w-md truncate text-soft">{samples.filter(Boolean).join(" · ")}</span>
          ),
        },
      ]}
    />
  );
}

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
        { id: "start", header: t("start"), cell: ({ start }) => <span className="figures">{time(start)}</span> },
        {
          id: "end",
          header: t("end"),
          secondary: true,
          cell: ({ end }) => <span className="figures">{time(end)}</span>,
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
