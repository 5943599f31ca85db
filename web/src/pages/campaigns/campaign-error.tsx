import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import type { Campaign } from "../../../../contract/campaigns.ts";
import { Notice } from "../../ui/notice.tsx";
import { useFindingText } from "./findings.ts";

/** Why the last attempt to send the campaign failed, if it did, and what to do about it. */
export function CampaignError({ campaign, action }: { campaign: Campaign; action?: ReactNode }) {
  const t = useTranslations("campaigns");
  const findingText = useFindingText();
  if (!campaign.error) return null;
  return (
    <div className="mb-5">
      <Notice tone="bad" title={campaign.status === "failed" ? t("nothingSent") : t("stopped")} action={action}>
        {findingText(campaign.error)}
      </Notice>
    </div>
  );
}
