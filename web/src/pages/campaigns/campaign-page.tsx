import { useTranslations } from "use-intl";
import { PageHeader } from "../../ui/page-header.tsx";

export function CampaignPage() {
  const t = useTranslations("campaigns");
  return <PageHeader title={t("title")} />;
}
