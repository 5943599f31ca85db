import { CircleAlert, CircleCheck, CirclePause, LoaderCircle, type LucideIcon, UploadCloud } from "lucide-react";
import { useTranslations } from "use-intl";
import type { Import } from "../../../../contract/contacts.ts";
import { Badge, type Tone } from "../../ui/badge.tsx";

const looks: Record<Import["status"], { tone: Tone; icon: LucideIcon }> = {
  receiving: { tone: "info", icon: UploadCloud },
  checking: { tone: "info", icon: LoaderCircle },
  held: { tone: "warn", icon: CirclePause },
  running: { tone: "info", icon: LoaderCircle },
  done: { tone: "good", icon: CircleCheck },
  failed: { tone: "bad", icon: CircleAlert },
};

/** The status of an import. */
export function ImportStatus({ status }: { status: Import["status"] }) {
  const t = useTranslations("contacts.importResult.status");
  return (
    <Badge tone={looks[status].tone} icon={looks[status].icon}>
      {t(status)}
    </Badge>
  );
}
