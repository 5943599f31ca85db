import { useCallback } from "react";
import { useTranslations } from "use-intl";
import { ApiError } from "../../api/api-error.ts";
import { propertyOf } from "../../components/composer/fields.ts";
import { useFieldLabels } from "../../components/composer/use-field-labels.ts";
import { useExplain } from "../../lib/explain.ts";

/** Puts a skip reason or a failure reason into words; one we have no words for stands as it came. */
export function useReason(): (reason: string) => string {
  const t = useTranslations("campaigns.reasons");
  return useCallback(
    (reason) => {
      const key = reason as "no_consent";
      return t.has(key) ? t(key) : reason;
    },
    [t],
  );
}

/** Puts a review's finding into words; for a code we have no words for the server's own sentence stands. */
export function useFindingText(): (finding: { code: string; message: string; value?: unknown }) => string {
  const t = useTranslations("campaigns.findings");
  const labelOf = useFieldLabels();
  return useCallback(
    (finding) => {
      const { code, value } = asShown(finding);
      const key = code as "unknown_placeholder";
      if (!t.has(key)) return finding.message;
      const parts = partsOf(value);
      const field = fieldsIn(value).map(labelOf).join(", ");
      return t(key, { value: typeof value === "object" || value === undefined ? "" : String(value), field, ...parts });
    },
    [t, labelOf],
  );
}

/** Some findings have more than one sentence. */
function asShown({ code, value }: { code: string; value?: unknown }): { code: string; value: unknown } {
  const property = code === "unknown_placeholder" && typeof value === "string" ? propertyOf(value) : null;
  if (property !== null) return { code: "unknown_property", value: property };
  const empty = typeof value === "object" && value !== null && "example" in value && value.example === null;
  return { code: empty ? `${code}_nothing` : code, value };
}

/** The fields of a text that a finding is about. */
function fieldsIn(value: unknown): string[] {
  const fields = typeof value === "object" && value !== null && "fields" in value ? value.fields : null;
  return Array.isArray(fields) ? fields.map(String) : [];
}

/** The figures and names of a finding that has several. */
function partsOf(value: unknown): Record<string, string | number> {
  if (typeof value !== "object" || value === null) return {};
  const plain = Object.entries(value).filter(([, each]) => typeof each === "string" || typeof each === "number");
  return Object.fromEntries(plain);
}

/** Puts a failed call about a campaign into words: those of the review where it is a finding, else the usual ones. */
export function useExplainCampaign(): (error: unknown) => string {
  const t = useTranslations("campaigns.findings");
  const findingText = useFindingText();
  const explain = useExplain();
  return (error) =>
    error instanceof ApiError && t.has(error.code as "text_empty") ? findingText(error) : explain(error);
}
