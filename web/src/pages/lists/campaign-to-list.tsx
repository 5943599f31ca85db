import { Megaphone } from "lucide-react";
import { useTranslations } from "use-intl";
import { useCall } from "../../api/queries.ts";
import { useExplain } from "../../lib/explain.ts";
import { useGo } from "../../lib/location.ts";
import { useMay } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { Button } from "../../ui/button.tsx";
import { toast } from "../../ui/toast.tsx";

/** Makes a draft that includes the list, and opens it. */
export function CampaignToList({
  list,
  size = "medium",
}: {
  list: { id: string; name: string };
  size?: "small" | "medium";
}) {
  const t = useTranslations("contacts");
  const explain = useExplain();
  const go = useGo();
  const may = useMay();
  const create = useCall("campaigns", "create");
  if (!may("campaigns:write")) return null;
  const begin = () =>
    create.mutate(
      { body: { name: t("campaignName", { list: list.name }), include: { lists: [list.id], contacts: [] } } },
      {
        onSuccess: ({ id }) => go(paths.campaignEdit(id)),
        onError: (error) => toast(explain(error), "bad"),
      },
    );
  return (
    <Button size={size} icon={<Megaphone aria-hidden />} busy={create.isPending} onClick={begin}>
      {t("campaignToList")}
    </Button>
  );
}
