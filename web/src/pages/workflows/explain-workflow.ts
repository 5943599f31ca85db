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
      const value = String(error.value ?? "");
      if (t.has(key as "workflow_changed")) return t(key as "unknown_service", { value });
      if (composer.has(key as "unknown_placeholder")) return composer(key as "unknown_placeholder", { value });
      return explain(error);
    },
    [t, composer, explain],
  );
}
