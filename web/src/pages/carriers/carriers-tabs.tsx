import { useTranslations } from "use-intl";
import { PageTabs } from "../../components/page-tabs.tsx";
import { paths } from "../../paths.ts";

const pages = { carriers: paths.carriers(), fallback: paths.carrierFallback() };

/** Connections and their order of fallback. */
export function CarriersTabs({ open }: { open: keyof typeof pages }) {
  const t = useTranslations("carriers");
  const shown = (["carriers", "fallback"] as const).map((page) => ({ path: pages[page], label: t(`tabs.${page}`) }));
  return <PageTabs label={t("title")} pages={shown} open={pages[open]} />;
}
