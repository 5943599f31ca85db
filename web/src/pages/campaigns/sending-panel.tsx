import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { Campaign } from "../../../../contract/campaigns.ts";
import { formatPhoneNumber } from "../../../../rules/phone-number-format.ts";
import { query } from "../../api/queries.ts";
import { useWorkspace } from "../../lib/session.ts";
import { Panel } from "../../ui/page-header.tsx";
import { type Audience, useAudienceValues } from "./audience-choices.ts";

const noChips = new Map<string, string>();

/** From whom, to whom and of what type a campaign is. */
export function SendingPanel({ campaign }: { campaign: Campaign }) {
  const t = useTranslations("campaigns");
  const { country } = useWorkspace();
  const senders = useQuery({ ...query("senders", "list"), enabled: campaign.sender === null });
  const sender = campaign.sender ?? senders.data?.items.find((one) => one.is_default)?.address;
  const { exclude } = campaign;
  return (
    <Panel title={t("whoAndHow")}>
      <dl className="grid gap-x-6 gap-y-3 sm:grid-cols-2">
        <Fact label={t("sender")}>{sender ? formatPhoneNumber(sender, country) : t("usualSender")}</Fact>
        <Fact label={t("subscriptionType")}>{campaign.subscription_type?.name ?? "–"}</Fact>
        <Fact label={t("sendTo")}>
          <AudienceWords audience={campaign.include} />
        </Fact>
        {exclude.lists.length + exclude.contacts.length > 0 ? (
          <Fact label={t("dontSendTo")}>
            <AudienceWords audience={exclude} />
          </Fact>
        ) : null}
      </dl>
    </Panel>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-sm text-soft">{label}</dt>
      <dd className="mt-0.5 break-words">{children}</dd>
    </div>
  );
}

const shown = 10;

function AudienceWords({ audience }: { audience: Audience }) {
  const t = useTranslations("campaigns");
  const format = useFormatter();
  const named = { lists: audience.lists, contacts: audience.contacts.slice(0, shown) };
  const labels = useAudienceValues(named, noChips).map(({ label }) => label);
  const more = audience.contacts.length - named.contacts.length;
  if (labels.length === 0) return "–";
  return format.list(more > 0 ? [...labels, t("moreContacts", { count: more })] : labels);
}
