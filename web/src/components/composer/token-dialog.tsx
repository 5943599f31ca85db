import { type FormEvent, useId, useState } from "react";
import { useTranslations } from "use-intl";
import { preferencesPlaceholder, propertyOf } from "../../../../rules/placeholder-names.ts";
import { usePropertyKeys } from "../../lib/property-keys.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { composerFields, type FieldType, fieldsOf } from "./fields.ts";
import { cleanFallback, type Token } from "./token.ts";
import { useFieldLabels } from "./use-field-labels.ts";

const fieldTypes = ["contact", "property", "workspace", "sender", "link"] as const satisfies readonly FieldType[];

/** Type → property → default, for a new token or for one that is in the text. */
export function TokenDialog({
  token,
  editing,
  onSave,
  onRemove,
  onClose,
}: {
  token: Token | null;
  editing: boolean;
  onSave: (token: Token) => void;
  onRemove: () => void;
  onClose: () => void;
}) {
  const t = useTranslations("composer");
  const labelOf = useFieldLabels();
  const formId = useId();
  const [type, setType] = useState<FieldType>(token ? typeOf(token.field) : "contact");
  const [field, setField] = useState(token?.field ?? "contact.first_name");
  const [fallback, setFallback] = useState(token?.fallback ?? "");
  const keys = usePropertyKeys();

  // A property that is in the text can be kept, even if no contact has it any more.
  const fields = fieldsOf(keys, token?.field);
  const ofType = fields.filter((one) => one.type === type);

  // Every recipient has a page of preferences.
  const hasDefault = field !== preferencesPlaceholder;

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
      title={editing && token ? t("token.editTitle", { name: labelOf(token.field) }) : t("token.insertTitle")}
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
          value={type}
          onChange={(next: FieldType) => {
            setType(next);
            const first = fields.find((one) => one.type === next);
            if (first) setField(first.field);
          }}
          options={fieldTypes
            .filter((value) => fields.some((one) => one.type === value))
            .map((value) => ({ value, label: t(`types.${value}`) }))}
        />
        <SelectField
          label={t("token.property")}
          value={field}
          onChange={setField}
          options={ofType.map((one) => ({ value: one.field, label: labelOf(one.field) }))}
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

function typeOf(field: string): FieldType {
  if (propertyOf(field) !== null) return "property";
  return composerFields.find((one) => one.field === field)?.type ?? "contact";
}
