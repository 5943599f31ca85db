import { useTranslations } from "use-intl";
import { countSegments, normaliseText } from "../../../rules/gsm-segments.ts";

/** What a text costs, counted by the function that bills it: "148 characters · 1 segment". */
export function SegmentCount({ text }: { text: string }) {
  const t = useTranslations("settings");
  const { segments, encoding } = countSegments(normaliseText(text));
  return <>{t("segmentCount", { characters: [...text].length, segments, encoding })}</>;
}
