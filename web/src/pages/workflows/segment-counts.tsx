import { useTranslations } from "use-intl";
import type { Preview } from "./use-preview.ts";

/** What a text costs with keywords filled in: for a typical customer, and for the one with the longest name. */
export function SegmentCounts({ preview: { data } }: { preview: Preview }) {
  const t = useTranslations("workflows.preview");
  if (!data || data.typical_segments === null || data.longest_segments === null) return null;
  const { typical_segments: typical, longest_segments: longest, longest_name: name } = data;
  return (
    <p className="figures text-sm text-soft" data-counts>
      {t("typical", { count: typical })} ·{" "}
      {t("longest", { count: longest, has: name ? "name" : "none", name: name ?? "" })}
    </p>
  );
}
