import { Send } from "lucide-react";
import { useTranslations } from "use-intl";
import { Badge } from "../../ui/badge.tsx";

/** In place of `scheduled` for the seconds after Send in which it can be taken back. */
export function AboutToBeSentBadge() {
  const t = useTranslations("campaigns");
  return (
    <Badge tone="info" icon={Send}>
      {t("aboutToBeSent")}
    </Badge>
  );
}
