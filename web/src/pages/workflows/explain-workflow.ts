import { useCallback } from "react";
import { useTranslations } from "use-intl";
import { ApiError } from "../../api/api-error.ts";
import { problemKey, useExplain } from "../../lib/explain.ts";

/** Explains a failure or a problem of a workflow: in this page's own words where it has some, else as any other. */
export function useExplainWorkflow(): (error: unknown) => string {
  const t = useTranslations("workflows.problems");
  const composer = useTranslations("composer.template");
  const explain = useExplain();
  return useCallback(
    (error) => {
      if (!(error instanceof ApiError)) return explain(error);
      const key = problemKey(error.code);
      const value = wordsOf(error.value);
      const field = error.field?.split(".")[1] ?? "";
      if (t.has(key as "workflow_changed")) return t(key as "unknown_service", { value, field } as { value: string });
      if (composer.has(key as "unknown_placeholder")) return composer(key as "unknown_placeholder", { value });
      return explain(error);
    },
    [t, composer, explain],
  );
}

/** The offending words; of a text they come with their place in it. */
function wordsOf(value: unknown): string {
  if (typeof value === "object" && value !== null && "value" in value) return String(value.value ?? "");
  return typeof value === "object" ? "" : String(value ?? "");
}
