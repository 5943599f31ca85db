/** What a column of a file can become of a contact. */
import { useTranslations } from "use-intl";
import type { ImportField } from "../../../../contract/contacts.ts";
import { propertyLabel, usePropertyKeys } from "../../lib/property-keys.ts";
import { propertiesFor, propertyKeys } from "./import-mapping.ts";

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

/** The fields that every contact has, and properties: the column's own, and those that contacts have already. */
export function useContactFields(columns: readonly { name: string }[]) {
  const t = useTranslations("contacts");
  const known = usePropertyKeys();
  const keys = propertyKeys(columns.map(({ name }) => name));
  return (column: number, field: string) => [
    ...fields.map((value) => ({ value: value as string, label: t(`fields.${value}`) })),
    ...propertiesFor(field, keys[column] as string, known).map((key) => ({
      value: `property:${key}`,
      label: t("importing.property", { name: propertyLabel(key) }),
    })),
  ];
}
