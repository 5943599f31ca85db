import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { useTranslations } from "use-intl";
import type { Campaign } from "../../../../contract/campaigns.ts";
import { formatPhoneNumber } from "../../../../rules/phone-number-format.ts";
import { query } from "../../api/queries.ts";
import { BubbleText, PhonePreview } from "../../components/composer/phone-preview.tsx";
import { useSession, useWorkspace } from "../../lib/session.ts";
import { sampleShortLink, shownOptOutText } from "../../lib/shown-opt-out-text.ts";

const TextWithDefaults = lazy(() =>
  import("../../components/composer/text-with-defaults.tsx").then((module) => ({ default: module.TextWithDefaults })),
);

/** A campaign's text on a phone: with defaults for what differs, and short links where links are shortened. */
export function CampaignPhone({ campaign }: { campaign: Campaign }) {
  const t = useTranslations("campaigns");
  const workspace = useWorkspace();
  const { link_origin } = useSession();
  // A draft may leave the sender to the workspace's default.
  const senders = useQuery({ ...query("senders", "list"), enabled: campaign.sender === null });
  const sender = campaign.sender ?? senders.data?.items.find((one) => one.is_default)?.address;
  const optOutText = campaign.opt_out_text ? shownOptOutText(workspace, sender, link_origin) : null;
  const shortLink = campaign.links.shorten ? sampleShortLink(link_origin) : null;
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
                  <Suspense fallback={<SameSize text={campaign.text} optOutText={optOutText} shortLink={shortLink} />}>
                    <TextWithDefaults
                      text={campaign.text}
                      optOutText={optOutText}
                      known={{ "workspace.name": workspace.name, "sender.address": sender }}
                      shortLink={shortLink}
                    />
                  </Suspense>
                ),
              },
            ]
      }
    />
  );
}

/** Keeps the bubble about as large as it will be, without showing braces and long links for a moment. */
function SameSize({
  text,
  optOutText,
  shortLink,
}: {
  text: string;
  optOutText: string | null;
  shortLink: string | null;
}) {
  const withoutTokens = text.replaceAll(/\{\{.*?\}\}/g, "x".repeat(8));
  const shown = shortLink === null ? withoutTokens : withoutTokens.replaceAll(/https?:\/\/\S+/g, shortLink);
  return (
    <span aria-hidden className="invisible">
      <BubbleText pieces={[{ kind: "text", text: shown }]} optOutText={optOutText} dark={false} />
    </span>
  );
}
