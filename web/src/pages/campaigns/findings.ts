import { useCallback } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { propertyOf } from "../../../../rules/placeholder-names.ts";
import { ApiError } from "../../api/api-error.ts";
import { useFieldLabels } from "../../components/composer/use-field-labels.ts";
import { useExplain } from "../../lib/explain.ts";
import { useZoneWords } from "./schedule-words.tsx";

/** Explains a review's finding; an unknown code falls back to the server's own sentence. */
export function useFindingText(): (finding: { code: string; message: string; value?: unknown }) => string {
  const t = useTranslations("campaigns.findings");
  const labelOf = useFieldLabels();
  const format = useFormatter();
  const zone = useZoneWords();
  return useCallback(
    (finding) => {
      const { code, value } = specificFinding(finding);
      const key = code as "unknown_placeholder";
      if (!t.has(key)) return finding.message;
      const words: Record<string, string | number> = {
        value: typeof value === "object" || value === undefined ? "" : String(value),
        field: fieldsIn(value).map(labelOf).join(", "),
        ...partsOf(value),
        ...(code === "ucs2" && { count: String(value).split(" ").length }),
        zone,
        ...momentsOf(value, (at) => format.dateTime(at, { dateStyle: "medium", timeStyle: "short" })),
      };
      return t(key, words as { value: string });
    },
    [t, labelOf, format, zone],
  );
}

/** Some findings have more than one sentence. */
function specificFinding({ code, value }: { code: string; value?: unknown }): { code: string; value: unknown } {
  const property = code === "unknown_placeholder" && typeof value === "string" ? propertyOf(value) : null;
  if (property !== null) return { code: "unknown_property", value: property };
  // Without reasons there are no recipients at all.
  if (code === "nobody" && Object.keys(value ?? {}).length === 0) return { code: "nobody_there", value };
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

/** The moments of a finding: when waiting texts leave, and whether that is one time. */
function momentsOf(value: unknown, format: (at: Date) => string): Record<string, string> {
  const moments = Object.entries(partsOf(value)).filter(([name]) => name === "first" || name === "last");
  const words = Object.fromEntries(moments.map(([name, at]) => [name, format(new Date(at))]));
  return { ...words, same: words.first === words.last ? "yes" : "no" };
}

/** Explains a failed call about a campaign: in the review's words where it is a finding, else in the general ones. */
export function useExplainCampaign(): (error: unknown) => string {
  const t = useTranslations("campaigns.findings");
  const findingText = useFindingText();
  const explain = useExplain();
  return (error) =>
    error instanceof ApiError && t.has(error.code as "text_empty") ? findingText(error) : explain(error);
}
