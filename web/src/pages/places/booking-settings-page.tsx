import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { formatPhoneNumber } from "../../../../rules/phone-number-format.ts";
import { query, useCall } from "../../api/queries.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { useExplain } from "../../lib/explain.ts";
import { useMay, useWorkspace } from "../../lib/session.ts";
import { Checkbox } from "../../ui/choice.tsx";
import { Field, Input, Select, SelectField, TextField } from "../../ui/field.tsx";
import { FormShell, useForm } from "../../ui/form.tsx";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { toast } from "../../ui/toast.tsx";
import { readWhole } from "./read-typed.ts";

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
  const { workflow_sender, country } = useWorkspace();
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
    { value: "", label: t("senderDefault") },
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

const minutesOf = { days: 1_440, hours: 60, minutes: 1 } as const;
type Unit = keyof typeof minutesOf;
const units = ["minutes", "hours", "days"] as const satisfies readonly Unit[];
/** 366 days. */
const longestLimit = 527_040;

/** The largest unit in which a limit is a whole number. */
function inUnit(minutes: number): { count: string; unit: Unit } {
  const unit = units.findLast((each) => minutes % minutesOf[each] === 0 && minutes > 0) ?? "hours";
  return { count: String(minutes / minutesOf[unit]), unit };
}

function CustomersPanel() {
  const t = useTranslations("places");
  const ui = useTranslations("ui");
  const may = useMay();
  const { cancel_limit_minutes, customer_access } = useWorkspace();
  const save = useCall("workspaces", "update");
  const readCount = ({ count, unit }: { count: string; unit: Unit }) =>
    readWhole(count, 0, Math.floor(longestLimit / minutesOf[unit]));
  const form = useForm({
    initial: { ...inUnit(cancel_limit_minutes), customer_access },
    required: ["count"],
    names: { cancel_limit_minutes: "count" },
    check: (typed) => (readCount(typed) === undefined ? { count: t("cancelLimitWrong") } : {}),
    submit: (typed) =>
      save.mutateAsync({
        body: {
          cancel_limit_minutes: (readCount(typed) ?? 0) * minutesOf[typed.unit],
          customer_access: typed.customer_access,
        },
      }),
    onSuccess: () => toast(ui("saved")),
    explain: useExplain(),
  });
  return (
    <Panel title={t("customers")}>
      <FormShell form={form} submitLabel={ui("save")} readOnly={!may("workspace:write")}>
        <Field label={t("cancelLimit")} hint={t("cancelLimitHint")} error={form.errors.count ?? null}>
          {(wiring) => (
            <div className="flex gap-2">
              <Input
                className="w-20 shrink-0"
                inputMode="numeric"
                maxLength={6}
                value={form.values.count}
                onChange={(count) => form.set({ count })}
                {...wiring}
              />
              <Select
                aria-label={t("unit")}
                className="max-w-48"
                options={units.map((value) => ({ value, label: t(`units.${value}`) }))}
                value={form.values.unit}
                onChange={(unit) => form.set({ unit })}
              />
            </div>
          )}
        </Field>
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
