import { useTranslations } from "use-intl";
import { PageHeader } from "../../ui/page-header.tsx";

export function ImportsPage() {
  const t = useTranslations("contacts");
  return <PageHeader title={t("title")} />;
}
