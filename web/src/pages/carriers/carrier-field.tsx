import { useTranslations } from "use-intl";
import { PasswordField } from "../../components/password-field.tsx";
import { type Option, SelectField, TextField } from "../../ui/field.tsx";
import type { FieldBinding } from "../../ui/form.tsx";
import type { FieldSpec } from "./field-spec.ts";

/** The control of a configured field, with its label and hint. */
export function CarrierField({
  spec,
  stored,
  again,
  ...field
}: FieldBinding<string> & {
  spec: FieldSpec;
  /** A secret of this name is stored already. */
  stored: boolean;
  /** The stored secret must be typed again. */
  again: boolean;
}) {
  const t = useTranslations("carriers");
  const options = useOptions(spec, field.value);
  const label = t(`fields.${spec.name}`);
  // Not every field has a hint.
  const key = `hints.${spec.name}` as "hints.host";
  const hint = t.has(key) ? t(key) : undefined;
  if (spec.as === "choice") {
    return <SelectField label={label} hint={hint} options={options} {...field} />;
  }
  if (spec.as === "secret") {
    return (
      <PasswordField
        {...field}
        label={label}
        hint={again ? t("secretAgain") : stored ? t("secretHint") : t("secretStored")}
        placeholder={stored && !again ? t("secretUnchanged") : undefined}
        autoComplete="new-password"
      />
    );
  }
  const optional = spec.as === "text" ? !spec.required : spec.as === "tag" || spec.nullable === true;
  return (
    <TextField
      label={label}
      hint={hint}
      optional={optional && !(spec.as === "number" && spec.inside)}
      inputMode={spec.as === "number" ? "numeric" : undefined}
      maxLength={spec.as === "text" ? spec.most : 10}
      spellCheck={false}
      autoCapitalize="none"
      {...field}
    />
  );
}

/** The options in the reader's language; a value set through the API that has no name here is shown as it is. */
function useOptions(spec: FieldSpec, present: string): Option[] {
  const t = useTranslations("carriers");
  if (spec.as !== "choice") return [];
  const group = spec.name.endsWith("_ton") ? "ton" : spec.name.endsWith("_npi") ? "npi" : spec.name;
  const values = spec.values.includes(present) ? spec.values : [...spec.values, present];
  return values.map((value) => {
    const key = `options.${group}.${value}` as "options.tls.off";
    return { value, label: t.has(key) ? t(key) : value };
  });
}
