import { useTranslations } from "use-intl";
import type { ImportField } from "../../../../contract/contacts.ts";
import { Select } from "../../ui/field.tsx";
import { Table } from "../../ui/table.tsx";

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
  "consent_date",
  "consent_source",
] as const satisfies readonly ImportField[];

interface FileColumn {
  name: string;
  field: string;
  samples: string[];
}

/** A heading as the name of a property: small letters, figures and _. Null when nothing of it is left. */
export function propertyKey(heading: string): string | null {
  const key = heading
    .toLowerCase()
    .replaceAll("æ", "ae")
    .replaceAll("ø", "o")
    .replaceAll("å", "a")
    .normalize("NFD")
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[^a-z]+|_+$/g, "")
    .slice(0, 50);
  return key || null;
}

/** Each column of the file with what it becomes. */
export function ImportColumns({
  columns,
  onChange,
}: {
  columns: readonly FileColumn[];
  onChange: (column: string, field: string) => void;
}) {
  const t = useTranslations("contacts");
  const options = (column: FileColumn) => {
    const own = column.field.startsWith("property:")
      ? column.field.slice("property:".length)
      : propertyKey(column.name);
    return [
      ...fields.map((value) => ({ value: value as string, label: t(`fields.${value}`) })),
      ...(own ? [{ value: `property:${own}`, label: t("importing.property", { name: own }) }] : []),
      { value: "ignore", label: t("importing.ignore") },
    ];
  };
  return (
    <Table
      label={t("importing.columns")}
      rows={columns}
      rowId={(column) => column.name}
      empty={null}
      columns={[
        {
          id: "name",
          header: t("importing.column"),
          cell: (column) => <span className="font-medium">{column.name}</span>,
        },
        {
          id: "field",
          header: t("importing.becomes"),
          cell: (column) => (
            <Select
              aria-label={`${column.name}: ${t("importing.becomes")}`}
              value={column.field}
              onChange={(field) => onChange(column.name, field)}
              options={options(column)}
            />
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
