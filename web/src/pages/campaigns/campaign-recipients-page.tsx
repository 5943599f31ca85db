import { useTranslations } from "use-intl";
import { PageHeader } from "../../ui/page-header.tsx";

export function CampaignRecipientsPage() {
  const t = useTranslations("campaigns");
  return <PageHeader title={t("title")} />;
}
