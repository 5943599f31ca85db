import { useState } from "react";
import { useTranslations } from "use-intl";
import { everything, type Permission, permissions } from "../../../../contract/permissions.ts";
import { useCall } from "../../api/queries.ts";
import { useExplain } from "../../lib/explain.ts";
import { useSession } from "../../lib/session.ts";
import { Button } from "../../ui/button.tsx";
import { Checkbox } from "../../ui/choice.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { FormShell, useForm } from "../../ui/form.tsx";
import { Notice } from "../../ui/notice.tsx";

/** Creates a key, and shows it the only time it can be seen. */
export function NewApiKeyDialog({ onOpenChange }: { onOpenChange: (open: boolean) => void }) {
  const t = useTranslations("settings");
  const [key, setKey] = useState<string | null>(null);
  return (
    <Dialog
      open
      onOpenChange={onOpenChange}
      title={key ? t("keyMade") : t("newKey")}
      footer={key ? <Button onClick={() => onOpenChange(false)}>{t("keyStored")}</Button> : undefined}
    >
      {key ? (
        <div className="flex flex-col gap-3">
          <Notice tone="warn">{t("keyOnce")}</Notice>
          <div className="flex flex-wrap items-center gap-2">
            <code className="min-w-0 flex-1 basis-60 rounded-md bg-sunken px-2.5 py-1.5 font-mono text-sm break-all">
              {key}
            </code>
            <CopyButton text={key} />
          </div>
        </div>
      ) : (
        <KeyForm onMade={setKey} />
      )}
    </Dialog>
  );
}

/** In days; 0: until it is revoked. */
const lifetimes = [
  { days: 30, label: "keyMonth" },
  { days: 90, label: "keyQuarter" },
  { days: 365, label: "keyYear" },
  { days: 0, label: "keyForever" },
] as const;

const instantIn = (days: number): string | null =>
  days === 0 ? null : new Date(Date.now() + days * 24 * 3_600_000).toISOString();

function KeyForm({ onMade }: { onMade: (key: string) => void }) {
  const t = useTranslations("settings");
  const ui = useTranslations("ui");
  const session = useSession();
  const create = useCall("apiKeys", "create");
  const own = permissions.filter((permission) => session.permissions.includes(permission));
  const form = useForm({
    initial: { name: "", scopes: [] as readonly Permission[], all: false, days: "365" },
    required: ["name"],
    check: ({ scopes, all }) => (scopes.length === 0 && !all ? { scopes: t("scopesMissing") } : {}),
    submit: ({ name, scopes, all, days }) =>
      create.mutateAsync({
        body: { name, scopes: all ? [everything] : [...scopes], expires_at: instantIn(Number(days)) },
      }),
    onSuccess: (made) => onMade(made.key),
    explain: useExplain(),
  });
  const { scopes, all } = form.values;
  const toggle = (scope: Permission, on: boolean) =>
    form.set({ scopes: own.filter((one) => (one === scope ? on : scopes.includes(one))) });
  return (
    <FormShell form={form} submitLabel={t("createKey")} guard={false}>
      <TextField label={t("name")} hint={t("keyNameHint")} maxLength={100} {...form.field("name")} />
      <SelectField
        label={t("keyGoodFor")}
        hint={t("keyGoodForHint")}
        options={lifetimes.map(({ days, label }) => ({ value: String(days), label: t(label) }))}
        {...form.field("days")}
      />
      <fieldset className="flex flex-col gap-2">
        <legend className="mb-1.5 font-medium">{t("scopes")}</legend>
        <Checkbox
          label={t("scopeNames.everything")}
          hint={t("everythingHint")}
          checked={all}
          onChange={(on) => form.set({ all: on })}
        />
        <Checkbox
          label={ui("selectAll")}
          disabled={all}
          checked={scopes.length === own.length ? true : scopes.length > 0 ? "some" : false}
          onChange={(on) => form.set({ scopes: on ? own : [] })}
        />
        <div className="grid gap-x-4 gap-y-1.5 border-t border-line pt-2 sm:grid-cols-2">
          {own.map((scope) => (
            <Checkbox
              key={scope}
              label={t(`scopeNames.${scope}`)}
              disabled={all}
              checked={scopes.includes(scope)}
              onChange={(on) => toggle(scope, on)}
            />
          ))}
        </div>
        {form.errors.scopes ? (
          <p role="alert" className="text-sm text-bad-ink">
            {form.errors.scopes}
          </p>
        ) : null}
      </fieldset>
    </FormShell>
  );
}
