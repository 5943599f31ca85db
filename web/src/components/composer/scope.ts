/** What one kind of text can be personalised with, in the reader's language. */
import { useMemo } from "react";
import { useTranslations } from "use-intl";
import {
  campaignScope,
  isKnownPlaceholder,
  propertyOf,
  type TemplateScope,
} from "../../../../rules/placeholder-names.ts";
import { usePropertyKeys } from "../../lib/property-keys.ts";
import { fieldsOf } from "./fields.ts";
import { useFieldLabels } from "./use-field-labels.ts";

/** A field as the menu and the dialog offer it. */
export interface MenuField {
  field: string;
  label: string;
  /** The heading under which the dialog offers it. */
  group: string;
  /** What stands beside it in the menu, and under it in the dialog. */
  example?: string;
}

/** A text's fields. Keep it stable: the editor makes new chips of another one. */
export interface ComposerScope {
  /** What the template's parser accepts. */
  names: TemplateScope;
  /** Those of one group stand together. */
  fields: readonly MenuField[];
  labelOf: (field: string) => string;
  /** The words of the button and the dialog that insert a field. */
  insert: string;
}

/** Whether a name may be a chip in texts of a scope. */
export const isFieldOf = (scope: ComposerScope) => (name: string) => isKnownPlaceholder(name, scope.names);

/** The fields of a scope, and that of `also` if it is a property which no contact has any more. */
export function offeredFields({ fields, labelOf }: ComposerScope, also: string | undefined): readonly MenuField[] {
  if (also === undefined || fields.some(({ field }) => field === also)) return fields;
  const group = fields.find(({ field }) => propertyOf(field) !== null)?.group ?? fields.at(-1)?.group ?? "";
  return [...fields, { field: also, label: labelOf(also), group }];
}

/** The scope of campaigns and of texts to one contact. */
export function useCampaignScope(): ComposerScope {
  const t = useTranslations("composer");
  const labelOf = useFieldLabels();
  const keys = usePropertyKeys();
  return useMemo(
    () => ({
      names: campaignScope,
      fields: fieldsOf(keys).map(({ field, type }) => ({ field, label: labelOf(field), group: t(`types.${type}`) })),
      labelOf,
      insert: t("personalise"),
    }),
    [t, labelOf, keys],
  );
}
