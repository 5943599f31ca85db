import { Download } from "lucide-react";
import { useLocale, useTranslations } from "use-intl";
import { call } from "../../api/client.ts";
import { useExplain } from "../../lib/explain.ts";
import { languageOfTag } from "../../lib/language.ts";
import { Button } from "../../ui/button.tsx";
import { toast } from "../../ui/toast.tsx";

/** Gives the rejected rows of an import as a file in the reader's language. */
export function DownloadRejected({ id, fileName }: { id: string; fileName: string | null }) {
  const t = useTranslations("contacts.importResult");
  const explain = useExplain();
  const language = languageOfTag(useLocale()) ?? "en";
  const download = async () => {
    try {
      const file = await call("contacts", "rejectedRows", { params: { id }, query: { language } });
      const link = document.createElement("a");
      link.href = URL.createObjectURL(file);
      link.download = `rejected-${(fileName ?? "import").replace(/\.\w+$/, "")}.csv`;
      link.click();
      URL.revokeObjectURL(link.href);
    } catch (failure) {
      toast(explain(failure), "bad");
    }
  };
  return (
    <Button size="small" icon={<Download aria-hidden />} onClick={() => void download()}>
      {t("download")}
    </Button>
  );
}
