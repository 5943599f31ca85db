import { useTranslations } from "use-intl";
import { PageHeader } from "../../ui/page-header.tsx";

export function PhonePage() {
  const t = useTranslations("sandbox");
  return <PageHeader title={t("title")} />;
}
