import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { Workflow } from "../../../../contract/workflows.ts";
import { formatPhoneNumber } from "../../../../rules/phone-number-format.ts";
import type { CallAnswer } from "../../api/client.ts";
import { query, useCall } from "../../api/queries.ts";
import { PhonePreview } from "../../components/composer/phone-preview.tsx";
import { callingCodeOf } from "../../lib/calling-codes.ts";
import { createSendKey, randomKey } from "../../lib/send-key.ts";
import { useWorkspace } from "../../lib/session.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { FormShell, useForm } from "../../ui/form.tsx";
import { Notice } from "../../ui/notice.tsx";
import type { PickerOption } from "../../ui/picker.tsx";
import { Skeleton } from "../../ui/states.tsx";
import { MessageStatusBadge } from "../campaigns/message-status.tsx";
import { BookingPicker } from "./booking-picker.tsx";
import { useExplainWorkflow } from "./explain-workflow.ts";
import { describeAction, type Wording } from "./when-sentence.ts";

type Sent = CallAnswer<"workflows", "test">;

/** Sends a saved workflow's text or mail to one number or address, and shows what went. */
export function TestDialog({
  workflow,
  wording,
  onClose,
}: {
  workflow: Workflow;
  wording: Wording;
  onClose: () => void;
}) {
  const t = useTranslations("workflows.test");
  const { country } = useWorkspace();
  const explain = useExplainWorkflow();
  const send = useCall("workflows", "test");
  const [sendKey, setSendKey] = useState(() => createSendKey(randomKey));
  const [sent, setSent] = useState<Sent | null>(null);
  const [booking, setBooking] = useState<PickerOption | null>(null);
  const sending = workflow.do.filter(({ action }) => action === "send_sms" || action === "send_email");
  const startOf = (id: string) =>
    sending.find((one) => one.id === id)?.action === "send_email" ? "" : (callingCodeOf(country) ?? "");
  const first = sending[0]?.id ?? "";
  const form = useForm({
    initial: { action: first, to: startOf(first) },
    required: ["to"],
    check: ({ to }) => (/^\+\d{1,3}\s*$/.test(to) ? { to: t("numberMissing") } : {}),
    submit: async ({ to, action }) => {
      try {
        return await send.mutateAsync({
          params: { id: workflow.id },
          body: { to: to.trim(), action, booking: booking?.value },
          idempotencyKey: sendKey.current(),
        });
      } catch (error) {
        sendKey.failed(error);
        throw error;
      }
    },
    onSuccess: (answer) => {
      setSendKey(createSendKey(randomKey));
      setSent(answer);
    },
    explain,
  });
  const isMail = sending.find(({ id }) => id === form.values.action)?.action === "send_email";
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("title")}
      description={sent ? undefined : t("text")}
      footer={
        sent ? (
          <>
            <Button onClick={() => setSent(null)}>{t("again")}</Button>
            <Button kind="primary" onClick={onClose}>
              {t("close")}
            </Button>
          </>
        ) : undefined
      }
    >
      {sent ? (
        <SentTest sent={sent} />
      ) : (
        <FormShell form={form} submitLabel={t("send")} guard={false} onCancel={onClose}>
          {sending.length > 1 ? (
            <SelectField
              label={t("action")}
              value={form.values.action}
              onChange={(action) => form.set({ action, to: startOf(action) })}
              options={sending.map((one) => ({ value: one.id, label: describeAction(one, wording) }))}
            />
          ) : null}
          <TextField
            label={isMail ? t("address") : t("number")}
            hint={isMail ? undefined : t("numberHint")}
            type={isMail ? "email" : "tel"}
            autoComplete={isMail ? "email" : "tel"}
            maxLength={254}
            {...form.field("to")}
          />
          <BookingPicker value={booking} onChange={setBooking} />
        </FormShell>
      )}
    </Dialog>
  );
}

/** What went: the text on its phone, with what became of it so far, or the mail. */
function SentTest({ sent }: { sent: Sent }) {
  const t = useTranslations("workflows.test");
  const { country } = useWorkspace();
  const message = useQuery({
    ...query("messages", "get", { params: { id: sent.message_id ?? "" } }),
    enabled: sent.message_id !== undefined,
  });
  const mail = useQuery({
    ...query("mails", "get", { params: { id: sent.mail_id ?? "" } }),
    enabled: sent.mail_id !== undefined,
  });
  if (sent.message_id === undefined)
    return <Notice tone="good">{t("mailSent", { to: mail.data?.to ?? "", subject: mail.data?.subject ?? "" })}</Notice>;
  if (!message.data) return <Skeleton className="h-72 w-full" />;
  const { to, from, text, status, segments } = message.data;
  return (
    <div className="flex flex-col gap-4">
      <p role="status" className="flex flex-wrap items-center gap-x-3 gap-y-1">
        {t("sent", { to: formatPhoneNumber(to, country), segments })}
        <MessageStatusBadge status={status} />
      </p>
      <PhonePreview
        sender={formatPhoneNumber(from, country)}
        bubbles={[{ id: message.data.id, direction: "in", content: text }]}
      />
    </div>
  );
}
