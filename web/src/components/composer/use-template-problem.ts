import { useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import { useSettled } from "../../lib/settled.ts";

/**
 * What is wrong with a text's placeholders, once typing pauses, or null. The parser is the server's own; it is fetched
 * when a text first has something for it to read.
 */
export function useTemplateProblem(text: string): string | null {
  const t = useTranslations("composer.template");
  const settled = useSettled(text, 600);
  const [problem, setProblem] = useState<{ code: string; message: string; value: string } | null>(null);
  useEffect(() => {
    let stale = false;
    const check = async () => {
      if (!settled.includes("{{") && !settled.includes("{%")) return null;
      const { parseTemplate } = await import("../../../../rules/placeholders.ts");
      const parsed = parseTemplate(settled, "campaign");
      return parsed.ok ? null : (parsed.problems[0] ?? null);
    };
    check().then(
      (found) => {
        if (!stale) setProblem(found);
      },
      // Fetched in vain: the server checks the same when the text is saved and reviewed.
      () => {
        if (!stale) setProblem(null);
      },
    );
    return () => {
      stale = true;
    };
  }, [settled]);
  if (!problem) return null;
  const key = problem.code as "unknown_placeholder";
  return t.has(key) ? t(key, { value: problem.value }) : problem.message;
}
