import { useMemo } from "react";
import { useTranslations } from "use-intl";
import { propertyOf } from "../../../../rules/placeholder-names.ts";
import { propertyLabel } from "../../lib/property-keys.ts";
import { fieldName } from "./fields.ts";

/** The label of each field in the reader's language; a contact's own property by its key. */
export function useFieldLabels(): (field: string) => string {
  const t = useTranslations("composer.fields");
  return useMemo(
    () => (field) => {
      const name = fieldName(field);
      const property = propertyOf(field);
      return name ? t(name) : property === null ? field : propertyLabel(property);
    },
    [t],
  );
}
