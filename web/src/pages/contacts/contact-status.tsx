import { useQuery } from "@tanstack/react-query";
import { Ban, CircleCheck, CircleMinus, PhoneOff } from "lucide-react";
import { useFormatter, useTranslations } from "use-intl";
import type { Contact } from "../../../../contract/contacts.ts";
import { formatPhoneNumber } from "../../../../rules/phone-number-format.ts";
import { query } from "../../api/queries.ts";
import { useMay, useWorkspace } from "../../lib/session.ts";
import { Badge } from "../../ui/badge.tsx";
import { textedNumber } from "./texted-number.ts";

/** Whether the contact can be texted, by sender where it differs, and which marketing reaches them. */
export function ContactStatus({ contact }: { contact: Contact }) {
  const t = useTranslations("contacts.status");
  return (
    <ul aria-label={t("label")} className="-mt-2 mb-4 flex flex-wrap gap-1.5">
      <Reach contact={contact} />
      <Marketing contact={contact} />
    </ul>
  );
}

function Reach({ contact }: { contact: Contact }) {
  const t = useTranslations("contacts.status");
  const kinds = useTranslations("contacts.kinds");
  const format = useFormatter();
  const may = useMay();
  const { country } = useWorkspace();
  const senders = useQuery({ ...query("senders", "list"), enabled: may("senders:read") });
  const { number, kind } = textedNumber(contact);
  if (!number)
    return (
      <li>
        <Badge icon={PhoneOff}>{t("noNumber")}</Badge>
      </li>
    );
  if (kind && kind !== "mobile" && kind !== "other")
    return (
      <li>
        <Badge tone="warn" icon={PhoneOff}>
          {kinds(kind)}
        </Badge>
      </li>
    );
  const optOuts = contact.opt_outs.filter((optOut) => optOut.number === number);
  if (optOuts.some((optOut) => optOut.sender === null))
    return (
      <li>
        <Badge tone="warn" icon={Ban}>
          {t("optedOutAll")}
        </Badge>
      </li>
    );
  const refused = optOuts.flatMap(({ sender }) => sender ?? []);
  const others = (senders.data?.items ?? []).filter(({ address }) => !refused.includes(address));
  const shown = others.slice(0, 3).map(({ address }) => formatPhoneNumber(address, country));
  return (
    <>
      {refused.length === 0 ? (
        <li>
          <Badge tone="good" icon={CircleCheck}>
            {t("can")}
          </Badge>
        </li>
      ) : null}
      {refused.map((sender) => (
        <li key={sender}>
          <Badge tone="warn" icon={Ban}>
            {t("optedOutOf", { sender: formatPhoneNumber(sender, country) })}
          </Badge>
        </li>
      ))}
      {refused.length > 0 && shown.length > 0 ? (
        <li>
          <Badge icon={CircleMinus}>
            {t("personalFrom", { senders: format.list(shown, { type: "disjunction" }) })}
          </Badge>
        </li>
      ) : null}
    </>
  );
}

function Marketing({ contact }: { contact: Contact }) {
  const t = useTranslations("contacts.status");
  const format = useFormatter();
  const may = useMay();
  const consent = useQuery({
    ...query("consent", "ofContact", { params: { id: contact.id } }),
    enabled: may("consent:read") && contact.marketing,
  });
  if (!consent.data) return null;
  const types = consent.data.current
    .filter(
      ({ granted, channel, subscription_type }) => granted && channel === "sms" && subscription_type.needs_consent,
    )
    .map(({ subscription_type }) => subscription_type.name);
  // A STOP to any sender keeps all marketing away, whatever the ledger has.
  const { number } = textedNumber(contact);
  const stopped = contact.opt_outs.some((optOut) => optOut.number === number);
  return (
    <li className="max-w-full">
      {types.length > 0 && stopped ? (
        <Badge icon={CircleMinus}>{t("consentedButOptedOut", { types: format.list(types) })}</Badge>
      ) : types.length > 0 ? (
        <Badge tone="good" icon={CircleCheck}>
          {t("consents", { types: format.list(types) })}
        </Badge>
      ) : (
        <Badge icon={CircleMinus}>{t("noConsent")}</Badge>
      )}
    </li>
  );
}
