import { useQuery } from "@tanstack/react-query";
import { CircleCheck, CircleMinus, CircleX } from "lucide-react";
import { useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { Contact } from "../../../../contract/contacts.ts";
import { query, useCall } from "../../api/queries.ts";
import { useExplain } from "../../lib/explain.ts";
import { useMay } from "../../lib/session.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextArea, TextField } from "../../ui/field.tsx";
import { FormShell, useForm } from "../../ui/form.tsx";
import { Panel } from "../../ui/page-header.tsx";
import { ErrorState, Skeleton } from "../../ui/states.tsx";
import { Table } from "../../ui/table.tsx";
import { toast } from "../../ui/toast.tsx";
import { ContactOptOuts } from "./contact-opt-outs.tsx";

interface Change {
  type: { id: string; name: string };
  action: "grant" | "withdraw";
}

/** A contact's current consent, how to record more, and the whole ledger. */
export function ContactConsent({ contact, name }: { contact: Contact; name: string }) {
  const { id } = contact;
  const t = useTranslations("contacts");
  // A source is what somebody wrote, but for the word that the recipient's own page records.
  const sourceOf = (source: string) => (source === "preferences" ? t("consent.preferencePage") : source);
  const format = useFormatter();
  const explain = useExplain();
  const may = useMay();
  const [change, setChange] = useState<Change | null>(null);
  const types = useQuery(query("consent", "types"));
  const consent = useQuery(query("consent", "ofContact", { params: { id } }));
  if (consent.error) return <ErrorState message={explain(consent.error)} onRetry={() => void consent.refetch()} />;
  if (!consent.data || !types.data) return <Skeleton className="h-40 w-full" />;
  const at = (instant: string) => format.dateTime(new Date(instant), { dateStyle: "medium", timeStyle: "short" });
  const { current, events, opt_out_events } = consent.data;
  const stopped = contact.opt_outs.length > 0;
  return (
    <div className="flex flex-col gap-4">
      <Panel title={t("consent.title")}>
        <ul className="flex flex-col divide-y divide-line">
          {types.data.items.map((type) => {
            const state = current.find((each) => each.subscription_type.id === type.id && each.channel === "sms");
            return (
              <li key={type.id} className="flex flex-wrap items-center gap-x-3 gap-y-2 py-2.5">
                <span className="min-w-32 font-medium">{type.name}</span>
                {!type.needs_consent ? (
                  <Badge icon={CircleMinus}>{t("consent.notNeeded")}</Badge>
                ) : state?.granted && stopped ? (
                  // It is in the ledger, but nothing is sent because of it.
                  <>
                    <Badge icon={CircleMinus}>{t("consent.granted")}</Badge>
                    <Badge tone="warn" icon={CircleX}>
                      {t("optedOut")}
                    </Badge>
                  </>
                ) : state?.granted ? (
                  <Badge tone="good" icon={CircleCheck}>
                    {t("consent.granted")}
                  </Badge>
                ) : state ? (
                  <Badge tone="warn" icon={CircleX}>
                    {t("consent.withdrawn")}
                  </Badge>
                ) : (
                  <Badge icon={CircleMinus}>{t("consent.never")}</Badge>
                )}
                {state ? (
                  <span className="text-soft">
                    {t("consent.since", { at: at(state.at), source: sourceOf(state.source) })}
                  </span>
                ) : null}
                {type.needs_consent && may("consent:write") ? (
                  <Button
                    size="small"
                    className="ml-auto"
                    onClick={() => setChange({ type, action: state?.granted ? "withdraw" : "grant" })}
                  >
                    {state?.granted ? t("consent.withdraw") : t("consent.grant")}
                  </Button>
                ) : null}
              </li>
            );
          })}
        </ul>
      </Panel>
      <ContactOptOuts contact={contact} name={name} events={opt_out_events} />
      <Panel title={t("consent.ledger")} description={t("consent.ledgerText")} flush>
        <Table
          label={t("consent.ledger")}
          rows={events}
          rowId={(row) => row.id}
          empty={<p className="px-4 pb-4 text-soft">{t("consent.none")}</p>}
          columns={[
            { id: "at", header: t("consent.when"), cell: (row) => <span className="figures">{at(row.at)}</span> },
            { id: "type", header: t("consent.type"), cell: (row) => row.subscription_type.name },
            {
              id: "what",
              header: t("consent.what"),
              cell: (row) => (row.action === "grant" ? t("consent.granted") : t("consent.withdrawn")),
            },
            { id: "source", header: t("consent.source"), cell: (row) => sourceOf(row.source) },
            {
              id: "evidence",
              header: t("consent.evidence"),
              secondary: true,
              cell: (row) => <span className="break-words">{row.evidence}</span>,
            },
          ]}
        />
      </Panel>
      {change ? <RecordConsent id={id} change={change} onClose={() => setChange(null)} /> : null}
    </div>
  );
}

function RecordConsent({ id, change, onClose }: { id: string; change: Change; onClose: () => void }) {
  const t = useTranslations("contacts");
  const explain = useExplain();
  const record = useCall("consent", "record");
  const name = change.type.name;
  const form = useForm({
    initial: { source: "", evidence: "" },
    required: ["source"],
    submit: ({ source, evidence }) =>
      record.mutateAsync({
        body: {
          contact_id: id,
          subscription_type: change.type.id,
          channel: "sms",
          action: change.action,
          source,
          evidence: evidence.trim() || null,
        },
      }),
    onSuccess: () => {
      toast(t("consent.recorded"));
      onClose();
    },
    explain,
  });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={
        change.action === "grant" ? t("consent.grantTitle", { type: name }) : t("consent.withdrawTitle", { type: name })
      }
    >
      <FormShell
        form={form}
        guard={false}
        submitLabel={change.action === "grant" ? t("consent.grant") : t("consent.withdraw")}
      >
        <TextField label={t("consent.source")} hint={t("consent.sourceHint")} {...form.field("source")} />
        <TextArea label={t("consent.evidence")} optional hint={t("consent.evidenceHint")} {...form.field("evidence")} />
      </FormShell>
    </Dialog>
  );
}
