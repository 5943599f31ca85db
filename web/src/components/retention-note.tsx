import { useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "use-intl";
import { query } from "../api/queries.ts";
import { useMay } from "../lib/session.ts";
import { Notice } from "../ui/notice.tsx";

/** Says that texts or messages of something this old are gone, where they are. */
export function RetentionNote({ since }: { since: string | null }) {
  const t = useTranslations("privacy");
  const format = useFormatter();
  const may = useMay();
  const { data } = useQuery({ ...query("retention", "get", {}), enabled: since !== null && may("workspace:read") });
  if (!data || !since) return null;
  const { texts_gone_before: texts, messages_gone_before: messages } = data;
  const at = new Date(since);
  const day = (instant: string) => format.dateTime(new Date(instant), { dateStyle: "long", timeZone: "UTC" });
  if (messages && at < new Date(messages))
    return <Notice tone="info">{t("noteMessages", { before: day(messages) })}</Notice>;
  if (texts && at < new Date(texts)) return <Notice tone="info">{t("noteTexts", { before: day(texts) })}</Notice>;
  return null;
}
