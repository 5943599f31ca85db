import { useMemo } from "react";
import { useTranslations } from "use-intl";
import type { Trigger } from "../../../../contract/workflows.ts";
import { workflowScope } from "../../../../rules/booking-placeholders.ts";
import { propertyOf } from "../../../../rules/placeholder-names.ts";
import type { ComposerScope } from "../../components/composer/scope.ts";
import { propertyLabel, usePropertyKeys } from "../../lib/property-keys.ts";

/** The groups of the menu, in its order. `contact` is the customer by another name, so the menu leaves it out. */
const groups = [
  "booking",
  "customer",
  "service",
  "location",
  "resource",
  "old",
  "booker",
  "access",
  "workspace",
  "sender",
] as const;

/** What the texts of a workflow may name, with the labels that people know. */
export function useWorkflowScope(trigger: Trigger): ComposerScope {
  const t = useTranslations("keywords");
  const keys = usePropertyKeys();
  return useMemo(() => {
    const names = workflowScope(trigger);
    const labelOf = (field: string): string => {
      const property = propertyOf(field);
      if (property !== null) return propertyLabel(property);
      const [group = "", name = ""] = field.split(".");
      const isPerson = group === "customer" || group === "contact" || group === "booker";
      const key = (isPerson ? `person.${name}` : `fields.${group}_${name}`) as "fields.booking_date";
      if (!t.has(key)) return field;
      return group === "booker" ? t("ofBooker", { name: t(key) }) : t(key);
    };
    const known = groups.flatMap((group) =>
      Object.entries(names)
        .filter(([field]) => field.startsWith(`${group}.`))
        .map(([field, { example }]) => ({ field, label: labelOf(field), group: t(`groups.${group}`), example })),
    );
    const own = keys.map((key) => {
      const field = `contact.properties.${key}`;
      return { field, label: labelOf(field), group: t("groups.properties") };
    });
    return { names, fields: [...known, ...own], labelOf, insert: t("insert") };
  }, [t, trigger, keys]);
}
