import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { useTranslations } from "use-intl";
import type { Campaign } from "../../../../contract/campaigns.ts";
import { formatPhoneNumber } from "../../../../rules/phone-number-format.ts";
import { query } from "../../api/queries.ts";
import { PhonePreview } from "../../components/composer/phone-preview.tsx";
import { useWorkspace } from "../../lib/session.ts";
import { shownOptOutText } from "../../lib/shown-opt-out-text.ts";

const TextWithDefaults = lazy(() =>
  import("../../components/composer/text-with-defaults.tsx").then((module) => ({ default: module.TextWithDefaults })),
);

/** A campaign's text as it was written, on a phone. */
export function CampaignPhone({ campaign }: { campaign: Campaign }) {
  const t = useTranslations("campaigns");
  const workspace = useWorkspace();
  // A draft may leave the sender to the workspace's default.
  const senders = useQuery({ ...query("senders", "list"), enabled: campaign.sender === null });
  const sender = campaign.sender ?? senders.data?.items.find((one) => one.is_default)?.address;
  const optOutText = campaign.opt_out_text ? shownOptOutText(workspace, sender) : null;
  return (
    <PhonePreview
      sender={sender ? formatPhoneNumber(sender, workspace.country) : t("usualSender")}
      empty={t("noText")}
      bubbles={
        campaign.text === ""
          ? []
          : [
              {
                id: "text",
                direction: "in",
                content: (
                  <Suspense>
                    <TextWithDefaults
                      text={campaign.text}
                      optOutText={optOutText}
                      known={{ "workspace.name": workspace.name, "sender.address": sender }}
                    />
                  </Suspense>
                ),
              },
            ]
      }
    />
  );
}
