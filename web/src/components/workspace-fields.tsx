import { useMemo } from "react";
import { useLocale, useTranslations } from "use-intl";
import type { Language } from "../../../contract/shapes.ts";
import { countryOptions, timeZoneOptions } from "../lib/countries.ts";
import { languageNames, languages } from "../locales/languages.ts";
import { SelectField, TextField } from "../ui/field.tsx";
import type { FieldBinding } from "../ui/form.tsx";

interface WorkspaceFieldsProps {
  name: FieldBinding<string>;
  country: FieldBinding<string>;
  timeZone: FieldBinding<string>;
  language: FieldBinding<Language>;
  disabled?: boolean;
}

/** The fields of every workspace, wherever it is created or changed. */
export function WorkspaceFields({ name, country, timeZone, language, disabled }: WorkspaceFieldsProps) {
  const t = useTranslations("settings");
  const locale = useLocale();
  const countries = useMemo(() => countryOptions(locale), [locale]);
  const zones = useMemo(() => timeZoneOptions(timeZone.value), [timeZone.value]);
  return (
    <>
      <TextField
        label={t("workspaceName")}
        hint={t("workspaceNameHint")}
        autoComplete="organization"
        maxLength={100}
        disabled={disabled}
        {...name}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField
          label={t("country")}
          hint={t("countryHint")}
          options={countries}
          disabled={disabled}
          {...country}
        />
        <SelectField label={t("timeZone")} hint={t("timeZoneHint")} options={zones} disabled={disabled} {...timeZone} />
      </div>
      <SelectField
        label={t("language")}
        hint={t("languageHint")}
        options={languages.map((value) => ({ value, label: languageNames[value] }))}
        disabled={disabled}
        {...language}
      />
    </>
  );
}
