import { useTranslations } from "use-intl";
import { PageHeader } from "../../ui/page-header.tsx";

export function ListPage() {
  const t = useTranslations("lists");
  return <PageHeader title={t("title")} />;
}
