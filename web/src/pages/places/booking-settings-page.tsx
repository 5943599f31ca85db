import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { namesReach, usualName } from "../../../../rules/names-as-senders.ts";
import { formatPhoneNumber } from "../../../../rules/phone-number-format.ts";
import { query, useCall } from "../../api/queries.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { useExplain } from "../../lib/explain.ts";
import { useMay, useWorkspace } from "../../lib/session.ts";
import { Checkbox } from "../../ui/choice.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { FormShell, useForm } from "../../ui/form.tsx";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { toast } from "../../ui/toast.tsx";

/** What holds for all bookings of the workspace. */
export function BookingSettingsPage() {
  const t = useTranslations("places");
  const title = useTranslations("frame.sections")("bookingSettings");
  return (
    <>
      <DocumentTitle>{title}</DocumentTitle>
      <PageHeader title={title} description={t("settingsText")} />
      <div className="flex max-w-2xl flex-col gap-5">
        <SenderPanel />
        <RemindersPanel />
        <CustomersPanel />
      </div>
    </>
  );
}

function SenderPanel() {
  const t = useTranslations("places");
  const ui = useTranslations("ui");
  const may = useMay();
  const { workflow_sender, country, language } = useWorkspace();
  const senders = useQuery({ ...query("senders", "list"), enabled: may("senders:read") });
  const save = useCall("workspaces", "update");
  const form = useForm({
    initial: { workflow_sender: workflow_sender ?? "" },
    submit: (typed) => save.mutateAsync({ body: { workflow_sender: typed.workflow_sender || null } }),
    onSuccess: () => toast(ui("saved")),
    explain: useExplain(),
  });
  const known = senders.data?.items ?? [];
  const options = [
    { value: "", label: namesReach(country) ? t("senderName", { name: usualName[language] }) : t("senderDefault") },
    ...known.map(({ address, can_receive }) => ({
      value: address,
      label: t(can_receive ? "senderReplies" : "senderNoReplies", { sender: formatPhoneNumber(address, country) }),
    })),
    // Until the senders are there, and where it is none of them any more.
    ...(workflow_sender && !known.some(({ address }) => address === workflow_sender)
      ? [{ value: workflow_sender, label: formatPhoneNumber(workflow_sender, country) }]
      : []),
  ];
  return (
    <Panel title={t("sender")} description={t("senderText")}>
      <FormShell form={form} submitLabel={ui("save")} readOnly={!may("workspace:write")}>
        <SelectField
          label={t("senderLabel")}
          hint={t("senderHint")}
          options={options}
          {...form.field("workflow_sender")}
        />
      </FormShell>
    </Panel>
  );
}

function RemindersPanel() {
  const t = useTranslations("places");
  const ui = useTranslations("ui");
  const may = useMay();
  const { reminder_hours } = useWorkspace();
  const save = useCall("workspaces", "update");
  const form = useForm({
    initial: {
      limited: reminder_hours !== null,
      from: reminder_hours?.from ?? "08:00",
      to: reminder_hours?.to ?? "21:00",
    },
    names: { "reminder_hours.from": "from", "reminder_hours.to": "to" },
    check: ({ limited, from, to }) => ({
      ...(limited && from === "" && { from: t("timeMissing") }),
      ...(limited && to === "" && { to: t("timeMissing") }),
    }),
    submit: ({ limited, from, to }) => save.mutateAsync({ body: { reminder_hours: limited ? { from, to } : null } }),
    onSuccess: () => toast(ui("saved")),
    explain: useExplain(),
  });
  return (
    <Panel title={t("reminders")} description={t("remindersText")}>
      <FormShell form={form} submitLabel={ui("save")} readOnly={!may("workspace:write")}>
        <Checkbox label={t("onlyAt")} checked={form.values.limited} onChange={(limited) => form.set({ limited })} />
        {form.values.limited ? (
          <div className="grid max-w-80 grid-cols-2 gap-4">
            <TextField label={t("from")} type="time" {...form.field("from")} />
            <TextField label={t("to")} type="time" {...form.field("to")} />
          </div>
        ) : null}
      </FormShell>
    </Panel>
  );
}

function CustomersPanel() {
  const t = useTranslations("places");
  const ui = useTranslations("ui");
  const may = useMay();
  const { customer_access } = useWorkspace();
  const save = useCall("workspaces", "update");
  const form = useForm({
    initial: { customer_access },
    required: [],
    submit: ({ customer_access: access }) => save.mutateAsync({ body: { customer_access: access } }),
    onSuccess: () => toast(ui("saved")),
    explain: useExplain(),
  });
  return (
    <Panel title={t("customers")}>
      <FormShell form={form} submitLabel={ui("save")} readOnly={!may("workspace:write")}>
        <Checkbox
          label={t("access")}
          hint={t("accessHint")}
          checked={form.values.customer_access}
          onChange={(customer_access) => form.set({ customer_access })}
        />
      </FormShell>
    </Panel>
  );
}
