import { useTranslations } from "use-intl";
import { PageHeader } from "../../ui/page-header.tsx";

export function HomePage() {
  const t = useTranslations("frame");
  return <PageHeader title={t("home")} />;
}
