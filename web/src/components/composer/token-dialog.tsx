import { type FormEvent, useId, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { type ComposerScope, offeredFields } from "./scope.ts";
import { cleanFallback, type Token } from "./token.ts";

/** Group → field → default, for a new token or for one that is in the text. */
export function TokenDialog({
  scope,
  token,
  editing,
  onSave,
  onRemove,
  onClose,
}: {
  scope: ComposerScope;
  token: Token | null;
  editing: boolean;
  onSave: (token: Token) => void;
  onRemove: () => void;
  onClose: () => void;
}) {
  const t = useTranslations("composer");
  const formId = useId();
  const fields = offeredFields(scope, token?.field);
  const [field, setField] = useState(token?.field ?? fields[0]?.field ?? "");
  const [fallback, setFallback] = useState(token?.fallback ?? "");
  const groups = [...new Set(fields.map((one) => one.group))];
  const chosen = fields.find((one) => one.field === field);

  // A filter would break a link, and a default is one.
  const hasDefault = scope.names[field]?.type !== "link";

  const save = (event: FormEvent) => {
    event.preventDefault();
    // React bubbles this event to the page's form, although the dialog is outside of it in the document.
    event.stopPropagation();
    onSave({ field, fallback: hasDefault ? cleanFallback(fallback).trim() || null : null });
  };

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      size="small"
      title={editing && token ? t("token.editTitle", { name: scope.labelOf(token.field) }) : scope.insert}
      footer={
        <>
          {editing ? (
            <Button className="mr-auto" kind="quiet" onClick={onRemove}>
              {t("token.remove")}
            </Button>
          ) : null}
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button kind="primary" type="submit" form={formId}>
            {editing ? t("token.save") : t("token.insert")}
          </Button>
        </>
      }
    >
      <form id={formId} noValidate onSubmit={save} className="flex flex-col gap-4">
        <SelectField
          label={t("token.type")}
          value={chosen?.group ?? ""}
          onChange={(group) => setField(fields.find((one) => one.group === group)?.field ?? field)}
          options={groups.map((group) => ({ value: group, label: group }))}
        />
        <SelectField
          label={t("token.property")}
          value={field}
          onChange={setField}
          hint={chosen?.example ? t("token.example", { example: chosen.example }) : undefined}
          options={fields
            .filter((one) => one.group === chosen?.group)
            .map((one) => ({ value: one.field, label: one.label }))}
        />
        {hasDefault ? (
          <TextField
            label={t("token.fallback")}
            hint={
              fallback.trim() === "" ? `${t("token.fallbackHint")} ${t("token.fallbackNone")}` : t("token.fallbackHint")
            }
            value={fallback}
            onChange={setFallback}
            maxLength={200}
            // A field was chosen already, or a chip is being changed: only the default is left to type.
            autoFocus={token !== null}
          />
        ) : null}
      </form>
    </Dialog>
  );
}
