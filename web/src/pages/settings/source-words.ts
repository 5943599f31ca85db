import { useCallback } from "react";
import { useTranslations } from "use-intl";
import { carriersRules, goodPractice } from "../../../../rules/quiet-hours-defaults.ts";

/** The source of quiet hours in the reader's language, where it is a sentence of ours; a citation stays as it is. */
export function useSourceWords(): (source: string) => string {
  const t = useTranslations("hours");
  return useCallback(
    (source) => {
      if (source === goodPractice) return t("goodPractice");
      if (source.startsWith(carriersRules)) return t("carriersRules", { source: source.slice(carriersRules.length) });
      return source;
    },
    [t],
  );
}
