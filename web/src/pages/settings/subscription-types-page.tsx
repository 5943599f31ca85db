import { useTranslations } from "use-intl";
import { PageHeader } from "../../ui/page-header.tsx";

export function SubscriptionTypesPage() {
  const t = useTranslations("frame");
  return <PageHeader title={t("settings")} />;
}
