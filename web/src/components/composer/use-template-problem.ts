import { useMemo } from "react";
import { useTranslations } from "use-intl";
import { linkProblems } from "../../../../rules/links.ts";
import type { TemplateScope } from "../../../../rules/placeholder-names.ts";
import { parseTemplate } from "../../../../rules/placeholders.ts";
import { useDebounced } from "../../lib/debounced.ts";

/** The error in a text's placeholders or links, once typing pauses, or null. What reads it is the server's own. */
export function useTemplateProblem(text: string, shorten: boolean, names: TemplateScope): string | null {
  const t = useTranslations("composer.template");
  const debounced = useDebounced(text, 600);
  const problem = useMemo(() => {
    const parsed = parseTemplate(debounced, names);
    const problems = parsed.ok ? linkProblems(debounced, { shorten, own: [] }) : parsed.problems;
    return problems[0] ?? null;
  }, [debounced, shorten, names]);
  if (!problem) return null;
  const key = problem.code as "unknown_placeholder";
  return t.has(key) ? t(key, { value: problem.value }) : problem.message;
}
