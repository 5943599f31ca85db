import { useMemo } from "react";
import { useTranslations } from "use-intl";
import { parseTemplate } from "../../../../rules/placeholders.ts";
import { useDebounced } from "../../lib/debounced.ts";

/** The error in a text's placeholders, once typing pauses, or null. The parser is the server's own. */
export function useTemplateProblem(text: string): string | null {
  const t = useTranslations("composer.template");
  const debounced = useDebounced(text, 600);
  const problem = useMemo(() => {
    const parsed = parseTemplate(debounced, "campaign");
    return parsed.ok ? null : (parsed.problems[0] ?? null);
  }, [debounced]);
  if (!problem) return null;
  const key = problem.code as "unknown_placeholder";
  return t.has(key) ? t(key, { value: problem.value }) : problem.message;
}
