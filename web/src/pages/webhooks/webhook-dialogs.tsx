import { useId, useState } from "react";
import { useTranslations } from "use-intl";
import type { Webhook, WebhookEvent } from "../../../../contract/webhooks.ts";
import { useCall } from "../../api/queries.ts";
import { useExplain } from "../../lib/explain.ts";
import { Button } from "../../ui/button.tsx";
import { Checkbox } from "../../ui/choice.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { ConfirmDialog, Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { FormShell, useForm } from "../../ui/form.tsx";
import { Notice } from "../../ui/notice.tsx";
import { allEvents, eventGroups, groupNames } from "./event-groups.ts";
import { useEventName } from "./event-name.ts";

interface OpenChange {
  onOpenChange: (open: boolean) => void;
}

/** Adds a webhook, and shows its secret the only time it can be seen. */
export function NewWebhookDialog({ onOpenChange }: OpenChange) {
  const t = useTranslations("webhooks");
  const create = useCall("webhooks", "create");
  const [secret, setSecret] = useState<string | null>(null);
  if (secret) return <SecretDialog secret={secret} onOpenChange={onOpenChange} />;
  return (
    <Dialog open onOpenChange={onOpenChange} title={t("add")}>
      <WebhookForm
        initial={{ url: "", events: eventGroups.alerts }}
        submitLabel={t("add")}
        submit={async (body) => setSecret((await create.mutateAsync({ body })).secret)}
      />
    </Dialog>
  );
}

/** Changes a webhook's URL and the events that it receives. */
export function EditWebhookDialog({ webhook, onOpenChange }: OpenChange & { webhook: Webhook }) {
  const t = useTranslations("webhooks");
  const update = useCall("webhooks", "update");
  return (
    <Dialog open onOpenChange={onOpenChange} title={t("edit")}>
      <WebhookForm
        initial={{ url: webhook.url, events: webhook.events }}
        submitLabel={t("save")}
        submit={async (body) => {
          await update.mutateAsync({ params: { id: webhook.id }, body });
          onOpenChange(false);
        }}
      />
    </Dialog>
  );
}

interface Values {
  url: string;
  events: readonly WebhookEvent[];
}

function WebhookForm({
  initial,
  submitLabel,
  submit,
}: {
  initial: Values;
  submitLabel: string;
  submit: (values: { url: string; events: WebhookEvent[] }) => Promise<void>;
}) {
  const t = useTranslations("webhooks");
  const form = useForm({
    initial,
    required: ["url"],
    check: ({ url, events: chosen }) => ({
      ...(url.trim() !== "" && !/^https?:\/\/[^/\s]/i.test(url.trim()) && { url: t("urlWrong") }),
      ...(chosen.length === 0 && { events: t("eventsMissing") }),
    }),
    submit: ({ url, events: chosen }) => submit({ url: url.trim(), events: [...chosen] }),
    explain: useExplain(),
  });
  const eventName = useEventName();
  const id = useId();
  const chosen = form.values.events;
  return (
    <FormShell form={form} submitLabel={submitLabel} guard={false}>
      <TextField
        label={t("url")}
        hint={t("urlHint")}
        inputMode="url"
        spellCheck={false}
        placeholder="https://example.com/varsla"
        maxLength={2000}
        {...form.field("url")}
      />
      <fieldset className="flex flex-col gap-4">
        <legend className="mb-1.5 font-medium">{t("events")}</legend>
        {groupNames.map((group) => (
          <div key={group} role="group" aria-labelledby={`${id}-${group}`} className="flex flex-col gap-1.5">
            <p id={`${id}-${group}`} className="text-sm text-soft">
              {t(`eventGroups.${group}`)}
            </p>
            {eventGroups[group].map((event) => (
              <Checkbox
                key={event}
                label={
                  <span className="flex flex-wrap items-baseline gap-x-2">
                    {eventName(event)}
                    <span className="font-mono text-sm text-faint">{event}</span>
                  </span>
                }
                checked={chosen.includes(event)}
                onChange={(on) =>
                  form.set({ events: allEvents.filter((one) => (one === event ? on : chosen.includes(one))) })
                }
              />
            ))}
          </div>
        ))}
        {form.errors.events ? (
          <p role="alert" className="text-sm text-bad-ink">
            {form.errors.events}
          </p>
        ) : null}
      </fieldset>
    </FormShell>
  );
}

/** Asks, generates a new secret, and shows it the only time it can be seen. */
export function RotateDialog({ webhook, onOpenChange }: OpenChange & { webhook: Webhook }) {
  const t = useTranslations("webhooks");
  const explain = useExplain();
  const rotate = useCall("webhooks", "rotate");
  const [secret, setSecret] = useState<string | null>(null);
  if (secret) return <SecretDialog secret={secret} overlap onOpenChange={onOpenChange} />;
  return (
    <ConfirmDialog
      open
      // The new secret is shown in place of the question.
      onOpenChange={(open) => !open && !rotate.isSuccess && onOpenChange(false)}
      title={t("rotateTitle")}
      confirm={t("rotate")}
      kind="primary"
      explain={explain}
      onConfirm={async () => setSecret((await rotate.mutateAsync({ params: { id: webhook.id } })).secret)}
    >
      {t("rotateText")}
    </ConfirmDialog>
  );
}

function SecretDialog({ secret, overlap, onOpenChange }: OpenChange & { secret: string; overlap?: boolean }) {
  const t = useTranslations("webhooks");
  return (
    <Dialog
      open
      onOpenChange={onOpenChange}
      title={t("secretTitle")}
      footer={<Button onClick={() => onOpenChange(false)}>{t("secretStored")}</Button>}
    >
      <div className="flex flex-col gap-3">
        <Notice tone="warn">{t("secretOnce")}</Notice>
        <div className="flex flex-wrap items-center gap-2">
          <code className="min-w-0 flex-1 basis-60 rounded-md bg-sunken px-2.5 py-1.5 font-mono text-sm break-all">
            {secret}
          </code>
          <CopyButton text={secret} />
        </div>
        {overlap ? <p className="text-soft">{t("secretOverlap")}</p> : null}
      </div>
    </Dialog>
  );
}
