import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslations } from "use-intl";
import type { Contact } from "../../../../contract/contacts.ts";
import { formatPhoneNumber } from "../../../../rules/phone-number-format.ts";
import { ApiError } from "../../api/api-error.ts";
import { query, useCall } from "../../api/queries.ts";
import { Composer, type ComposerHandle } from "../../components/composer/composer.tsx";
import { SandboxNotice } from "../../components/sandbox.tsx";
import { useExplain } from "../../lib/explain.ts";
import { createSendKey, randomKey } from "../../lib/send-key.ts";
import { useWorkspace } from "../../lib/session.ts";
import { SelectField } from "../../ui/field.tsx";
import { FormShell, useForm } from "../../ui/form.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Panel } from "../../ui/page-header.tsx";
import { useReason } from "../campaigns/message-status.tsx";
import { textedNumber } from "./texted-number.ts";

/** Writes and sends one text to a contact. What is refused stays in the field, with the reason. */
export function SendSms({ contact, lastAddress }: { contact: Contact; lastAddress: string | null }) {
  const t = useTranslations("contacts.sending");
  const { country } = useWorkspace();
  const composer = useRef<ComposerHandle>(null);
  const senders = useQuery(query("senders", "list"));
  const send = useCall("messages", "send");
  const [sendKey, setSendKey] = useState(() => createSendKey(randomKey));
  const [sent, setSent] = useState(0);
  const [sender, setSender] = useState("");
  const explain = useExplainSend();
  const { number } = textedNumber(contact);
  const all = senders.data?.items ?? [];
  const usual = all.find(({ address }) => address === lastAddress) ?? all.find((each) => each.is_default) ?? all[0];
  const chosen = all.find(({ id }) => id === sender) ?? usual;
  const form = useForm({
    initial: { text: "" },
    required: ["text"],
    submit: async ({ text }) => {
      try {
        return await send.mutateAsync({
          body: { to: number ?? "", text, sender: chosen?.id, class: "transactional" },
          idempotencyKey: sendKey.current(),
        });
      } catch (error) {
        sendKey.failed(error);
        throw error;
      }
    },
    onSuccess: () => {
      setSendKey(createSendKey(randomKey));
      form.reset({ text: "" });
      // A new field, without the undo history of the text that is gone.
      setSent((before) => before + 1);
      requestAnimationFrame(() => composer.current?.focus());
    },
    explain,
  });
  if (!number) return null;
  if (senders.data && !usual) return <Notice tone="warn">{t("noSender")}</Notice>;
  const address = chosen ? formatPhoneNumber(chosen.address, country) : "";
  return (
    <Panel title={t("title")}>
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- a shortcut for the button in it */}
      <div
        onKeyDown={(event) => {
          if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          void form.submit();
        }}
      >
        <SandboxNotice sender={chosen?.id ?? null} />
        <FormShell form={form} submitLabel={t("submit")} submitDisabled={!chosen}>
          {all.length > 1 ? (
            <SelectField
              label={t("sender")}
              value={chosen?.id ?? ""}
              onChange={setSender}
              options={all.map((each) => ({ value: each.id, label: formatPhoneNumber(each.address, country) }))}
            />
          ) : null}
          <Composer
            key={sent}
            ref={composer}
            compact
            value={form.values.text}
            onChange={(text) => form.set({ text })}
            sender={{ label: address, address: chosen?.address }}
            error={form.errors.text ?? null}
          />
          {chosen && !chosen.can_receive ? <Notice tone="info">{t("noReply", { sender: address })}</Notice> : null}
          <p className="text-sm text-faint">{t("hint", { number: formatPhoneNumber(number, country) })}</p>
        </FormShell>
      </div>
    </Panel>
  );
}

/** A text that is not sent is refused with the reason that a skipped one has. */
function useExplainSend(): (error: unknown) => string {
  const t = useTranslations("contacts.sending");
  const reasons = useTranslations("statuses.reasons");
  const reasonText = useReason();
  const explain = useExplain();
  return (error) =>
    error instanceof ApiError && error.status === 422 && reasons.has(error.code as "opted_out")
      ? t("notSent", { reason: reasonText(error.code) })
      : explain(error);
}
