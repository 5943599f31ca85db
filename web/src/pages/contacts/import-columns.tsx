import { CircleAlert } from "lucide-react";
import { useId } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { Select } from "../../ui/field.tsx";
import { Table } from "../../ui/table.tsx";
import { type Mapping, mappedTwice } from "./import-mapping.ts";

interface Option {
  value: string;
  label: string;
}

interface FileColumn {
  name: string;
  samples: string[];
}

/** Each column of a file with what it becomes: of contacts, or of bookings. */
export function ImportColumns({
  columns,
  mapping,
  optionsOf,
  onChange,
}: {
  columns: readonly FileColumn[];
  mapping: Mapping;
  /** What a column can become, given its position and what it becomes now; besides nothing. */
  optionsOf: (column: number, field: string) => Option[];
  /** Called with the column's position. */
  onChange: (column: number, field: string) => void;
}) {
  const t = useTranslations("contacts");
  const format = useFormatter();
  const id = useId();
  const twice = mappedTwice(mapping);
  const rows = columns.map((column, index) => {
    const field = mapping[index] ?? "ignore";
    const others = twice.get(field)?.filter((other) => other !== index) ?? [];
    const quoted = others.map((other) => t("importing.quoted", { name: columns[other]?.name ?? "" }));
    return {
      ...column,
      index,
      field,
      options: [...optionsOf(index, field), { value: "ignore", label: t("importing.ignore") }],
      twice: others.length > 0 ? format.list(quoted) : null,
    };
  });
  return (
    <Table
      label={t("importing.columns")}
      rows={rows}
      rowId={(column) => String(column.index)}
      empty={null}
      columns={[
        {
          id: "name",
          header: t("importing.column"),
          cell: (column) => <span className="block min-w-24 font-medium wrap-anywhere">{column.name}</span>,
        },
        {
          id: "field",
          header: t("importing.becomes"),
          cell: (column) => (
            <div className="flex min-w-40 flex-col gap-1.5 py-1">
              <Select
                aria-label={`${column.name}: ${t("importing.becomes")}`}
                aria-invalid={column.twice ? true : undefined}
                aria-describedby={column.twice ? `${id}-${column.index}` : undefined}
                value={column.field}
                onChange={(field) => onChange(column.index, field)}
                options={column.options}
              />
              {column.twice ? (
                <p id={`${id}-${column.index}`} className="flex gap-1.5 text-sm text-bad-ink">
                  <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
                  {t("importing.mappedTwice", { columns: column.twice })}
                </p>
              ) : null}
            </div>
          ),
        },
        {
          id: "samples",
          header: t("importing.samples"),
          secondary: true,
          cell: (column) => (
            <span className="block max-w-md truncate text-soft">{column.samples.filter(Boolean).join(" · ")}</span>
          ),
        },
      ]}
    />
  );
}
