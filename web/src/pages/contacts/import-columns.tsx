import { CircleAlert } from "lucide-react";
import { useId } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { ImportField } from "../../../../contract/contacts.ts";
import { propertyLabel, usePropertyKeys } from "../../lib/property-keys.ts";
import { Select } from "../../ui/field.tsx";
import { Table } from "../../ui/table.tsx";
import { type Mapping, mappedTwice, propertiesFor, propertyKeys } from "./import-mapping.ts";

const fields = [
  "mobile",
  "phone",
  "email",
  "first_name",
  "last_name",
  "full_name",
  "locale",
  "time_zone",
  "consent",
  "opted_out",
  "consent_date",
  "consent_source",
] as const satisfies readonly ImportField[];

interface FileColumn {
  name: string;
  samples: string[];
}

/** Each column of the file with what it becomes. */
export function ImportColumns({
  columns,
  mapping,
  onChange,
}: {
  columns: readonly FileColumn[];
  mapping: Mapping;
  /** Called with the column's position. */
  onChange: (column: number, field: string) => void;
}) {
  const t = useTranslations("contacts");
  const format = useFormatter();
  const id = useId();
  const known = usePropertyKeys();
  const keys = propertyKeys(columns.map(({ name }) => name));
  const twice = mappedTwice(mapping);
  const rows = columns.map((column, index) => {
    const field = mapping[index] ?? "ignore";
    const others = twice.get(field)?.filter((other) => other !== index) ?? [];
    const quoted = others.map((other) => t("importing.quoted", { name: columns[other]?.name ?? "" }));
    return {
      ...column,
      index,
      field,
      properties: propertiesFor(field, keys[index] as string, known),
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
                options={[
                  ...fields.map((value) => ({ value: value as string, label: t(`fields.${value}`) })),
                  ...column.properties.map((key) => ({
                    value: `property:${key}`,
                    label: t("importing.property", { name: propertyLabel(key) }),
                  })),
                  { value: "ignore", label: t("importing.ignore") },
                ]}
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
