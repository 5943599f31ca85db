import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import { query } from "../../api/queries.ts";
import { useExplain } from "../../lib/explain.ts";
import { useGo, useParam } from "../../lib/location.ts";
import { paths } from "../../paths.ts";
import { ErrorState, PageSkeleton } from "../../ui/states.tsx";
import { CampaignEditor } from "./campaign-editor.tsx";
import { isUnsent } from "./campaign-status.tsx";

/** Edits a draft or a failed campaign. A campaign that is under way or sent is shown instead. */
export function EditCampaignPage() {
  const id = useParam("id");
  const t = useTranslations("campaigns");
  const go = useGo();
  const explain = useExplain();
  const campaign = useQuery(query("campaigns", "get", { params: { id } }));
  const senders = useQuery(query("senders", "list"));
  const types = useQuery(query("consent", "types"));
  // An open editor stays when somebody else sends the campaign: what was typed there is not saved any more.
  const [edited, setEdited] = useState<string | null>(null);
  const unsent = campaign.data && isUnsent(campaign.data.status);
  if (unsent && edited !== id) setEdited(id);
  const gone = campaign.data && !unsent && edited !== id;
  useEffect(() => {
    if (gone) go(paths.campaign(id), { replace: true });
  }, [gone, go, id]);
  const failed = [campaign, senders, types].find((one) => one.error && !one.data);
  if (failed) {
    return <ErrorState title={t("loadFailed")} message={explain(failed.error)} onRetry={() => void failed.refetch()} />;
  }
  if (!campaign.data || !senders.data || !types.data || gone) return <PageSkeleton />;
  return (
    <CampaignEditor
      // Another campaign gets another editor; a live update of this one must not change what is being typed.
      key={id}
      campaign={campaign.data}
      senders={senders.data.items}
      types={types.data.items}
    />
  );
}
