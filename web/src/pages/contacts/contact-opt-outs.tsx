import { useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { OptOutEvent } from "../../../../contract/consent.ts";
import type { Contact } from "../../../../contract/contacts.ts";
import { formatPhoneNumber } from "../../../../rules/phone-number-format.ts";
import { useCall } from "../../api/queries.ts";
import { useExplain } from "../../lib/explain.ts";
import { useMay, useWorkspace } from "../../lib/session.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextArea } from "../../ui/field.tsx";
import { FormShell, useForm } from "../../ui/form.tsx";
import { Panel } from "../../ui/page-header.tsx";
import { Table } from "../../ui/table.tsx";
import { toast } from "../../ui/toast.tsx";

/** Every STOP and START of a contact, and how to record or withdraw one by hand. */
export function ContactOptOuts({
  contact,
  name,
  events,
}: {
  contact: Contact;
  name: string;
  events: readonly OptOutEvent[];
}) {
  const t = useTranslations("privacy");
  const contacts = useTranslations("contacts");
  const format = useFormatter();
  const may = useMay();
  const { country } = useWorkspace();
  const [changing, setChanging] = useState<"optOut" | "liftOptOut" | null>(null);
  const mayChange = may("consent:write") && (contact.mobile !== null || contact.phone !== null);
  const sourceOf = ({ source, recorded_by }: OptOutEvent) => {
    const key = source as "sms";
    const words = contacts.has(`sources.${key}`) ? contacts(`sources.${key}`) : source;
    return recorded_by ? t("by", { source: words, name: recorded_by }) : words;
  };
  return (
    <Panel
      title={t("optOuts")}
      description={t("optOutsText")}
      flush
      action={
        mayChange ? (
          <div className="flex flex-wrap gap-2">
            {contact.opt_outs.length > 0 ? (
              <Button size="small" onClick={() => setChanging("liftOptOut")}>
                {t("liftOptOut")}
              </Button>
            ) : null}
            {contact.opt_outs.some((optOut) => optOut.sender === null) ? null : (
              <Button size="small" onClick={() => setChanging("optOut")}>
                {t("optOut")}
              </Button>
            )}
          </div>
        ) : null
      }
    >
      <Table
        label={t("optOuts")}
        rows={[...events]}
        rowId={(row) => row.id}
        empty={<p className="px-4 pb-4 text-soft">{t("noOptOuts")}</p>}
        columns={[
          {
            id: "at",
            header: contacts("consent.when"),
            cell: (row) => (
              <span className="figures">
                {format.dateTime(new Date(row.at), { dateStyle: "medium", timeStyle: "short" })}
              </span>
            ),
          },
          {
            id: "what",
            header: contacts("consent.what"),
            cell: (row) => (row.action === "opt_out" ? t("optedOut") : t("optedIn")),
          },
          {
            id: "sender",
            header: t("sender"),
            cell: (row) => (row.sender ? formatPhoneNumber(row.sender, country) : t("everySender")),
          },
          { id: "source", header: contacts("consent.source"), cell: sourceOf },
          {
            id: "evidence",
            header: contacts("consent.evidence"),
            secondary: true,
            cell: (row) => <span className="break-words">{row.evidence}</span>,
          },
        ]}
      />
      {changing ? <ByHand id={contact.id} name={name} change={changing} onClose={() => setChanging(null)} /> : null}
    </Panel>
  );
}

function ByHand({
  id,
  name,
  change,
  onClose,
}: {
  id: string;
  name: string;
  change: "optOut" | "liftOptOut";
  onClose: () => void;
}) {
  const t = useTranslations("privacy");
  const optOut = useCall("consent", "optOut");
  const lift = useCall("consent", "liftOptOut");
  const stopping = change === "optOut";
  const form = useForm({
    initial: { reason: "" },
    required: ["reason"],
    submit: (body) => (stopping ? optOut : lift).mutateAsync({ params: { id }, body }),
    onSuccess: () => {
      toast(stopping ? t("optOutRecorded") : t("optOutLifted"));
      onClose();
    },
    explain: useExplain(),
  });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={stopping ? t("optOutTitle", { name }) : t("liftTitle", { name })}
      description={stopping ? t("optOutHint") : t("liftHint")}
    >
      <FormShell form={form} guard={false} submitLabel={t(change)}>
        <TextArea label={t("reason")} hint={t("reasonHint")} maxLength={1000} {...form.field("reason")} />
      </FormShell>
    </Dialog>
  );
}
