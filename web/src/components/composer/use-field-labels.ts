import { useMemo } from "react";
import { useTranslations } from "use-intl";
import { propertyLabel } from "../../lib/property-keys.ts";
import { type ChipBook, createChipBook } from "./chips.ts";
import { fieldName, isField, propertyOf } from "./fields.ts";

/** What each field is called in the reader's language; a contact's own property by its key. */
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

/** The chips of one editor, labelled in the reader's language. */
export function useChipBook(): ChipBook {
  const labelOf = useFieldLabels();
  return useMemo(() => createChipBook(isField, labelOf), [labelOf]);
}
