import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { formatPhoneNumber } from "../../../../rules/phone-number-format.ts";
import { query } from "../../api/queries.ts";
import { useWorkspace } from "../../lib/session.ts";
import { SelectField } from "../../ui/field.tsx";

/** Whom the recipient sees as the sender, and whether they can answer it. */
export function SenderField({
  value,
  onChange,
  used,
  error,
}: {
  /** An id, or an address that another program has set; null for the workspace's sender of workflows. */
  value: string | null;
  onChange: (sender: string | null) => void;
  /** The sender that the text would have, as far as the server has said. */
  used: { address: string; can_receive: boolean } | null;
  error: string | null;
}) {
  const t = useTranslations("workflows");
  const { country, workflow_sender } = useWorkspace();
  const senders = useQuery(query("senders", "list"));
  const all = senders.data?.items ?? [];
  const chosen = all.find(({ id, address }) => id === value || address === value);
  const usual = workflow_sender ?? (value === null ? used?.address : undefined);
  const shown = chosen ?? used;
  return (
    <SelectField
      label={t("sender")}
      hint={
        shown
          ? t(shown.can_receive ? "senderReceives" : "senderCannotReceive", {
              sender: formatPhoneNumber(shown.address, country),
            })
          : t("senderHint")
      }
      value={chosen?.id ?? value ?? ""}
      onChange={(id) => onChange(id || null)}
      options={[
        {
          value: "",
          label: usual ? t("usualSender", { sender: formatPhoneNumber(usual, country) }) : t("workspaceSender"),
        },
        ...all.map(({ id, address }) => ({ value: id, label: formatPhoneNumber(address, country) })),
        ...(value !== null && !chosen ? [{ value, label: value }] : []),
      ]}
      error={error}
    />
  );
}
