import { useQuery } from "@tanstack/react-query";
import { CircleCheck, CircleX } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { query } from "../../api/queries.ts";
import { useContactChoices } from "../../components/composer/contact-choices.ts";
import { Link } from "../../components/link.tsx";
import { useExplain } from "../../lib/explain.ts";
import { paths } from "../../paths.ts";
import { Panel } from "../../ui/page-header.tsx";
import { Picker, type PickerOption } from "../../ui/picker.tsx";
import { MessageStatusBadge, useReason } from "./message-status.tsx";

/** Answers for one contact why they get the campaign, or not; `before` it is sent, or afterwards. */
export function ExplainPanel({ campaignId, before = false }: { campaignId: string; before?: boolean }) {
  const t = useTranslations("campaigns.explain");
  const [search, setSearch] = useState("");
  const [contact, setContact] = useState<PickerOption | null>(null);
  return (
    <Panel title={before ? t("titleBefore") : t("title")} description={t("text")}>
      <div className="flex flex-col gap-3">
        <div className="max-w-md">
          <Picker
            label={t("contact")}
            value={contact}
            onChange={setContact}
            clearable
            {...useContactChoices(search)}
            onSearch={setSearch}
          />
        </div>
        <div role="status">
          {contact ? <Answer key={contact.value} campaignId={campaignId} contact={contact} /> : null}
        </div>
      </div>
    </Panel>
  );
}

function Answer({ campaignId, contact }: { campaignId: string; contact: PickerOption }) {
  const t = useTranslations("campaigns.explain");
  const explain = useExplain();
  const reasonText = useReason();
  const { data, error } = useQuery(
    query("campaigns", "explain", { params: { id: campaignId }, query: { contact: contact.value } }),
  );
  const message = useQuery({
    ...query("messages", "get", { params: { id: data?.message_id ?? "" } }),
    enabled: Boolean(data?.message_id),
  });
  if (error) return <p className="text-bad-ink">{explain(error)}</p>;
  if (!data) return null;
  const { will, reason, message_id } = data;
  const Icon = will ? CircleCheck : CircleX;
  const name = contact.label;
  return (
    <p className="flex gap-2">
      <Icon className={`mt-0.5 size-4 shrink-0 ${will ? "text-good" : "text-bad"}`} aria-hidden />
      <span className="min-w-0">
        {will ? t(message_id ? "gotIt" : "will", { name }) : t(message_id ? "gotNone" : "wont", { name })}{" "}
        {reason ? `${t("because", { reason: reasonText(reason) })} ` : null}
        {message.data ? <MessageStatusBadge status={message.data.status} /> : null}{" "}
        <Link to={paths.contact(contact.value)}>{t("toContact")}</Link>
      </span>
    </p>
  );
}
